"""A flood of sign-ups, such as a program makes that uses a form to fill other people's mailboxes.

Each comes from another network, with another address and the attacker's words in every field there is. They are sent at
their time, whether or not those before them were answered: a site that is slow does not slow the attacker down.
"""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from benchmarks.serving.sites import KEY, our_site
from newsletter.audience.tokens import Purpose, Token, keys_of, sign
from newsletter.config import load
from newsletter.delivery.sink import open_sink

if TYPE_CHECKING:
    from benchmarks.serving.sites import Site

WORDS = "BUY-NOW-http-evil-example"
_HEAD = (
    "POST /subscribe/ HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {client}\r\nconnection: close\r\n"
    "user-agent: {words}\r\nreferer: https://{words}/\r\naccept-language: {words}\r\n"
    "content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n"
)
_TAKEN, _REFUSED = 202, 429


@dataclass(frozen=True, slots=True)
class Flood:
    """What came of a flood."""

    per_minute: float
    taken: int
    refused: int
    cap: int
    """How many sign-ups the settings allow in that time."""
    mails: int
    kept: int
    """Mails that were looked at …"""
    spoilt: int
    """… and how often the attacker's words stand in them."""
    median_ms: float
    p99_ms: float
    cpu_share: float
    """How much of one core the site worked, while sign-ups were taken and after."""
    before_bytes: int
    after_bytes: int
    """What the site held in memory."""


async def flooded(root: Path, per_minute: int, seconds: float) -> Flood:
    """Flood a site of this program for so long; return what came of it."""
    mbox = root.with_suffix(".mbox")
    with open_sink(mbox) as sink:
        with our_site(root, **_server(sink.port)) as site:
            settings = load(root, {"NEWSLETTER_SECRET_KEY": KEY})
            shown = Token(Purpose.FORM, 0, round(time.time() * 1000) - 5000)
            token = sign(keys_of(settings.secret_key), settings.newsletter.list_id, shown)
            await asyncio.gather(*(_sign_up(site, token, -number) for number in range(1, 20)))  # it warms up
            before_bytes, before_s = _memory(site.pid), _worked_s(site.pid)
            began_s = time.perf_counter()
            answers = await _send_all(site, token, per_minute, seconds)
            took_s = time.perf_counter() - began_s
            cpu_share = (_worked_s(site.pid) - before_s) / took_s
            await asyncio.sleep(5)  # the postman has all in hand that there is
            after_bytes = _memory(site.pid)
        mails = sink.close().messages
    kept = mbox.read_bytes()
    times_ms = [1000 * seconds for _, seconds in answers]
    statuses = [status for status, _ in answers]
    return Flood(
        per_minute=60 * len(answers) / took_s,
        taken=statuses.count(_TAKEN),
        refused=statuses.count(_REFUSED),
        cap=settings.site.most_sign_ups,
        mails=mails,
        kept=kept.count(b"From rehearsal "),
        spoilt=kept.count(b"BUY") + kept.count(b"evil"),
        median_ms=median(times_ms),
        p99_ms=quantiles(times_ms, n=100)[98],
        cpu_share=cpu_share,
        before_bytes=before_bytes,
        after_bytes=after_bytes,
    )


def _server(port: int) -> dict[str, str]:
    return {
        "NEWSLETTER_TRANSPORT": "smtp",
        "NEWSLETTER_SMTP_HOST": "127.0.0.1",
        "NEWSLETTER_SMTP_PORT": str(port),
        "NEWSLETTER_SMTP_SECURITY": "none",
    }


async def _send_all(site: Site, token: str, per_minute: int, seconds: float) -> list[tuple[int, float]]:
    loop = asyncio.get_running_loop()
    began_s, pause_s = loop.time(), 60 / per_minute
    tasks = []
    for number in range(round(per_minute * seconds / 60)):
        await asyncio.sleep(max(0, began_s + number * pause_s - loop.time()))
        tasks.append(asyncio.create_task(_sign_up(site, token, number)))
    return await asyncio.gather(*tasks)


async def _sign_up(site: Site, token: str, number: int) -> tuple[int, float]:
    """Send one sign-up; return the status, and how long the answer took."""
    fields = {"email": f"victim{number}@host{number}.example", "token": token, "first_name": WORDS, "name": WORDS}
    body = urlencode(fields | {"lang": WORDS, "subject": WORDS})
    client = f"{11 + number // 65536 % 80}.{number // 256 % 256}.{number % 256}.1"
    head = _HEAD.format(client=client, words=WORDS, length=len(body))
    host, _, port = site.url.removeprefix("http://").partition(":")
    began_s = time.perf_counter()
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write((head + body).encode())
    answer = await reader.read()
    writer.close()
    return int(answer.split(b" ", 2)[1]), time.perf_counter() - began_s


def _worked_s(pid: int) -> float:
    """Return for how long the processor has worked for a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    """Return what a process holds in memory now."""
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
