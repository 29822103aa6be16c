"""Measure how long `newsletter check` takes for a hundred issues.

    python benchmarks/checks.py [ISSUE] [--count N] [--rounds N] [--json]

Each issue is the given one with another date, and in every block a link of its own, so that nothing of one helps with
another. Nothing is kept between two runs.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure.figures import machine
from benchmarks.measure.processes import FailedError, run
from benchmarks.measure.texts import another_issue

if TYPE_CHECKING:
    from benchmarks.measure.processes import Run

ROOT = Path(__file__).resolve().parent.parent
COMMAND = Path(sys.executable).with_name("newsletter")
ISSUE = ROOT / "issues" / "2026-11-24-asml.md"
GOAL_S = 3.0

_DATE = re.compile(r"^date: (\S+)$", re.MULTILINE)


def make_workspace(folder: Path, issue: Path, count: int) -> None:
    """Make a newsletter with so many issues, beside the pictures that they show."""
    # What makes the issues differ is told, and what makes them alike; but it must not end the command with 1.
    levels = 'placeholder-address = "warning"\nitem-id = "warning"\n'
    settings = (ROOT / "newsletter.toml").read_text("utf-8").replace("[checks]\n", f"[checks]\n{levels}", 1)
    (folder / "newsletter.toml").write_text(settings, "utf-8")
    shutil.copytree(ROOT / "look", folder / "look")
    shutil.copytree(issue.parent, folder / "issues", ignore=shutil.ignore_patterns("*.md"))
    text = issue.read_text("utf-8")
    for number in range(count):
        other = another_issue(text, number)
        day = _DATE.search(other)
        (folder / "issues" / f"{day[1] if day else ''}-issue-{number}.md").write_text(other, "utf-8")


def measure(issue: Path, count: int, rounds: int) -> list[Run]:
    """Check so many issues so often; return what each run took.

    Raises:
        FailedError: it did not end as it should.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_workspace(folder, issue, count)
        command = (COMMAND, "-C", folder, "check")
        runs = [run(command, ROOT) for _ in range(rounds + 1)]
    return runs[1:]  # the first one made the pictures, which are kept


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("issue", nargs="?", type=Path, default=ISSUE, help="of which the others are made")
    parser.add_argument("--count", metavar="N", type=int, default=100, help="how many issues (100)")
    parser.add_argument("--rounds", metavar="N", type=int, default=5, help="how often they are checked (5)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    before = machine()
    try:
        runs = measure(options.issue, options.count, max(1, options.rounds))
    except FailedError as error:
        print(error, file=sys.stderr)
        return 2
    seconds, cpu_s = (median(getattr(one, name) for one in runs) for name in ("seconds", "cpu_s"))
    peak, after = max(one.peak_bytes for one in runs), machine()["load_average"]
    is_met = seconds <= GOAL_S
    if options.json:
        figures = {"issues": options.count, "seconds": seconds, "cpu_s": cpu_s, "peak_bytes": peak, "met": is_met}
        print(json.dumps({"machine": before, "load_average_after": after} | figures, indent=2))
        return 0
    print(f"Python {before['python']}; medians of {len(runs)} rounds")
    print(f"{before['cores']} cores, load average {before['load_average'][0]} before and {after[0]} after\n")
    print(
        f"newsletter check, {options.count} issues: {seconds:.2f} s, of which {cpu_s:.2f} s work, {peak / 1e6:.0f} MB"
    )
    print(f"goal: {GOAL_S:.0f} s, {'met' if is_met else 'NOT MET'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
