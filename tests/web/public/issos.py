"""A real Isso below the issues of a small archive, behind our own site."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from newsletter.config import load
from newsletter.store import open_store
from newsletter.web.public.discussion import routes
from newsletter.web.public.site import open_site
from tests.archive.sources import built
from tests.audience.lists import KEY, NOW_MS
from tests.cli.commands import TOML, add_issue
from tests.delivery.mail_servers import free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.web.public.site import Site

ISSO = Path(__file__).parents[3] / ".venv" / "isso" / "bin" / "isso"
NEVER_S = 20.0
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "discussion.md"


def settings(**values: str) -> str:
    """Isso's settings as the documentation has them, with some values in place of those that are there."""
    (text,) = re.findall(r"^```ini\n(\[general\]\n.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for name, value in values.items():
        text, count = re.subn(
            rf"^{name.replace('_', '-')} = .*$", f"{name.replace('_', '-')} = {value}", text, flags=re.MULTILINE
        )
        assert count == 1, name
    return str(text)


@dataclass(frozen=True, slots=True)
class Discussed:
    """A site with a discussion, and what its moderator is told."""

    url: str
    told: list[str]
    heard: threading.Condition

    def link(self, action: str, number: int) -> str:
        """The moderator's link to `activate` or `delete` a comment, once it was told."""
        wanted = re.compile(rf"{self.url}/comments/id/{number}/{action}/\S+")

        def found() -> list[str]:
            return [match[0] for line in self.told if (match := wanted.search(line))]

        with self.heard:
            assert self.heard.wait_for(found, NEVER_S), f"no link to {action} comment {number}"
        return found()[0]

    def listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        for line in process.stdout:
            with self.heard:
                self.told.append(line)
                self.heard.notify_all()


@contextmanager
def discussed(folder: Path) -> Iterator[Discussed]:
    """Run a site with two issues whose discussion is at a real Isso."""
    if not ISSO.exists():
        if "CI" in os.environ:
            pytest.fail("no Isso; .ci/isso installs it")
        pytest.skip("no Isso on this machine; .ci/isso installs it")
    listening = socket.create_server(("127.0.0.1", 0))
    site, isso_port = f"http://127.0.0.1:{listening.getsockname()[1]}", free_port()
    root = workspace(folder / "ws", f'kind = "isso"\nserver = "http://127.0.0.1:{isso_port}"')
    out = folder / "site"
    built(root, out)
    # With room for a test, which writes more quickly than a reader, and is told by the log.
    text = settings(
        dbpath=str(folder / "comments.db"),
        listen=f"http://127.0.0.1:{isso_port}",
        public_endpoint=f"{site}/comments",
        notify="stdout",
        ratelimit="100",
        direct_reply="100",
    )
    (folder / "isso.cfg").write_text(text.replace("host = https://example.org", f"host = {site}"), "utf-8")
    app = Starlette(routes=[*routes(site_of(root)), Mount("/", StaticFiles(directory=out, html=True))])
    process = subprocess.Popen(
        [ISSO, "-c", folder / "isso.cfg", "run"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    found = Discussed(site, [], threading.Condition())
    reader = threading.Thread(target=found.listen, args=(process,))
    reader.start()
    try:
        with serving(app, listening):
            wait_for(isso_port)
            yield found
    finally:
        process.terminate()
        process.wait(NEVER_S)
        reader.join(NEVER_S)
        assert process.stdout
        process.stdout.close()


def workspace(root: Path, discussion: str) -> Path:
    """A newsletter with an issue in each language; both invite to a discussion."""
    root.mkdir(parents=True)
    (root / "newsletter.toml").write_text(f"{TOML}\n[discussion]\n{discussion}\n", "utf-8")
    body = "::: discussion Wat laat jij niet aan een model over?\nWe lezen alles.\n:::\n"
    add_issue(root, "2026-11-24-proef", body, status="ready", subject='"Een “proef” & meer"')
    add_issue(root, "2026-11-20-trial", body, status="ready", language="en")
    return root


def site_of(root: Path) -> Site:
    """The pages of readers of a workspace."""
    engine = open_store("sqlite:///newsletter.db", root, fresh_id="a-test")
    return open_site(engine, load(root, {"NEWSLETTER_SECRET_KEY": KEY}), lambda: NOW_MS, lambda: None)


@contextmanager
def serving(app: Starlette, listening: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(NEVER_S)
        listening.close()
