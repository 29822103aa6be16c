"""A hundred thousand hostile values, each on its way to the wire: one message, one recipient, its own headers."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from newsletter.delivery.headers import HeaderName, render_header
from newsletter.delivery.smtp.protocol import Conversation
from newsletter.delivery.smtp.wire import command
from newsletter.errors import DeliveryError, UnsafeValueError
from newsletter.model import Verdict
from tests.delivery.attacks import ATTACKS
from tests.delivery.letters import ANNA, FIRST_NAME, HEADERS, IDENTITY, STAMP, email, filled, message
from tests.delivery.servers import smtp_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.delivery.base import Message

pytestmark = pytest.mark.bulk

COUNT = 100_000
WHOLE = 8
"""Of so many values one makes a whole mail; the others go through the doors to headers and commands alone."""

DOTS = ("\n.\n", "\n.\r\n", "\n.\r", "\r.\n", "\r.\r\n", "\r.\r", "\r\n.\n", "\r\n.\r", "\r\n.\r\n", "\r\n\0.\r\n")
PIECES = (
    *ATTACKS, *DOTS, "\x85", "\u2029", "\x1b[2J", "\u200b", "ﬀ", "İ", "＠", "。", "\ufeff", "%0d%0a", "\\r\\n", "&#10;",
    "MAIL FROM:<a@b>", "RCPT TO:<eve@bad.test>", "DATA", "QUIT", "RSET", "> NOTIFY=NEVER", "@", "<", ">", "a", "Eve",
    " ",
)  # fmt: skip

MAIL_SINKS: tuple[Callable[[str], Message], ...] = (
    lambda text: filled(email(subject=(text,))),
    lambda text: filled(email(text=(text,), html=(text,))),
    lambda text: filled(email(text=(FIRST_NAME,)), replace(ANNA, fields={"first_name": text})),
    lambda text: filled(email(subject=(FIRST_NAME,)), replace(ANNA, fields={"first_name": text})),
    lambda text: filled(reader=replace(ANNA, address=text)),
    lambda text: filled(reader=replace(ANNA, token=text)),
    lambda text: filled(identity=replace(IDENTITY, from_name=text, list_name=text)),
    lambda text: filled(stamp=replace(STAMP, message_id=text)),
    lambda text: message(text.encode("utf-8", "replace"), text),
    lambda text: replace(message(), sender=text),
)


def values() -> list[str]:
    random = Random(20261124)
    return ["".join(random.choices(PIECES, k=random.randint(1, 5))) for _ in range(COUNT)]


def is_one_header(octets: bytes, name: HeaderName) -> bool:
    """Whether every line but the first is a continuation, and no other line end stands anywhere."""
    lines = octets.removesuffix(b"\r\n").split(b"\r\n")
    return lines[0].startswith(f"{name}:".encode()) and all(
        not re.search(rb"[\r\n\0]", line) and (number == 0 or line[:1] in b" \t") and line.strip()
        for number, line in enumerate(lines)
    )


@pytest.mark.timeout(120)
def test_no_value_ends_a_header_or_a_command() -> None:
    names = tuple(HeaderName)
    written = 0
    for number, text in enumerate(values()):
        name = names[number % len(names)]
        for make in (render_header, command):
            try:
                octets = make(name, text) if make is render_header else command("RCPT", f"TO:<{text}>", utf8=True)
            except UnsafeValueError:
                continue
            written += 1
            if make is render_header:
                assert is_one_header(octets, name), (name, text)
            else:
                assert re.fullmatch(rb"RCPT TO:<[^\r\n\0]*>\r\n", octets), text

    assert written > COUNT // 10  # not everything is refused, or nothing would be shown


@pytest.mark.timeout(120)
def test_no_value_smuggles_a_message_a_recipient_or_a_header() -> None:
    sent = 0
    for number, text in enumerate(values()[::WHOLE]):
        try:
            letter = MAIL_SINKS[number % len(MAIL_SINKS)](text)
        except DeliveryError:
            continue
        sent += check_the_wire(letter, (number, text))

    assert sent > COUNT // WHOLE // 10


def check_the_wire(letter: Message, about: object) -> bool:
    """Look at each octet that a server would see of one message."""
    line = Conversation(smtp_settings(25), "aireport.example")
    told = [*line.receive(b"220 x\r\n"), *line.receive(b"250-x\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")]
    while line.next_piece():
        pass
    told += line.submit(letter)
    if told:
        assert told[0][1].verdict is Verdict.REFUSED, about
        return False
    envelope = line.next_piece()
    assert re.fullmatch(rb"MAIL FROM:<[^<>\r\n ]+>[ A-Z0-9=]*\r\nRCPT TO:<[^<>\r\n ]+>\r\nDATA\r\n", envelope), about
    line.receive(b"250 ok\r\n250 ok\r\n354 go on\r\n")
    octets = b""
    while piece := line.next_piece():
        octets += piece
    assert octets.endswith(b"\r\n.\r\n"), about
    assert octets.count(b"\r\n.\r\n") == 1, about
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", octets), about
    if letter.message_id != message().message_id:
        head = octets.partition(b"\r\n\r\n")[0]
        found = re.findall(rb"^([!-9;-~]+):", head, re.MULTILINE)
        assert [name.decode() for name in found] == list(HEADERS), about
    return True
