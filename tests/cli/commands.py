"""The command line as a person meets it, and small workspaces to use it in."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsletter.cli.main import run_with

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("newsletter")
"""The installed command."""

TOML = """\
[newsletter]
name = "Proef"
url = "https://proef.example"
language = "nl"
languages = ["nl", "en"]
from_name = "De redactie"
from_address = "redactie@proef.example"
postal_address = "Straat 1, Stad"

[[sample]]
address = "anna@example.org"
first_name = "Anna"

[[sample]]
address = "chloe@example.org"
language = "en"
first_name = "Chloé"
"""

LIST = """\
email,first_name,language,tags,company
anna@example.org,Anna,nl,"founder, vip",Acme
bram@example.org,Bram,,,
chloe@example.org,Chloé,en,vip,
"""
"""Three subscribers."""

BODY = """\
Dag {{ subscriber.first_name | default("lezer") }},

::: tip {#eerste-tip} Een tip
Met *Markdown*, “aanhalingstekens” en één [koppeling](https://aireport.email/pad).
:::
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Newsletter:
    """The command in this process."""

    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str | Path) -> Ran:
        self.capsys.readouterr()
        status = run_with([str(argument) for argument in arguments])
        return Ran(status, *self.capsys.readouterr())


def installed(*arguments: str | Path, cwd: Path, **environment: str) -> Ran:
    """Run the installed command as a process of its own."""
    result = subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(result.returncode, result.stdout, result.stderr)


def on_a_terminal(*arguments: str, cwd: Path, stream: str = "stderr", **environment: str) -> str:
    """Run the installed command with a terminal for one of its streams; return what it showed there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, *arguments],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs if stream == "stdout" else subprocess.DEVNULL,
        stderr=theirs if stream == "stderr" else subprocess.DEVNULL,
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # how a terminal says that the other side has gone
        while piece := os.read(ours, 4096):
            shown += piece
    os.close(ours)
    process.wait()
    return shown.decode().replace("\r\n", "\n")


def issue_text(body: str = BODY, **front: str) -> str:
    """An issue; each keyword is a line of its front matter, and replaces the one that stands there."""
    lines = {
        "subject": '"Een proef"',
        "preheader": '"Waar het over gaat, en wat u er morgen aan heeft"',
        "date": "2026-11-24",
    } | front
    head = "".join(f"{key}: {value}\n" for key, value in lines.items())
    return f"---\n{head}---\n{body}"


def add_issue(root: Path, name: str = "2026-11-24-proef", body: str = BODY, **front: str) -> Path:
    """Write an issue into a workspace; it is dated as its name is."""
    path = root / "issues" / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(issue_text(body, **({"date": name[:10]} | front)), "utf-8")
    return path
