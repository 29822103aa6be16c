"""A build that is killed at any moment leaves the old site or the new one, whole, and the next build works."""

from __future__ import annotations

import multiprocessing
import random
import re
import time
from typing import TYPE_CHECKING

import pytest

from newsletter.archive.folder import MARK
from newsletter.archive.stamp import digest
from tests.archive.sources import built, files_in, workspace
from tests.cli.commands import add_issue

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 50
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
