"""Measure how the public site serves its pages, beside the same pages as files served by Starlette; and a flood.

    python benchmarks/site.py [--rounds N] [--seconds S] [--flood S] [--json]

It needs the program wrk. What is flooded is a site of its own, beside a mail server that delivers nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure.figures import Figure, in_turns, machine, table
from benchmarks.measure.processes import FailedError
from benchmarks.serving.flood import Flood, flooded
from benchmarks.serving.sites import our_site, pages_as_files, their_site
from benchmarks.serving.wrk import MissingError, ask

if TYPE_CHECKING:
    from collections.abc import Sequence

SLOWEST = 1.25
"""Of a page, beside the same page as a file: 0.8 times as many in a second."""
FLOOD_SIGN_UPS = 10_000
"""In a minute."""
SLOWEST_P99_MS = 200
MOST_GROWTH_BYTES = 30_000_000


def pages(root: Path, rounds: int, seconds: float) -> list[Figure]:
    """Serve an issue's page and the page that confirms, in turns with the same bytes as files."""
    with our_site(root) as ours:
        paths = {"an issue's page": ours.issue_path, "the page that confirms": ours.confirm_path}
        files = pages_as_files(ours, paths, root / "files")
        with their_site(files) as theirs:
            figures = []
            for number, (name, path) in enumerate(paths.items()):
                taken = in_turns(
                    {
                        "ours": partial(_speed, ours.url + path, seconds),
                        "theirs": partial(_speed, f"{theirs}/{number}.html", seconds),
                    },
                    rounds,
                    unmeasured=1,
                )
                mine, peer = (1000 * median(1 / speed for speed in taken[who]) for who in ("ours", "theirs"))
                figures.append(Figure(name, mine, peer, "ms", goal=SLOWEST))
    return figures


def _speed(url: str, seconds: float, _round: int) -> float:
    return ask(url, seconds)


def judged(flood: Flood) -> list[tuple[str, str, bool]]:
    """Return what a flood did, in words, and whether that is within its bound."""
    return [
        ("sign-ups a minute", f"{flood.per_minute:,.0f}", flood.per_minute >= FLOOD_SIGN_UPS * 0.95),
        ("taken, and told to come later", f"{flood.taken:,}, {flood.refused:,}", flood.taken <= flood.cap),
        ("mails (at most as many as are allowed)", f"{flood.mails:,} of {flood.cap:,}", flood.mails <= flood.cap),
        ("the attacker's words in mails", f"{flood.spoilt:,} in {flood.kept:,}", flood.kept > 0 and not flood.spoilt),
        ("processor: of one core", f"{flood.cpu_share:.0%}", True),
        ("answers: median", f"{flood.median_ms:.0f} ms", True),
        ("answers: 99 of 100 within", f"{flood.p99_ms:.0f} ms", flood.p99_ms < SLOWEST_P99_MS),
        (
            "memory: before, and after",
            f"{flood.before_bytes / 1e6:.0f} MB, {flood.after_bytes / 1e6:.0f} MB",
            flood.after_bytes - flood.before_bytes <= MOST_GROWTH_BYTES,
        ),
    ]


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--flood", type=float, default=60.0, help="seconds of the flood; 0 for none")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            figures = pages(Path(folder) / "pages", options.rounds, options.seconds)
            flood = (
                asyncio.run(flooded(Path(folder) / "flood", FLOOD_SIGN_UPS, options.flood)) if options.flood else None
            )
    except (MissingError, FailedError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    report: dict[str, Any] = {"machine": machine(), "figures": [figure.as_json() for figure in figures]}
    if flood:
        report["flood"] = [{"name": name, "value": value, "met": met} for name, value, met in judged(flood)]
    if options.json:
        sys.stdout.write(f"{json.dumps(report, indent=2)}\n")
        return 0
    sys.stdout.write(f"{json.dumps(report['machine'])}\n\n{table(figures, 'as files')}\n")
    if flood:
        lines = [f"{name:40}  {value:>16}  {'met' if met else 'NOT MET'}" for name, value, met in judged(flood)]
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
