"""Sendings as they are met half-way: what tests of the commands around them share."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.commands import Newsletter

KEY = "a-secret-key-of-more-than-32-characters"
ISSUE = "2026-11-24-proef"

Readers = Callable[..., None]
"""Brings in readers by their local parts."""


def plan_of(newsletter: Newsletter) -> str:
    found = newsletter("plan", "proef", "--json").document["hash"]
    assert isinstance(found, str)
    return found


def ago(hours: int) -> str:
    return f"{datetime.now(ZoneInfo('Europe/Amsterdam')) - timedelta(hours=hours):%Y-%m-%d %H:%M}"


def stop_half_way(newsletter: Newsletter, workspace: Path) -> None:
    """Leave a sending as a killed one would: one reader has it, two are left."""
    assert newsletter("send", "proef", "--yes", "--transport", "null").status == 0
    with closing(sqlite3.connect(workspace / "newsletter.db")) as database, database:
        database.execute("update delivery set state = 'pending', done_at_ms = null where id > 1")
        database.execute("update send set status = 'sending'")


def leave_doubts(newsletter: Newsletter, workspace: Path) -> None:
    assert newsletter("send", "proef", "--yes", "--transport", "null").status == 0
    with closing(sqlite3.connect(workspace / "newsletter.db")) as database, database:
        database.execute("update delivery set state = 'in_doubt', reply = 'the line was cut' where id > 1")
