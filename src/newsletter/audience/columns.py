"""Which column of a file holds what: the headers of other services, of spreadsheets, and of our own export."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALIASES: Mapping[str, str] = {
    "address": "email emailaddress mail mailaddress address adres emailadres mailadres subscriberemail emailadresse",
    "first_name": "firstname fname givenname voornaam roepnaam",
    "last_name": "lastname lname surname familyname achternaam familienaam",
    "name": "name fullname naam volledigenaam",
    "language": "language lang locale taal",
    "tags": "tags tag labels label",
    # What a service says about whether its mail is wanted, each in its own words.
    "status": "status subscribertype",
    "subscribed": "subscribedtoemails",
    "disabled": "emaildisabled",
    # Moments.
    "created": "created createdat creationdate subscriptiondate subscribedat signupdate startdate dateadded optintime "
    "aangemaakt aangemelddatum aanmelddatum ingeschreven",
    "confirmed": "confirmed confirmedat confirmtime confirmationdate bevestigd",
    "unsubscribed": "unsubscribed unsubscribedat unsubscriptiondate unsubtime uitgeschreven afgemeld",
    "paused_until": "pauseduntil",
    "cleaned": "cleantime",
    "deleted": "deletedat",
    # Fields of the house within one cell, as JSON or as Python writes it.
    "attributes": "attributes metadata",
    "consent_source": "consent consentsource toestemming",
    "consent_evidence": "consentevidence",
}
"""By what we call it: the headers that mean it, in lower case and without anything but letters and digits."""

EVIDENCE = ("optintime", "optinip", "confirmtime", "confirmip", "ipaddress", "unsubreason")
"""Headers whose cells are kept word for word, as proof of what a person agreed to."""

_MEANINGS = {alias: meaning for meaning, aliases in ALIASES.items() for alias in aliases.split()}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where what stands; places count from 0."""

    width: int
    places: Mapping[str, int]
    """By meaning, a key of `ALIASES`."""
    attributes: Mapping[str, int] = field(default_factory=dict)
    """By the name of a field of `[subscribers]`."""
    evidence: Mapping[str, int] = field(default_factory=dict)
    """By header, as the file has it."""
    left_out: tuple[str, ...] = ()
    """Headers that nothing here is known for."""
    has_header: bool = True


class HeaderError(ValueError):
    """Nobody can say which column is which. It stays in this room: it becomes a finding at its place."""


def plain(header: str) -> str:
    """Return a header as aliases are written: in lower case, letters and digits alone."""
    return "".join(c for c in header.casefold() if c.isalnum())


def read_header(cells: Sequence[str], fields: Sequence[str]) -> Columns:
    """Say what the columns of a file hold, by its first record.

    Args:
        cells: The first record. Where an address stands in it, it is no header: then only addresses are read.
        fields: The names in `[subscribers]`.

    Raises:
        HeaderError: the file is no text, there is no column for the address, or there are two for one thing.
    """
    if any("\0" in cell for cell in cells):
        raise HeaderError("the file is no text, as a spreadsheet or a database is none; save the list as CSV")
    if any("@" in cell for cell in cells):
        return _without_header(cells)
    places: dict[str, int] = {}
    attributes: dict[str, int] = {}
    evidence: dict[str, int] = {}
    left_out: list[str] = []
    by_plain_name = {plain(name): name for name in fields}
    for place, cell in enumerate(cells):
        name = plain(cell)
        meaning = _MEANINGS.get(name)
        if name in by_plain_name:
            _put(attributes, by_plain_name[name], place, cells)
        elif meaning and name not in EVIDENCE:
            _put(places, meaning, place, cells)
        elif meaning is None and name not in EVIDENCE and name:
            left_out.append(cell.strip())
        if name in EVIDENCE:
            evidence[cell.strip()] = place
            if meaning:
                places.setdefault(meaning, place)
    if "address" not in places:
        places["address"] = _localised(cells)
    return Columns(len(cells), places, attributes, evidence, tuple(left_out))


_MOMENTS = frozenset({"created", "confirmed", "unsubscribed"})
"""Services tell more than one of a kind, such as when somebody was added and when they signed up: the first counts."""


def _put(places: dict[str, int], meaning: str, place: int, cells: Sequence[str]) -> None:
    if meaning in places and meaning in _MOMENTS:
        return
    if meaning in places:
        other = cells[places[meaning]]
        raise HeaderError(f"the columns {quoted(other)} and {quoted(cells[place])} say the same; take one of them out")
    places[meaning] = place


def _localised(cells: Sequence[str]) -> int:
    """Return the column whose header speaks of mail in another language, such as "Deine E-Mail Adresse"."""
    found = [place for place, cell in enumerate(cells) if "mail" in plain(cell)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(quoted(cell) for cell in cells[:10])
    raise HeaderError(f'no column of addresses among {names}: call it "email"')


def _without_header(cells: Sequence[str]) -> Columns:
    found = [place for place, cell in enumerate(cells) if "@" in cell]
    if len(found) > 1 or len(cells) > 1:
        raise HeaderError('the first line holds an address and no header: put one above it, such as "email,first_name"')
    return Columns(1, {"address": 0}, has_header=False)
