"""Measure how fast mail leaves, beside other clients, into Postfix's smtp-sink on this machine.

    python benchmarks/smtp.py [--rounds N] [--count N] [--json]

The same 50 KB for all: this program's transport, Postfix's own smtp-source (C), smtplib as most programs use it, and
aiosmtplib. Then again with 20 ms before each answer, as on a line to a provider.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure.figures import Figure, in_turns, machine, table, time_figure
from benchmarks.measure.processes import FailedError, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks" / "sending"
OCTETS = 50_000
DELAY_MS = 20
SLOW_SHARE = 20
"""On the slow line so many times fewer are sent: it is waiting that is measured there."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one series took."""

    seconds: float
    cpu_s: float


def sent(client: str, port: int, count: int, connections: int = 1) -> Taken:
    """Send a series with one of the worker's clients.

    Raises:
        FailedError: not all was taken.
    """
    command: list[str | Path] = [sys.executable, HERE / "worker.py", client]
    command += map(str, (port, count, connections))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FailedError(done.stderr)
    return Taken(**json.loads(done.stdout))


def from_source(port: int, count: int, connections: int = 1) -> Taken:
    """Send a series with smtp-source, its start and all."""
    options = {"-l": OCTETS, "-s": connections, "-m": count}
    command = ["smtp-source", "-d", *(str(part) for option in options.items() for part in option), f"127.0.0.1:{port}"]
    took = run(command, ROOT)
    return Taken(took.seconds, took.cpu_s)


def measure(port: int, slow_port: int, rounds: int, count: int) -> dict[str, Figure]:
    """Take all of them in turns; return the figures by what stands beside ours.

    Raises:
        FailedError: one of them fails.
    """
    few = max(1, count // SLOW_SHARE)
    series: dict[str, Callable[[int], Taken]] = {
        "ours": lambda _: sent("ours", port, count),
        "smtp-source": lambda _: from_source(port, count),
        "smtplib": lambda _: sent("smtplib", port, count),
        "aiosmtplib": lambda _: sent("aiosmtplib", port, count),
        "ours, 4": lambda _: sent("ours", port, count, 4),
        "smtp-source, 4": lambda _: from_source(port, count, 4),
        "aiosmtplib, 4": lambda _: sent("aiosmtplib", port, count, 4),
        "ours, slow": lambda _: sent("ours", slow_port, few),
        "smtplib, slow": lambda _: sent("smtplib", slow_port, few),
        "aiosmtplib, slow": lambda _: sent("aiosmtplib", slow_port, few),
    }
    taken = in_turns(series, rounds, unmeasured=1)
    beside = {
        "smtp-source": ("smtp-source", "ours", None),
        "smtp-source, 4 connections": ("smtp-source, 4", "ours, 4", None),
        "smtplib": ("smtplib", "ours", 0.5),
        "aiosmtplib": ("aiosmtplib", "ours", 0.8),
        "aiosmtplib, 4 connections": ("aiosmtplib, 4", "ours, 4", 0.8),
        f"smtplib, {DELAY_MS} ms before each answer": ("smtplib, slow", "ours, slow", 0.4),
        f"aiosmtplib, {DELAY_MS} ms before each answer": ("aiosmtplib, slow", "ours, slow", 0.4),
    }
    return {name: time_figure(name, taken[our], taken[peer], goal) for name, (peer, our, goal) in beside.items()}


@contextmanager
def program(*command: str | Path, port: int = 0) -> Iterator[int]:
    """Run a server; give the port that it prints, or the one that it was given."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        if not port and process.stdout:
            port = int(process.stdout.readline())
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise FailedError(f"nothing listens on port {port}") from None
            time.sleep(0.02)
        else:
            return


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", metavar="N", type=int, default=3, help="how often each is run (3)")
    parser.add_argument("--count", metavar="N", type=int, default=2000, help="mails in each run (2000)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    if not shutil.which("smtp-sink"):
        print("smtp-sink is missing: apt install postfix, or run .ci/mail-servers as root", file=sys.stderr)
        return 2
    before, count = machine(), max(1, options.count)
    # As root it wants to be told whose rights to take.
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    free = _free_port()
    try:
        with ExitStack() as running:
            sink = running.enter_context(program("smtp-sink", *user, f"127.0.0.1:{free}", "100", port=free))
            slow_line = (sys.executable, HERE / "slow_line.py", str(sink), str(DELAY_MS))
            slow = running.enter_context(program(*slow_line))
            figures = measure(sink, slow, max(1, options.rounds), count)
    except FailedError as error:
        print(error, file=sys.stderr)
        return 2
    after = machine()["load_average"]
    if options.json:
        document = {"machine": before, "load_average_after": after, "rounds": options.rounds, "count": count}
        print(json.dumps(document | {"figures": [figure.as_json() for figure in figures.values()]}, indent=2))
        return 0
    print(f"Python {before['python']}; {count} mails of {OCTETS // 1000} KB, {count // SLOW_SHARE} on the slow line;")
    print(f"medians of {options.rounds} rounds in turns; load average {before['load_average'][0]}, then {after[0]}\n")
    print(table(list(figures.values()), "the peer"))
    print(f"\nOver one connection {count * 1000 / figures['smtplib'].ours:.0f} mails a second")
    return 0


if __name__ == "__main__":
    sys.exit(main())
