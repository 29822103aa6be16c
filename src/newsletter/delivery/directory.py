"""A folder of `.eml` files instead of a mail server: each message as it would have gone over the wire."""

from __future__ import annotations

import os
import re
from collections import deque
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from newsletter.delivery.base import Capabilities
from newsletter.errors import DeliveryError
from newsletter.model import Outcome, Scope, Verdict

if TYPE_CHECKING:
    from newsletter.delivery.base import Feed

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_AT_ONCE = 20
_NAME_CHARACTERS = 120  # of the 255 octets that a file's name may have


class DirectoryTransport:
    """Writes each message into a file of its own, for the eyes of its owner alone.

    A file is there whole or not at all, and no message ever takes the place of another. It is not forced to
    the disk: after a power cut the last files may be missing.
    """

    capabilities = Capabilities("directory")

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def run(self, feed: Feed) -> None:
        """Write what the feed gives until it gives nothing more; an outcome's `reply` is the file's name.

        Raises:
            DeliveryError: the folder cannot be made, is gone, is full or not to be written to.
        """
        self._make()
        while messages := await feed.take(_AT_ONCE):
            left = deque(messages)
            try:
                while left:
                    path = self._write(_name(left[0].message_id), left[0].content)
                    message = left.popleft()
                    feed.settle(message, Outcome(message.recipient, Verdict.ACCEPTED, reply=path.name))
            except OSError as error:
                failure = self._unusable(error)
                for message in left:
                    outcome = Outcome(message.recipient, Verdict.DEFERRED, reply=str(failure), scope=Scope.SESSION)
                    feed.settle(message, outcome)
                raise failure from error

    def _make(self) -> None:
        """Make the folder if it is missing, for its owner alone."""
        try:
            self._directory.parent.mkdir(parents=True, exist_ok=True)
            self._directory.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from error

    def _write(self, name: str, content: bytes) -> Path:
        # A file of `tempfile` is readable by its owner alone (0600) from its first moment.
        with NamedTemporaryFile(dir=self._directory, prefix=".", suffix=".part", delete=False) as part:
            part.write(content)
        try:
            return self._linked(Path(part.name), name)
        finally:
            Path(part.name).unlink()

    def _linked(self, part: Path, name: str) -> Path:
        """Give the finished file the first free name; `link` refuses a taken one, `replace` would not."""
        names = chain([f"{name}.eml"], (f"{name}-{number}.eml" for number in count(2)))
        while True:
            path = self._directory / next(names)
            with suppress(FileExistsError):
                os.link(part, path)
                return path

    def _unusable(self, error: OSError) -> DeliveryError:
        return DeliveryError(
            f"{self._directory}: mail cannot be written there: {error.strerror}; "
            "look at the folder, or choose another with delivery.directory"
        )


def _name(message_id: str) -> str:
    """Return a file name from what stands before the `@` of a Message-ID: the token and the issue's slug."""
    local = message_id.strip("<>").partition("@")[0]
    return _NOT_IN_A_NAME.sub("-", local).lstrip(".")[:_NAME_CHARACTERS] or "message"
