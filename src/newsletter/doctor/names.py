"""What the DNS says: the only door to dnspython.

A name that is not there, and one that has no such record, are both an empty answer. That nobody answered is an
`UnansweredError`: it says nothing of the name. What was asked once is not asked again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE_S = 4.0
"""For one question, over all name servers and attempts."""

PORT = 53


class UnansweredError(Exception):
    """No name server gave an answer to a question."""


class Names:
    """The name service, as this machine or a name server of the caller's choice sees it."""

    def __init__(self, servers: Sequence[str] = (), port: int = PORT, patience_s: float = PATIENCE_S) -> None:
        """`servers` are numbers; without any, those that this machine is set up to ask."""
        self._servers = tuple(servers)
        self._port = port
        self._patience_s = patience_s
        self._cache = dns.resolver.LRUCache()

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name, each with its strings joined (RFC 7208 section 3.3)."""
        return [b"".join(record.strings).decode("utf-8", "replace") for record in self._ask(name, "TXT")]

    def numbers(self, host: str) -> list[str]:
        """Return the IPv4 and IPv6 addresses of a host."""
        return [record.address for kind in ("A", "AAAA") for record in self._ask(host, kind)]

    def mail_servers(self, domain: str) -> list[str]:
        """Return the hosts that take mail for a domain, the first choice first; `.` is "none" (RFC 7505)."""
        records = sorted(self._ask(domain, "MX"), key=lambda record: record.preference)
        return [_written(record.exchange) for record in records]

    def hosts(self, number: str) -> list[str]:
        """Return the names that an address is said to have (PTR)."""
        return [_written(record.target) for record in self._ask(dns.reversename.from_address(number).to_text(), "PTR")]

    def _ask(self, name: str, kind: str) -> list[Any]:
        """Return the records, whose fields follow their kind; raise UnansweredError where no name server answers."""
        try:
            answer = self._resolver().resolve(name, kind, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return []
        except (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel, UnicodeError):
            return []  # there can be no such name
        except dns.resolver.NoNameservers as error:
            raise UnansweredError(f"the name servers fail at {kind} of {quoted(name)}") from error
        except (dns.exception.DNSException, OSError) as error:
            raise UnansweredError(f"no name server answered when asked for {kind} of {quoted(name)}") from error
        return list(answer.rrset or [])

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers = list(self._servers)
            resolver.port = self._port
        resolver.lifetime = self._patience_s
        resolver.timeout = self._patience_s / 2
        resolver.cache = self._cache
        return resolver


def _written(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
