"""Measure how fast an issue goes to its readers, beside other clients, into Postfix's smtp-sink on this machine.

    python benchmarks/send.py [--rounds N] [--count N] [--json]

The same 50 KB for all: `newsletter send` with its ledger, with and without a signature; this program's SMTP client
alone; Postfix's own smtp-source (C); smtplib as most programs use it; aiosmtplib. Then over a line on which each answer
comes 20 ms later, as on one to a provider.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure.figures import Figure, in_turns, machine, table, time_figure
from benchmarks.measure.processes import FailedError, run
from benchmarks.sending.workspace import COMMAND, SLUG, add_dkim, make_workspace, rendered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks" / "sending"
DELAY_MS = 20
CONNECTIONS = 4
SLOW_SHARE = 20
"""On the slow line, and with smtplib, so many times fewer are sent: their speed does not depend on the number."""
BESIDE: Mapping[str, tuple[str, str, float | None]] = {
    "send, smtp-source": ("smtp-source", "send", 1 / 0.7),
    "send, smtplib": ("smtplib", "send", 1 / 8),
    "send, aiosmtplib": ("aiosmtplib", "send", None),
    "send with DKIM, smtp-source": ("smtp-source", "send with DKIM", None),
    "send with DKIM, send": ("send", "send with DKIM", None),
    "client alone, smtp-source": ("smtp-source", "client alone", None),
    "client alone, aiosmtplib": ("aiosmtplib", "client alone", 0.8),
    f"{DELAY_MS} ms: send, smtplib": ("smtplib, slow", "send, slow", 0.1),
    f"{DELAY_MS} ms: send, aiosmtplib": ("aiosmtplib, slow", "send, slow", 0.4),
}
"""By what is compared: the peer's series, ours, and the goal for our share of its time."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one message of a series took."""

    seconds: float
    cpu_s: float


class Newsletter:
    """A newsletter whose readers are as many as are measured, sent anew each time."""

    def __init__(self, folder: Path, readers: int, *, signed: bool = False) -> None:
        self._folder = folder
        self._readers = readers
        make_workspace(folder, readers)
        if signed:
            add_dkim(folder)
        (folder / "newsletter.db").rename(folder / "fresh.db")

    def message(self) -> bytes:
        """Return one message."""
        return rendered(self._folder)

    def send(self, port: int) -> Taken:
        """Send the issue to all of them. Time counts from the first claim, and processor time from the command's start.

        Raises:
            FailedError: not everybody was sent it.
        """
        for old in (*self._folder.glob("newsletter.db*"), *self._folder.glob(".newsletter/*")):
            old.unlink()
        shutil.copy(self._folder / "fresh.db", self._folder / "newsletter.db")
        command: list[str | Path] = [
            COMMAND,
            "-C",
            self._folder,
            "send",
            SLUG,
            "--yes",
            "--json",
            "--transport",
            "smtp",
        ]
        environment = os.environ | {"NEWSLETTER_SMTP_PORT": str(port)}
        before = os.times()
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        after = os.times()
        if done.returncode or (document := json.loads(done.stdout))["sent"] != self._readers:
            raise FailedError(done.stderr)
        worked = after.children_user + after.children_system - before.children_user - before.children_system
        return Taken(document["seconds"] / self._readers, worked / self._readers)


def sent(client: str, port: int, count: int, connections: int, message: Path) -> Taken:
    """Send a series with one of the worker's clients.

    Raises:
        FailedError: not all was taken.
    """
    command: list[str | Path] = [sys.executable, HERE / "worker.py", client]
    command += [*map(str, (port, count, connections)), message]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FailedError(done.stderr)
    took = json.loads(done.stdout)
    return Taken(took["seconds"] / count, took["cpu_s"] / count)


def from_source(port: int, count: int, message: Path) -> Taken:
    """Send a series with smtp-source, its start and all."""
    command: list[str | Path] = [
        "smtp-source",
        "-d",
        "-s",
        str(CONNECTIONS),
        "-m",
        str(count),
        "-F",
        message,
        f"127.0.0.1:{port}",
    ]
    took = run(command, ROOT)
    return Taken(took.seconds / count, took.cpu_s / count)


