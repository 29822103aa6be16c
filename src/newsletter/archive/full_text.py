"""A search for readers whose browser runs no scripts, where the archive is served: an index of the built pages.

It is made of the site itself, so that nothing can be found that is not public, and kept in memory: 14 MB for a
thousand issues. SQLite's FTS5 does the work.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import html

from newsletter.archive.folder import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_HITS = 20
MAX_WORDS = 12
"""Of a question; what follows is not looked for."""

_WORD = re.compile(r"\w+")
_BEGIN, _END = "\x02", "\x03"
"""Around what was found in an excerpt: no page has them in it."""
_SEARCHED = ("p/*/index.html", "episodes/**/index.html")
_TABLE = """
create virtual table page using fts5(
    path unindexed, title, words, tokenize = "unicode61 remove_diacritics 2", prefix = "3"
)
"""
_QUESTION = """
select path, title, snippet(page, 2, char(2), char(3), '…', 24)
from page where page match ? order by bm25(page, 0, 4, 1), path limit ?
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that has all the words of a question in it."""

    path: str
    """From the top of the site, such as `p/asml/`."""
    title: str
    excerpt: tuple[tuple[str, bool], ...]
    """Pieces of its text, each with whether it was asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question."""

    count: int
    """How many pages there are."""
    hits: tuple[Hit, ...]
    """The best of them, at most `MAX_HITS`."""


class FullText:
    """The index of one site, made when somebody asks, and anew when the site has changed. For any thread."""

    def __init__(self, site: Path) -> None:
        self._site = site
        self._lock = threading.Lock()
        self._made_of: tuple[int, int] | None = None
        self._pages = _empty()

    def ask(self, question: str) -> Answer:
        """Return the pages that have every word of a question in them, or words that begin so.

        Raises:
            OSError: there is no site.
        """
        words = _WORD.findall(question)[:MAX_WORDS]
        if not words:
            return Answer(0, ())
        with self._lock:
            self._refresh()
            asked = (" ".join(f'"{word}"*' for word in words),)
            (count,) = self._pages.execute("select count(*) from page where page match ?", asked).fetchone()
            rows = self._pages.execute(_QUESTION, (*asked, MAX_HITS)).fetchall()
        return Answer(count, tuple(Hit(path, title, _pieces(excerpt)) for path, title, excerpt in rows))

    def _refresh(self) -> None:
        mark = (self._site / MARK).stat()
        made_of = (mark.st_mtime_ns, mark.st_ino)
        if made_of == self._made_of:
            return
        pages = _empty()
        with pages:
            pages.executemany("insert into page values (?, ?, ?)", _read(self._site))
        self._pages.close()
        self._pages, self._made_of = pages, made_of


def _empty() -> sqlite3.Connection:
    pages = sqlite3.connect(":memory:", check_same_thread=False)
    pages.execute(_TABLE)
    return pages


def _read(site: Path) -> Iterator[tuple[str, str, str]]:
    for pattern in _SEARCHED:
        for path in sorted(site.glob(pattern)):
            try:
                tree = html.document_fromstring(path.read_bytes(), parser=html.HTMLParser(encoding="utf-8"))
            except (OSError, ValueError):  # a build has put another site in its place, which is read next
                continue
            for article in tree.iterfind(".//*[@data-pagefind-body]"):
                yield f"{path.parent.relative_to(site).as_posix()}/", _title(article), _words(article)


def _title(article: html.HtmlElement) -> str:
    heading = article.find(".//h1")
    return " ".join(heading.text_content().split()) if heading is not None else ""


def _words(article: html.HtmlElement) -> str:
    """Return the text of an article, a space between its pieces, without what is no text of its own."""
    for odd in article.xpath(".//*[@data-pagefind-ignore] | .//h1 | .//script | .//style"):
        odd.drop_tree()
    return " ".join(" ".join(article.itertext()).split())


def _pieces(excerpt: str) -> tuple[tuple[str, bool], ...]:
    pieces = (piece for begun in excerpt.split(_BEGIN) for piece in _ended(begun))
    return tuple((text, is_found) for text, is_found in pieces if text)


def _ended(begun: str) -> tuple[tuple[str, bool], ...]:
    found, end, rest = begun.partition(_END)
    return ((found, True), (rest, False)) if end else ((found, False),)
