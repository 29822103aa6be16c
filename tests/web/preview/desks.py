"""Workspaces to preview, and the preview as a program that runs beside the test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from tests.cli.commands import BODY, COMMAND, TOML, add_issue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path

NAME = "2026-11-24-proef"
PREHEADER = '"Waar het over gaat"'
CANARY = "canary-6f1d"
"""A secret that must turn up nowhere."""
SECRETS = f"NEWSLETTER_SMTP_PASSWORD={CANARY}\nNEWSLETTER_SECRET_KEY={CANARY * 4}\n"


LONG = "\n\n".join(f"Alinea {number} met *nadruk*." for number in range(60))
WITH_ALL = f"""\
{BODY}
::: image {{src="foto.png" alt="Een foto van een kat"}}
:::

::: note {{if="subscriber.language == 'en'"}} Only English
Words.
:::

{LONG}
"""


def workspace_in(folder: Path, more: str = "") -> Path:
    """Make a workspace with one draft and with secrets."""
    root = folder / "ws"
    root.mkdir()
    (root / "newsletter.toml").write_text(TOML + more, "utf-8")
    (root / ".env").write_text(SECRETS, "utf-8")
    add_issue(root, NAME, preheader=PREHEADER)
    return root


def save(path: Path, text: str) -> None:
    """Save as editors do: a file beside it that takes its place."""
    fresh = path.with_name(f".{path.name}.tmp")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    kind: str
    document: Any


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of the server, read to its end."""

    status: int
    headers: Message
    body: bytes


@dataclass(frozen=True, slots=True)
class Running:
    """A preview that runs."""

    process: subprocess.Popen[str]
    url: str
    """Of the page, without what stands behind #."""

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    @property
    def path(self) -> str:
        """The path that all addresses of this run begin with; it ends in a slash."""
        return urlsplit(self.url).path

    def get(self, path: str = "", method: str = "GET", **headers: str) -> Said:
        """Ask for something below the token; a header's name may have _ for -."""
        return self.ask(f"{self.path}{path}", method, **headers)

    def ask(self, path: str, method: str = "GET", **headers: str) -> Said:
        with self._asked(path, method, headers) as answer:
            return Said(answer.status, answer.headers, answer.read())

    @contextmanager
    def _asked(self, path: str, method: str, headers: dict[str, str]) -> Iterator[HTTPResponse]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.putrequest(method, path, skip_host="Host" in given)
            for name, value in given.items():
                connection.putheader(name, value)
            connection.endheaders()
            with connection.getresponse() as answer:
                yield answer
        finally:
            connection.close()

    def events(self, **asked: str) -> Iterator[Event]:
        """Yield what a stream says."""
        kind = ""
        with self._asked(f"{self.path}events?{urlencode(asked)}", "GET", {}) as answer:
            for raw in answer:
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    yield Event(kind, json.loads(line.removeprefix("data: ")))

    def children(self) -> list[int]:
        """The ids of the processes that it started."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in listed.stdout.split()]


@contextmanager
def previewed(root: Path, *arguments: str, **environment: str) -> Iterator[Running]:
    """Run `newsletter preview` in a workspace until the block ends."""
    process = subprocess.Popen(
        [COMMAND, "preview", "--no-open", "--port", "0", *arguments],
        cwd=root,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if process.stderr is None:
        raise TypeError
    try:
        for line in process.stderr:
            if line.startswith("http://"):
                yield Running(process, line.split("#")[0].split()[0])
                break
        else:
            message = "it ended before it said its address"
            raise AssertionError(message)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)
        process.stderr.close()
