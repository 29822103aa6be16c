"""Measure how long `newsletter --help` takes, beside a Python that only imports Typer, which draws the command line.

    python benchmarks/startup.py [--rounds N] [--json]

It also says what `--help` imports: a command's own libraries have no place in it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure.figures import Figure, in_turns, machine, table, time_figure
from benchmarks.measure.processes import FailedError, run

ROOT = Path(__file__).resolve().parent.parent
COMMAND = Path(sys.executable).with_name("newsletter")
GOAL = 1.5
# Run on its own: whoever measures has imported other things already.
_IMPORTS = """
import contextlib, io, json, sys
before = set(sys.modules)
from newsletter.cli.main import run_with
with contextlib.redirect_stdout(io.StringIO()):
    run_with(["--help"])
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def measure(rounds: int) -> Figure:
    """Run both in turns; return the figure of their medians.

    Raises:
        FailedError: one of them fails.
    """
    ours: list[str | Path] = [COMMAND, "--help"]
    peer: list[str | Path] = [sys.executable, "-c", "import typer"]
    runs = in_turns({"ours": lambda _: run(ours, ROOT), "peer": lambda _: run(peer, ROOT)}, rounds, unmeasured=2)
    return time_figure("newsletter --help", runs["ours"], runs["peer"], GOAL)


def imports() -> dict[str, Any]:
    """Return what `--help` imports: this program's modules by name, other libraries with how many of theirs."""
    command = [sys.executable, "-c", _IMPORTS]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    modules: list[str] = json.loads(output)
    tops = [module.partition(".")[0] for module in modules]
    libraries = sorted({top for top in tops if top not in sys.stdlib_module_names | {"newsletter"}})
    return {
        "newsletter": [module for module in modules if module.partition(".")[0] == "newsletter"],
        "libraries": {library: tops.count(library) for library in libraries},
        "standard_library_modules": sum(top in sys.stdlib_module_names for top in tops),
    }


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", metavar="N", type=int, default=30, help="how often each is started (30)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    before = machine()
    try:
        figure = measure(max(1, options.rounds))
    except FailedError as error:
        print(error, file=sys.stderr)
        return 2
    imported, after = imports(), machine()["load_average"]
    if options.json:
        document = {"machine": before, "load_average_after": after, "rounds": options.rounds}
        print(json.dumps(document | {"figures": [figure.as_json()], "imports": imported}, indent=2))
        return 0
    print(f"Python {before['python']}; medians of {options.rounds} rounds taken in turns")
    print(f"{before['cores']} cores, load average {before['load_average'][0]} before and {after[0]} after\n")
    print(table([figure], "import typer"))
    print(f"\nWhat it imports, besides {imported['standard_library_modules']} modules of the standard library:")
    print("  libraries: " + ", ".join(f"{name} ({count})" for name, count in imported["libraries"].items()))
    print("  newsletter: " + ", ".join(imported["newsletter"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
