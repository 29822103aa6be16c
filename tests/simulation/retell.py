"""Tell stories by their numbers: `python tests/simulation/retell.py 4711`, or many: `… retell.py 0-5000`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.simulation.story import Stage
from tests.simulation.world import Product, Trouble


def main() -> int:
    """Print what is wrong in each story; return 1 if anything is."""
    first, _, last = sys.argv[1].partition("-")
    seeds = range(int(first), int(last or first) + 1)
    bad, doubts, hours = 0, 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder))
        for seed in seeds:
            told = stage.tell(seed, Trouble(), Product())
            bad += bool(told.faults)
            doubts += told.doubts
            hours += told.virtual_s / 3600
            for fault in told.faults:
                sys.stdout.write(f"story {seed}: {fault}\n")
        stage.engine.dispose()
    said = f"{bad} with faults, {doubts} readers in doubt, {hours:.0f} hours of virtual time"
    sys.stdout.write(f"{len(seeds)} stories, {said}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
