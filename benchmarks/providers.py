"""Measure how fast an issue goes to its readers by a provider of mail, whose answers come 45 ms later.

    python benchmarks/providers.py [--rounds N] [--count N] [--pause-ms N] [--json]

The same 50 KB for all, by `newsletter send` with its ledger: merged by the provider, in batches of whole mails, and in
a call for each reader, some at once and one after the other. Beside them django-anymail, as its documentation shows it.
The providers are those of the tests, each in a process of its own on this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure.figures import Figure, in_turns, machine, table, time_figure
from benchmarks.measure.processes import FailedError
from benchmarks.sending.workspace import COMMAND, SLUG, make_workspace, rendered
from newsletter.config.providers import KEYS, variable
from tests.providers.account import KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks" / "sending"
PAUSE_MS = 45
"""Between a request and its answer: what a call to a provider takes on the network, without what it does itself."""
AT_ONCE = 20
SLOW_SHARE = 50
"""So many times fewer are sent one after the other: the speed does not depend on the number."""


@dataclass(frozen=True, slots=True)
class Way:
    """How mails go to a provider."""

    provider: str
    batch: int
    """Mails in a request."""
    concurrency: int
    """Requests at once."""
    share: int = 1
    """So many times fewer are sent."""


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "merged by it": Way("mailgun", batch=1000, concurrency=4),
        "500 in a request": Way("postmark", batch=500, concurrency=4),
        "100 in a request": Way("resend", batch=100, concurrency=4),
        "one in a request": Way("scaleway", batch=1, concurrency=AT_ONCE, share=5),
        "one by one": Way("mailgun", batch=1, concurrency=1, share=SLOW_SHARE),
    }
)
ANYMAIL = "django-anymail"
BESIDE: Mapping[str, tuple[str, str, float | None]] = MappingProxyType(
    {
        "merged by it, one by one": ("one by one", "merged by it", 1 / 20),
        "500 in a request, one by one": ("one by one", "500 in a request", 1 / 20),
        "100 in a request, one by one": ("one by one", "100 in a request", 1 / 20),
        f"{AT_ONCE} at once, one by one": ("one by one", "one in a request", 1 / 10),
        "one by one, django-anymail": (ANYMAIL, "one by one", None),
        "merged by it, django-anymail": (ANYMAIL, "merged by it", None),
    }
)
"""By what is compared: the slower series, the quicker one, and the goal for its share of the time."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one message of a series took."""

    seconds: float
    cpu_s: float


class Newsletter:
    """A newsletter that goes one way, sent anew each time."""

    def __init__(self, folder: Path, way: Way, url: str, readers: int) -> None:
        self._folder, self._way, self._readers = folder, way, readers
        make_workspace(folder, readers)
        toml = folder / "newsletter.toml"
        table = f'[esp]\napi_url = "{url}"\nbatch = {way.batch}\nconcurrency = {way.concurrency}\n'
        toml.write_text(toml.read_text("utf-8").replace("[esp]\n", table, 1), "utf-8")
        (folder / "newsletter.db").rename(folder / "fresh.db")

    def send(self) -> Taken:
        """Send the issue to all. Time counts from the first claim, and processor time from the command's start.

        Raises:
            FailedError: not everybody was sent it.
        """
        for old in (*self._folder.glob("newsletter.db*"), *self._folder.glob(".newsletter/*")):
            old.unlink()
        shutil.copy(self._folder / "fresh.db", self._folder / "newsletter.db")
        name = self._way.provider
        command: list[str | Path] = [
            COMMAND,
            "-C",
            self._folder,
            "send",
            SLUG,
            "--yes",
            "--json",
            "--transport",
            f"esp:{name}",
        ]
        keys = {variable(name, key): KEY for key in KEYS[name]}
        before = os.times()
        done = subprocess.run(command, env=os.environ | keys, cwd=ROOT, capture_output=True, text=True, check=False)
        after = os.times()
        if done.returncode or (document := json.loads(done.stdout))["sent"] != self._readers:
            raise FailedError(done.stderr)
        worked = after.children_user + after.children_system - before.children_user - before.children_system
        return Taken(document["seconds"] / self._readers, worked / self._readers)


def by_anymail(url: str, count: int, message: Path) -> Taken:
    """Send a series with django-anymail.

    Raises:
        FailedError: not all was taken.
    """
    command: list[str | Path] = [sys.executable, HERE / "by_anymail.py", url, str(count), message]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FailedError(done.stderr)
    took = json.loads(done.stdout)
    return Taken(took["seconds"] / count, took["cpu_s"] / count)


@contextmanager
def provider(name: str, pause_ms: int) -> Iterator[str]:
    """Run a provider; give where its paths begin."""
    command: list[str | Path] = [sys.executable, HERE / "provider.py", name, str(pause_ms)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout  # noqa: S101 - for mypy
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def measure(folder: Path, urls: Mapping[str, str], rounds: int, count: int) -> dict[str, list[Taken]]:
    """Take all of them in turns; return what each message took.

    Raises:
        FailedError: one of them fails.
    """
    series: dict[str, Callable[[int], Taken]] = {}
    for number, (name, way) in enumerate(WAYS.items()):
        letters = Newsletter(folder / str(number), way, urls[way.provider], max(10, count // way.share))
        series[name] = lambda _, letters=letters: letters.send()  # type: ignore[misc] # the loop's own
    message = folder / "message.eml"
    message.write_bytes(rendered(folder / "0"))
    few = max(10, count // SLOW_SHARE)
    series[ANYMAIL] = lambda _: by_anymail(urls["mailgun"], few, message)
    return in_turns(series, rounds)


def figures(taken: Mapping[str, Sequence[Taken]]) -> list[Figure]:
    """Return the time of one message for all that is compared."""
    return [time_figure(name, taken[our], taken[peer], goal) for name, (peer, our, goal) in BESIDE.items()]


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", metavar="N", type=int, default=3, help="how often each is run (3)")
    parser.add_argument("--count", metavar="N", type=int, default=3000, help="mails in each run (3,000)")
    parser.add_argument("--pause-ms", metavar="N", type=int, default=PAUSE_MS, help=f"before an answer ({PAUSE_MS})")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    before = machine()
    try:
        with ExitStack() as running:
            folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="newsletter-providers-")))
            names = dict.fromkeys(way.provider for way in WAYS.values())
            urls = {name: running.enter_context(provider(name, options.pause_ms)) for name in names}
            taken = measure(folder, urls, max(1, options.rounds), max(10, options.count))
            octets = (folder / "message.eml").stat().st_size
    except FailedError as error:
        print(error, file=sys.stderr)
        return 2
    found, after = figures(taken), machine()["load_average"]
    fast = {name: 1 / median(one.seconds for one in series) for name, series in taken.items()}
    if options.json:
        document = {"machine": before, "load_average_after": after, "octets": octets, "pause_ms": options.pause_ms}
        document |= {"per_second": fast, "figures": [figure.as_json() for figure in found]}
        print(json.dumps(document, indent=2))
        return 0
    print(f"Python {before['python']}; mails of {octets / 1000:.1f} KB, answers {options.pause_ms} ms later")
    print(f"{before['cores']} cores, load average {before['load_average'][0]} before and {after[0]} after\n")
    print(table(found, "the other"))
    print("\nMails in a second, and the processor's time for one")
    for name, series in taken.items():
        print(f"  {name:18} {fast[name]:7,.0f}  {1e6 * median(one.cpu_s for one in series):7,.0f} µs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
