"""One small mail with holes of every kind, and who it is from and to."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.delivery.base import Message
from newsletter.delivery.mime import Identity, Stamp, prepare
from newsletter.delivery.verify import Lines
from newsletter.model import Context, Email, Hole, PersonalField, Position, Recipient
from newsletter.render.personal import personal_values

if TYPE_CHECKING:
    from newsletter.model import Segments

IDENTITY = Identity(
    site="https://aireport.example",
    list_name="AI Report",
    list_id="newsletter.aireport.example",
    from_name="AI Report",
    from_address="redactie@aireport.example",
    reply_to="",
    envelope_sender="bounces@aireport.example",
    verp=True,
)
ANNA = Recipient("anna@example.org", "nl", "Zq3v7w_K-a", MappingProxyType({"first_name": "Anna"}))
STAMP = Stamp(datetime(2026, 11, 24, 7, 0, tzinfo=timezone(timedelta(hours=1))), "<Zq3v7w_K-a.asml@aireport.example>")
HEADERS = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Archived-At",
    "Feedback-ID",
)


def hole(expression: str, context: Context) -> Hole:
    return Hole(PersonalField(expression, Position("issue.md", 12, 3)), context)


FIRST_NAME = hole('subscriber.first_name | default("lezer")', Context.PLAIN)
FIRST_NAME_IN_HTML = hole('subscriber.first_name | default("lezer")', Context.HTML)
UNSUBSCRIBE = hole("unsubscribe_url", Context.PLAIN)
UNSUBSCRIBE_IN_HTML = hole("unsubscribe_url", Context.URL)

TEXT: Segments = (
    "Goedemorgen ",
    FIRST_NAME,
    ",\n\nASML is de gouden troef. Één model, twee “meningen” 👩‍💻.\n\nAfmelden: ",
    UNSUBSCRIBE,
    "\n",
)
HTML: Segments = (
    '<!DOCTYPE html><html lang="nl"><body style="margin:0"><p>Goedemorgen ',
    FIRST_NAME_IN_HTML,
    ',</p><p>ASML is de gouden troef. Één model, twee “meningen” 👩‍💻.</p><p><a href="',
    UNSUBSCRIBE_IN_HTML,
    '">Afmelden</a></p></body></html>\n',
)


def email(
    *,
    subject: Segments = ("ASML is de gouden troef van Één",),
    text: Segments = TEXT,
    html: Segments = HTML,
    slug: str = "asml",
) -> Email:
    return Email(
        slug=slug,
        date=date(2026, 11, 24),
        language="nl",
        subject=subject,
        preheader=("En: is AI een bubbel?",),
        html=html,
        text=text,
    )


def filled(
    mail: Email | None = None,
    reader: Recipient = ANNA,
    identity: Identity = IDENTITY,
    stamp: Stamp = STAMP,
) -> Message:
    """The message that one reader gets."""
    mail = mail or email()
    return prepare(mail, identity).fill(reader, personal_values(mail, reader, identity.site), stamp)


def message(content: bytes = b"Subject: x\r\n\r\nHello\r\n", recipient: str = "anna@example.org") -> Message:
    """A message that was not made by this program's own hand."""
    return Message(
        sender="bounces+1@aireport.example",
        recipient=recipient,
        message_id="<1.asml@aireport.example>",
        pieces=(Lines(content, may_be_utf8=not content.isascii()),),
        needs_smtputf8=False,
    )


def parsed(message: Message) -> EmailMessage:
    """The message as a mail program reads it, without a defect."""
    mail = message_from_bytes(message.content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not any(part.defects for part in mail.walk())
    return mail


def part_of(message: Message, kind: str) -> str:
    """The text of its part of this kind, such as `html`."""
    return text_of(parsed(message), kind)


def text_of(mail: EmailMessage, kind: str) -> str:
    """The text of a mail's part of this kind, such as `html`."""
    (part,) = (part for part in mail.iter_parts() if part.get_content_subtype() == kind)
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode("utf-8")


def with_crlf(text: str) -> str:
    """A text with the line ends of mail."""
    return re.sub(r"\r\n|\r|\n", "\r\n", text)
