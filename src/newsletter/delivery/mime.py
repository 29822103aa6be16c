"""MIME with holes: a mail is composed once, and filled for each reader.

Composing and encoding 50 KB with the standard library takes milliseconds for each reader. Here everything
that is the same for all readers is encoded once; what is left for each is a few headers, the values of the
holes, and one join.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.delivery.base import Draft, Message
from newsletter.delivery.body import assembled, boundaries, prepare_body
from newsletter.delivery.headers import HeaderName, check_address, header_text, refuse_others, render_header
from newsletter.delivery.verify import Lines, check_headers
from newsletter.errors import DeliveryError
from newsletter.render.links import issue_url, unsubscribe_url
from newsletter.render.personal import fill
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from newsletter.config.settings import Settings
    from newsletter.delivery.body import Piece
    from newsletter.model import Email, Recipient, Segments

_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_SLUG = re.compile(r"[a-z0-9-]+")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*>")
_LOCAL_OCTETS = 64  # RFC 5321 section 4.5.3.1.1
_SENDER_ID_LENGTHS = (5, 15)
_ONE_CLICK = "List-Unsubscribe=One-Click"  # RFC 8058 section 3.1

_NAMES = (
    HeaderName.FROM,
    HeaderName.TO,
    HeaderName.REPLY_TO,
    HeaderName.SUBJECT,
    HeaderName.DATE,
    HeaderName.MESSAGE_ID,
    HeaderName.MIME_VERSION,
    HeaderName.CONTENT_TYPE,
    HeaderName.CONTENT_LANGUAGE,
    HeaderName.LIST_ID,
    HeaderName.LIST_UNSUBSCRIBE,
    HeaderName.LIST_UNSUBSCRIBE_POST,
    HeaderName.ARCHIVED_AT,
    HeaderName.AUTO_SUBMITTED,
    HeaderName.FEEDBACK_ID,
    HeaderName.X_NEWSLETTER_TEST,
)
_AUTOMATIC = "auto-generated"
"""Told to those who would answer by themselves, such as somebody who is away (RFC 3834 section 5)."""
_OF_A_LIST = frozenset({HeaderName.LIST_ID, HeaderName.LIST_UNSUBSCRIBE, HeaderName.LIST_UNSUBSCRIBE_POST})
"""What only a mail has whose reader is on the list, and can leave it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a mail is from, as its headers and its envelope say it."""

    site: str
    """The newsletter's own site, `https://…` without a slash at its end."""
    list_name: str
    list_id: str
    from_name: str
    from_address: str
    reply_to: str
    """Empty where answers go to `from_address`."""
    envelope_sender: str
    verp: bool
    """Whether the reader's token is added to the envelope sender: `bounces+TOKEN@…`."""


def identity_of(settings: Settings) -> Identity:
    """Return the identity that the settings give.

    VERP is on where bounces have a mailbox of their own; that mailbox must take `+anything` in its address.
    """
    newsletter, envelope_sender = settings.newsletter, settings.delivery.envelope_sender
    return Identity(
        site=newsletter.url,
        list_name=newsletter.name,
        list_id=newsletter.list_id,
        from_name=newsletter.from_name,
        from_address=newsletter.from_address,
        reply_to=newsletter.reply_to,
        envelope_sender=envelope_sender,
        verp=envelope_sender != newsletter.from_address,
    )


