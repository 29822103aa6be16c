"""The process that renders, as the server sees it: asked one thing at a time, killed when it hangs, started anew."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from asyncio.subprocess import PIPE
from typing import TYPE_CHECKING, Any

from newsletter.web.preview.protocol import PROBLEM, Answer, as_answer, read_answer

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Mapping, Sequence

DEADLINE_S = 10.0
"""For one answer; the first one after a start takes a second, and large pictures, which are kept, some more."""
_LAST_WORDS_BYTES = 4000
_ENDING_S = 2.0
"""How long a process may take to end that says nothing any more."""


class Renderer:
    """Answers through a second process. Whatever becomes of that, there is an answer."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], deadline_s: float = DEADLINE_S) -> None:
        """`environ` is all that the process gets of the environment: no secret belongs in it."""
        self._command = command
        self._environ = dict(environ)
        self._deadline_s = deadline_s
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._is_closed = False
        self.busy_since: float | None = None
        """On the event loop's clock; None while nothing is asked."""

    async def ask(self, request: Mapping[str, Any]) -> Answer:
        """Return the answer to a request, or the problem that there is none. Must not be cancelled on its way."""
        async with self._turn:
            if self._is_closed:
                return as_answer(PROBLEM, {"message": "the preview has ended", "findings": []})
            process = self._process or await self._start()
            self._process = process
            self.busy_since = asyncio.get_running_loop().time()
            try:
                return await asyncio.wait_for(_asked(process, request), self._deadline_s)
            except TimeoutError:
                message = (
                    f"rendering took more than {self._deadline_s:g} seconds and was stopped; does a template loop?"
                )
                kill(process)
            except (OSError, asyncio.IncompleteReadError):
                message = ""
            finally:
                self.busy_since = None
            # What it read last is lost with it, so nothing that it says later can be taken for another answer.
            self._process = None
            last_words = await _last_words(process)
            return as_answer(PROBLEM, {"message": message or _fate(process, last_words), "findings": []})

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=self._environ
        )

    def interrupt(self) -> None:
        """Kill the process; whoever waits for its answer gets a problem."""
        if self._process:
            kill(self._process)

    async def close(self) -> None:
        """End the process; what is still asked gets no answer from it."""
        self._is_closed = True
        self.interrupt()
        async with self._turn:
            if self._process:
                kill(self._process)
                await self._process.wait()


async def _asked(process: Process, request: Mapping[str, Any]) -> Answer:
    if process.stdin is None or process.stdout is None:
        raise TypeError
    process.stdin.write(json.dumps(request).encode() + b"\n")
    await process.stdin.drain()
    return await read_answer(process.stdout)


def kill(process: Process) -> None:
    """Kill a process that may have ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()


async def _last_words(process: Process) -> str:
    """Return the end of what a process said on standard error; it has ended, or is killed when it does not."""
    ending = asyncio.ensure_future(process.communicate())
    try:
        _, said = await asyncio.wait_for(asyncio.shield(ending), _ENDING_S)
    except TimeoutError:
        kill(process)
        _, said = await ending
    return said[-_LAST_WORDS_BYTES:].decode("utf-8", "replace").strip()


def _fate(process: Process, last_words: str) -> str:
    """Say how a process ended that should not have."""
    code = process.returncode or 0
    how = f"by the signal {signal.Signals(-code).name}" if code < 0 else f"with status {code}"
    reason = f": {last_words.splitlines()[-1]}" if last_words else ""
    return f"the renderer ended {how}{reason}. It is started again at the next save"
