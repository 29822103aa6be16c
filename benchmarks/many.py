"""Measure a plan of a million readers, and a sending to them that reaches nobody: time, memory, whether it slows down.

    python benchmarks/many.py [--readers N] [--seconds S] [--json]

Each is the command itself, in a process of its own. The sending is told to end after so many seconds. The
peer does the least that could be called the same with the standard library: it reads a row, composes the message with
EmailMessage, and notes a thousand of them in one transaction; it claims nothing, so it would lose or double readers.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure.figures import machine
from benchmarks.measure.processes import FailedError, Run, run, run_until
from benchmarks.sending.workspace import COMMAND, SLUG, make_workspace, rendered

ROOT = Path(__file__).resolve().parent.parent
PEER = (sys.executable, ROOT / "benchmarks" / "peer" / "send.py")
PLAN_GOAL_S = 30.0
"""Of a million readers."""
MEMORY_GOAL_BYTES = 200_000_000
PEER_SHARE = 500
"""The peer makes so many times fewer messages."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found."""

    readers: int
    plan: Run
    sending: Run
    sent: int
    first_per_second: float
    """How fast the first tenth went of those that were sent."""
    last_per_second: float
    peer: Run
    peer_messages: int

    @property
    def verdicts(self) -> dict[str, bool | None]:
        """Say which goals are met; None where it cannot be said of so few readers."""
        peak = max(self.plan.peak_bytes, self.sending.peak_bytes)
        is_whole = self.readers >= 1_000_000  # noqa: PLR2004 - what the goal is about
        return {
            f"plan of a million in at most {PLAN_GOAL_S:.0f} s": self.plan.seconds <= PLAN_GOAL_S if is_whole else None,
            f"memory of at most {MEMORY_GOAL_BYTES // 10**6} MB": peak <= MEMORY_GOAL_BYTES,
            "the last tenth at 0.9 of the first one's speed": self.last_per_second >= 0.9 * self.first_per_second,
        }


def measure(folder: Path, readers: int, seconds: float) -> Measured:
    """Plan and send, and let the peer do the same for a few.

    Raises:
        FailedError: one of the commands fails.
    """
    make_workspace(folder, readers)
    message = folder / "message.eml"
    message.write_bytes(rendered(folder))
    plan = run([COMMAND, "-C", folder, "plan", SLUG], ROOT)
    command: list[str | Path] = [COMMAND, "-C", folder, "send", SLUG, "--yes", "--transport", "null"]
    sending = run_until(command, ROOT, seconds)
    sent, first, last = _speeds(folder / "newsletter.db")
    few = max(1, readers // PEER_SHARE)
    peer = run([*PEER, folder / "newsletter.db", message, str(few)], ROOT)
    return Measured(readers, plan, sending, sent, first, last, peer, few)


def _speeds(database: Path) -> tuple[int, float, float]:
    """Return how many were sent, and how many in a second of the first tenth of them and of the last."""
    connection = sqlite3.connect(database)
    rows = connection.execute("select done_at_ms from delivery where state = 'sent' order by done_at_ms")
    moments_ms = [moment for (moment,) in rows]
    connection.close()
    tenth = max(1, len(moments_ms) // 10)
    if len(moments_ms) <= tenth:
        raise FailedError("too few were sent; give it more seconds, or fewer readers")
    first, last = moments_ms[tenth] - moments_ms[0], moments_ms[-1] - moments_ms[-1 - tenth]
    return len(moments_ms), 1000 * tenth / max(first, 1), 1000 * tenth / max(last, 1)


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--readers", metavar="N", type=int, default=1_000_000, help="in the list (1,000,000)")
    parser.add_argument("--seconds", metavar="S", type=float, default=240, help="for the sending at most (240)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    before = machine()
    with tempfile.TemporaryDirectory(prefix="newsletter-many-") as name:
        try:
            found = measure(Path(name), max(100, options.readers), options.seconds)
        except FailedError as error:
            print(error, file=sys.stderr)
            return 2
    after = machine()["load_average"]
    if options.json:
        document: dict[str, Any] = {"machine": before, "load_average_after": after, **asdict(found)}
        print(json.dumps(document | {"met": found.verdicts}, indent=2))
        return 0
    print(f"Python {before['python']}; {found.readers:,} readers")
    print(f"{before['cores']} cores, load average {before['load_average'][0]} before and {after[0]} after\n")
    print(_lines(found))
    for goal, is_met in found.verdicts.items():
        print(f"{goal}: {'not measured' if is_met is None else 'met' if is_met else 'NOT MET'}")
    return 0


def _lines(found: Measured) -> str:
    done = {
        "plan, per reader": (found.plan, found.readers),
        "sending, per mail": (found.sending, found.sent),
        "the peer, per mail": (found.peer, found.peer_messages),
    }
    lines = [f"{'':18}  {'number':>9}  {'all':>8}  {'memory':>6}  processor for one"]
    for name, (one, number) in done.items():
        figures = (
            f"{number:9,}  {one.seconds:6.1f} s  {one.peak_bytes / 1e6:3.0f} MB  {1e6 * one.cpu_s / number:,.0f} µs"
        )
        lines.append(f"{name:18}  {figures}")
    first, last = found.first_per_second, found.last_per_second
    return "\n".join([*lines, f"\n{first:,.0f} mails a second in the first tenth, {last:,.0f} in the last\n"])


if __name__ == "__main__":
    sys.exit(main())