def measure(folder: Path, port: int, slow_port: int, rounds: int, count: int) -> dict[str, list[Taken]]:
    """Take all of them in turns; return what each message took.

    Raises:
        FailedError: one of them fails.
    """
    few = max(CONNECTIONS, count // SLOW_SHARE // CONNECTIONS * CONNECTIONS)
    plain, signed = Newsletter(folder / "plain", count), Newsletter(folder / "signed", count, signed=True)
    short = Newsletter(folder / "short", few)
    message, many = folder / "message.eml", count // CONNECTIONS * CONNECTIONS
    message.write_bytes(plain.message())
    series: dict[str, Callable[[int], Taken]] = {
        "send": lambda _: plain.send(port),
        "smtp-source": lambda _: from_source(port, count, message),
        "smtplib": lambda _: sent("smtplib", port, few, 1, message),
        "send with DKIM": lambda _: signed.send(port),
        "aiosmtplib": lambda _: sent("aiosmtplib", port, many, CONNECTIONS, message),
        "client alone": lambda _: sent("ours", port, count, CONNECTIONS, message),
        "send, slow": lambda _: short.send(slow_port),
        "smtplib, slow": lambda _: sent("smtplib", slow_port, few // CONNECTIONS, 1, message),
        "aiosmtplib, slow": lambda _: sent("aiosmtplib", slow_port, few, CONNECTIONS, message),
    }
    return in_turns(series, rounds)


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


def figures(taken: Mapping[str, Sequence[Taken]]) -> list[Figure]:
    """Return the time of one message, ours beside the peer's, for all that is compared."""
    return [time_figure(name, taken[our], taken[peer], goal) for name, (peer, our, goal) in BESIDE.items()]


def rates(taken: Mapping[str, Sequence[Taken]]) -> dict[str, float]:
    """Return how many messages leave in a second, by series."""
    return {name: 1 / median(one.seconds for one in series) for name, series in taken.items()}


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", metavar="N", type=int, default=3, help="how often each is run (3)")
    parser.add_argument("--count", metavar="N", type=int, default=20_000, help="mails in each run (20,000)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    if not shutil.which("smtp-sink"):
        print("smtp-sink is missing: apt install postfix, or run .ci/mail-servers as root", file=sys.stderr)
        return 2
    before, count, rounds = machine(), max(CONNECTIONS, options.count), max(1, options.rounds)
    # As root it wants to be told whose rights to take.
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    free = _free_port()
    try:
        with ExitStack() as running:
            sink = running.enter_context(program("smtp-sink", *user, f"127.0.0.1:{free}", "100", port=free))
            slow_line = (sys.executable, HERE / "slow_line.py", str(sink), str(DELAY_MS))
            slow = running.enter_context(program(*slow_line))
            folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="newsletter-send-")))
            taken = measure(folder, sink, slow, rounds, count)
            octets = (folder / "message.eml").stat().st_size
    except FailedError as error:
        print(error, file=sys.stderr)
        return 2
    found, fast, after = figures(taken), rates(taken), machine()["load_average"]
    if options.json:
        document = {"machine": before, "load_average_after": after, "rounds": rounds, "count": count, "octets": octets}
        document |= {"per_second": fast, "figures": [figure.as_json() for figure in found]}
        print(json.dumps(document, indent=2))
        return 0
    print(f"Python {before['python']}; {count:,} mails of {octets / 1000:.1f} KB; medians of {rounds} rounds in turns")
    print(f"{before['cores']} cores, load average {before['load_average'][0]} before and {after[0]} after\n")
    print(table(found, "the peer"))
    print("\nMails in a second, and the processor's time for one")
    for name, series in taken.items():
        print(f"  {name:18} {fast[name]:7,.0f}  {1e6 * median(one.cpu_s for one in series):7,.0f} µs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
