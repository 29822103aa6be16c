"""A folder of `.eml` files instead of a mail server: each message as it would have gone over the wire."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from newsletter.errors import DeliveryError
from newsletter.model import Outcome, Verdict

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from newsletter.delivery.base import Message

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_NAME_CHARACTERS = 120  # of the 255 octets that a file's name may have


class DirectoryTransport:
    """Writes each message into a file of its own, for the eyes of its owner alone.

    A file is there whole or not at all, and no message ever takes the place of another. It is not forced to
    the disk: after a power cut the last files may be missing.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __enter__(self) -> Self:
        """Make the folder if it is missing, for its owner alone.

        Raises:
            DeliveryError: it cannot be made, or something else has its name.
        """
        try:
            self._directory.parent.mkdir(parents=True, exist_ok=True)
            self._directory.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Nothing is held open."""

    def deliver(self, message: Message) -> Outcome:
        """Write one message and return that it was accepted; `reply` is the file's name.

        Raises:
            DeliveryError: the folder is gone, full or not to be written to.
        """
        try:
            path = self._write(_name(message.message_id), message.content)
        except OSError as error:
            raise self._unusable(error) from error
        return Outcome(message.recipient, Verdict.ACCEPTED, reply=path.name)

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