@dataclass(frozen=True, slots=True)
class Stamp:
    """What stays the same at every attempt to reach one reader, so that a copy can be known as a copy."""

    date: datetime
    """With its time zone: when the sending began."""
    message_id: str
    """`<token.slug@domain>`, with its angle brackets; no two readers and no two issues share one."""

    def __post_init__(self) -> None:
        if self.date.tzinfo is None:
            message = "a stamp's date needs its time zone"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class PreparedMail:
    """The mail of an issue, encoded but for what belongs to one reader."""

    identity: Identity
    names: tuple[HeaderName, ...]
    """The headers of every message, in their order."""
    before_to: bytes
    after_to: bytes
    subject: bytes | Segments
    """The whole header where it is the same for all readers."""
    middle: bytes
    """The headers between Message-ID and List-Unsubscribe."""
    end: bytes
    """The headers after List-Unsubscribe, and the empty line."""
    body: tuple[Piece, ...]
    draft: Draft = field(compare=False, repr=False)
    """The same before it was encoded."""

    def fill(self, recipient: Recipient, values: Mapping[str, object], stamp: Stamp) -> Message:
        """Return the message for one reader, verified.

        `values` is what the personal fields may read. The same arguments always give the same bytes.

        Raises:
            PersonalFieldError: a field has no value for this reader, or one that is not allowed at its place.
            UnsafeValueError: a value would break out of its header, or no mail can carry it.
            DeliveryError: the envelope sender is too long with this reader's token in it.
        """
        token, identity = recipient.token, self.identity
        envelope_token = recipient.envelope_token or token
        for each in (token, envelope_token):
            refuse_others("the reader's token", each, _TOKEN)
        refuse_others("the Message-ID", stamp.message_id, _MESSAGE_ID)
        sender = _envelope_sender(identity, envelope_token)
        needs_smtputf8 = not all(
            map(str.isascii, (sender, recipient.address, identity.from_address, identity.reply_to))
        )
        octets = (
            self.before_to,
            render_header(HeaderName.TO, recipient.address),
            self.after_to,
            self.subject if isinstance(self.subject, bytes) else _subject(self.subject, values),
            _date(stamp.date, stamp.date.utcoffset()),
            render_header(HeaderName.MESSAGE_ID, stamp.message_id),
            self.middle,
            self._list_unsubscribe(token),
            self.end,
        )
        head = Lines(b"".join(octets), needs_smtputf8)
        check_headers(head, self.names)
        return Message(
            sender=sender,
            recipient=recipient.address,
            message_id=stamp.message_id,
            pieces=(head, *assembled(self.body, values)),
            needs_smtputf8=needs_smtputf8,
            draft=self.draft,
            values=values,
        )

    def _list_unsubscribe(self, token: str) -> bytes:
        if HeaderName.LIST_UNSUBSCRIBE not in self.names:
            return b""
        return render_header(HeaderName.LIST_UNSUBSCRIBE, unsubscribe_url(self.identity.site, token))


def prepare(email: Email, identity: Identity, *, is_test: bool = False) -> PreparedMail:
    """Return the mail, composed and encoded as far as it is the same for every reader.

    A test says so in its subject and in a header, so that nobody takes it for the issue itself.

    Raises:
        UnsafeValueError: a text or a setting would break out of its header, or no mail can carry it.
        DeliveryError: the site has no https address, which RFC 8058 asks of List-Unsubscribe.
    """
    refuse_others("the issue's slug", email.slug, _SLUG)
    if not identity.site.startswith("https://"):
        message = (
            f"newsletter.url: {quoted(identity.site)} does not start with https://, "
            "which one-click unsubscribing needs (RFC 8058)"
        )
        raise DeliveryError(message)
    outer, inner = boundaries(email)
    subject = ("[TEST] ", *email.subject) if is_test else email.subject
    fixed = all(isinstance(segment, str) for segment in subject)
    absent = _absent(email, identity, is_test=is_test)
    return PreparedMail(
        identity=identity,
        names=tuple(name for name in _NAMES if name not in absent),
        before_to=render_header(HeaderName.FROM, identity.from_address, identity.from_name),
        after_to=render_header(HeaderName.REPLY_TO, identity.reply_to) if identity.reply_to else b"",
        subject=_subject(subject, {}) if fixed else subject,
        middle=_middle(email, identity, outer),
        end=_end(email, identity, is_test=is_test),
        body=prepare_body(email, outer.encode(), inner.encode()),
        draft=_draft(replace(email, subject=subject), identity, is_test=is_test),
    )


def _absent(email: Email, identity: Identity, *, is_test: bool) -> frozenset[str]:
    """Return the headers that a mail does not have."""
    absent: set[str] = set() if identity.reply_to else {HeaderName.REPLY_TO}
    absent |= set() if is_test else {HeaderName.X_NEWSLETTER_TEST}
    absent |= {HeaderName.AUTO_SUBMITTED} if email.form.can_leave else _OF_A_LIST
    absent |= set() if email.form.on_web else {HeaderName.ARCHIVED_AT}
    return frozenset(absent)


