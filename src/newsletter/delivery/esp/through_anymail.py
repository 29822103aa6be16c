"""The door to django-anymail, and with it to Django: it writes requests and reads answers. Nothing is sent by it.

Its classes know how thirteen providers want to be spoken to. What they cannot say is how much of a request was written
when a line is lost, on which it hangs whether somebody gets two mails; so they are asked for the request, which then
goes out as all others do (`line`). No project of Django is needed, nor its settings.

anymail sends to a list of readers, of whom each sees the others, unless it is told something for each of them. That is
looked at once more before a request leaves this module.
"""

from __future__ import annotations

import uuid
import warnings
from dataclasses import dataclass, replace
from email.mime.image import MIMEImage
from hashlib import sha256
from importlib import import_module
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import requests
from django.conf import settings as django_settings
from requests.structures import CaseInsensitiveDict

if not django_settings.configured:
    django_settings.configure(ANYMAIL={}, USE_TZ=True)

from anymail.exceptions import AnymailError
from anymail.message import AnymailMessage
from anymail.utils import EmailAddress

from newsletter.delivery.esp.batches import read_json
from newsletter.delivery.esp.calls import Call
from newsletter.delivery.esp.filling import (
    ascii_address,
    draft_of,
    filled,
    headers_of,
    unsubscribe_header,
)
from newsletter.delivery.esp.merging import SYNTAXES, Merged, as_values, merged, values_of
from newsletter.delivery.headers import HeaderName
from newsletter.delivery.replies import clean_reply
from newsletter.errors import DeliveryError
from newsletter.model import Outcome, Scope, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from newsletter.delivery.base import Capabilities, Message
    from newsletter.delivery.esp.calls import Reply
    from newsletter.delivery.esp.providers import Provider
    from newsletter.model import Embedded

_MISREAD = (AnymailError, AttributeError, LookupError, TypeError, ValueError)
"""What its readers raise of an answer in a shape that they do not know."""
_TAKEN = frozenset({"sent", "queued"})
_REFUSED = {
    "invalid": "it says that the address is not valid",
    "rejected": "it does not send to this address, which bounced, complained or left there",
}
_SUCCESS = range(200, 300)
_EXTRA: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "sendgrid": {"merge_field_format": SYNTAXES["sendgrid"].text},
        # What an editor writes between braces is no word of its own.
        "unisender_go": {"template_engine": "none"},
    }
)
"""What a provider is told that anymail has no name for."""


@dataclass(frozen=True, slots=True)
class _MadeOf:
    message: AnymailMessage
    payload: Any


