"""Files of subscribers, and a newsletter to import them into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from newsletter.audience.importing import Imported, Wanted, import_file
from newsletter.audience.subscribers import Filter, Subscriber, stream
from newsletter.config import Settings, load
from newsletter.store import reading
from newsletter.store.schema import suppression
from tests.config.workspaces import REQUIRED

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

NOW_MS = 1_764_200_000_000
"""2025-11-26, in the afternoon."""

KEY = "0123456789abcdef0123456789abcdef"
TOML = (
    REQUIRED.replace('language = "nl"', 'language = "nl"\nlanguages = ["nl", "en"]')
    + '[subscribers]\nfields = ["company"]\n'
)


def newsletter(folder: Path, toml: str = TOML, *, key: str = "") -> Settings:
    """The settings of a newsletter that keeps its readers' company."""
    (folder / "newsletter.toml").write_text(toml, "utf-8")
    return load(folder, {"NEWSLETTER_SECRET_KEY": key})


def silent(_what: str, _done: int, _total: int) -> None:
    """Watches no progress."""


def imported(
    engine: Engine,
    settings: Settings,
    content: str | bytes,
    *,
    dry_run: bool = False,
    skip_bad: bool = False,
    now_ms: int = NOW_MS,
) -> Imported:
    """Import a file with this content."""
    path = settings.root / "list.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    wanted = Wanted(path, "list.csv", now_ms, dry_run=dry_run, skip_bad=skip_bad)
    return import_file(engine, settings, wanted, silent)


def everybody(engine: Engine, now_ms: int = NOW_MS) -> dict[str, Subscriber]:
    """All subscribers by address."""
    with reading(engine) as connection:
        return {person.address: person for person in stream(connection, Filter(), now_ms)}


def suppressions(engine: Engine) -> dict[str, str]:
    """The reason of each suppression, by its key."""
    with reading(engine) as connection:
        return {row.address_key: row.reason for row in connection.execute(select(suppression))}


def row(number: int, **said: Any) -> dict[str, Any]:
    """A row of the table of subscribers: somebody who gets mail, but for what is said."""
    return {
        "address": f"reader{number}@example.org",
        "address_key": f"reader{number}@example.org",
        "status": "active",
        "language": "nl",
        "first_name": "",
        "last_name": "",
        "attributes": {},
        "tags": "",
        "created_at_ms": NOW_MS,
        "unsubscribed_at_ms": None,
        "consent_source": "a test",
    } | said
