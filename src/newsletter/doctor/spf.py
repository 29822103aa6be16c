"""Which machines may send for a domain: its SPF record (RFC 7208), read to its end.

A receiver stops at the first term that matches; here each term is looked at, so that a record which needs more than the
ten look-ups of RFC 7208 section 4.6.4 is told of before the reader comes whose server counts to eleven.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.doctor.names import Names

MOST_LOOKUPS = 10
"""Terms that ask the DNS (RFC 7208 section 4.6.4)."""
MOST_EMPTY = 2
"""Of those, answers without anything in them (RFC 7208 section 4.6.4)."""
MOST_MAIL_SERVERS = 10
"""Of one `mx` term (RFC 7208 section 4.6.4)."""
_MOST_TERMS = 200
"""Of a record and all that it includes, before we stop reading; RFC 7208 has no such limit, and nobody needs it."""

_TERM = re.compile(
    r"(?P<qualifier>[-+~?]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)"
    r"(?::(?P<value>(?:%\{[^}]*\}|[^/])+))?(?P<prefixes>/[0-9]{1,3}(?://[0-9]{1,3})?|//[0-9]{1,3})?",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?P<name>[a-z][a-z0-9_.-]*)=(?P<value>.*)", re.IGNORECASE)
_RESULTS = {"+": "pass", "": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
UNKNOWN = "unknown"
"""The result where a term depends on the mail itself, by a macro or by `ptr`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a record says of some addresses."""

    record: str
    """Empty where there is none."""
    faults: tuple[str, ...]
    """Each makes a receiver answer "permerror", as if there were no record, or worse."""
    lookups: int
    results: dict[str, str]
    """For each address: pass, fail, softfail, neutral, or `UNKNOWN`."""


@dataclass(frozen=True, slots=True)
class _Walk:
    names: Names
    numbers: tuple[str, ...]
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """The terms that asked the DNS."""
    empty: list[str] = field(default_factory=list)
    """Those to which the DNS knew nothing."""
    terms: list[str] = field(default_factory=list)

    def record(self, domain: str) -> str:
        """Return the one record of a domain; note a fault where there are several."""
        found = [text for text in self.names.texts(domain) if re.match(r"v=spf1( |$)", text, re.IGNORECASE)]
        if len(found) > 1:
            self.faults.append(f"{domain} has {len(found)} SPF records, and may have one")
        return found[0] if found else ""

    def results(self, domain: str, record: str, above: tuple[str, ...]) -> dict[str, str]:
        """Return what a record says of each address."""
        found: dict[str, str] = {}
        redirect = ""
        has_all = False
        for term in record.split()[1:]:
            self.terms.append(term)
            if len(self.terms) > _MOST_TERMS:
                return found
            modifier = _MODIFIER.fullmatch(term)
            if modifier:
                redirect = modifier["value"] if modifier["name"].lower() == "redirect" else redirect
                continue
            parsed = _TERM.fullmatch(term)
            if not parsed:
                self.faults.append(f"{domain} has the term {quoted(term)}, which SPF does not know")
                continue
            has_all = has_all or parsed["name"].lower() == "all"
            for number, matches in self._matches(domain, parsed, above).items():
                if matches:
                    result = UNKNOWN if matches == UNKNOWN else _RESULTS[parsed["qualifier"]]
                    found.setdefault(number, result)
        if redirect and not has_all:
            self.asked.append(f"redirect={redirect}")
            below = self._included(redirect, (*above, domain))
            found = {**below, **found}
        return {number: found.get(number, "neutral") for number in self.numbers}

    def _matches(self, domain: str, term: re.Match[str], above: tuple[str, ...]) -> dict[str, bool | str]:
        """Say for each address whether a term is about it; `UNKNOWN` where that cannot be seen from here."""
        name, value = term["name"].lower(), term["value"] or domain
        if name == "all":
            return dict.fromkeys(self.numbers, True)
        if name in {"ip4", "ip6"}:
            return self._within(domain, term[0], [value + (term["prefixes"] or "")])
        self.asked.append(term[0])
        if "%" in value or name == "ptr":
            return dict.fromkeys(self.numbers, UNKNOWN)
        if name == "include":
            below = self._included(value, (*above, domain))
            return {number: result if result == UNKNOWN else result == "pass" for number, result in below.items()}
        hosts = self._mail_servers(domain, value) if name == "mx" else [value]
        numbers = [number for host in hosts for number in self.names.numbers(host)]
        if not numbers:
            self.empty.append(term[0])
        if name == "exists":
            return dict.fromkeys(self.numbers, bool(numbers))
        return self._within(domain, term[0], [_with_prefix(number, term["prefixes"] or "") for number in numbers])

    def _mail_servers(self, domain: str, value: str) -> list[str]:
        hosts = self.names.mail_servers(value)
        if len(hosts) > MOST_MAIL_SERVERS:
            self.faults.append(
                f"{domain} asks for the {len(hosts)} mail servers of {value}, and may for {MOST_MAIL_SERVERS}"
            )
        return hosts[:MOST_MAIL_SERVERS]

    def _included(self, domain: str, above: tuple[str, ...]) -> dict[str, str]:
        if domain.lower() in above:
            self.faults.append(f"{domain} includes itself")
            return {}
        if "%" in domain:
            return dict.fromkeys(self.numbers, UNKNOWN)
        record = self.record(domain)
        if not record:
            self.faults.append(f"it includes {quoted(domain)}, which has no SPF record")
            return {}
        return self.results(domain.lower(), record, above)

    def _within(self, domain: str, term: str, networks: Sequence[str]) -> dict[str, bool | str]:
        try:
            parsed = [ip_network(network, strict=False) for network in networks]
        except ValueError:
            self.faults.append(f"{domain} has the term {quoted(term)}, which is no network")
            return {}
        return {number: any(ip_address(number) in network for network in parsed) for number in self.numbers}


def read_spf(names: Names, domain: str, numbers: Sequence[str]) -> Reading:
    """Return what the record of a domain says of addresses.

    Raises:
        UnansweredError: a name server that is needed for it does not answer.
    """
    walk = _Walk(names, tuple(numbers))
    record = walk.record(domain)
    results = walk.results(domain.lower(), record, ()) if record else {}
    if len(walk.asked) > MOST_LOOKUPS:
        walk.faults.append(f"it asks the DNS {len(walk.asked)} times, and may {MOST_LOOKUPS} times")
    if len(walk.empty) > MOST_EMPTY:
        walk.faults.append(f"it names {len(walk.empty)} hosts that are not there, and may {MOST_EMPTY}")
    if len(walk.terms) > _MOST_TERMS:
        walk.faults.append(f"it has more than {_MOST_TERMS} terms")
    return Reading(record, tuple(dict.fromkeys(walk.faults)), len(walk.asked), results)


def _with_prefix(number: str, prefixes: str) -> str:
    """Return a number with its part of `/24//64`: the first for IPv4, the second for IPv6."""
    four, _, six = prefixes.partition("//")
    length = six if ":" in number else four.removeprefix("/")
    return f"{number}/{length}" if length else number
