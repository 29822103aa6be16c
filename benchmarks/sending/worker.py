"""One client, one series of the same message, in a process of its own: worker.py CLIENT PORT COUNT CONNECTIONS.

Prints what it took as JSON. The message is 50 KB of quoted-printable HTML, as a newsletter has it.
"""

from __future__ import annotations

import asyncio
import json
import smtplib
import sys
import time
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

import aiosmtplib

from newsletter.config.settings import Smtp
from newsletter.delivery.base import Message
from newsletter.delivery.smtp import SmtpTransport
from newsletter.model import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SENDER, RECIPIENT, HOST = "redactie@aireport.example", "reader@example.org", "127.0.0.1"
HTML = '<p style="margin:0">A line of a mail that is neither long nor short, =C3=A9.</p>'
BODY = "".join(f"{HTML[:72]}\r\n" for _ in range(690))
HEAD = f"From: {SENDER}\r\nTo: {RECIPIENT}\r\nSubject: Sending\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n"
CONTENT = f"{HEAD}{BODY}".encode()


class Feed:
    """Gives the same message so often."""

    def __init__(self, count: int) -> None:
        self._left = count
        self.accepted = 0

    async def take(self, most: int) -> Sequence[Message]:
        """Return as many as are wanted."""
        count = min(most, self._left)
        self._left -= count
        return [Message(SENDER, RECIPIENT, "<1@aireport.example>", CONTENT, needs_smtputf8=False) for _ in range(count)]

    def settle(self, message: Message, outcome: Outcome) -> None:  # noqa: ARG002 - they are all alike
        """Count the accepted ones."""
        self.accepted += outcome.verdict is Verdict.ACCEPTED


def ours(port: int, count: int, connections: int) -> int:
    """Send with this program's transport."""
    settings = Smtp(HOST, port, "none", "", None, 60, connections=connections, messages_per_connection=100_000)
    feed = Feed(count)
    asyncio.run(SmtpTransport(settings, ehlo_name="aireport.example").run(feed))
    return feed.accepted


def with_smtplib(port: int, count: int, connections: int) -> int:  # noqa: ARG001 - it has one
    """Send with the standard library, composing each message with it, as most programs do."""
    with smtplib.SMTP(HOST, port) as client:
        for _ in range(count):
            message = EmailMessage(policy=SMTP)
            message["From"], message["To"], message["Subject"] = SENDER, RECIPIENT, "Sending"
            message.set_content(BODY, subtype="html", cte="quoted-printable")
            client.send_message(message)
    return count


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
    name, port, count, connections = sys.argv[1], *map(int, sys.argv[2:])
    began, worked = time.perf_counter(), time.process_time()
    sent = CLIENTS[name](port, count, connections)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - worked
    if sent != count:
        sys.exit(f"{name}: {sent} of {count} were taken")
    print(json.dumps({"seconds": seconds, "cpu_s": cpu_s}))


if __name__ == "__main__":
    main()
