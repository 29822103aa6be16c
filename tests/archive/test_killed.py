"""A build that is killed at any moment leaves the old site or the new one, whole, and the next build works."""

from __future__ import annotations

import json
import multiprocessing
import random
import re
import time
from typing import TYPE_CHECKING

import pytest

from newsletter.archive.folder import MARK
from newsletter.archive.stamp import digest
from tests.archive.sources import built, files_in, site_of, workspace
from tests.cli.commands import add_issue

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 50
KILLS_OF_A_SEARCH = 12
ISSUES = 26
"""Enough to be read by more than one process."""
EDITION = re.compile(r"Uitgave (\d+)")


def write_issues(root: Path, edition: int) -> None:
    for number in range(1, ISSUES + 1):
        add_issue(root, f"2026-01-{number:02}-nummer-{number}", f"Uitgave {edition}.\n", preheader=f"Uitgave {edition}")


def edition_of(out: Path) -> int:
    """Which edition the site is of; it is all of one, and every file is as the build wrote it."""
    lines = [line.split(" ", 2) for line in (out / MARK).read_text("utf-8").splitlines()[1:]]
    site = files_in(out)
    assert {path: name for name, _, path in lines} == {path: digest(content) for path, content in site.items()}
    texts = [site[f"p/nummer-{number}/index.html"].decode() for number in range(1, ISSUES + 1)]
    editions = {int(found) for text in (*texts, site["feed.xml"].decode()) for found in EDITION.findall(text)}
    assert len(editions) == 1
    return editions.pop()


@pytest.mark.timeout(300)
def test_killed_at_any_moment_the_site_is_whole(tmp_path: Path) -> None:
    root = workspace(tmp_path / "ws")
    out = tmp_path / "www" / "site"
    write_issues(root, 0)
    built(root, out)
    write_issues(root, 1)
    began = time.perf_counter()
    built(root, out)
    whole_s = time.perf_counter() - began
    chance = random.Random(1)
    seen = {edition_of(out)}
    for edition in range(2, KILLS + 2):
        write_issues(root, edition)
        process = multiprocessing.get_context("fork").Process(target=built, args=(root, out))
        process.start()
        # On a busy machine none might come to its end in that time; so each tenth one is let.
        process.join(chance.uniform(0.1, 1.3) * whole_s if edition % 10 else None)
        process.kill()
        process.join()
        found = edition_of(out)
        assert found in {edition, max(seen)}
        seen.add(found)
    assert len(seen) < KILLS, "no build was struck"
    write_issues(root, 0)
    built(root, out)
    assert edition_of(out) == 0
    assert list(out.parent.iterdir()) == [out]


def index_is_whole(out: Path) -> bool:
    """Whether the site has an index, all of whose files are as one run of Pagefind wrote them."""
    index = out / "search"
    if not index.exists():
        return False
    (language,) = json.loads((index / "pagefind-entry.json").read_bytes())["languages"].values()
    assert (index / f"pagefind.{language['hash']}.pf_meta").is_file()
    assert len(list((index / "fragment").iterdir())) == language["page_count"] == ISSUES
    return True


@pytest.mark.timeout(300)
def test_killed_at_any_moment_the_index_of_the_search_is_whole(tmp_path: Path) -> None:
    root = workspace(tmp_path / "ws")
    out = tmp_path / "www" / "site"
    write_issues(root, 0)
    began = time.perf_counter()
    built(root, out, with_search=True)
    whole_s = time.perf_counter() - began
    chance = random.Random(2)
    seen = {index_is_whole(out)}
    for edition in range(1, KILLS_OF_A_SEARCH + 1):
        write_issues(root, edition)
        process = multiprocessing.get_context("fork").Process(
            target=built, args=(root, out), kwargs={"with_search": True}
        )
        process.start()
        process.join(chance.uniform(0.1, 1.1) * whole_s)
        process.kill()
        process.join()
        seen.add(index_is_whole(out))
    assert True in seen
    built(root, out, with_search=True)
    assert index_is_whole(out)
    assert files_in(out) == site_of(root, with_search=True).files
    assert list(out.parent.iterdir()) == [out]
