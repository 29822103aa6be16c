"""The pictures that travel inside a mail: which they are, and that they are not too many."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsletter.errors import IssueError
from newsletter.model import Conditional, Embedded, Finding, Position
from newsletter.render.pictures.recipe import megabytes
from newsletter.render.shown import content_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.model import Issue, Picture, Segments
    from newsletter.render.shown import InMail

MAX_EMBEDDED_BYTES = 2_000_000
"""Of all pictures in one mail together: a third more on the wire, and that for every reader."""

_CID = re.compile(r'"cid:([^"]+)"')


def embedded_in(html: Segments, issue: Issue, show: InMail) -> tuple[Embedded, ...]:
    """Return the pictures that the HTML of a mail shows from the mail itself, each once, as it first shows them.

    Raises:
        IssueError: together they weigh too much; told where the heaviest is named.
    """
    if not show.embedded:
        return ()
    known = [picture for _, picture in show.pictures.entries]
    known += [logo for logo in (show.pictures.logo, show.pictures.logo_dark) if logo]
    by_id = {content_id(picture, show.site): picture for picture in known}
    found = [Embedded(name, by_id[name]) for name in dict.fromkeys(_shown(html)) if name in by_id]
    _refuse_weight([part.picture for part in found], issue, show)
    return tuple(found)


def _shown(html: Segments) -> Iterator[str]:
    for segment in html:
        if isinstance(segment, str):
            yield from _CID.findall(segment)
        elif isinstance(segment, Conditional):
            yield from _shown(segment.segments)


def _refuse_weight(pictures: list[Picture], issue: Issue, show: InMail) -> None:
    weight = sum(len(picture.content) for picture in pictures)
    if weight <= MAX_EMBEDDED_BYTES:
        return
    heaviest = max(pictures, key=lambda picture: len(picture.content))
    uses = {use for use, picture in show.pictures.entries if picture == heaviest}
    named = next((named for named in issue.pictures if named.use in uses), None)
    position, called = (named.position, named.called) if named else (Position("newsletter.toml"), "the logo")
    message = (
        f"the pictures in this mail weigh {megabytes(weight)} together, and embedded ones may weigh "
        f"{megabytes(MAX_EMBEDDED_BYTES)}; the heaviest is {called} ({megabytes(len(heaviest.content))}): "
        'save it smaller, or set pictures.in_mail to "linked"'
    )
    raise IssueError([Finding(position, message, "pictures-weight")])