class AnymailDialect:
    """A provider as anymail knows it."""

    def __init__(
        self, name: str, provider: Provider, keys: Mapping[str, str], options: Mapping[str, str], *, tag: str
    ) -> None:
        """`options` are what its backend of anymail takes beyond its keys."""
        self._provider = provider
        self._tag = tag if provider.has_tags else ""
        self._syntax = SYNTAXES.get(name)
        self._extra = _EXTRA.get(name, {})
        self.secrets = tuple(keys.values())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it does not test with one of them any more; the docs say so
            self._backend = import_module(f"anymail.backends.{name}").EmailBackend(**keys, **options)

    @property
    def capabilities(self) -> Capabilities:
        """What the provider can do."""
        return self._provider.capabilities

    def groups(self, messages: Sequence[Message]) -> Sequence[tuple[Message, ...]]:
        """Return together what can be merged, and each other message alone."""
        together: list[Message] = []
        alone: list[tuple[Message, ...]] = []
        for message in messages:
            if self._values(message) is None:
                alone.append((message,))
            else:
                together.append(message)
        return [tuple(together), *alone] if together else alone

    def _merged(self, message: Message) -> Merged | None:
        return merged(draft_of(message).email, self._syntax) if self._syntax else None

    def _values(self, message: Message) -> Mapping[str, str] | None:
        mail = self._merged(message)
        return values_of(mail, message.values) if mail else None

    def call(self, messages: tuple[Message, ...]) -> Call:
        """Return the request for messages that can be merged, or for one.

        Raises:
            DeliveryError: anymail, or the provider, cannot be told such a mail.
        """
        told = self._batch(messages) if len(messages) > 1 else self._single(messages[0])
        try:
            payload = self._backend.build_message_payload(told, {})
            params = payload.get_request_params(self._backend.api_url)
            request = requests.Request(**params).prepare()
        except (AnymailError, ValueError, TypeError) as error:
            first_line = str(error).partition("\n")[0]
            message = f"{self._provider.label} cannot be told this mail: {first_line}"
            raise DeliveryError(message) from error
        refuse_open_list(told, payload)
        headers = {name: as_text(value) for name, value in request.headers.items() if name.lower() != "content-length"}
        body = request.body.encode() if isinstance(request.body, str) else request.body
        if not isinstance(body, bytes):
            message = f"{self._provider.label}: its request is not whole"
            raise DeliveryError(message)
        return Call(messages, request.url or "", headers, body, _MadeOf(told, payload))

    def _basic(self, messages: tuple[Message, ...], headers: Mapping[str, str]) -> AnymailMessage:
        draft = draft_of(messages[0])
        told = AnymailMessage(
            from_email=str(EmailAddress(draft.from_name, draft.from_address)),
            to=[ascii_address(message.recipient) for message in messages],
            reply_to=[draft.reply_to] if draft.reply_to else None,
            headers=dict(headers),
        )
        for part in draft.email.embedded:
            told.attach(_picture(part))
        if self._extra:
            told.esp_extra = dict(self._extra)
        if self._tag:
            told.tags = [self._tag]
        if self._provider.has_tracking_switch:
            told.track_opens = told.track_clicks = False
        return told

    def _single(self, message: Message) -> AnymailMessage:
        headers = dict(headers_of(message, self._provider.withheld))
        if self.capabilities.idempotency_ttl_s:
            # In the form of a random UUID, and not random: it is the same for the same mail.
            headers["idempotencyKey"] = str(uuid.UUID(bytes=_digest(message)[:16], version=4))
        told = self._basic((message,), headers)
        mail, values = as_values(filled(message), self._syntax) if self._syntax else (filled(message), {})
        told.subject, told.body = mail.subject, mail.text
        told.attach_alternative(mail.html, "text/html")
        if values:  # and no metadata for each reader: with one of them anymail forgets the one for the other
            told.merge_data = {told.to[0]: dict(values)}
        if self._provider.has_metadata:
            told.metadata = {"message_id": message.message_id}
        return told

    def _batch(self, messages: tuple[Message, ...]) -> AnymailMessage:
        headers = dict(headers_of(messages[0], {*self._provider.withheld, HeaderName.LIST_UNSUBSCRIBE}))
        told = self._basic(messages, headers)
        mail = self._merged(messages[0])
        values = [self._values(message) for message in messages]
        if mail is None or None in values:
            message = "these messages cannot be merged; they were to go one by one"
            raise ValueError(message)
        told.subject, told.body = mail.subject, mail.text
        told.attach_alternative(mail.html, "text/html")
        # None of them is None, as was seen above.
        told.merge_data = dict(zip(told.to, map(dict, values), strict=True))  # type: ignore[arg-type]
        told.merge_metadata = {
            to: {"message_id": message.message_id} for to, message in zip(told.to, messages, strict=True)
        }
        common = headers if self._provider.are_headers_replaced else {}
        if draft_of(messages[0]).email.form.can_leave:
            told.merge_headers = {
                to: {**common, HeaderName.LIST_UNSUBSCRIBE.value: unsubscribe_header(message)}
                for to, message in zip(told.to, messages, strict=True)
            }
        return told

    def read(self, call: Call, reply: Reply) -> tuple[Outcome, ...] | None:
        """Return what an answer says of each message, as anymail understands it."""
        made_of = call.made_of
        if not isinstance(made_of, _MadeOf):
            return None
        if reply.status in _SUCCESS and reply.status != self._provider.success:
            return None
        if refusal := self._refusal_under_success(reply):
            return tuple(replace(refusal, address=message.recipient) for message in call.messages)
        if self._is_known_again(reply):
            return tuple(Outcome(message.recipient, Verdict.ACCEPTED, str(reply.status)) for message in call.messages)
        answer = _answer(call, reply)
        try:
            self._backend.raise_for_status(answer, made_of.payload, made_of.message)
            statuses = self._backend.parse_recipient_status(answer, made_of.payload, made_of.message)
            by_address = {address.lower(): status for address, status in statuses.items()}
        except _MISREAD:
            return None
        found = [by_address.get(ascii_address(message.recipient).lower()) for message in call.messages]
        return tuple(_outcome(message, status, reply) for message, status in zip(call.messages, found, strict=True))

    def _refusal_under_success(self, reply: Reply) -> Outcome | None:
        """Return what a provider refuses under a status of success, as Postal does with all that it refuses."""
        told = read_json(reply) if self._provider.refuses_under_success and reply.status in _SUCCESS else None
        if not isinstance(told, dict) or told.get("status") not in {"error", "parameter-error"}:
            return None
        data = told.get("data")
        said = str(data.get("message", "")) if isinstance(data, dict) else ""
        words = clean_reply(said.encode("utf-8", "replace"), self.secrets)
        return Outcome("", Verdict.REFUSED, str(reply.status), words, Scope.OURS)

    def _is_known_again(self, reply: Reply) -> bool:
        """Say whether it did not do something, as it did it before."""
        if not self.capabilities.idempotency_ttl_s or reply.status in _SUCCESS:
            return False
        told = read_json(reply)
        return isinstance(told, dict) and told.get("code") == "duplicate_parameter"


