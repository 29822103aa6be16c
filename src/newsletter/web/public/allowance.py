"""How many sign-ups are taken: from one network, for one mail host, and in all.

Kept in memory, so that a new start forgets it; how often one address is written to stands in the ledger, which forgets
nothing. Whoever is over a limit is told so, whatever they typed: it says nothing of any subscriber.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from newsletter.audience.typos import HOSTS

if TYPE_CHECKING:
    from newsletter.config import PublicSite

NETWORK_BITS = {4: 24, 6: 48}
"""How much of an address names the network that one customer of a provider has."""


class Allowance:
    """Counts sign-ups; at most as many keys are kept as sign-ups are taken in an hour."""

    def __init__(self, site: PublicSite) -> None:
        self._counts = FixedWindowRateLimiter(MemoryStorage())
        self._in_all = RateLimitItemPerHour(site.most_sign_ups)
        self._of_network = RateLimitItemPerHour(site.most_sign_ups_from_network)
        self._for_host = RateLimitItemPerHour(site.most_sign_ups_for_host)

    def take(self, client: str, mail_host: str) -> bool:
        """Count a sign-up from a client's IP address for a mail host; say whether it is within the limits.

        The large mail hosts are behind so many addresses that only the other two limits hold for them.
        """
        # Looked at first: once it is used up, no network or host gets a count of its own, so that memory is bounded.
        if not self._counts.test(self._in_all, "all"):
            return False
        # Then this one, so that one network alone cannot use up what there is for all.
        if not self._counts.hit(self._of_network, "network", network_of(client)):
            return False
        is_left = self._counts.hit(self._in_all, "all")
        return is_left and (mail_host in HOSTS or self._counts.hit(self._for_host, "host", mail_host))

    @property
    def is_used_up(self) -> bool:
        """Whether nobody at all can sign up just now: somebody may be flooding others by our hand."""
        return not self._counts.test(self._in_all, "all")


def network_of(client: str) -> str:
    """Return the network of an IP address, such as `192.0.2.0/24` or `2001:db8::/48`; empty for what is none."""
    try:
        address = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:
        return ""
    # An IPv4 address on a socket of IPv6 (RFC 4291 section 2.5.5.2).
    address = getattr(address, "ipv4_mapped", None) or address
    return str(ipaddress.ip_network(f"{address}/{NETWORK_BITS[address.version]}", strict=False))
