"""One client, one series of one message, in a process of its own: worker.py CLIENT PORT COUNT CONNECTIONS FILE.

FILE is a message as it stands on the wire, made for a sample reader. Prints what it took as JSON.
"""

from __future__ import annotations

import asyncio
import json
import smtplib
import sys
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import TYPE_CHECKING

import aiosmtplib

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from benchmarks.sending.workspace import SAMPLE
from newsletter.config.settings import Smtp
from newsletter.delivery.base import Message
from newsletter.delivery.smtp import SmtpTransport
from newsletter.delivery.verify import Lines
from newsletter.model import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SENDER, RECIPIENT, HOST = "editors@example.org", "reader@example.org", "127.0.0.1"
CONTENT = Path(sys.argv[5]).read_bytes()
LINES = Lines(CONTENT)


class Feed:
    """Gives the same message so often."""

    def __init__(self, count: int) -> None:
        self._left = count
        self.accepted = 0

    async def take(self, most: int) -> Sequence[Message]:
        """Return as many as are wanted."""
        count = min(most, self._left)
        self._left -= count
        return [Message(SENDER, RECIPIENT, "<1@example.org>", (LINES,), needs_smtputf8=False) for _ in range(count)]

    def settle(self, message: Message, outcome: Outcome) -> None:  # noqa: ARG002 - they are all alike
        """Count the accepted ones."""
        self.accepted += outcome.verdict is Verdict.ACCEPTED


def ours(port: int, count: int, connections: int) -> int:
    """Send octets that are ready with this program's transport."""
    settings = Smtp(HOST, port, "none", "", None, 60, connections=connections)
    feed = Feed(count)
    asyncio.run(SmtpTransport(settings, ehlo_name="example.org").run(feed))
    return feed.accepted


def with_smtplib(port: int, count: int, connections: int) -> int:  # noqa: ARG001 - it has one
    """Send with the standard library as most programs do: four fields filled in, the message composed with it."""
    html, text = _parts()
    with smtplib.SMTP(HOST, port) as client:
        for number in range(count):
            values = (f"Anna{number}", f"Company {number}", f"Town {number}", f"Engineer {number}")
            message = EmailMessage(policy=SMTP)
            message["From"], message["To"], message["Subject"] = SENDER, RECIPIENT, f"Notes for {values[0]}"
            message["List-Unsubscribe"] = f"<https://example.org/u/{number}>"
            message.set_content(_filled(text, values), cte="quoted-printable")
            message.add_alternative(_filled(html, values), subtype="html", cte="quoted-printable")
            client.send_message(message)
    return count


def _parts() -> tuple[str, str]:
    """Return the HTML and the plain text of the message."""
    found = {part.get_content_subtype(): part.get_payload(decode=True) for part in message_from_bytes(CONTENT).walk()}
    html, text = found["html"], found["plain"]
    assert isinstance(html, bytes)  # noqa: S101 - for mypy, as below
    assert isinstance(text, bytes)  # noqa: S101
    return html.decode(), text.decode()


def _filled(text: str, values: Sequence[str]) -> str:
    for sample, value in zip(SAMPLE, values, strict=True):
        text = text.replace(sample, value)
    return text


def with_aiosmtplib(port: int, count: int, connections: int) -> int:
    """Send octets that are ready with aiosmtplib, over as many connections."""

    async def one(share: int) -> None:
        async with aiosmtplib.SMTP(hostname=HOST, port=port, start_tls=False) as client:
            for _ in range(share):
                await client.sendmail(SENDER, RECIPIENT, CONTENT)

    async def all_of_them() -> None:
        await asyncio.gather(*(one(count // connections) for _ in range(connections)))

    asyncio.run(all_of_them())
    return count // connections * connections


CLIENTS: dict[str, Callable[[int, int, int], int]] = {
    "ours": ours,
    "smtplib": with_smtplib,
    "aiosmtplib": with_aiosmtplib,
}


def main() -> None:
    """Send, and say what it took."""
    name, port, count, connections = sys.argv[1], *map(int, sys.argv[2:5])
    began, worked = time.perf_counter(), time.process_time()
    sent = CLIENTS[name](port, count, connections)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - worked
    if sent != count:
        sys.exit(f"{name}: {sent} of {count} were taken")
    print(json.dumps({"seconds": seconds, "cpu_s": cpu_s}))


if __name__ == "__main__":
    main()
