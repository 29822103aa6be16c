"""A storm over a sending by a provider: real `newsletter send` processes, killed again and again."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from random import Random
from select import select
from typing import TYPE_CHECKING

from newsletter.config.providers import KEYS, variable
from newsletter.store import open_store
from tests.chaos.oracle import faults_of, states_of
from tests.chaos.server import copies_in
from tests.cli.commands import COMMAND, TOML, add_issue
from tests.providers.account import KEY
from tests.providers.process import Weather, truthful_provider

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SLUG = "storm"
AT_ONCE = 4
"""Requests of one sender, as the settings have it."""
KNOW_AGAIN = frozenset({"brevo", "resend"})
"""Providers that can be asked once more, so that no doubt is left."""
TELLS_AT_ONCE = frozenset({"mandrill", "postmark", "unisender_go"})
"""Providers that refuse, in their answer, a reader who bounced before."""


@dataclass(frozen=True, slots=True)
class Storm:
    """How heavy it is."""

    provider: str
    readers: int
    strikes: int
    seed: int
    batch: int = 50
    """Mails in a request."""
    faults: float = 0.05
    """Of the requests: the chance that something befalls one."""
    has_keys: bool = True
    """The provider knows requests again, where it says so."""
    longest_s: float = 0.3
    """How long a sender lives at most, once it has sent something, until it is struck."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is left when it is over."""

    faults: list[str]
    states: Counter[str]
    kills: int
    doubts_that_have_it: int
    most_doubts: int
    """No more than was on its way: four requests at each kill, and one each time that something befell one."""
    seconds: float


def rage(folder: Path, storm: Storm) -> Outcome:
    """Let a storm rage over a sending."""
    began, random, kills = time.monotonic(), Random(storm.seed), 0
    kinds = ("ok",) * 19 + ("p" if storm.provider in TELLS_AT_ONCE else "ok",)
    addresses = [f"{kinds[n % len(kinds)]}-{n}@example.org" for n in range(storm.readers)]
    log, most = folder / "truth", storm.readers // storm.batch
    weather = Weather(storm.seed, storm.faults, pause_s=0.02, lasts=most * 4 // 5)
    with truthful_provider(storm.provider, log, weather, has_keys=storm.has_keys) as url:
        _make_workspace(folder, addresses, f'api_url = "{url}"\nbatch = {storm.batch}\n')
        sender = Sender(folder, storm.provider)
        for _ in range(storm.strikes):
            if sender.is_struck(log, random.uniform(0.0, storm.longest_s)):
                kills += 1
            else:
                break
        while not sender.has_done():
            sender.run()
    engine = open_store("sqlite:///newsletter.db", folder, fresh_id="chaos")
    states, copies = states_of(engine), copies_in(log)
    engine.dispose()
    doubtful = [address for address, state in states.items() if state == "in_doubt"]
    return Outcome(
        faults=faults_of(states, copies),
        states=Counter(states.values()),
        kills=kills,
        doubts_that_have_it=sum(copies[address] > 0 for address in doubtful),
        most_doubts=storm.batch * (AT_ONCE * kills + sum(fault is not None for fault in weather.draw())),
        seconds=time.monotonic() - began,
    )


@dataclass(frozen=True, slots=True)
class Sender:
    """The command that sends what is left."""

    folder: Path
    provider: str

    def is_struck(self, log: Path, life_s: float) -> bool:
        """Begin one, and kill it so long after it first sent anything; return whether it was still at work."""
        before = log.stat().st_size if log.exists() else 0
        process = self._begin()
        while process.poll() is None and not (log.exists() and log.stat().st_size > before):
            _let_pass(0.005)
        _let_pass(life_s)
        is_at_work = process.poll() is None
        process.kill()
        process.wait()
        return is_at_work

    def run(self) -> None:
        """Let one send to its end."""
        process = self._begin()
        while process.poll() is None:
            self._hurry()
            _let_pass(0.5)

    def has_done(self) -> bool:
        """Whether nothing is left to send."""
        with closing(sqlite3.connect(self.folder / "newsletter.db", timeout=30)) as database:
            return bool(database.execute("select status from send").fetchall() == [("done",)])

    def _hurry(self) -> None:
        """Let whoever was put off be due at once: no storm has half a minute."""
        with closing(sqlite3.connect(self.folder / "newsletter.db", timeout=30)) as database, database:
            database.execute("update delivery set next_at_ms = 0 where state = 'pending'")

    def _begin(self) -> subprocess.Popen[bytes]:
        self._hurry()
        keys = {variable(self.provider, key): KEY for key in KEYS[self.provider]}
        with (self.folder / "said").open("ab") as said:
            return subprocess.Popen(
                [COMMAND, "-C", self.folder, "send", SLUG, "--yes", "--transport", f"esp:{self.provider}"],
                env=os.environ | keys,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )


def _make_workspace(folder: Path, addresses: Sequence[str], esp: str) -> None:
    add_issue(folder, f"2026-11-24-{SLUG}", status="ready")
    settings = f"{TOML}\n[sending]\nmost_unknown_percent = 100\n\n[esp]\n{esp}"
    (folder / "newsletter.toml").write_text(settings, "utf-8")
    (folder / ".env").write_text(f"NEWSLETTER_SECRET_KEY={'k' * 43}\n")
    (folder / ".env").chmod(0o600)
    (folder / "list.csv").write_text("\n".join(("email", *addresses)) + "\n")
    command: list[str | Path] = [COMMAND, "-C", folder, "subscribers", "import", folder / "list.csv"]
    subprocess.run(command, check=True, capture_output=True)


def _let_pass(seconds: float) -> None:
    """Let the sender have its time: what it does then is what is tried."""
    select((), (), (), seconds)
