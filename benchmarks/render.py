"""Measure how an issue's Markdown becomes a mail, beside the same mail from mjml, juice and markdown-it in Node.js.

    python benchmarks/render.py [ISSUE ...] [--rounds N] [--json]

What is compared, and how far the work is the same: README.md in this folder.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure.figures import Figure, in_turns, machine, table, time_figure
from benchmarks.measure.peer import PEER, MissingError, install
from benchmarks.measure.processes import FailedError, Worker, run
from benchmarks.measure.texts import another_colour, another_issue, one_word_changed, same_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
ISSUES = [ROOT / "issues/2026-11-24-asml.md", ROOT / "issues/2026-11-27-three-text-files.md"]
COMMAND = Path(sys.executable).with_name("newsletter")
MJML_COMMAND = PEER / "node_modules/mjml/bin/mjml"
WARM_UP_ROUNDS = 60
"""Node.js gets faster for about as long."""
WARM_GOAL, EDIT_GOAL, COMMAND_GOAL = 0.6, 0.25, 0.5
LEAST_SAME_WORDS = 0.95
"""With fewer in common, the two do not make the same mail."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The issue that is measured."""

    path: Path
    text: str
    frame: Mapping[str, Any]
    """What the peer needs to make the same mail."""


@dataclass(frozen=True, slots=True)
class Made:
    """One mail: what it took from the issue's text on, and of that each stage."""

    seconds: float
    cpu_s: float
    """What the processor worked for it, on all cores."""
    stages: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Cold:
    """One mail of a process that was started for it."""

    first: Made
    whole_s: float
    """From the start of the process to the mail."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured of one issue. Mappings have the keys `ours` and `peer`."""

    issue: str
    blocks: int
    markdown_bytes: int
    html_bytes: Mapping[str, int]
    same_words: float
    """The share of words that are in both mails, of all words."""
    figures: tuple[Figure, ...]
    stages_ms: Mapping[str, Mapping[str, float]]
    """Of another issue in the same look."""


def start_ours(path: Path) -> Worker:
    """Start a process that renders with this program."""
    return Worker([sys.executable, "-m", "benchmarks.ours.worker", path], ROOT)


def start_peer() -> Worker:
    """Start a process that renders with the packages from npm."""
    return Worker(["node", PEER / "worker.mjs"], ROOT)


def make(worker: Worker, text: str, accent: str = "", radius_px: int = 0) -> Made:
    """Let a worker make one mail."""
    answer = worker.ask(do="render", text=text, accent=accent, radius_px=radius_px)
    return Made(answer["seconds"], answer["cpu_s"], answer["stages"])


