"""Who asks, and how: where a proxy stands before the site, what it says of that, and nobody else's word.

Anybody can write `X-Forwarded-For`. Each proxy adds at the right end whom it heard the request from, so the list is
read from there: past the addresses that are named as ours, and the first other one is who asks. What stands further
left is what that one claims. Where the peer is no proxy of ours, none of it counts.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MAX_HOPS = 20


def networks(proxies: Iterable[str]) -> tuple[Network, ...]:
    """Return the addresses and networks that `site.proxies` names."""
    return tuple(ipaddress.ip_network(proxy) for proxy in proxies)


def who_asks(
    peer: str, scheme: str, headers: Sequence[tuple[bytes, bytes]], proxies: tuple[Network, ...]
) -> tuple[str, str]:
    """Return the IP address of who asks, and whether they did by `http` or `https`.

    `peer` is the other end of the connection; `scheme` is that of the connection itself.
    """
    if not proxies or not _is_among(peer, proxies):
        return peer, scheme
    said = {b"x-forwarded-for": "", b"x-forwarded-proto": ""}
    for name, value in headers:
        if name in said:  # more than one of a name are one list (RFC 9110 section 5.3)
            said[name] = f"{said[name]},{value.decode('latin-1')}"
    schemes = [word.strip().lower() for word in said[b"x-forwarded-proto"].split(",") if word.strip()]
    scheme = schemes[-1] if schemes and schemes[-1] in {"http", "https"} else scheme
    return _first_stranger(peer, said[b"x-forwarded-for"], proxies), scheme


def _first_stranger(peer: str, said: str, proxies: tuple[Network, ...]) -> str:
    client = peer
    for word in said.rsplit(",", _MAX_HOPS)[:0:-1]:
        address = _plain(word)
        if not address:
            break  # what nobody can read, nobody vouches for
        client = address
        if not _is_among(address, proxies):
            break
    return client


def _plain(word: str) -> str:
    """Return the address in one word of the list, which may have a port behind it; empty for none."""
    text = word.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def _is_among(address: str, proxies: tuple[Network, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found  # an IPv4 peer of a socket for IPv6
    return any(found in network for network in proxies)
