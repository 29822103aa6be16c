"""Which machines may be reached: those of the open web, and those that were named.

An address on the web can lead inwards: to this machine, to the router, to the cloud's metadata. What decides is the
number that a name stands for, at the moment when it is used.
"""

from __future__ import annotations

import queue
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Thread

Resolve = Callable[[str, int], list[str]]
"""Takes a host and a port, returns the numbers that the host stands for; raises OSError where it stands for none."""

_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""RFC 6052 and RFC 8215: an IPv4 address in its last 32 bits."""
_COMPATIBLE = IPv6Network("::/96")
"""RFC 4291 section 2.5.5.1: given up, and some systems still obey it."""


def resolve(host: str, port: int) -> list[str]:
    """Return the numbers that a host stands for, as this machine's name service says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def resolved_within(resolver: Resolve, host: str, port: int, timeout_s: float) -> list[str]:
    """Return what `resolver` says, if it does so in time.

    Raises:
        TimeoutError: it did not.
        OSError: the host stands for nothing.
    """
    answers: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except (OSError, UnicodeError) as error:  # a name with a label of more than 63 characters is the latter
            answers.put(error)

    # Nobody can tell getaddrinfo to hurry; a thread that comes too late is left behind.
    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    if isinstance(answer, UnicodeError) or not answer:
        raise OSError("no such name")
    return answer


def is_public(number: str) -> bool:
    """Tell whether a number is one of the open web: not this machine, a private network, or one of a special use."""
    address = ip_address(number)
    if isinstance(address, IPv6Address):
        if address.scope_id:
            return False
        inner = _inner(address)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or (isinstance(address, IPv6Address) and (address.is_site_local or address.teredo is not None))
    )


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one leads to, where it does."""
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if any(address in network for network in (*_NAT64, _COMPATIBLE)):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None
