"""What all open pages share: which version of the workspace there is, and what was rendered of it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from newsletter.web.preview.protocol import FILE, FINDINGS, LOOK, MAIL, OVERVIEW, PAGE, PROBLEM, SOURCE, TEXT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from newsletter.web.preview.protocol import Answer
    from newsletter.web.preview.renderer import Renderer

SETTLE_S = 0.08
"""How long a fault waits for a next save: an editor that is half-way through one leaves half a file behind."""
PATIENCE_S = 2.0
"""How long a rendering may go on after the next save; what hangs, or is very slow, would only delay that."""
QUIET_S = 0.15
"""How long nothing is saved before the checks are asked: they take longer than the mail."""
_ATTEMPTS = 3
_AT_ONCE = 10
_MAX_KEPT = 64
VIEWS = ((MAIL,), (PAGE,), (SOURCE,), (TEXT,))

Question = dict[str, Any]


class Desk:
    """Hands out what is rendered, once for each version and question, and tells when there is a newer version."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._answers: dict[str, asyncio.Task[Answer]] = {}
        self._good: dict[str, Answer] = {}
        self._changed = asyncio.Event()
        self.version = 0
        """Grows with every change in the workspace."""
        self.epoch = 0
        """Grows with those of settings or templates, which all issues share."""
        self.is_closing = False

    def change(self, *, look_too: bool) -> None:
        """Begin a new version; `look_too` where settings or templates may have changed, and not only issues."""
        self.version += 1
        self.epoch += look_too
        self._answers.clear()
        self._wake()
        asyncio.get_running_loop().call_later(PATIENCE_S, self._hurry, self._renderer.busy_since)

    def close(self) -> None:
        """End all streams."""
        self.is_closing = True
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _hurry(self, since: float | None) -> None:
        if since is not None and self._renderer.busy_since == since:
            self._renderer.interrupt()

    async def newer_than(self, version: int, timeout_s: float | None = None) -> bool:
        """Wait for a newer version, or for the end; tell whether there is one."""
        while self.version == version and not self.is_closing:
            try:
                await asyncio.wait_for(self._changed.wait(), timeout_s)
            except TimeoutError:
                return False
        return True

    async def answer(self, question: Question) -> Answer:
        """Return what there is to say now; rendered once, however many ask."""
        key = json.dumps(question, sort_keys=True)
        task = self._answers.get(key)
        if task is None:
            if len(self._answers) >= _MAX_KEPT:
                self._answers.clear()
            task = asyncio.create_task(self._renderer.ask(question | {"epoch": self.epoch}))
            self._answers[key] = task
        # Who asked may go away; the process is spoken to until it has answered.
        return await asyncio.shield(task)

    async def file(self, path: str) -> Answer:
        """Return a file that a mail or a page shows.

        A browser asks for it once. So where the process was ended meanwhile, for a newer save, it is asked again here.
        """
        question = {"do": FILE, "path": path}
        answer = await self.answer(question)
        for _ in range(_ATTEMPTS - 1):
            if answer.kind == PROBLEM:
                self._answers.pop(json.dumps(question, sort_keys=True), None)
                answer = await self.answer(question)
        return answer

    async def stream(self, question: Mapping[str, Any]) -> AsyncIterator[tuple[int, Answer]]:
        """Yield what there is to see, at once and after every change: the version, and its answer.

        While something is wrong, what was good last comes first, so that a page which is opened then has it too.
        """
        asked, is_first = dict(question), True
        key = json.dumps(asked, sort_keys=True)
        while not self.is_closing:
            version = self.version
            answer = await self.answer(asked)
            if answer.kind == PROBLEM:
                if not is_first and await self.newer_than(version, SETTLE_S):
                    continue
                if is_first and key in self._good:
                    yield version, self._good[key]
            elif answer.kind in {LOOK, OVERVIEW}:
                self._keep(key, answer)
            yield version, answer
            is_first = False
            async for more in self._checked(version, asked, answer):
                yield version, more
            await self.newer_than(version)

    async def _checked(self, version: int, asked: Question, answer: Answer) -> AsyncIterator[Answer]:
        """Yield what the checks say of what was answered, unless there is a newer version, which goes first."""
        if answer.kind == LOOK and not await self.newer_than(version, QUIET_S):
            await self._keep_other_views(version, asked)
            yield await self.answer({"do": FINDINGS, "issue": asked["issue"]})
        if answer.kind == OVERVIEW:
            missing = [row["name"] for row in json.loads(answer.body)["issues"] if "errors" not in row]
            for number, name in enumerate(missing, start=1):
                if await self.newer_than(version, 0):
                    return
                await self.answer({"do": FINDINGS, "issue": name})
                if number % _AT_ONCE == 0 or number == len(missing):
                    yield await self.answer(asked | {"checked": number})

    async def _keep_other_views(self, version: int, asked: Question) -> None:
        """Have the other views of a good issue at hand, for whoever chooses one of them while something is wrong."""
        for shows in VIEWS:
            if await self.newer_than(version, 0):
                return
            other = asked | {"shows": list(shows)}
            answer = await self.answer(other)
            if answer.kind == LOOK:
                self._keep(json.dumps(other, sort_keys=True), answer)

    def _keep(self, key: str, answer: Answer) -> None:
        self._good.pop(key, None)
        self._good[key] = answer
        if len(self._good) > _MAX_KEPT:
            del self._good[next(iter(self._good))]
