"""Programs that are measured: run once to their end, or kept as workers that answer requests.

Whoever measures must stay small itself: Linux counts the memory of a process from before it became the program that
was asked for, so nothing below the size of its parent can be seen.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import resource
    from collections.abc import Sequence
    from pathlib import Path

_BYTES_PER_MAXRSS = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes on macOS, else kilobytes

INTERRUPTED = 130


class FailedError(Exception):
    """A program that is measured did not do its work."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a program took."""

    seconds: float
    cpu_s: float
    """What the processor worked for it, on all cores."""
    peak_bytes: int
    """The most memory that it held at once."""


def run(command: Sequence[str | Path], folder: Path) -> Run:
    """Run a program to its end, its output thrown away.

    Raises:
        FailedError: it ends with another status than 0.
    """
    start = time.perf_counter()
    process = _begun(command, folder)
    usage = _reap(process)
    seconds = time.perf_counter() - start
    if process.returncode:
        message = f"exit status {process.returncode}: {' '.join(map(str, command))}"
        raise FailedError(message)
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _BYTES_PER_MAXRSS)


def run_until(command: Sequence[str | Path], folder: Path, seconds: float) -> Run:
    """Run a program to its end, or ask it to end (SIGTERM) after so many seconds; its output is thrown away.

    Raises:
        FailedError: it ends with another status than 0, or than that of an interruption.
    """
    start = time.perf_counter()
    process = _begun(command, folder)
    alarm = threading.Timer(seconds, process.send_signal, (signal.SIGTERM,))
    alarm.start()
    usage = _reap(process)
    alarm.cancel()
    took = time.perf_counter() - start
    if process.returncode not in {0, INTERRUPTED}:
        message = f"exit status {process.returncode}: {' '.join(map(str, command))}"
        raise FailedError(message)
    return Run(took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _BYTES_PER_MAXRSS)


def _begun(command: Sequence[str | Path], folder: Path) -> subprocess.Popen[bytes]:
    # As on a person's machine, where Python keeps what it has compiled.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    silent = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, stdout=silent, stderr=silent, env=environment)


def _reap(process: subprocess.Popen[Any]) -> resource.struct_rusage:
    """Wait for a process; return what it used."""
    _, status, usage = os.wait4(process.pid, 0)
    # So that Popen knows that nobody is left to wait for.
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


class Worker:
    """A program that reads one JSON document per line and answers with another."""

    def __init__(self, command: Sequence[str | Path], folder: Path) -> None:
        self._command = command
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, **request: object) -> dict[str, Any]:
        """Send one request; return the answer.

        Raises:
            FailedError: the program ended instead.
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise TypeError
        self._process.stdin.write(f"{json.dumps(request)}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            message = f"no answer from {' '.join(map(str, self._command))}"
            raise FailedError(message)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> int:
        """End the program; return the most memory that it held at once, in bytes."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        return _reap(self._process).ru_maxrss * _BYTES_PER_MAXRSS
