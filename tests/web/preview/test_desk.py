"""The desk: what is asked again, and what is not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from newsletter.web.preview.desk import Desk
from newsletter.web.preview.protocol import FILE, MISSING, PROBLEM, Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

ENDED, PICTURE = Answer(PROBLEM, b"{}"), Answer(FILE, b"a picture", "image/png")


class Scripted:
    """A renderer that has its answers ready."""

    busy_since: float | None = None

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[Mapping[str, Any]] = []

    async def ask(self, request: Mapping[str, Any]) -> Answer:
        self.asked.append(request)
        return self._answers.pop(0)

    def interrupt(self) -> None:
        """It is never busy."""


def file_of(renderer: Scripted) -> Answer:
    # It has all of a renderer that a desk uses.
    return asyncio.run(Desk(renderer).file("p/proef/foto.png"))  # type: ignore[arg-type]


def test_a_file_is_asked_again_when_the_process_was_ended() -> None:
    renderer = Scripted(ENDED, ENDED, PICTURE)
    assert file_of(renderer) == PICTURE
    assert renderer.asked == [{"do": FILE, "path": "p/proef/foto.png", "epoch": 0}] * 3


def test_a_file_that_cannot_be_had_is_not_asked_for_for_ever() -> None:
    assert file_of(Scripted(ENDED, ENDED, ENDED, PICTURE)) == ENDED


def test_a_file_that_is_not_there_is_asked_for_once() -> None:
    renderer = Scripted(Answer(MISSING, b""), PICTURE)
    assert file_of(renderer).kind == MISSING
    assert len(renderer.asked) == 1
