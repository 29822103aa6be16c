"""Which machines may send for a domain: its SPF record (RFC 7208), read to its end.

A receiver stops at the first term that matches; here each term is looked at, so that a record which needs more than the
ten look-ups of RFC 7208 section 4.6.4 is told of before the reader comes whose server counts to eleven.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
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

_NUMBER = r"(?:0|[1-9][0-9]{0,2})"
_TERM = re.compile(
    r"(?P<qualifier>[-+~?]?)(?P<name>all|include|a|mx|ptr|ip4|ip6|exists)(?::(?P<value>.+?))?"
    rf"(?P<prefixes>(?:/{_NUMBER})?(?://{_NUMBER})?)",
    re.IGNORECASE,
)
_DOMAIN = re.compile(r"[!-~]*\.(?=[a-z0-9-]*[a-z-])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?", re.IGNORECASE)
"""What a name is without macros: its last label is no number (RFC 7208 section 7.1, `domain-end`)."""
_MACRO = re.compile(r"%(?:[%_-]|\{[a-z][^}]*\})", re.IGNORECASE)
_LONGEST_PREFIX = {"ip4": 32, "ip6": 128}
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
        modifiers: dict[str, str] = {}
        has_all = False
        for term in filter(None, record.split(" ")[1:]):
            self.terms.append(term)
            if len(self.terms) > _MOST_TERMS:
                return found
            if modifier := _MODIFIER.fullmatch(term):
                self._note(domain, modifier, modifiers)
                continue
            parsed = _TERM.fullmatch(term)
            if not parsed or not _is_sound(parsed):
                self.faults.append(f"{domain} has the term {quoted(term)}, which SPF does not know")
                continue
            has_all = has_all or parsed["name"].lower() == "all"
            for number, matches in self._matches(domain, parsed, above).items():
                if matches:
                    result = UNKNOWN if matches == UNKNOWN else _RESULTS[parsed["qualifier"]]
                    found.setdefault(number, result)
        if "redirect" in modifiers and not has_all:
            self.asked.append(f"redirect={modifiers['redirect']}")
            found = {**self._included(modifiers["redirect"], (*above, domain)), **found}
        return {number: found.get(number, "neutral") for number in self.numbers}

    def _note(self, domain: str, modifier: re.Match[str], known: dict[str, str]) -> None:
        """Take down a modifier; only `redirect` decides anything, and neither it nor `exp` may stand twice."""
        name, value = modifier["name"].lower(), modifier["value"]
        is_ours = name in {"redirect", "exp"}
        if (is_ours and (name in known or not _is_domain(value))) or "%" in _MACRO.sub("", value):
            self.faults.append(f"{domain} has {quoted(modifier[0])}, which SPF does not know so, or knows once")
        known.setdefault(name, value)

    def _matches(self, domain: str, term: re.Match[str], above: tuple[str, ...]) -> dict[str, bool | str]:
        """Say for each address whether a term is about it; `UNKNOWN` where that cannot be seen from here."""
        name, value = term["name"].lower(), term["value"] or domain
        if name == "all":
            return dict.fromkeys(self.numbers, True)
        if name in {"ip4", "ip6"}:
            return self._within(domain, term[0], [value + term["prefixes"]], int(name[-1]))
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
            return dict.fromkeys(self.numbers, any(":" not in number for number in numbers))
        return self._within(domain, term[0], [_with_prefix(number, term["prefixes"]) for number in numbers])

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

    def _within(
        self, domain: str, term: str, networks: Sequence[str], version: int | None = None
    ) -> dict[str, bool | str]:
        try:
            parsed = [ip_network(network, strict=False) for network in networks]
        except ValueError:
            parsed = []
        if len(parsed) < len(networks) or (version and any(network.version != version for network in parsed)):
            self.faults.append(f"{domain} has the term {quoted(term)}, which is no network")
            return {}
        return {number: any(_plain(number) in network for network in parsed) for number in self.numbers}


def _is_sound(term: re.Match[str]) -> bool:
    """Tell whether a mechanism has what it takes, and nothing else (RFC 7208 section 5)."""
    name, value, prefixes = term["name"].lower(), term["value"], term["prefixes"]
    if name == "all":
        return not value and not prefixes
    if name in _LONGEST_PREFIX:
        return bool(value) and "/" not in value
    four, _, six = prefixes.partition("//")
    is_short = int(four[1:] or 0) <= _LONGEST_PREFIX["ip4"] and int(six or 0) <= _LONGEST_PREFIX["ip6"]
    may_be_alone = name in {"a", "mx", "ptr"}
    return (may_be_alone if value is None else _is_domain(value)) and (
        is_short if name in {"a", "mx"} else not prefixes
    )


def _is_domain(value: str) -> bool:
    without = _MACRO.sub("", value)
    return "%" not in without and (without != value or _DOMAIN.fullmatch(value) is not None)


def _plain(number: str) -> IPv4Address | IPv6Address:
    """Return an address; one of IPv4 that is written as one of IPv6 is the former."""
    address = ip_address(number)
    return getattr(address, "ipv4_mapped", None) or address


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
