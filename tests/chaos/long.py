"""A long storm: `make chaos`, or python tests/chaos/long.py --readers 80000 --strikes 500 --seed 1.

With `--by resend` the mail goes by a provider, and the processes that are struck are the command itself. Prints what is
left, and exits with 1 if the ledger says anything that the server knows better.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.chaos import by_provider
from tests.chaos.storm import Storm, rage
from tests.chaos.victims import CONNECTIONS, DEPTH

if TYPE_CHECKING:
    from collections import Counter

LONGEST_S = 0.024
"""So short a life that there are readers left for the last strike, on a fast machine too."""


def main() -> int:
    """Let it rage and say how it was."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--readers", type=int, default=80_000)
    arguments.add_argument("--strikes", type=int, default=500)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--by", metavar="PROVIDER", help="such as mailgun, postmark or resend")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines, faults = (_by_provider if given.by else _by_smtp)(Path(folder), given)
    lines += [f"{len(faults)} faults of the ledger", *faults[:20]]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if faults else 0


def _by_smtp(folder: Path, given: argparse.Namespace) -> tuple[list[str], list[str]]:
    after = rage(folder, Storm(given.readers, given.strikes, given.seed, longest_s=LONGEST_S))
    strikes, doubts = after.struck.total(), after.states["in_doubt"]
    struck = ", ".join(f"{many} {blow}" for blow, many in after.struck.most_common())
    known = f"{after.doubts_that_have_it} of them have it"
    lines = [
        f"{given.readers:,} readers, {strikes} strikes ({struck}) in {after.seconds:.0f} s",
        _said(after.states),
        f"in doubt: {doubts / max(strikes, 1):.1f} a strike (at most {CONNECTIONS * DEPTH} a kill), {known}",
    ]
    return lines, after.faults


def _by_provider(folder: Path, given: argparse.Namespace) -> tuple[list[str], list[str]]:
    storm = by_provider.Storm(given.by, given.readers, given.strikes, given.seed)
    after = by_provider.rage(folder, storm)
    doubts, have_it = after.states["in_doubt"], after.doubts_that_have_it
    lines = [
        f"{given.readers:,} readers by {given.by}, {after.kills} kills in {after.seconds:.0f} s",
        _said(after.states),
        f"in doubt: {doubts:,} (at most {after.most_doubts:,}), {have_it:,} of them have it",
    ]
    return lines, after.faults


def _said(states: Counter[str]) -> str:
    return ", ".join(f"{many:,} {state}" for state, many in states.most_common())


if __name__ == "__main__":
    sys.exit(main())
