"""Processes that begin at once, as they are forks of this one, and that can be struck."""

from __future__ import annotations

import faulthandler
import os
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Child:
    """A process that was begun here."""

    pid: int

    def kill(self) -> None:
        """End it at once, with no word of its own."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def stop(self) -> None:
        """Let it hang."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it wake up."""
        os.kill(self.pid, signal.SIGCONT)

    def wait(self) -> int:
        """Wait for its end; return its status, or minus the signal that ended it."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def has_ended(self) -> bool:
        """Whether it is there no more; then it must not be waited for."""
        return os.waitpid(self.pid, os.WNOHANG)[0] != 0


def fork(work: Callable[[], object]) -> Child:
    """Do some work in another process; its status is what the work returns, if that is a number, and 0 else."""
    pid = os.fork()
    if pid:
        return Child(pid)
    status = 70
    try:
        faulthandler.disable()
        result = work()
        status = result if isinstance(result, int) else 0
    finally:
        os._exit(status)
