"""The `[site]` table: the pages on which readers subscribe, change what they get, and leave."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.config import fields
from newsletter.config.faults import RefusedError
from newsletter.config.settings import HasTag, Not
from newsletter.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from newsletter.config.settings import Condition
    from newsletter.config.tables import Table

CLIENT_ADDRESSES = ("network", "full", "none")
"""How much of the IP address from which somebody subscribed is kept as proof."""

MAX_PARTS = 12


@dataclass(frozen=True, slots=True)
class Part:
    """What readers can choose to get, or not: a segment that asks for one tag."""

    name: str
    """Of the segment."""
    tag: str
    chosen_by_tag: bool
    """Whether readers with the tag get it; else those without."""
    titles: Mapping[str, str]
    """By language, as readers see it."""

    def is_for(self, tags: Collection[str]) -> bool:
        """Say whether a reader with these tags gets it."""
        return (self.tag in tags) == self.chosen_by_tag


@dataclass(frozen=True, slots=True)
class PublicSite:
    """What holds for the pages of readers."""

    host: str = "127.0.0.1"
    """The address that `newsletter serve` listens at."""
    port: int = 8080
    proxies: tuple[str, ...] = ()
    """IP addresses and networks of the servers before it, whose word counts on who asks."""
    parts: tuple[Part, ...] = ()
    """In the order in which they are shown."""
    client_address: str = CLIENT_ADDRESSES[0]
    """One of `CLIENT_ADDRESSES`."""
    confirm_within_hours: int = 72
    """So long the link of a mail that asks to confirm works, 1 to 168."""
    forget_unconfirmed_after_days: int = 14
    """Who has not confirmed by then is deleted, 7 to 90."""
    most_sign_ups: int = 1000
    """In an hour, from everywhere, 1 to 1,000,000."""
    most_sign_ups_from_network: int = 20
    """In an hour, from one network: the 256 addresses around one, or the /48 of IPv6."""
    most_sign_ups_for_host: int = 100
    """In an hour, with addresses at one mail host; the largest hosts excepted."""


PROXIES = 'an array of IP addresses and networks, such as ["127.0.0.1", "10.0.0.0/8"]'


def proxy(value: object) -> str:
    """Accept the IP address of a server, or a network of them; return it as the same text always."""
    try:
        return str(ipaddress.ip_network(value if isinstance(value, str) else ""))
    except ValueError:
        raise RefusedError("an IP address, or a network such as 10.0.0.0/8") from None


def read_site(table: Table, segments: Mapping[str, Condition], languages: Sequence[str]) -> PublicSite:
    """Return what the table says; the table gathers the faults."""
    default = PublicSite()

    def number(key: str, low: int, high: int) -> int:
        return table.value(key, fields.whole_number(low, high), int(getattr(default, key)))

    return PublicSite(
        host=table.value("host", fields.host, default.host),
        port=table.value("port", fields.port, default.port),
        proxies=table.value("proxies", fields.array(proxy, PROXIES), default.proxies),
        parts=_parts(table, segments, languages),
        client_address=table.value("client_address", fields.choice(*CLIENT_ADDRESSES), default.client_address),
        confirm_within_hours=number("confirm_within_hours", 1, 168),
        forget_unconfirmed_after_days=number("forget_unconfirmed_after_days", 7, 90),
        most_sign_ups=number("most_sign_ups", 1, 1_000_000),
        most_sign_ups_from_network=number("most_sign_ups_from_network", 1, 1_000_000),
        most_sign_ups_for_host=number("most_sign_ups_for_host", 1, 1_000_000),
    )


def _parts(table: Table, segments: Mapping[str, Condition], languages: Sequence[str]) -> tuple[Part, ...]:
    nothing: tuple[str, ...] = ()
    names = table.value("parts", fields.array(fields.some_text, 'an array of segments, such as ["weekly"]'), nothing)
    titles = table.table("titles")
    found = []
    for name in names:
        try:
            tag, chosen_by_tag = _tag_of(name, segments)
        except RefusedError as refused:
            table.refuse("parts", refused)
            continue
        found.append(Part(name, tag, chosen_by_tag, _titles(titles, name, languages)))
    if len(names) > MAX_PARTS:
        table.refuse("parts", RefusedError(f"at most {MAX_PARTS} segments"))
    return tuple(found)


def _tag_of(name: str, segments: Mapping[str, Condition]) -> tuple[str, bool]:
    """Return the tag that a segment asks for, and whether those with it belong to the segment.

    Raises:
        RefusedError: the segment is not there, or asks for something else.
    """
    match segments.get(name):
        case HasTag(tag):
            return tag, True
        case Not(HasTag(tag)):
            return tag, False
        case None:
            raise RefusedError(f"names of [segments], and {quoted(name)} is none{did_you_mean(name, segments)}")
        case _:
            message = (
                f"segments of one tag, which a reader can have or not, such as \"'{name}' in tags\"; {name} is none"
            )
            raise RefusedError(message)


def _titles(table: Table, name: str, languages: Sequence[str]) -> Mapping[str, str]:
    """Return how readers see a part: as `titles.NAME` or `titles.NAME.LANGUAGE` says, else its own name."""
    plain = name.replace("-", " ").capitalize()
    if not isinstance(table.values.get(name), dict):
        title = table.value(name, fields.some_text, plain)
        return MappingProxyType(dict.fromkeys(languages, title))
    given = table.table(name)
    return MappingProxyType({language: given.value(language, fields.some_text, plain) for language in languages})
