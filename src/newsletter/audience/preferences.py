"""What readers choose for themselves: language, parts, a pause, and their name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from newsletter.audience.values import clean_text, packed_tags, unpacked_tags
from newsletter.store.schema import subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants from now on."""

    language: str
    tags: Mapping[str, bool]
    """Whether they have each of these; all other tags stay as they are."""
    paused_until_ms: int | None
    """No mail before; None for no pause."""


def choose(connection: Connection, subscriber_id: int, choice: Choice) -> None:
    """Keep what somebody wants."""
    packed = connection.scalar(select(subscriber.c.tags).where(subscriber.c.id == subscriber_id).with_for_update())
    others = {tag for tag in unpacked_tags(packed or "") if tag not in choice.tags}
    tags = others | {tag for tag, is_wanted in choice.tags.items() if is_wanted}
    wanted = {
        "language": choice.language,
        "tags": packed_tags(sorted(tags)),
        "paused_until_at_ms": choice.paused_until_ms,
    }
    connection.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(wanted))


def rename(connection: Connection, subscriber_id: int, first_name: str, last_name: str) -> None:
    """Keep how somebody is called.

    Raises:
        UncleanError: a name holds control characters, or is too long; nothing is changed.
    """
    names: dict[str, object] = {"first_name": clean_text(first_name), "last_name": clean_text(last_name)}
    connection.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(names))
