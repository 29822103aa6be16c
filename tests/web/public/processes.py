"""The whole site as a process of its own, and plain sockets to talk to it."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

import httpx

from newsletter.audience.tokens import Purpose, Token, keys_of, sign
from newsletter.config import load
from tests.audience.lists import KEY
from tests.cli.commands import COMMAND
from tests.web.public.sites import hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

WAITS_S = 50.0
TOML = """\
[newsletter]
name = "Proef"
url = "https://proef.example"
language = "nl"
languages = ["nl", "en"]
from_name = "De redactie"
from_address = "redactie@proef.example"
postal_address = "Straat 1, Stad"

[archive.redirects]
"/old" = "/p/new/"
"/away" = "https://elsewhere.example/x"
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A site that is served."""

    process: subprocess.Popen[str]
    url: str
    root: Path
    log: Path
    """What it wrote on standard error."""

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2].strip("/"))

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return httpx.request(method, self.url.rstrip("/") + path, timeout=WAITS_S, **options)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def form(self) -> dict[str, str]:
        """The hidden fields of the form to subscribe, as it was shown a few seconds ago."""
        settings = load(self.root, {"NEWSLETTER_SECRET_KEY": KEY})
        shown = Token(Purpose.FORM, 0, round(time.time() * 1000) - 5000)
        token = sign(keys_of(settings.secret_key), settings.newsletter.list_id, shown)
        return hidden(self.get("/subscribe/").text) | {"token": token}

    def link_to_leave(self, subscriber_id: int) -> str:
        """The path of a reader's link to leave."""
        return f"/u/{self._token(Purpose.UNSUBSCRIBE, subscriber_id)}"

    def link_to_choose(self, subscriber_id: int) -> str:
        """The path of a reader's link to their preferences."""
        return f"/preferences/{self._token(Purpose.PREFERENCES, subscriber_id)}"

    def _token(self, purpose: Purpose, subscriber_id: int) -> str:
        settings = load(self.root, {"NEWSLETTER_SECRET_KEY": KEY})
        return sign(keys_of(settings.secret_key), settings.newsletter.list_id, Token(purpose, subscriber_id, 0))

    def raw(self, content: bytes, within_s: float = WAITS_S) -> bytes:
        """Send bytes as they are; return all that comes back until the line is closed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=within_s) as line:
            line.sendall(content)
            return read_all(line)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(WAITS_S)


def read_all(line: socket.socket) -> bytes:
    found = b""
    while piece := line.recv(65_536):
        found += piece
    return found


def build(root: Path) -> Path:
    """A site of a few files, as if it had been built; return its folder."""
    site = root / "out" / "site"
    (site / "p" / "new").mkdir(parents=True)
    (site / "assets").mkdir()
    (site / "index.html").write_text("<!DOCTYPE html><title>The archive</title>" + "<p>Words." * 100, "utf-8")
    (site / "404.html").write_text("<!DOCTYPE html><title>No such page</title>", "utf-8")
    (site / "p" / "new" / "index.html").write_text("<!DOCTYPE html><title>New</title>", "utf-8")
    (site / "assets" / "style.css").write_text("p { color: red }", "utf-8")
    (site / "assets" / "cover.3f9c2a1b.jpg").write_bytes(b"\xff\xd8picture")
    (site / "sound.mp3").write_bytes(bytes(range(256)) * 8192)
    (site / "feed.json").write_text("{}", "utf-8")
    (site / ".newsletter-archive").write_text("secret", "utf-8")
    (site / "_redirects").write_text("secret", "utf-8")
    (root / "newsletter.db").touch()
    (site / "out-link.html").symlink_to(root / "newsletter.toml")
    return site


@contextmanager
def serving(root: Path, *options: str, toml: str = TOML, **environment: str) -> Iterator[Running]:
    """Serve the site of a workspace; what is there stays as it is."""
    if not (root / "newsletter.toml").exists():
        (root / "newsletter.toml").write_text(toml, "utf-8")
        build(root)
    log = root / "serve.log"
    with log.open("a", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [COMMAND, "serve", "--port", "0", "--json", *options],
            cwd=root,
            env=os.environ | {"NEWSLETTER_SECRET_KEY": KEY} | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    try:
        # The one document that it prints has three lines; of faults, more.
        said = "".join(process.stdout.readline() for _ in range(3))
        url = re.search('"url": "([^"]+)"', said)
        yield Running(process, url[1] if url else "", root, log)
    finally:
        process.terminate()  # in order, so that what was run of the program is counted
        try:
            process.wait(WAITS_S)
        finally:
            process.kill()
            process.wait()
        process.stdout.close()


def rows(root: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(root / "newsletter.db")) as database:
        return database.execute(statement).fetchall()


def until(is_so: Callable[[], object], within_s: float = WAITS_S) -> None:
    """Look again and again until something is so."""
    give_up_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < give_up_s, "it never came to be so"
        Event().wait(0.02)  # nothing tells when it is


def smtp(port: int) -> dict[str, str]:
    return {
        "NEWSLETTER_TRANSPORT": "smtp",
        "NEWSLETTER_SMTP_HOST": "127.0.0.1",
        "NEWSLETTER_SMTP_PORT": str(port),
        "NEWSLETTER_SMTP_SECURITY": "none",
    }
