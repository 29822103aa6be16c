"""Golden files: what a reviewer has looked at, and what came out now must be equal to."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"


def hold(path: Path, found: str, *, update: bool) -> None:
    """Compare what was made with its golden file, or write that anew."""
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found.encode())
    expected = path.read_bytes().decode() if path.is_file() else ""
    if found != expected:
        # A whole mail is too long for a diff, and much of it is one line.
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(found, expected, strict=False)))
        start, end = max(0, same - 40), same + 80
        pytest.fail(
            f"{path.relative_to(ROOT)} is different from character {same} on:\n"
            f"  golden: {expected[start:end]!r}\n  found:  {found[start:end]!r}\n"
            "If that is meant: run the test with --update-golden, and look at the difference."
        )
