"""The site of this program, and the same pages as files that Starlette serves; both by uvicorn."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from benchmarks.measure.processes import FailedError
from newsletter.audience.tokens import HOUR_MS, Purpose, Token, keys_of, sign
from newsletter.config import load
from newsletter.store import open_store, writing
from newsletter.store.schema import subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent.parent
ISSUE = ROOT / "issues" / "2026-11-24-asml.md"
COMMAND = Path(sys.executable).with_name("newsletter")
KEY = "a-secret-key-of-the-benchmark-alone"
TOML = """\
[newsletter]
name = "The Brief"
url = "https://brief.example"
language = "nl"
languages = ["nl", "en"]
from_name = "The Brief"
from_address = "editors@brief.example"
postal_address = "Street 1"

[site]
proxies = ["127.0.0.1"]
"""
_START_S = 60.0


@dataclass(frozen=True, slots=True)
class Site:
    """A site of this program that is served."""

    url: str
    """Without a slash at its end."""
    root: Path
    pid: int
    issue_path: str
    confirm_path: str


@contextmanager
def our_site(root: Path, **environment: str) -> Iterator[Site]:
    """Serve a site with one issue, and one person who has to confirm.

    Raises:
        FailedError: it does not begin.
    """
    shutil.copytree(ISSUE.parent, root / "issues")
    (root / "newsletter.toml").write_text(TOML, "utf-8")
    (root / "issues" / ISSUE.name).write_bytes(ISSUE.read_bytes().replace(b"status: draft", b"status: ready"))
    confirm_path = f"/c/{_token_of_somebody(root)}"
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0", "--json"],
        cwd=root,
        env=os.environ | {"NEWSLETTER_SECRET_KEY": KEY} | environment,
        stdout=subprocess.PIPE,
        stderr=(root / "serve.log").open("w"),
        text=True,
    )
    try:
        said = "".join(iter(process.stdout.readline, "}\n")) if process.stdout else ""
        url = json.loads(f"{said}}}")["url"].rstrip("/")
        yield Site(url, root, process.pid, "/p/asml/", confirm_path)
    except (KeyError, ValueError) as error:
        raise FailedError((root / "serve.log").read_text("utf-8")) from error
    finally:
        process.terminate()
        process.wait()


def _token_of_somebody(root: Path) -> str:
    settings = load(root, {"NEWSLETTER_SECRET_KEY": KEY})
    now_ms = round(time.time() * 1000)
    engine = open_store("sqlite:///newsletter.db", root, fresh_id="a-benchmark")
    with writing(engine) as connection:
        row = {"address": "anna@example.org", "address_key": "anna@example.org", "status": "pending", "language": "nl"}
        values = {**row, "created_at_ms": now_ms, "consent_source": "a benchmark"}
        added = connection.execute(subscriber.insert().values(values).returning(subscriber.c.id)).scalar_one()
    engine.dispose()
    token = Token(Purpose.CONFIRM, int(added), now_ms // HOUR_MS)
    return sign(keys_of(settings.secret_key), settings.newsletter.list_id, token)


def pages_as_files(site: Site, paths: Mapping[str, str], folder: Path) -> Path:
    """Write the pages of a site as files, `0.html` and so on; return their folder."""
    folder.mkdir()
    for number, path in enumerate(paths.values()):
        answer = httpx.get(site.url + path, timeout=_START_S, headers={"accept-encoding": "identity"})
        answer.raise_for_status()
        (folder / f"{number}.html").write_bytes(answer.content)
    return folder


THEIRS = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
app = Starlette(routes=[Mount("/", StaticFiles(directory=sys.argv[1]))])
uvicorn.run(app, fd=int(sys.argv[2]), log_level="critical", access_log=False, lifespan="off")
"""


@contextmanager
def their_site(folder: Path) -> Iterator[str]:
    """Serve the files of a folder by uvicorn and Starlette's own StaticFiles; give the address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [sys.executable, "-c", THEIRS, str(folder), str(listening.fileno())]
        process = subprocess.Popen(command, pass_fds=[listening.fileno()])
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            httpx.get(f"{url}/0.html", timeout=_START_S)  # the line waits until it serves
            yield url
        finally:
            process.terminate()
            process.wait()
