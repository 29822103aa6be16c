"""Do the main job once, from Markdown to mail and archive, with the installed `newsletter` command.

It reaches nobody: the mail server is this script's own, and keeps what it gets in out/demo/mailbox.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aiosmtpd.smtp import SMTP, Envelope, Session
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
ISSUE = "issues/2026-11-24-asml.md"
OUT = Path("out/demo")
MAIL, MAILBOX, SITE = OUT / "mail", OUT / "mailbox", OUT / "site"
COMMAND = Path(sys.executable).with_name("newsletter")


class Mailbox:
    """A handler for aiosmtpd that writes each message to a file named for its recipient."""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the message as it came, byte by byte."""
        for address in envelope.rcpt_tos:
            name = re.sub(r"[^\w.@+-]", "_", address)
            (MAILBOX / f"{name}.eml").write_bytes(envelope.original_content or b"")
        return "250 2.0.0 Kept"


@contextmanager
def mail_server() -> Iterator[int]:
    """Run a mail server on a free port of this machine and give the port."""
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(
        loop.create_server(lambda: SMTP(Mailbox(), hostname="localhost", loop=loop), "127.0.0.1", 0)
    )
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        loop.close()


def newsletter(*arguments: str, **settings: str) -> None:
    """Run the `newsletter` command; where it fails, show what it said and stop with its status."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")}
    result = subprocess.run(
        [str(COMMAND), *arguments],
        env=environment | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        sys.stderr.write(f"{result.stdout}newsletter {' '.join(arguments)}: exit status {result.returncode}\n")
        sys.exit(result.returncode)


def send(readers: list[str]) -> None:
    """Send the issue to the sample readers, through a mail server that lives as long as this call."""
    with mail_server() as port:
        newsletter(
            *("send", ISSUE),
            *(part for reader in readers for part in ("--test", reader)),
            NEWSLETTER_TRANSPORT="smtp",
            NEWSLETTER_SMTP_HOST="127.0.0.1",
            NEWSLETTER_SMTP_PORT=str(port),
            NEWSLETTER_SMTP_SECURITY="none",
            NEWSLETTER_SMTP_USERNAME="",  # empty wins over what a .env says
        )
    arrived = len(list(MAILBOX.glob("*.eml")))
    if arrived != len(readers):
        sys.exit(f"{len(readers)} mails were sent, {arrived} arrived in {MAILBOX}")


def offline_copy(html: Path, url: str) -> Path:
    """Write a copy of the mail whose pictures come from `SITE`: nothing is published yet."""
    picture = re.compile(rf"""((?:\bsrc=|\bbackground=|\burl\()["']?){re.escape(url)}/([^"'()?\s>]+)""")
    text = html.read_text(encoding="utf-8")
    if missing := sorted({path for _, path in picture.findall(text) if not (SITE / path).is_file()}):
        sys.exit(f"{html} shows pictures that the archive lacks: {', '.join(missing)}")
    copy = html.with_suffix(".offline.html")
    copy.write_text(picture.sub(r"\1../site/\2", text), encoding="utf-8")
    return copy


@contextmanager
def step(console: Console, words: str) -> Iterator[None]:
    """Print a line for a step that went well, with its time."""
    started = time.perf_counter()
    yield
    console.print(f"  [green]✓[/] {words:<52}[dim]{time.perf_counter() - started:5.1f} s[/]")


def main() -> None:
    """Do each step, then say where everything lies."""
    os.chdir(ROOT)
    shutil.rmtree(OUT, ignore_errors=True)
    MAILBOX.mkdir(parents=True)
    config = tomllib.loads(Path("newsletter.toml").read_text(encoding="utf-8"))
    readers = [sample["address"] for sample in config["sample"]]
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]{config['newsletter']['name']}[/], from {ISSUE}\n")
    with step(console, "rendered: the mail and its plain text"):
        newsletter("render", ISSUE, "--out", str(MAIL))
    with step(console, f"sent: {len(readers)} mails, to a mail server of its own"):
        send(readers)
    with step(console, "archived: the web pages"):
        newsletter("archive", "build", "--future", "--out", str(SITE))
    html = next(MAIL.glob("*.html"))
    offline = offline_copy(html, config["newsletter"]["url"].rstrip("/"))
    console.print(f"""
[bold]Look at[/]
  the mail, in a browser    [cyan]{offline}[/]
  the same, as it is sent   [cyan]{html}[/]
  its plain text            [cyan]{html.with_suffix(".txt")}[/]
  what each reader got      [cyan]{MAILBOX}{os.sep}[/]
  the web archive           [cyan]{SITE / "index.html"}[/]

[bold]Next[/]
  see the archive as a site   {COMMAND.relative_to(ROOT)} archive serve --out {SITE}
  send this issue to you      {COMMAND.relative_to(ROOT)} send {html.stem} --test you@example.org
  begin one of your own       {COMMAND.relative_to(ROOT)} init my-newsletter""")


if __name__ == "__main__":
    main()
