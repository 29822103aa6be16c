"""Measure how long the archive takes to build, beside Hugo, Eleventy and Pelican, from the same Markdown.

    python benchmarks/archive.py [--issues N] [--rounds N] [--corpus DIR] [--json]

The issues are those of Haskell Weekly, fetched the first time, or taken from a clone.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure.figures import Figure, in_turns, machine, table, time_figure
from benchmarks.measure.peer import MissingError
from benchmarks.measure.processes import FailedError, run
from benchmarks.sites import builders
from benchmarks.sites.corpus import ISSUES, NoCorpusError, fetched, read_corpus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.measure.processes import Run
    from benchmarks.sites.builders import Builder
    from benchmarks.sites.corpus import Text

KEPT = Path(__file__).resolve().parent / "sites" / "haskellweekly"
SLOWEST_S = 0.5
"""For a build in which nothing, or one issue, has changed."""
MOST_BYTES = 120_000_000
_MAKERS = (builders.ours, builders.hugo, builders.eleventy, builders.pelican)


def clean_builds(sites: Sequence[Builder], rounds: int) -> dict[str, list[Run]]:
    """Build every site from nothing, in turns."""

    def build(site: Builder) -> Callable[[int], Run]:
        def once(_: int) -> Run:
            site.clean()
            return run(site.command, site.folder)

        return once

    return in_turns({site.name: build(site) for site in sites}, rounds)


def later_builds(site: Builder, texts: Sequence[Text], rounds: int) -> dict[str, list[Run]]:
    """Build this program's site again with nothing changed, and with one issue changed, in turns."""
    text = texts[len(texts) // 2]
    (path,) = (site.folder / "issues").glob(f"*-{text.slug}.md")

    def edited(number: int) -> Run:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\nCorrected {number}.\n")
        return run((*site.command, "--no-search"), site.folder)

    def unchanged(_: int) -> Run:
        return run((*site.command, "--no-search"), site.folder)

    run((*site.command, "--no-search"), site.folder)
    return in_turns({"nothing changed": unchanged, "one issue edited": edited}, rounds)


def figures(clean: dict[str, list[Run]]) -> list[Figure]:
    """Return our clean build beside each other program."""
    mine = clean["ours"]
    goals = {"Eleventy + Pagefind": 1.0}
    return [
        time_figure(f"clean build beside {name}", mine, runs, goals.get(name))
        for name, runs in clean.items()
        if name != "ours"
    ]


def report(texts: Sequence[Text], rounds: int, scratch: Path) -> dict[str, Any]:
    """Measure everything.

    Raises:
        MissingError: a program cannot be installed.
        FailedError: one of them fails.
    """
    sites = [make(scratch / make.__name__, texts) for make in _MAKERS]
    peers = [*sites[1:], builders.with_pagefind(sites[2])]
    clean = clean_builds([sites[0], *peers], rounds)
    run(sites[0].command, sites[0].folder)
    later = later_builds(sites[0], texts, rounds)
    return {
        "figures": [figure.as_json() for figure in figures(clean)],
        "table": table(figures(clean), "the other"),
        "later_s": {name: median(one.seconds for one in runs) for name, runs in later.items()},
        "later_cpu_s": {name: median(one.cpu_s for one in runs) for name, runs in later.items()},
        "peak_bytes": max(one.peak_bytes for one in clean["ours"]),
    }


def said(found: dict[str, Any]) -> str:
    """Return the figures as lines for a person."""
    lines = [found["table"], ""]
    for name, seconds in found["later_s"].items():
        verdict = "met" if seconds <= SLOWEST_S else "NOT MET"
        cpu_s = found["later_cpu_s"][name]
        lines.append(f"{name:20} {seconds:6.2f} s   processor {cpu_s:.2f} s   <= {SLOWEST_S} s {verdict}")
    verdict = "met" if found["peak_bytes"] <= MOST_BYTES else "NOT MET"
    lines.append(f"{'largest process':20} {found['peak_bytes'] / 1e6:6.0f} MB   <= {MOST_BYTES / 1e6:.0f} MB {verdict}")
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--issues", metavar="N", type=int, default=1000, help="how many issues (1000)")
    parser.add_argument("--rounds", metavar="N", type=int, default=3, help="how often each site is built (3)")
    parser.add_argument("--corpus", metavar="DIR", type=Path, help="a clone of Haskell Weekly, else it is fetched")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    before = machine()
    try:
        folder = options.corpus / ISSUES if options.corpus else fetched(KEPT)
        texts = read_corpus(folder, options.issues)
        with tempfile.TemporaryDirectory() as scratch:
            found = report(texts, max(1, options.rounds), Path(scratch))
    except (MissingError, FailedError, NoCorpusError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        del found["table"]
        print(json.dumps({"machine": before, "issues": len(texts), "rounds": options.rounds, **found}, indent=2))
        return 0
    print(f"{len(texts)} issues; medians of {options.rounds} rounds taken in turns")
    print(f"{before['cores']} cores, load average {before['load_average'][0]} before\n")
    print(said(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
