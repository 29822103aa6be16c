"""The program wrk, which asks for one page over many connections as fast as it is answered."""

from __future__ import annotations

import re
import subprocess

from benchmarks.measure.processes import FailedError

CONNECTIONS = 32


class MissingError(Exception):
    """A program that the measurement needs is not there."""


def ask(url: str, seconds: float) -> float:
    """Return how many times a second a page was answered.

    Raises:
        MissingError: there is no wrk.
        FailedError: it was answered with something else than the page.
    """
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-H", "Host: localhost", url]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        message = "wrk is missing: apt-get install wrk"
        raise MissingError(message) from None
    speed = re.search(r"Requests/sec:\s+([0-9.]+)", done.stdout)
    if done.returncode or speed is None or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        message = f"{url} was not served as it should be:\n{done.stdout}{done.stderr}"
        raise FailedError(message)
    return float(speed[1])
