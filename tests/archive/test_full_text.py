"""The search of a served archive: of the built pages alone, and of them as they are now."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from newsletter.archive.full_text import MAX_HITS, FullText
from tests.archive.sources import built, workspace
from tests.cli.commands import add_issue

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = workspace(tmp_path / "ws")
    fusion = "## Nu\n\nDe café's van Zürich draaien op kernfusie. Ook & <b>nu</b>.\n"
    add_issue(root, "2026-11-01-fusie", fusion, status="ready")
    add_issue(root, "2026-11-02-wind", "Windmolens, en in de verte: kernenergie.\n", status="ready")
    add_issue(root, "2026-11-03-later", "Nog niets over kernfusie.\n")
    return root


@pytest.fixture
def site(root: Path, tmp_path: Path) -> Path:
    out = tmp_path / "site"
    built(root, out, with_drafts=False)
    return out


def paths(site: Path, question: str) -> list[str]:
    return sorted(hit.path for hit in FullText(site).ask(question).hits)


def test_pages_with_every_word_are_found(site: Path) -> None:
    assert paths(site, "kernfusie") == ["p/fusie/"]
    assert paths(site, "kern") == ["p/fusie/", "p/wind/"]
    assert paths(site, "wind kern") == ["p/wind/"]
    assert paths(site, "kernfusie windmolens") == []


def test_neither_capitals_nor_accents_matter(site: Path) -> None:
    assert paths(site, "ZURICH cafe") == ["p/fusie/"]


def test_what_was_asked_for_is_marked_in_the_excerpt(site: Path) -> None:
    (hit,) = FullText(site).ask("windmolens").hits
    assert ("Windmolens", True) in hit.excerpt
    assert "kernenergie" in "".join(text for text, _ in hit.excerpt)
    assert hit.title


@pytest.mark.parametrize(
    "question", ["", " ", '"', "*", "' or 1", "a AND", "NEAR(", "title:x", "-", "\x00", "{{", "é" * 500]
)
def test_a_question_is_words_and_nothing_else(site: Path, question: str) -> None:
    assert FullText(site).ask(question).hits == ()


def test_no_more_than_so_many_are_shown_and_all_are_counted(root: Path, tmp_path: Path) -> None:
    for number in range(MAX_HITS + 3):
        add_issue(root, f"2026-10-{number + 1:02}-nummer-{number}", "Een woord over getijden.\n")
    built(root, tmp_path / "site")
    answer = FullText(tmp_path / "site").ask("getijden")
    assert (answer.count, len(answer.hits)) == (MAX_HITS + 3, MAX_HITS)


def test_a_site_that_was_built_anew_is_read_anew(root: Path, site: Path) -> None:
    search = FullText(site)
    assert search.ask("zonnepanelen").count == 0
    add_issue(root, "2026-11-02-wind", "Zonnepanelen.\n")
    built(root, site)
    assert [hit.path for hit in search.ask("zonnepanelen").hits] == ["p/wind/"]
    assert search.ask("windmolens").count == 0


def test_many_may_ask_at_once(site: Path) -> None:
    search = FullText(site)
    with ThreadPoolExecutor(8) as threads:
        counts = set(threads.map(lambda _: search.ask("kern").count, range(64)))
    assert counts == {2}


def test_without_a_site_there_is_nothing_to_ask(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FullText(tmp_path).ask("kern")
