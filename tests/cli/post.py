"""A mail server for the commands that send, and what they say became of the mail."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.delivery.servers import Inbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiosmtpd.smtp import SMTP, Envelope, Session

    from tests.cli.commands import Ran

STATES = ("pending", "sent", "failed", "in_doubt", "skipped", "cancelled")


class Post(Inbox):
    """Answers for each recipient what its local part asks for; takes all others."""

    REPLIES = {  # noqa: RUF012  # a table, changed by nobody
        "unknown": "550 5.1.1 No such user here",
        "busy": "451 4.7.1 Greylisted, come back later",
        "tricky": "550 5.7.1 \x1b]0;owned\x07\x9b31mNo\x08\u202e",
    }

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.REPLIES.get(address.partition("@")[0])
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 2.1.5 Ok"

    @property
    def recipients(self) -> list[str]:
        return [address for envelope in self.envelopes for address in envelope.rcpt_tos]


@contextmanager
def settings_for(port: int) -> Iterator[None]:
    """What leads to a server on this machine stands in the environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEWSLETTER_TRANSPORT", "smtp")
        patch.setenv("NEWSLETTER_SMTP_HOST", "127.0.0.1")
        patch.setenv("NEWSLETTER_SMTP_PORT", str(port))
        patch.setenv("NEWSLETTER_SMTP_SECURITY", "none")
        yield


def counts(ran: Ran) -> dict[str, int]:
    """The states that are not empty; all of them together are what was planned."""
    document = ran.document
    assert list(document) == ["issue", "state", "planned", *STATES, "seconds", "per_second"]
    assert sum(document[state] for state in STATES) == document["planned"]
    return {state: document[state] for state in STATES if document[state]}
