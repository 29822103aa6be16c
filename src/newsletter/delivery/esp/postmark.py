"""Postmark: up to 500 mails in a request, each its own, and an answer for each.

https://postmarkapp.com/developer/api/email-api#send-batch-emails
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from newsletter.delivery.esp.batches import as_json, encoded, read_json, sender_of
from newsletter.delivery.esp.calls import Call
from newsletter.delivery.esp.filling import ascii_address, draft_of, filled, headers_of
from newsletter.delivery.replies import clean_reply
from newsletter.model import Outcome, Scope, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.config.esp import Esp
    from newsletter.delivery.base import Capabilities, Message
    from newsletter.delivery.esp.calls import Reply
    from newsletter.delivery.esp.providers import Provider

_INACTIVE = 406
"""The address bounced or complained before, and Postmark does not send to it."""
_INVALID = 300
_ABOUT_TO = re.compile(r"\s*(?:invalid|error\s+parsing)\s+'to'", re.IGNORECASE)


class PostmarkDialect:
    """Postmark's own interface."""

    def __init__(self, provider: Provider, esp: Esp, token: str) -> None:
        self._provider = provider
        self._esp = esp
        self._url = (esp.api_url or provider.url) + "/email/batch"
        self.secrets = (token,)

    @property
    def capabilities(self) -> Capabilities:
        """What the provider can do."""
        return self._provider.capabilities

    def groups(self, messages: Sequence[Message]) -> Sequence[tuple[Message, ...]]:
        """Return all of them together."""
        return [tuple(messages)]

    def call(self, messages: tuple[Message, ...]) -> Call:
        """Return the request for some messages."""
        (token,) = self.secrets
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "X-Postmark-Server-Token": token,
        }
        return Call(messages, self._url, headers, as_json([self._mail(message) for message in messages]))

    def _mail(self, message: Message) -> dict[str, object]:
        draft, mail = draft_of(message), filled(message)
        headers = headers_of(message, self._provider.withheld)
        fields: dict[str, object] = {
            "From": sender_of(draft),
            "To": ascii_address(message.recipient),
            "Subject": mail.subject,
            "TextBody": mail.text,
            "HtmlBody": mail.html,
            "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
            "Metadata": {"message_id": message.message_id},
            "TrackOpens": False,
            "TrackLinks": "None",
        }
        if draft.reply_to:
            fields["ReplyTo"] = draft.reply_to
        if self._esp.stream:
            fields["MessageStream"] = self._esp.stream
        if self._esp.tag:
            fields["Tag"] = self._esp.tag
        if draft.email.embedded:
            fields["Attachments"] = [
                {
                    "Name": part.picture.file,
                    "Content": encoded(part),
                    "ContentType": part.picture.media_type,
                    "ContentID": f"cid:{part.content_id}",
                }
                for part in draft.email.embedded
            ]
        return fields

    def read(self, call: Call, reply: Reply) -> tuple[Outcome, ...] | None:
        """Return what an answer says of each message, in their order."""
        told = read_json(reply) if reply.status == 200 else None  # noqa: PLR2004 - HTTP's OK, of all that it says yes to
        if not isinstance(told, list) or len(told) != len(call.messages):
            return None
        return tuple(map(self._outcome, call.messages, told))

    def _outcome(self, message: Message, told: object) -> Outcome:
        told = told if isinstance(told, dict) else {}
        code, remote_id = told.get("ErrorCode", 0), told.get("MessageID")
        if code == 0 and isinstance(remote_id, str) and remote_id:
            return Outcome(message.recipient, Verdict.ACCEPTED, "200", remote_id=remote_id)
        words = clean_reply(str(told.get("Message", "")).encode("utf-8", "replace"), self.secrets)
        if not isinstance(code, int) or code == 0:
            return Outcome(message.recipient, Verdict.UNCERTAIN, reply=words or "its answer says nothing of this one")
        is_his = code == _INACTIVE or (code == _INVALID and _ABOUT_TO.match(words))
        scope = Scope.SOFT if is_his else Scope.OURS
        return Outcome(message.recipient, Verdict.REFUSED, str(code), words, scope)
