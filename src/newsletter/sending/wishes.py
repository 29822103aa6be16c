"""To leave, while the database is away: each such wish is a file of its own, until it can be done.

A reader's mail program may ask but once (RFC 8058), and whoever pressed the button believes that they have left. So
where the database is locked or gone, the wish is kept beside it: a file named after the token of the link, which tells
who they are to those who have the key, and to others no more than the link did. In it stands when. It is there before
the answer is, power cut or not; it goes when the database has it. As the token is its name, no wish is kept twice, no
two processes meet in one file, and a wish that is done twice is done once.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.audience.consent import Proof, Step, consents_of
from newsletter.audience.signing_up import leave
from newsletter.audience.tokens import MAX_CHARACTERS, Purpose, keys_of, verify
from newsletter.audience.values import to_ms
from newsletter.errors import StoreError
from newsletter.render.links import unsubscribe_url
from newsletter.sending import told
from newsletter.store import writing

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from newsletter.audience.tokens import Keys
    from newsletter.config import Settings

_FOLDER = "leaving"
_MOST_BYTES = 20
"""Of a moment in milliseconds."""
_AT_ONCE = 100
"""In one transaction."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The wishes of a workspace's readers, and what it takes to read them."""

    folder: Path
    """The workspace's `.newsletter`."""
    keys: Keys
    list_id: str
    form_url: str
    """Of the page that they pressed a button on, or that their mail program did, without what stands for them in it."""

    def keep(self, written: str, now_ms: int) -> None:
        """Keep the wish of a token that was verified; when this returns, a power cut does not lose it.

        Raises:
            StoreError: it cannot be kept either.
        """
        folder = self.folder / _FOLDER
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_kept(folder / written):
                return
            new = folder / f"{written}.{os.getpid()}.{threading.get_native_id()}"
            _write(new, f"{now_ms}".encode())
            new.replace(folder / written)
            _sync(folder)
        except OSError as error:
            message = f"{folder}: no wish to leave can be kept: {error.strerror}"
            raise StoreError(message) from error

    def forget(self, written: str) -> None:
        """Let go of a wish: whoever had it wants to stay."""
        (self.folder / _FOLDER / written).unlink(missing_ok=True)

    def waiting(self) -> list[str]:
        """Return the tokens of the wishes that are kept, in no order; it costs next to nothing where there are none."""
        try:
            names = os.listdir(self.folder / _FOLDER)  # noqa: PTH208 - it is asked before every claim
        except FileNotFoundError:
            return []
        return [name for name in names if len(name) <= MAX_CHARACTERS and "." not in name]

    def take_in(self, engine: Engine) -> int:
        """Do what is wished, and let go of each wish that the database has; return how many there were.

        Raises:
            StoreError: the database is still away; what is not done yet is kept.
        """
        names = self.waiting()
        for first in range(0, len(names), _AT_ONCE):
            some = names[first : first + _AT_ONCE]
            with writing(engine) as connection:
                for name in some:
                    self._leave(connection, name)
            for name in some:
                self.forget(name)
        return len(names)

    def _leave(self, connection: Connection, written: str) -> None:
        token = verify(self.keys, self.list_id, Purpose.UNSUBSCRIBE, written)
        at_ms = _moment(self.folder / _FOLDER / written)
        if token is None or at_ms is None or _has_come_since(connection, token.subscriber_id, at_ms):
            return
        proof = Proof(at_ms, language="", form_url=self.form_url, client="")
        if leave(connection, token.subscriber_id, proof):
            told.note(connection, token.subscriber_id, token.about, told.LEFT, now_ms=at_ms)


def wishes_of(settings: Settings) -> Wishes:
    """Return where the wishes of a workspace's readers are kept.

    Raises:
        UsageError: NEWSLETTER_SECRET_KEY is not set.
    """
    newsletter = settings.newsletter
    where = unsubscribe_url(newsletter.url, "")
    return Wishes(settings.root / ".newsletter", keys_of(settings.secret_key), newsletter.list_id, where)


def _has_come_since(connection: Connection, subscriber_id: int, at_ms: int) -> bool:
    """Tell whether somebody asked for mail after a moment, and proved it."""
    steps = consents_of(connection, subscriber_id)
    return any(step.step in {Step.CONFIRMED, Step.RETURNED} and to_ms(step.at) > at_ms for step in steps)


def _is_kept(path: Path) -> bool:
    return _moment(path) is not None


def _moment(path: Path) -> int | None:
    """Return what stands in a wish; None where there is none, or nobody of ours wrote it."""
    try:
        with path.open("rb") as file:
            said = file.read(_MOST_BYTES)
    except FileNotFoundError:
        return None
    return int(said) if said.isdigit() else None


def _write(path: Path, content: bytes) -> None:
    made = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.write(made, content)
        os.fsync(made)
    finally:
        os.close(made)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
