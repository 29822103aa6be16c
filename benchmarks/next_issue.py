"""Measure the way from an empty folder to an issue that can be looked at, with the latest episode in it: two commands.

    python benchmarks/next_issue.py [--rounds N] [--episodes N] [--json]

The feed comes from a server on this machine, which answers at once: its own time is not counted, reading it is.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure.figures import machine
from benchmarks.measure.processes import FailedError, Run, run

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
COMMAND = Path(sys.executable).with_name("newsletter")
COVER = ROOT / "issues" / "asml-cover.png"
GOAL_S = 3.0
_NOTES = (
    "<p>Waar het over gaat, in een paar <b>zinnen</b> met een <a href='https://example.org/x'>koppeling</a>.</p>" * 8
)
_TIMES = "<p>0:00 Begin<br>7:42 Tenten<br>21:10 Een traan<br>1:08:30 Einde</p>"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as its caller names it
        pass


def feed(at: str, episodes: int) -> str:
    """Return a feed of so many episodes, each with show notes, chapters, a cover and a transcript."""
    items = "".join(
        f"<item><guid>g{n}</guid><title>Aflevering {n}</title><pubDate>Tue, 24 Nov 2020 05:00:00 GMT</pubDate>"
        f"<link>https://example.org/{n}</link><itunes:duration>1:15:33</itunes:duration>"
        f'<enclosure url="https://example.org/{n}.mp3" length="7" type="audio/mpeg"/>'
        f'<itunes:image href="{at}/cover.png"/><podcast:transcript url="{at}/t.vtt" type="text/vtt"/>'
        f"<description><![CDATA[{_NOTES}{_TIMES}]]></description></item>"
        for n in range(episodes)
    )
    spaces = 'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0"'
    return f'<rss version="2.0" {spaces}><channel><title>Praat</title>{items}</channel></rss>'


def transcript(cues: int) -> str:
    """Return a transcript of an hour or so."""
    said = "<v Wietse>En dat is wat er in deze drie tellen wordt gezegd.\n"
    starts = (f"{n // 1200:02}:{n // 20 % 60:02}:{n % 20 * 3:02}" for n in range(cues))
    parts = (f"{start}.000 --> {start}.900\n{said}" for start in starts)
    return "WEBVTT\n\n" + "\n".join(parts)


def measure(rounds: int, episodes: int) -> Iterator[dict[str, Run]]:
    """Yield what each command took, round by round.

    Raises:
        FailedError: one of them fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        served = Path(folder, "served")
        served.mkdir()
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(served)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        at = f"http://127.0.0.1:{server.server_address[1]}"
        (served / "feed.xml").write_text(feed(at, episodes), "utf-8")
        (served / "t.vtt").write_text(transcript(1200), "utf-8")
        (served / "cover.png").write_bytes(COVER.read_bytes())
        for number in range(rounds):
            workspace = Path(folder, f"round{number}")
            yield {
                "newsletter init": run([COMMAND, "init", workspace, "--feed", f"{at}/feed.xml"], ROOT),
                "newsletter new": run([COMMAND, "new", "De volgende", "-C", workspace], ROOT),
                "newsletter render": run([COMMAND, "render", "de-volgende", "-C", workspace], ROOT),
            }
        server.shutdown()


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", metavar="N", type=int, default=5, help="how often (5)")
    parser.add_argument("--episodes", metavar="N", type=int, default=300, help="in the feed (300)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    try:
        rounds = list(measure(max(1, options.rounds), options.episodes))
    except FailedError as error:
        print(error, file=sys.stderr)
        return 2
    medians = {
        name: (statistics.median(r[name].seconds for r in rounds), statistics.median(r[name].cpu_s for r in rounds))
        for name in rounds[0]
    }
    two = sum(medians[name][0] for name in ("newsletter init", "newsletter new"))
    if options.json:
        commands = {name: {"seconds": wall, "cpu_s": cpu} for name, (wall, cpu) in medians.items()}
        print(
            json.dumps({"machine": machine(), "commands": commands, "two_commands_s": two, "goal_s": GOAL_S}, indent=2)
        )
        return 0
    print(
        f"A feed of {options.episodes} episodes; medians of {len(rounds)} rounds; load {machine()['load_average'][0]}\n"
    )
    for name, (wall, cpu) in medians.items():
        print(f"{name:20} {wall:6.2f} s   {cpu:6.2f} s of processor")
    verdict = "met" if two < GOAL_S else "NOT MET"
    worked = sum(medians[name][1] for name in ("newsletter init", "newsletter new"))
    print(f"\nTo an issue with the latest episode, init and new: {two:.2f} s (goal: less than {GOAL_S:g} s, {verdict})")
    print(f"Of that the processor worked {worked:.2f} s, which is what there is to read on a busy machine")
    return 0


if __name__ == "__main__":
    sys.exit(main())
