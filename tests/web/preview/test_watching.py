"""What is watched, and what a change is said to be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from newsletter.web.preview.watching import Watch
from tests.cli.commands import add_issue, issue_text
from tests.web.preview.desks import NAME, save

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NEVER_S = 20
QUIET_S = 0.3
"""So long nothing is said when there is nothing to say: a change takes a few milliseconds."""


class Heard:
    """What a watch told, in order: whether more than issues changed."""

    def __init__(self, root: Path, also: Path | None = None) -> None:
        self.queue: asyncio.Queue[bool] = asyncio.Queue()
        self.watch = Watch(root, also, self.queue.put_nowait)

    async def next(self) -> bool:
        return await asyncio.wait_for(self.queue.get(), NEVER_S)

    async def nothing(self) -> bool:
        try:
            await asyncio.wait_for(self.queue.get(), QUIET_S)
        except TimeoutError:
            return True
        return False

    async def last(self) -> bool:
        """What was told of one change, which may have been told in several."""
        said = await self.next()
        while True:
            try:
                said = await asyncio.wait_for(self.queue.get(), QUIET_S) or said
            except TimeoutError:
                return said


def hearing(root: Path, story: Callable[[Heard], object], also: Path | None = None) -> None:
    async def run() -> None:
        heard = Heard(root, also)
        watching = asyncio.create_task(heard.watch.run())
        assert await heard.next(), "at the beginning all may have changed"
        await story(heard)  # type: ignore[misc]
        heard.watch.close()
        await asyncio.wait_for(watching, NEVER_S)

    asyncio.run(run())


def test_an_issue_a_template_and_the_settings_are_told_apart(root: Path) -> None:
    (root / "templates").mkdir()

    async def story(heard: Heard) -> None:
        add_issue(root, NAME)
        assert not await heard.last()
        save(root / "issues" / f"{NAME}.md", issue_text("Anders.\n"))
        assert not await heard.last()
        (root / "templates" / "x.j2").write_text("x", "utf-8")
        assert await heard.last()
        save(root / "newsletter.toml", "name = 1\n")
        assert await heard.last()

    hearing(root, story)


@pytest.mark.parametrize(
    "name",
    [".env", "newsletter.db", "newsletter.db-wal", "out", "notes.md", "issues/.x.md.swp", "issues/x.md~", ".git"],
)
def test_what_no_reader_can_see_is_not_told(root: Path, name: str) -> None:
    async def story(heard: Heard) -> None:
        (root / name).write_text("x", "utf-8")
        assert await heard.nothing()

    hearing(root, story)


def test_folders_may_come_and_go(root: Path) -> None:
    async def story(heard: Heard) -> None:
        (root / "templates" / "email").mkdir(parents=True)
        assert await heard.last()
        (root / "templates" / "email" / "x.j2").write_text("x", "utf-8")
        assert await heard.last()
        (root / "issues").rename(root / "elsewhere")
        assert await heard.last()
        (root / "elsewhere").rename(root / "issues")
        assert await heard.last()
        add_issue(root, NAME, "Anders.\n")
        assert not await heard.last()

    hearing(root, story)


def test_a_logo_is_watched_wherever_it_stands(root: Path) -> None:
    logo = root / "look" / "logo.png"
    logo.parent.mkdir()

    async def story(heard: Heard) -> None:
        logo.write_bytes(b"1")
        assert await heard.nothing()
        heard.watch.see_logos([logo])
        assert await heard.last()
        logo.write_bytes(b"2")
        assert await heard.last()
        logo.with_name("other.png").write_bytes(b"2")
        assert await heard.nothing()

    hearing(root, story)


def test_an_issue_elsewhere_is_watched_with_what_stands_beside_it(root: Path, tmp_path: Path) -> None:
    also = tmp_path / "elders" / "elders.md"
    also.parent.mkdir()
    also.write_text("x", "utf-8")

    async def story(heard: Heard) -> None:
        save(also, "y")
        assert not await heard.last()
        also.with_name("foto.png").write_bytes(b"x")
        assert not await heard.last()

    hearing(root, story, also)