def measure(path: Path, rounds: int) -> Report:
    """Measure one issue.

    Raises:
        FailedError: a program does not do its work, or the two mails are not the same.
    """
    text = path.read_text(encoding="utf-8")
    ours, peer = start_ours(path), start_peer()
    subject = Subject(path, text, ours.ask(do="frame", text=text))
    peer.ask(do="frame", frame=subject.frame)
    html = {"ours": ours.ask(do="render", text=text)["html"], "peer": peer.ask(do="render", text=text)["html"]}
    share = same_words(html["ours"], html["peer"])
    if share < LEAST_SAME_WORDS:
        message = f"{path.name}: only {share:.1%} of the words are in both mails; there is nothing to compare"
        raise FailedError(message)
    mjml = peer.ask(do="source", text=text)["mjml"]
    warm, stages_ms = measure_warm(subject, ours, peer, rounds)
    figures = [*warm, memory("memory, warm process", [ours.close()], [peer.close()])]
    few = max(1, rounds // 4)
    figures += measure_cold(subject, few)
    figures += measure_commands(subject, mjml, few)
    return Report(
        issue=path.name,
        blocks=len(subject.frame["kinds"]),
        markdown_bytes=len(text.encode()),
        html_bytes={name: len(content.encode()) for name, content in html.items()},
        same_words=share,
        figures=tuple(figures),
        stages_ms=stages_ms,
    )


def measure_warm(
    subject: Subject, ours: Worker, peer: Worker, rounds: int
) -> tuple[list[Figure], dict[str, dict[str, float]]]:
    """Measure processes that have made mails before; return the figures, and where the time of one of them goes."""
    text = subject.text
    watched = start_ours(subject.path)
    watched.ask(do="watch")
    made = in_turns(
        {
            "another issue": lambda number: make(ours, another_issue(text, number)),
            "another layout": lambda number: make(ours, another_issue(text, number), radius_px=100 + number),
            "another look": lambda number: make(ours, another_issue(text, number), another_colour(number)),
            "one word": lambda number: make(ours, one_word_changed(text, number)),
            "nothing": lambda _: make(ours, text),
            "watched": lambda number: make(watched, another_issue(text, number), radius_px=100 + number),
            "peer, another issue": lambda number: make(peer, another_issue(text, number)),
            "peer, one word": lambda number: make(peer, one_word_changed(text, number)),
        },
        rounds,
        unmeasured=min(2 * rounds, WARM_UP_ROUNDS),
    )
    watched.close()
    new, saved = made["peer, another issue"], made["peer, one word"]
    figures = [
        time_figure("warm, another issue", made["another issue"], new, WARM_GOAL),
        time_figure("warm, another issue, layout not compiled", made["another layout"], new),
        time_figure("warm, another issue in another look", made["another look"], new),
        time_figure("warm, one block changed", made["one word"], saved, EDIT_GOAL),
        time_figure("warm, nothing changed", made["nothing"], saved, EDIT_GOAL),
    ]
    stages = {"ours": stage_medians_ms(made["watched"]), "peer": stage_medians_ms(new)}
    return figures, stages


def stage_medians_ms(mails: Sequence[Made]) -> dict[str, float]:
    """Return the median of each stage, the longest first."""
    names = dict.fromkeys(name for mail in mails for name in mail.stages)
    medians = {name: 1000 * median(mail.stages.get(name, 0.0) for mail in mails) for name in names}
    return dict(sorted(medians.items(), key=lambda item: -item[1]))


def measure_cold(subject: Subject, rounds: int) -> Iterator[Figure]:
    """Measure processes that are started for one mail."""
    made = in_turns({"ours": lambda _: cold_ours(subject), "peer": lambda _: cold_peer(subject)}, rounds)
    first = {name: [cold.first for cold in taken] for name, taken in made.items()}
    whole_ms = {name: 1000 * median(cold.whole_s for cold in taken) for name, taken in made.items()}
    yield time_figure("cold, first mail, libraries loaded", first["ours"], first["peer"])
    yield Figure("cold, from the start of the process", whole_ms["ours"], whole_ms["peer"], "ms")


def cold_ours(subject: Subject) -> Cold:
    """Start a process of this program and let it make one mail."""
    start = time.perf_counter()
    return finish_cold(start_ours(subject.path), subject, start)


def cold_peer(subject: Subject) -> Cold:
    """Start a process of the peer and let it make one mail."""
    start = time.perf_counter()
    worker = start_peer()
    worker.ask(do="frame", frame=subject.frame)
    return finish_cold(worker, subject, start)


def finish_cold(worker: Worker, subject: Subject, start: float) -> Cold:
    """Let a new process make its mail."""
    mail = make(worker, subject.text)
    whole_s = time.perf_counter() - start
    worker.close()
    return Cold(mail, whole_s)


def measure_commands(subject: Subject, mjml: str, rounds: int) -> Iterator[Figure]:
    """Measure the two command lines, each from its start to its end, files written."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "mail.mjml"
        source.write_text(mjml, encoding="utf-8")
        ours: list[str | Path] = [COMMAND, "render", subject.path, "--out", folder / "ours"]
        peer: list[str | Path] = ["node", MJML_COMMAND, source, "-o", folder / "peer.html"]
        home = subject.path.parent
        runs = in_turns({"ours": lambda _: run(ours, home), "peer": lambda _: run(peer, home)}, rounds)
    yield time_figure("command line", runs["ours"], runs["peer"], COMMAND_GOAL)
    yield memory("memory, command line", *([done.peak_bytes for done in runs[name]] for name in ("ours", "peer")))


def memory(name: str, ours_bytes: Sequence[int], peer_bytes: Sequence[int]) -> Figure:
    """Return the figure of the most memory that each held."""
    return Figure(name, median(ours_bytes) / 1e6, median(peer_bytes) / 1e6, "MB")


def show(report: Report) -> None:
    """Print what was measured of one issue."""
    sizes = " and ".join(f"{report.html_bytes[name] / 1000:.1f} kB ({name})" for name in ("ours", "peer"))
    print(
        f"\n{report.issue}: {report.blocks} blocks, {report.markdown_bytes / 1000:.1f} kB of Markdown; "
        f"HTML of {sizes}, {report.same_words:.1%} of the words in both\n"
    )
    print(table(report.figures, "Node.js"))
    print("\nWhere the time goes, warm, another issue, layout not compiled:")
    for name, stages in report.stages_ms.items():
        print(f"  {name}: " + ", ".join(f"{stage} {spent:.1f} ms" for stage, spent in stages.items()))


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("issues", metavar="ISSUE", type=Path, nargs="*", default=ISSUES, help="an issue's file")
    parser.add_argument("--rounds", metavar="N", type=int, default=40, help="how often each mail is made (40)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    try:
        versions = install()
        before = machine()
        reports = [measure(path.resolve(), max(1, options.rounds)) for path in options.issues]
    except (MissingError, FailedError) as error:
        print(error, file=sys.stderr)
        return 2
    after = machine()["load_average"]
    if options.json:
        document = {"machine": before, "load_average_after": after, "peer": versions, "rounds": options.rounds}
        issues = [asdict(report) | {"figures": [one.as_json() for one in report.figures]} for report in reports]
        print(json.dumps(document | {"issues": issues}, indent=2, ensure_ascii=False))
        return 0
    peers = ", ".join(f"{name} {version}" for name, version in versions.items())
    print(f"Python {before['python']} beside {peers}; medians of {options.rounds} rounds taken in turns")
    print(f"{before['cores']} cores, load average {before['load_average'][0]} before and {after[0]} after")
    for report in reports:
        show(report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
