"""Measure a large list, its import, its export and a segment of it, beside what csv and sqlite3 alone would take.

    python benchmarks/audience.py [--rows N] [--rounds N] [--json]

Each is the command itself, in a process of its own. The peer does the least that could be called the same: it checks
no address, knows nobody again, judges no line, and keeps no history.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure.figures import Figure, in_turns, machine, table, time_figure
from benchmarks.measure.processes import FailedError, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.measure.processes import Run

ROOT = Path(__file__).resolve().parent.parent
COMMAND = Path(sys.executable).with_name("newsletter")
PEER = (sys.executable, ROOT / "benchmarks" / "peer" / "list.py")
MEMORY_GOAL_BYTES = 200_000_000
"""Of an import, however long the list."""


def make_workspace(folder: Path, rows: int) -> None:
    """Make a newsletter, and a file of readers: every third a founder, every fifth one English."""
    run([COMMAND, "init", folder, "--language", "nl"], ROOT)
    toml = folder / "newsletter.toml"
    text = toml.read_text("utf-8").replace("#fields = []", 'fields = ["company"]')
    toml.write_text(text.replace("#nl-founders", "nl-founders"), "utf-8")
    with (folder / "list.csv").open("w", encoding="utf-8") as file:
        file.write("email,first_name,last_name,language,tags,company,created_at\n")
        file.writelines(_lines(rows))


def _lines(rows: int) -> Iterator[str]:
    chance = random.Random(1)
    for number in range(rows):
        address = f"reader{number}.{chance.randrange(10**6)}@mail{chance.randrange(1000)}.example.org"
        tags = '"founder,vip"' if number % 3 == 0 else "vip"
        language = "nl" if number % 5 else "en"
        yield f"{address},Anna{number % 300},de Vries,{language},{tags},Company {number % 1000},2025-01-02T03:04:05Z\n"


def commands(folder: Path) -> dict[str, tuple[tuple[str | Path, ...], tuple[str | Path, ...]]]:
    """Return what is measured: our command, and the peer's."""
    ours = (COMMAND, "-C", folder, "subscribers")
    database = folder / "peer.db"
    count = (*PEER, "count", database)
    return {
        "import": ((*ours, "import", folder / "list.csv"), (*PEER, "import", folder / "list.csv", database)),
        "export": ((*ours, "export", "--out", folder / "ours.csv"), (*PEER, "export", database, folder / "peer.csv")),
        "count of a segment": ((*ours, "list", "--segment", "nl-founders", "--limit", "1", "--json"), count),
        "import, all of it known": (
            (*ours, "import", folder / "list.csv"),
            (*PEER, "import", folder / "list.csv", database),
        ),
    }


def measure(folder: Path, rounds: int) -> dict[str, dict[str, list[Run]]]:
    """Run each command and its peer in turns; return what each took.

    Raises:
        FailedError: one of them fails.
    """
    taken: dict[str, dict[str, list[Run]]] = {}
    for name, (ours, peer) in commands(folder).items():
        # Each import begins with nothing, and leaves what the others need.
        fresh = name == "import"
        taken[name] = in_turns(
            {"ours": _runner(ours, folder, "newsletter.db*" if fresh else ""),
             "peer": _runner(peer, folder, "peer.db*" if name.startswith("import") else "")},
            rounds,
        )  # fmt: skip
    return taken


def _runner(command: tuple[str | Path, ...], folder: Path, removed: str) -> Callable[[int], Run]:
    def take(_round: int) -> Run:
        for path in folder.glob(removed) if removed else ():
            path.unlink()
        return run(command, folder)

    return take


def figures(taken: dict[str, dict[str, list[Run]]]) -> list[Figure]:
    """Return the times, and what an import holds in memory."""
    found = [time_figure(name, runs["ours"], runs["peer"]) for name, runs in taken.items()]
    ours, peer = (max(one.peak_bytes for one in taken["import"][side]) / 1e6 for side in ("ours", "peer"))
    return [*found, Figure("memory of an import", ours, peer, "MB")]


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", metavar="N", type=int, default=1_000_000, help="readers in the list (1,000,000)")
    parser.add_argument("--rounds", metavar="N", type=int, default=1, help="how often each is run (1)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    before = machine()
    with tempfile.TemporaryDirectory(prefix="newsletter-audience-") as name:
        try:
            make_workspace(Path(name), max(1, options.rows))
            taken = measure(Path(name), max(1, options.rounds))
        except FailedError as error:
            print(error, file=sys.stderr)
            return 2
    found, after = figures(taken), machine()["load_average"]
    in_bounds = found[-1].ours * 1e6 <= MEMORY_GOAL_BYTES
    if options.json:
        document: dict[str, Any] = {"machine": before, "load_average_after": after, "rows": options.rows}
        print(json.dumps(document | {"figures": [one.as_json() for one in found], "in_bounds": in_bounds}, indent=2))
        return 0
    print(f"Python {before['python']}; {options.rows:,} readers; {options.rounds} rounds taken in turns")
    print(f"{before['cores']} cores, load average {before['load_average'][0]} before and {after[0]} after\n")
    print(table(found, "csv + sqlite3"))
    print(f"\nmemory of an import: at most {MEMORY_GOAL_BYTES / 1e6:.0f} MB {'met' if in_bounds else 'NOT MET'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
