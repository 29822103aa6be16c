"""The database with the readers and the ledger: there, sound, and the one that was last sent from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.doctor.examined import error, ok, warning
from newsletter.doctor.files import STATE
from newsletter.doctor.outside import DEADLINE_S
from newsletter.errors import StoreError
from newsletter.store.journal import verify
from newsletter.store.looking import damage, file_of, open_to_look, steps_behind
from newsletter.store.transaction import place
from newsletter.wording import counted

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.config import Settings
    from newsletter.doctor.examined import Examined
    from newsletter.doctor.outside import Outside

_DATABASE, _JOURNAL = "database", "journal"


def is_served(settings: Settings) -> bool:
    """Tell whether the database is a server's, and no file."""
    return settings.store_url.reveal().startswith("postgresql")


def examine_database(settings: Settings, _outside: Outside) -> tuple[Examined, ...]:
    """Open it to read, see its schema, and let SQLite look through all of its file."""
    url = settings.store_url.reveal()
    try:
        path = file_of(url, settings.root)
        if path and not path.exists():
            found = f"{path.name} is not there yet; there are no readers"
            return (warning(_DATABASE, found, "bring them along:", "newsletter subscribers import FILE"),)
        engine = open_to_look(url, settings.root, timeout_s=round(DEADLINE_S))
        try:
            return _look(engine, settings)
        finally:
            engine.dispose()
    except StoreError as fault:
        return (error(_DATABASE, str(fault), "see NEWSLETTER_STORE_URL, and that the database can be read"),)


def _look(engine: Engine, settings: Settings) -> tuple[Examined, ...]:
    where = Path(place(engine)).name if engine.dialect.name == "sqlite" else place(engine)
    behind = steps_behind(engine)
    if found := damage(engine):
        return (error(_DATABASE, f"{where} is damaged: {found}", "send nothing, and put a backup in its place"),)
    if behind:
        told = f"{where} is {counted(behind, 'step')} behind this version"
        return (warning(_DATABASE, told, "any command that writes takes them; make a copy of it before"),)
    return ok(_DATABASE, f"{where} is sound, and of this version"), _journal(engine, settings)


def _journal(engine: Engine, settings: Settings) -> Examined:
    try:
        verify(engine, settings.root / STATE)
    except StoreError as fault:
        return error(_JOURNAL, str(fault), "see which database is the right one before you send")
    return ok(_JOURNAL, "the database is the one that was last sent from, and has forgotten nothing")
