"""The index of the search, made by Pagefind (the extra `newsletter[search]`) of the texts that the pages show.

It is split into small files, of which a reader's browser fetches those that a question needs. Pagefind is a process of
its own: texts are handed to it one by one, so that it works while the pages are made.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import subprocess
import tempfile
from base64 import b64decode, b64encode
from dataclasses import dataclass
from html import escape
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsletter.archive.stamp import digest
from newsletter.errors import RenderError
from newsletter.wording import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from newsletter.archive.episodes import Told
    from newsletter.archive.kept import Kept
    from newsletter.archive.record import Record

FOLDER = "search/"
"""Of its files in the site."""

_PROGRAMS = ("pagefind_bin_extended", "pagefind_bin")
"""The packages that hold the program; `pagefind` itself takes 0.1 s to be imported, and answers ten times a second."""
_NOT_WANTED = ("pagefind-ui.*", "pagefind-modular-ui.*", "pagefind-component-ui.*", "pagefind-highlight.*")
"""Ready-made boxes to search with; the archive has its own."""


@dataclass(frozen=True, slots=True)
class Text:
    """What can be found of one page."""

    path: str
    """From the top of the site, such as `p/asml/`."""
    title: str
    lead: str
    """What stands between title and text; may be empty."""
    article: str
    """The digest by which its HTML is kept."""


def is_installed() -> bool:
    """Tell whether the archive can have a search."""
    return any(map(importlib.util.find_spec, _PROGRAMS))


def text_of_issue(record: Record) -> Text:
    """Return what can be found of an issue."""
    return Text(f"p/{record.slug}/", record.subject, record.preheader, record.article)


def text_of_episode(told: Told) -> Text:
    """Return what can be found of an episode."""
    return Text(told.path, told.heard.title, ", ".join(name for name, _, _ in told.heard.people), told.heard.page)


def index_key(texts: Sequence[Text], stamp: str) -> str:
    """Return a digest of all that an index is made of, beyond what `stamp` says; empty where nothing can be found."""
    return digest(stamp, *map(repr, texts)) if texts else ""


class Index:
    """One index of all texts, whose words are taken as those of one language: a reader searches everything at once.

    Pagefind is begun with the first text, in a process that `close` ends.
    """

    def __init__(self, kept: Kept, language: str) -> None:
        self._kept = kept
        self._language = language
        self._scratch = tempfile.TemporaryDirectory(prefix="newsletter-search-")
        self._out = Path(self._scratch.name) / "index"
        self._process: subprocess.Popen[bytes] | None = None
        self._texts = 0
        self._asked = 0

    @property
    def is_begun(self) -> bool:
        """Tell whether it has been given a text."""
        return self._process is not None

    def add(self, text: Text) -> None:
        """Take a text into the index. The same texts in another order make other files, which find the same.

        Raises:
            RenderError: Pagefind does not work.
        """
        body = f"<h1>{escape(text.title)}</h1><p>{escape(text.lead)}</p>{self._kept.read(text.article).decode()}"
        html = f"<html><body data-pagefind-body>{body}</body></html>"
        self._ask(type="AddFile", index_id=0, file_path=None, url=f"/{text.path}", file_contents=html)
        self._texts += 1

    def complete(self, texts: Sequence[Text]) -> None:
        """Take those of all the texts that have not been taken yet, and have the index written.

        Raises:
            RenderError: as `add`.
        """
        for text in texts[self._texts :]:
            self.add(text)
        self._ask(type="WriteFiles", index_id=0, output_path=str(self._out))

    def files(self) -> Path:
        """Wait for the index that is being written, and return its folder, which may be moved away.

        Raises:
            RenderError: Pagefind could not make it.
        """
        answers = list(islice(_answers(self._opened()), self._asked))
        faults = [str(answer.get("message")) for answer in answers if answer["type"] == "Error"]
        if faults or len(answers) < self._asked:
            raise _fault(faults[0] if faults else "it ended before it was done")
        for path in (path for name in _NOT_WANTED for path in self._out.glob(name)):
            path.unlink()
        return self._out

    def close(self) -> None:
        """End Pagefind, and remove what it wrote."""
        if self._process:
            self._process.kill()
            self._process.communicate()
        self._scratch.cleanup()

    def _opened(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            command = [_program(), "--service"]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - its own
            self._ask(type="NewIndex", config={"force_language": self._language})
        return self._process

    def _ask(self, **payload: object) -> None:
        """Send a request, as JSON in base64 with a comma behind it. Requests are answered in their order."""
        process = self._opened()
        self._asked += 1
        request = json.dumps({"message_id": self._asked, "payload": payload}).encode()
        try:
            process.stdin.write(b64encode(request) + b",")  # type: ignore[union-attr] - it is a pipe
            process.stdin.flush()  # type: ignore[union-attr] - as above
        except OSError as error:
            raise _fault("it ended before it was done") from error


def _program() -> str:
    for name in filter(importlib.util.find_spec, _PROGRAMS):
        return str(importlib.import_module(name).get_executable())
    raise _fault("it is not installed")


def _answers(process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the answers as they come, until Pagefind ends."""
    rest = b""
    while read := process.stdout.read1():  # type: ignore[union-attr] - it is a pipe
        *whole, rest = (rest + read).split(b",")
        yield from (json.loads(b64decode(one))["payload"] for one in whole)


def _fault(why: str) -> RenderError:
    return RenderError(f"pagefind could not make the index of the search: {printable(why)}")
