"""The process that renders. It may crash, hang or be killed: the server starts another and says what happened."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
from typing import TYPE_CHECKING

from newsletter.web.preview.protocol import write_answer
from newsletter.web.preview.studio import Studio

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.web.preview.studio import Stage

MAX_MEMORY_BYTES = 2 * 1024**3
"""Of addresses, which libraries reserve more of than they use; a template that asks for more gets a MemoryError."""
DEADLINE_S = 10
"""For one answer. The server gives up first; this is for a process whose server is gone."""


def answer_requests(root: Path, also: Path | None, stage: Stage) -> None:
    """Answer the requests on standard input, one after the other, until there are no more."""
    _limit_memory()
    # Whatever a library prints must not come between the answers.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        studio = Studio(root, also, stage)
        for line in sys.stdin.buffer:
            signal.alarm(2 * DEADLINE_S)
            write_answer(answers, studio.answer(json.loads(line)))
            signal.alarm(0)


def _limit_memory() -> None:
    # macOS knows the limit and does not take it.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
