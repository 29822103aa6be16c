"""A process that renders may die, hang or say too much; there is an answer all the same."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

import pytest

from newsletter.web.preview.renderer import Renderer

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from newsletter.web.preview.protocol import Answer

NEVER_S = 30.0

WORKER = """
import json, os, signal, sys, time
from newsletter.web.preview.protocol import as_answer, write_answer
for line in sys.stdin.buffer:
    asked = json.loads(line)
    {}
    write_answer(sys.stdout.buffer, as_answer("look", {{"asked": asked["number"], "pid": os.getpid()}}))
"""


def renderer(work: str = "pass", deadline_s: float = NEVER_S) -> Renderer:
    return Renderer([sys.executable, "-c", WORKER.format(work)], {"LANG": "C.UTF-8"}, deadline_s)


def answers(made: Renderer, talk: Callable[[Renderer], Coroutine[None, None, list[Answer]]]) -> list[Answer]:
    async def run() -> list[Answer]:
        try:
            return await talk(made)
        finally:
            await made.close()

    return asyncio.run(run())


async def three(made: Renderer) -> list[Answer]:
    return [await made.ask({"number": number}) for number in range(3)]


def message(answer: Answer) -> str:
    assert answer.kind == "problem"
    return str(json.loads(answer.body)["message"])


def test_one_process_answers_one_question_after_the_other() -> None:
    async def at_once(made: Renderer) -> list[Answer]:
        return list(await asyncio.gather(*(made.ask({"number": number}) for number in range(20))))

    said = [json.loads(answer.body) for answer in answers(renderer(), at_once)]
    assert [one["asked"] for one in said] == list(range(20))
    assert len({one["pid"] for one in said}) == 1


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (
            'if asked["number"] == 1: os.kill(os.getpid(), signal.SIGSEGV)',
            "the renderer ended by the signal SIGSEGV. It is started again at the next save",
        ),
        (
            'if asked["number"] == 1: raise ValueError("no such thing")',
            "the renderer ended with status 1: ValueError: no such thing. It is started again at the next save",
        ),
        (
            'if asked["number"] == 1: sys.exit(3)',
            "the renderer ended with status 3. It is started again at the next save",
        ),
        (
            'if asked["number"] == 1: os.write(1, b"half an ans"); os._exit(0)',
            "the renderer ended with status 0. It is started again at the next save",
        ),
    ],
)
def test_a_process_that_dies_is_told_of_and_another_one_goes_on(work: str, expected: str) -> None:
    before, died, after = answers(renderer(work), three)
    assert (before.kind, after.kind) == ("look", "look")
    assert message(died) == expected
    assert json.loads(before.body)["pid"] != json.loads(after.body)["pid"]


def test_a_process_that_hangs_is_killed_after_the_deadline() -> None:
    # So long that a slow machine starts a process within it.
    _, hung, after = answers(renderer('while asked["number"] == 1: signal.pause()', deadline_s=3), three)
    assert message(hung) == "rendering took more than 3 seconds and was stopped; does a template loop?"
    assert json.loads(after.body)["asked"] == 2


def test_a_process_that_hangs_can_be_interrupted() -> None:
    async def interrupted(made: Renderer) -> list[Answer]:
        await made.ask({"number": 0})
        waiting = asyncio.ensure_future(made.ask({"number": 1}))
        while made.busy_since is None:  # noqa: ASYNC110 - there is nothing to wait for: it is set at the next turn
            await asyncio.sleep(0)
        made.interrupt()
        return [await waiting, await made.ask({"number": 2})]

    killed, after = answers(renderer('while asked["number"] == 1: signal.pause()'), interrupted)
    assert message(killed) == "the renderer ended by the signal SIGKILL. It is started again at the next save"
    assert json.loads(after.body)["asked"] == 2


def test_a_command_that_cannot_be_run_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        answers(Renderer(["/nowhere/at-all"], {}), three)
