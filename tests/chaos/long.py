"""A long storm: `make chaos`, or python tests/chaos/long.py --readers 80000 --strikes 500 --seed 1.

Prints what is left, and exits with 1 if the ledger says anything that the server knows better.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.chaos.storm import Storm, rage
from tests.chaos.victims import CONNECTIONS, DEPTH

LONGEST_S = 0.024
"""So short a life that there are readers left for the last strike, on a fast machine too."""


def main() -> int:
    """Let it rage and say how it was."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--readers", type=int, default=80_000)
    arguments.add_argument("--strikes", type=int, default=500)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        after = rage(Path(folder), Storm(given.readers, given.strikes, given.seed, longest_s=LONGEST_S))
    strikes, doubts = after.struck.total(), after.states["in_doubt"]
    struck = ", ".join(f"{many} {blow}" for blow, many in after.struck.most_common())
    known = f"{after.doubts_that_have_it} of them have it"
    lines = [
        f"{given.readers:,} readers, {strikes} strikes ({struck}) in {after.seconds:.0f} s",
        ", ".join(f"{many:,} {state}" for state, many in after.states.most_common()),
        f"in doubt: {doubts / max(strikes, 1):.1f} a strike (at most {CONNECTIONS * DEPTH} a kill), {known}",
        f"{len(after.faults)} faults of the ledger",
        *after.faults[:20],
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if after.faults else 0


if __name__ == "__main__":
    sys.exit(main())
