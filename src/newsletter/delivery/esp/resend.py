"""Resend: up to 100 mails in a request, each its own, and a request that comes again within a day is known.

https://resend.com/docs/api-reference/emails/send-batch-emails, https://resend.com/docs/dashboard/emails/idempotency-keys
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from newsletter.delivery.esp.batches import as_json, encoded, has_pictures, read_json, sender_of
from newsletter.delivery.esp.calls import Call
from newsletter.delivery.esp.filling import ascii_address, draft_of, filled, headers_of
from newsletter.model import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.config.esp import Esp
    from newsletter.delivery.base import Capabilities, Message
    from newsletter.delivery.esp.calls import Reply
    from newsletter.delivery.esp.providers import Provider

_SUCCESS = range(200, 300)
_CONFLICT = 409
_OTHER = "invalid_idempotent_request"


class ResendDialect:
    """Resend's own interface."""

    def __init__(self, provider: Provider, esp: Esp, key: str) -> None:
        self._provider = provider
        self._url = (esp.api_url or provider.url) + "/emails"
        self.secrets = (key,)

    @property
    def capabilities(self) -> Capabilities:
        """What the provider can do."""
        return self._provider.capabilities

    def groups(self, messages: Sequence[Message]) -> Sequence[tuple[Message, ...]]:
        """Return all of them together; each alone where pictures travel along, which no request for several takes."""
        if any(map(has_pictures, messages)):
            return [(message,) for message in messages]
        return [tuple(messages)]

    def call(self, messages: tuple[Message, ...]) -> Call:
        """Return the request for some messages; the key by which it is known again is made of them alone."""
        (key,) = self.secrets
        headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Idempotency-Key": _idempotency_key(messages),
        }
        mails = [self._mail(message) for message in messages]
        if len(mails) == 1:
            return Call(messages, self._url, headers, as_json(mails[0]))
        return Call(messages, f"{self._url}/batch", headers, as_json(mails))

    def _mail(self, message: Message) -> dict[str, object]:
        draft, mail = draft_of(message), filled(message)
        fields: dict[str, object] = {
            "from": sender_of(draft),
            "to": [ascii_address(message.recipient)],
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "headers": dict(headers_of(message, self._provider.withheld)),
        }
        if draft.reply_to:
            fields["reply_to"] = [draft.reply_to]
        if draft.email.embedded:
            fields["attachments"] = [
                {
                    "filename": part.picture.file,
                    "content": encoded(part),
                    "content_type": part.picture.media_type,
                    "content_id": part.content_id,
                }
                for part in draft.email.embedded
            ]
        return fields

    def read(self, call: Call, reply: Reply) -> tuple[Outcome, ...] | None:
        """Return what an answer says of each message, in their order."""
        told = read_json(reply) if reply.status in {*_SUCCESS, _CONFLICT} else None
        if not isinstance(told, dict):
            return None
        if reply.status == _CONFLICT:
            return self._known_as_another(call) if told.get("name") == _OTHER else None
        items = told.get("data") if len(call.messages) > 1 else [told]
        if not isinstance(items, list) or len(items) != len(call.messages):
            return None
        ids = [item.get("id") if isinstance(item, dict) else None for item in items]
        if not all(isinstance(each, str) and each for each in ids):
            return None
        return tuple(
            Outcome(message.recipient, Verdict.ACCEPTED, str(reply.status), remote_id=str(each))
            for message, each in zip(call.messages, ids, strict=True)
        )

    def _known_as_another(self, call: Call) -> tuple[Outcome, ...]:
        why = "a request for the same mails went out before, and what they say has changed since"
        return tuple(Outcome(message.recipient, Verdict.UNCERTAIN, str(_CONFLICT), why) for message in call.messages)


def _idempotency_key(messages: Sequence[Message]) -> str:
    """Return what stands for the mails of a request: their heads hold each Message-ID, and the date of the sending."""
    digest = sha256()
    for message in messages:
        digest.update(message.pieces[0].octets)
    return f"newsletter-{len(messages)}-{digest.hexdigest()[:40]}"
