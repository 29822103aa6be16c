"""Measure how long a save takes until it can be seen, beside the development servers of Maizzle and react-email.

    python benchmarks/preview.py [--rounds N] [--json]

What is compared, and how far the work is the same: README.md in this folder.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure.figures import Figure, in_turns, machine, table
from benchmarks.measure.peer import PEER_PREVIEW, MissingError, install
from benchmarks.measure.processes import FailedError
from benchmarks.measure.texts import one_word_changed
from benchmarks.previews.pixels import browser, open_page, saved_to_pixels_ms
from benchmarks.previews.servers import Server, maizzle, ours, react_email

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
ISSUE = ROOT / "issues/2026-11-24-asml.md"
LONG_BYTES = 27_000
WARM_UP_ROUNDS = 3
MAIZZLE_GOAL, REACT_EMAIL_GOAL = 0.33, 0.125
P95_GOALS_MS = {"ours": 100, "ours, 27 kB of Markdown": 150}


def long_issue(text: str) -> str:
    """Return an issue of 27 kB: the paragraphs of a text at its end, again and again."""
    paragraphs = [part for part in text.split("\n\n") if part[:1].isalpha() and ":::" not in part and "{{" not in part]
    number = 0
    while len(text.encode()) < LONG_BYTES:
        text += f"\n{paragraphs[number % len(paragraphs)]}\n"
        number += 1
    return text


def measure(rounds: int, folder: Path) -> Mapping[str, Sequence[float]]:
    """Return the milliseconds of each save, by what showed it."""
    text = ISSUE.read_text("utf-8")
    long = long_issue(text)
    starts: Mapping[str, tuple[Callable[[Path], Server], str]] = {
        "ours": (lambda place: ours(place, ROOT, "asml", text), text),
        "ours, 27 kB of Markdown": (lambda place: ours(place, ROOT, "asml", long), long),
        "Maizzle": (lambda place: maizzle(place, text), text),
        "react-email": (lambda place: react_email(place, text), text),
    }
    with ExitStack() as stack:
        chromium = stack.enter_context(browser())
        savers = {}
        for number, (name, (start, words)) in enumerate(starts.items()):
            place = folder / str(number)
            place.mkdir()
            server = start(place)
            stack.callback(server.close)
            savers[name] = saver(open_page(chromium, server, f"{words}\n\nBegin\n"), server, words)
        return in_turns(savers, rounds, WARM_UP_ROUNDS)


def saver(page: Page, server: Server, text: str) -> Callable[[int], float]:
    """Return what saves the issue with one word changed, and measures that."""
    return lambda number: saved_to_pixels_ms(page, server, one_word_changed(text, number), f"Word{number} ")


def p95(times_ms: Sequence[float]) -> float:
    """Return what 95 of 100 saves do not exceed."""
    return quantiles(times_ms, n=20, method="inclusive")[-1] if len(times_ms) > 1 else times_ms[0]


def report(taken: Mapping[str, Sequence[float]]) -> list[Figure]:
    """Return the figures: ours beside each peer."""
    mine = median(taken["ours"])
    goals = {"Maizzle": MAIZZLE_GOAL, "react-email": REACT_EMAIL_GOAL}
    return [Figure(f"beside {name}", mine, median(taken[name]), "ms", None, goal) for name, goal in goals.items()]


def main() -> int:
    """Print the figures; exit 2 where something cannot be measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20, metavar="N", help="saves of each (20)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    before = machine()
    try:
        versions = install(PEER_PREVIEW)
        with TemporaryDirectory(prefix="newsletter-preview-") as folder:
            taken = measure(max(1, options.rounds), Path(folder))
    except (MissingError, FailedError) as error:
        print(error, file=sys.stderr)
        return 2
    figures = report(taken)
    if options.json:
        saves = {name: {"median_ms": median(times), "p95_ms": p95(times)} for name, times in taken.items()}
        document = {"machine": before, "peer": versions, "rounds": options.rounds, "saves": saves}
        print(json.dumps(document | {"figures": [figure.as_json() for figure in figures]}, indent=2))
        return 0
    peers = ", ".join(f"{name} {versions[name]}" for name in ("@maizzle/framework", "react-email"))
    print(f"A save until its pixels: Python {before['python']} beside {peers}; {options.rounds} saves each, in turns")
    loads = [one["load_average"][0] for one in (before, machine())]
    print(f"{before['cores']} cores, load average {loads[0]} before and {loads[1]} after")
    print()
    for name, times in taken.items():
        goal = P95_GOALS_MS.get(name)
        verdict = f"  goal <= {goal} ms {'met' if p95(times) <= goal else 'NOT MET'}" if goal else ""
        print(f"{name:24}  median {median(times):6.0f} ms  p95 {p95(times):6.0f} ms{verdict}")
    print()
    print(table(figures, "the peer"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