def refuse_open_list(told: AnymailMessage, payload: Any) -> None:
    """Let no request pass in which a reader could see another's address.

    Raises:
        DeliveryError: it is one mail to several readers, or has copies.
    """
    is_for_one = len(told.to) == 1
    apart = is_for_one or (payload.is_batch() and set(told.to) == set(getattr(told, "merge_metadata", ())))
    if told.cc or told.bcc or len(set(told.to)) != len(told.to) or not apart:
        message = "a request was made in which readers would see each other's address; nothing was sent"
        raise DeliveryError(message)


def as_text(value: str | bytes) -> str:
    """Return the value of a header; the library has some as octets."""
    return value if isinstance(value, str) else value.decode("latin-1")


def _picture(part: Embedded) -> MIMEImage:
    image = MIMEImage(part.picture.content, part.picture.media_type.partition("/")[2])
    image.add_header("Content-Disposition", "inline", filename=part.picture.file)
    image.add_header("Content-ID", f"<{part.content_id}>")
    return image


def _digest(message: Message) -> bytes:
    # The head of a message holds its Message-ID, its date and its subject.
    return sha256(message.pieces[0].octets).digest()


def _answer(call: Call, reply: Reply) -> requests.Response:
    """Return an answer in the form that anymail reads."""
    answer = requests.Response()
    answer.status_code, answer.url = reply.status, call.url
    answer.headers = CaseInsensitiveDict(reply.headers)
    answer.raw = BytesIO(reply.body)
    answer.encoding = "utf-8"
    return answer


def _outcome(message: Message, status: Any, reply: Reply) -> Outcome:
    code = str(reply.status)
    if status is None or status.status in {None, "unknown"}:
        why = "its answer does not say whether it took this one"
        return Outcome(message.recipient, Verdict.UNCERTAIN, code, why)
    if status.status in _TAKEN:
        return Outcome(message.recipient, Verdict.ACCEPTED, code, remote_id=str(status.message_id or ""))
    if status.status in _REFUSED:
        return Outcome(message.recipient, Verdict.REFUSED, code, _REFUSED[status.status], Scope.SOFT)
    # Where he is not named it may be about the sender. Then it befalls all, and nobody's place is to suffer for it.
    is_his = message.recipient.lower().encode() in reply.body.lower()
    why = "it did not take it, because of the address" if is_his else "it did not take it, and does not say why"
    return Outcome(message.recipient, Verdict.REFUSED, code, why, Scope.SOFT if is_his else Scope.OURS)
