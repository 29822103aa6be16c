"""Measure how large a mail is, and what its bytes are for.

    python benchmarks/size.py [ISSUE ...] [--json]

Where Node.js has the packages of `peer/`, the same mail from mjml and juice stands beside it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure.peer import PEER, installed
from benchmarks.measure.processes import FailedError, Worker
from benchmarks.ours.frame import frame
from benchmarks.ours.mail import Mailer
from newsletter.render.view import ON_EMAIL, blocks_on

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
ISSUES = [ROOT / "issues/2026-11-24-asml.md", ROOT / "issues/2026-11-27-three-text-files.md"]
SOME_BLOCKS = 15
"""As many as an issue has on most days."""
SOME_BLOCKS_GOAL, FRAME_GOAL = 50_000, 12_000
GMAIL_CLIPS, GMAIL_DROPS_STYLES = 102_000, 16_000
"""Gmail shows so much of a mail, and reads so much of its style sheets; reported by senders, not by Google."""

_PART = re.compile(
    r"""
      (?P<outlook> <!--\[if\ .*?<!\[endif\]--> )
    | (?P<sheets> <style\b.*?</style> )
    | (?P<tags> <[^>]*> )
    """,
    re.VERBOSE | re.DOTALL,
)
_STYLE = re.compile(r'\sstyle="[^"]*"')


@dataclass(frozen=True, slots=True)
class Kind:
    """What the blocks of one kind add to a mail."""

    blocks: int
    added_bytes: int


@dataclass(frozen=True, slots=True)
class Limit:
    """A size that is held to a limit."""

    name: str
    size_bytes: int
    most_bytes: int

    @property
    def verdict(self) -> str:
        """Whether it is within the limit."""
        return "met" if self.size_bytes <= self.most_bytes else "NOT MET"


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured of one issue, as one of the sample readers gets it."""

    issue: str
    blocks: int
    html_bytes: int
    limits: tuple[Limit, ...]
    kinds: Mapping[str, Kind]
    """The one that adds most first."""
    parts_bytes: Mapping[str, int]
    """What the bytes are: together the whole mail."""
    fields: int
    """How many of the places in it differ between readers."""
    peer_bytes: int | None
    """Of the same mail, from mjml and juice; none where they are not installed."""


def measure(path: Path) -> Report:
    """Measure one issue.

    Raises:
        FailedError: the peer does not do its work.
    """
    text = path.read_text(encoding="utf-8")
    mailer = Mailer(path)
    issue = mailer.read(text)
    issue = replace(issue, blocks=tuple(blocks_on(issue, ON_EMAIL)))
    html = mailer.html(issue)
    # Of the mail with no block, with the first one, with the first two, and so on.
    sizes_bytes = [size(mailer.html(replace(issue, blocks=issue.blocks[:end]))) for end in range(len(issue.blocks) + 1)]
    added: dict[str, list[int]] = {}
    for block, (before, after) in zip(issue.blocks, pairwise(sizes_bytes), strict=True):
        added.setdefault(block.kind, []).append(after - before)
    kinds = {kind: Kind(len(sizes), sum(sizes)) for kind, sizes in added.items()}
    found = parts(html)
    return Report(
        issue=path.name,
        blocks=len(issue.blocks),
        html_bytes=size(html),
        limits=(
            Limit(f"the first {SOME_BLOCKS} blocks", sizes_bytes[: SOME_BLOCKS + 1][-1], SOME_BLOCKS_GOAL),
            Limit("the frame, without blocks", sizes_bytes[0], FRAME_GOAL),
            Limit("all of it, which Gmail shows", size(html), GMAIL_CLIPS),
            Limit("style sheets, which Gmail reads", found["style sheets"], GMAIL_DROPS_STYLES),
        ),
        kinds=dict(sorted(kinds.items(), key=lambda item: -item[1].added_bytes)),
        parts_bytes=found,
        fields=mailer.fields(issue),
        peer_bytes=peer_size(mailer, text) if installed() else None,
    )


def size(html: str) -> int:
    """Return how many bytes a mail's HTML has once it is decoded."""
    return len(html.encode())


def parts(html: str) -> dict[str, int]:
    """Return how many bytes of a mail are what."""
    found = {name: sum(size(match[name] or "") for match in _PART.finditer(html)) for name in _PART.groupindex}
    styles = sum(size(style) for match in _PART.finditer(html) for style in _STYLE.findall(match["tags"] or ""))
    return {
        "comments for Outlook": found["outlook"],
        "style sheets": found["sheets"],
        "style attributes": styles,
        "the rest of the tags": found["tags"] - styles,
        "text": size(html) - sum(found.values()),
    }


def peer_size(mailer: Mailer, text: str) -> int:
    """Return how large the same mail is when mjml and juice make it."""
    peer = Worker(["node", PEER / "worker.mjs"], ROOT)
    peer.ask(do="frame", frame=frame(mailer, text))
    html: str = peer.ask(do="render", text=text)["html"]
    peer.close()
    return size(html)


def table(limits: Sequence[Limit]) -> str:
    """Return the limits as lines for a reader."""
    width = max(len(limit.name) for limit in limits)
    return "\n".join(
        f"{limit.name:<{width}}  {kb(limit.size_bytes):>8}  at most {kb(limit.most_bytes):>8}  {limit.verdict}"
        for limit in limits
    )


def kb(size_bytes: int) -> str:
    """Return a size for a reader."""
    return f"{size_bytes / 1000:.1f} kB"


def show(report: Report) -> None:
    """Print what was measured of one issue."""
    print(f"\n{report.issue}: {report.blocks} blocks, HTML of {kb(report.html_bytes)}\n")
    print(table(report.limits))
    if report.peer_bytes is None:
        print("\nThe same mail from mjml and juice: not measured, as they are not installed; render.py installs them.")
    else:
        ratio = report.html_bytes / report.peer_bytes
        print(f"\nThe same mail from mjml and juice: {kb(report.peer_bytes)}; ours is {ratio:.2f} of that.")
    kinds = (f"{kind} {kb(one.added_bytes)} ({one.blocks})" for kind, one in report.kinds.items())
    print(f"What each kind of block adds: {', '.join(kinds)}")
    print("What the bytes are: " + ", ".join(f"{name} {kb(found)}" for name, found in report.parts_bytes.items()))
    print(f"Places that differ between readers: {report.fields}")


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("issues", metavar="ISSUE", type=Path, nargs="*", default=ISSUES, help="an issue's file")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    try:
        reports = [measure(path.resolve()) for path in options.issues]
    except FailedError as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps({"peer": installed(), "issues": [as_json(report) for report in reports]}, indent=2))
        return 0
    for report in reports:
        show(report)
    return 0


def as_json(report: Report) -> dict[str, Any]:
    """Return a report as it stands in a JSON document."""
    limits = [asdict(limit) | {"met": limit.verdict == "met"} for limit in report.limits]
    return asdict(report) | {"limits": limits}


if __name__ == "__main__":
    sys.exit(main())
