"""A mail tried with every reader, before the first of them gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.errors import PersonalFieldError
from newsletter.model import Conditional, Hole
from newsletter.render.personal import fill, personal_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from newsletter.model import Context, Email, Recipient, Segment, Segments


def dry_run(email: Email, recipients: Iterable[Recipient], site: str) -> Iterator[tuple[Recipient, str]]:
    """Yield each reader for whom the mail cannot be made, with the reason; nothing but the fields is worked out."""
    holes = tuple(_fields_of((*email.subject, *email.preheader, *email.html, *email.text)))
    for recipient in recipients:
        try:
            fill(holes, personal_values(email, recipient, site))
        except PersonalFieldError as error:
            yield recipient, str(error)


def _fields_of(segments: Segments) -> Iterator[Segment]:
    """Yield what depends on the reader; of holes that get the same value in the same way, the first."""
    seen: set[tuple[str, Context]] = set()
    for segment in dict.fromkeys(segments):
        if isinstance(segment, Hole):
            said = (segment.field.expression, segment.context)
            if said not in seen:
                yield segment
            seen.add(said)
        elif isinstance(segment, Conditional):
            yield Conditional(segment.condition, tuple(_fields_of(segment.segments)))