def _draft(email: Email, identity: Identity, *, is_test: bool) -> Draft:
    headers: dict[str, str] = {
        HeaderName.CONTENT_LANGUAGE: header_text(HeaderName.CONTENT_LANGUAGE, email.language),
        HeaderName.LIST_ID: header_text(HeaderName.LIST_ID, identity.list_id, identity.list_name),
        HeaderName.LIST_UNSUBSCRIBE_POST: header_text(HeaderName.LIST_UNSUBSCRIBE_POST, _ONE_CLICK),
        HeaderName.ARCHIVED_AT: header_text(HeaderName.ARCHIVED_AT, issue_url(identity.site, email.slug)),
        HeaderName.AUTO_SUBMITTED: _AUTOMATIC,
        HeaderName.FEEDBACK_ID: header_text(HeaderName.FEEDBACK_ID, _feedback_id(email.slug, identity)),
        HeaderName.X_NEWSLETTER_TEST: "yes",
    }
    absent = _absent(email, identity, is_test=is_test)
    headers = {name: value for name, value in headers.items() if name not in absent}
    return Draft(email, identity.from_name, identity.from_address, identity.reply_to, MappingProxyType(headers))


def _envelope_sender(identity: Identity, token: str) -> str:
    """Return the sender of one reader's envelope (RFC 5321 section 4.5.3.1.1 bounds its local part)."""
    check_address("the envelope sender", identity.envelope_sender)
    if not identity.verp:
        return identity.envelope_sender
    local, _, domain = identity.envelope_sender.rpartition("@")
    sender = f"{local}+{token}@{domain}"
    if len(f"{local}+{token}".encode()) > _LOCAL_OCTETS:
        message = (
            f"delivery.envelope_sender: {quoted(sender)} has more than {_LOCAL_OCTETS} octets before its @; "
            "choose a shorter address for bounces"
        )
        raise DeliveryError(message)
    return sender


@lru_cache(maxsize=8)
def _date(date: datetime, _offset: timedelta | None) -> bytes:
    """Return the header. The offset is told apart too: one moment has another text in another zone."""
    return render_header(HeaderName.DATE, format_datetime(date))


def _subject(segments: Segments, values: Mapping[str, object]) -> bytes:
    return render_header(HeaderName.SUBJECT, fill(segments, values))


def _middle(email: Email, identity: Identity, boundary: str) -> bytes:
    list_id = render_header(HeaderName.LIST_ID, identity.list_id, identity.list_name)
    return b"".join(
        (
            render_header(HeaderName.MIME_VERSION, "1.0"),
            render_header(HeaderName.CONTENT_TYPE, f'multipart/alternative; boundary="{boundary}"'),
            render_header(HeaderName.CONTENT_LANGUAGE, email.language),
            list_id if email.form.can_leave else b"",
        )
    )


def _end(email: Email, identity: Identity, *, is_test: bool) -> bytes:
    form = email.form
    one_click = render_header(HeaderName.LIST_UNSUBSCRIBE_POST, _ONE_CLICK)
    automatic = render_header(HeaderName.AUTO_SUBMITTED, _AUTOMATIC)
    return b"".join(
        (
            one_click if form.can_leave else b"",
            render_header(HeaderName.ARCHIVED_AT, issue_url(identity.site, email.slug)) if form.on_web else b"",
            b"" if form.can_leave else automatic,
            render_header(HeaderName.FEEDBACK_ID, _feedback_id(email.slug, identity)),
            render_header(HeaderName.X_NEWSLETTER_TEST, "yes") if is_test else b"",
            b"\r\n",
        )
    )


def _feedback_id(slug: str, identity: Identity) -> str:
    """Return `issue:stream:list:sender`, by which Gmail groups complaints; nothing in it is about a reader.

    The sender's part must be of 5 to 15 characters and the same in every mail of the sender.
    """
    shortest, longest = _SENDER_ID_LENGTHS
    domain = identity.from_address.rpartition("@")[2].lower()
    letters = re.sub(r"[^a-z0-9]", "", domain)[-longest:]
    return f"{slug}:newsletter:{identity.list_id}:{letters.rjust(shortest, '0')}"
