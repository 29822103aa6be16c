"""What real mail servers do with our mail: they take it, and hand it on as it is, octet by octet."""

from __future__ import annotations

import ssl
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
import trustme

from newsletter.model import Recipient, Scope, Verdict
from newsletter.sending.evidence import taken
from tests.delivery.letters import STAMP, filled, message
from tests.delivery.mail_servers import opensmtpd, postfix, postfix_in
from tests.delivery.servers import Inbox, deliver, real_server, smtp, smtp_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.delivery.base import Message

pytestmark = pytest.mark.timeout(120)

AWKWARD = [
    b"A: b\r\n\r\n.\r\n..\r\n...a\r\n.\r\n",
    b"A: b\r\n\r\n\r\n\r\n",
    b"A: b\r\n\r\n" + b"x" * 990 + b"\r\n" + b"." * 990 + b"\r\n",
    b"A: b\r\n\r\n" + b".\r\n" * 30_000,
]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@contextmanager
def server(name: str, relay_to: int, authority: trustme.CA) -> Iterator[int]:
    running = postfix(relay_to, authority) if name == "postfix" else opensmtpd(relay_to)
    with running as port:
        yield port


def letters() -> list[Message]:
    many = [filled(reader=Recipient(f"reader-{number}@example.org", "nl", f"T{number}")) for number in range(40)]
    awkward = [message(content, f"awkward-{number}@example.org") for number, content in enumerate(AWKWARD)]
    return [*many, *awkward]


def body_hash(content: bytes) -> str:
    """Of the body alone: a server adds to the headers."""
    return sha256(content.partition(b"\r\n\r\n")[2]).hexdigest()


@pytest.mark.parametrize("name", ["postfix", "opensmtpd"])
def test_every_octet_arrives_once(name: str, inbox: Inbox, authority: trustme.CA) -> None:
    sent = letters()
    with real_server(inbox, data_size_limit=10**9) as sink, server(name, sink, authority) as port:
        told = deliver(smtp(smtp_settings(port, connections=3)), *sent)
        inbox.wait_for(len(sent))

    assert {outcome.verdict for outcome in told} == {Verdict.ACCEPTED}
    assert {outcome.code for outcome in told} == {"250 2.0.0"}
    expected = Counter((one.sender, one.recipient, body_hash(one.content)) for one in sent)
    arrived = Counter(
        (str(envelope.mail_from), envelope.rcpt_tos[0], body_hash(content))
        for envelope in inbox.envelopes
        if isinstance(content := envelope.content, bytes)
    )
    assert arrived == expected


def test_postfix_over_tls_one_refused_and_the_others_taken(inbox: Inbox, authority: trustme.CA) -> None:
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    addresses = [f"reader-{number}@example.org" for number in range(10)]
    addresses[3:3] = ["unknown@example.org"]
    with real_server(inbox) as sink, postfix(sink, authority) as port:
        settings = smtp_settings(port, security="starttls")
        told = deliver(smtp(settings, context=trust), *(message(recipient=address) for address in addresses))
        inbox.wait_for(10)

    refused = told.pop(3)
    assert (refused.verdict, refused.code, refused.scope) == (Verdict.REFUSED, "550 5.1.1", Scope.HARD)
    assert {outcome.verdict for outcome in told} == {Verdict.ACCEPTED}
    assert sorted(envelope.rcpt_tos[0] for envelope in inbox.envelopes) == sorted(
        set(addresses) - {"unknown@example.org"}
    )


def stamped(local_part: str) -> Message:
    """A mail with a Message-ID of its own."""
    reader = Recipient(f"{local_part}@example.org", "nl", local_part)
    return filled(reader=reader, stamp=replace(STAMP, message_id=f"<{local_part}.asml@aireport.example>"))


def test_the_log_of_postfix_proves_what_it_took(inbox: Inbox, authority: trustme.CA) -> None:
    """And not what it refused, nor what it was never asked to take."""
    sent = [stamped(f"reader-{number}") for number in range(5)]
    with TemporaryDirectory() as name, real_server(inbox) as sink:
        with postfix_in(Path(name), sink, authority) as port:
            deliver(smtp(smtp_settings(port)), *sent, stamped("unknown"))
            inbox.wait_for(len(sent))
        lines = (Path(name) / "log").read_text("utf-8").splitlines()
    ids = {one.message_id for one in sent}
    others = {one.message_id for one in (stamped("unknown"), stamped("never"))}
    assert taken(lines, ids | others) == ids
