"""Rules on tips, tools and episodes: said before, still the newest, leading somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.checks.rule import Remark
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from newsletter.checks.material import Material, Outline, Record


def item_id(material: Material) -> Iterator[Remark]:
    """An id is a record's address in the archive, and there can be one thing at an address.

    Give this block its own: `{#…}`.
    """
    for block in material.issue.blocks:
        for other, record in _records(material.earlier):
            if block.id and block.id == record.id and material.kinds[block.kind].record:
                place = block.places.get("id", block.position)
                taken = f'the id "{block.id}" is already that of {record.position}, in the issue of {other.date}'
                yield Remark(place, f"{taken}; give this block its own: {{#…}}")
                break


def item_covered(material: Material) -> Iterator[Remark]:
    """Readers have had this tip or tool already.

    Leave it out, or say what is new about it.
    """
    for block in material.issue.blocks:
        if not material.kinds[block.kind].record or "start" in material.kinds[block.kind].attributes:
            continue
        address, title = _place(str(block.attributes.get("url", ""))), _plain(block.title)
        for other, record in _records(material.earlier):
            if record.id == block.id:  # told by itself
                break
            same = "address" if address and _place(record.url) == address else "title"
            if same == "address" or (title and _plain(record.title) == title and record.kind == block.kind):
                where = block.places.get("url" if same == "address" else "title", block.position)
                message = f"{quoted(record.title)}, with the same {same}, was in {other.path} of {other.date} already"
                yield Remark(where, message)
                break


def event_link(material: Material) -> Iterator[Remark]:
    """An event without an address tells readers of something that they cannot sign up for.

    Add `url="https://…"`; or say in its words how one comes in.
    """
    for block in material.blocks("event"):
        if not block.attributes.get("url") and "](" not in block.body.source and "://" not in block.body.source:
            yield Remark(block.position, f'the event {quoted(block.title)} leads nowhere; add url="https://…"')


def episode_old(material: Material) -> Iterator[Remark]:
    """The podcast's feed has a newer episode than the one that this issue, which is still to come, names.

    Name the newer one; `newsletter episode refresh asml` pins it beside that issue. `check --online` asks the feed.
    """
    newest = material.newest_episode
    if newest is None or material.issue.date < material.now.date():  # it had its time
        return
    for block in material.blocks("episode"):
        day = block.attributes.get("date")
        if day and str(day) < newest.isoformat():
            place = block.places.get("date", block.places.get("title", block.position))
            yield Remark(place, f"the episode is of {day}, and the feed has one of {newest}")


def _records(outlines: Iterable[Outline]) -> Iterator[tuple[Outline, Record]]:
    for outline in outlines:
        for record in outline.records:
            yield outline, record


def _place(address: str) -> str:
    """Return an address as it is compared: whether with www. or a slash at the end, it is the same page."""
    parts = urlsplit(address)
    query = f"?{parts.query}" if parts.query else ""
    return f"{(parts.netloc).casefold().removeprefix('www.')}{parts.path.rstrip('/')}{query}" if parts.netloc else ""


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())
