"""Mailtrap: up to 500 mails in a request, each its own, and an answer for each.

https://docs.mailtrap.io/developers/email-sending/bulk, https://mailtrap.io/email-api.md: a batch has a `base`, of which
each of its `requests` may say everything otherwise, and an answer has one of `responses` for each, in their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from newsletter.delivery.esp.batches import as_json, encoded, read_json
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


class MailtrapDialect:
    """Mailtrap's own interface."""

    def __init__(self, provider: Provider, esp: Esp, token: str) -> None:
        self._provider = provider
        self._tag = esp.tag
        self._url = (esp.api_url or provider.url) + "/batch"
        self.secrets = (token,)

    @property
    def capabilities(self) -> Capabilities:
        """What the provider can do."""
        return self._provider.capabilities

    def groups(self, messages: Sequence[Message]) -> Sequence[tuple[Message, ...]]:
        """Return those together that were made of one draft, of which a request says some things once."""
        groups: dict[int, list[Message]] = {}
        for message in messages:
            groups.setdefault(id(draft_of(message)), []).append(message)
        return [tuple(group) for group in groups.values()]

    def call(self, messages: tuple[Message, ...]) -> Call:
        """Return the request for some messages; what all of them say alike stands in it once."""
        (token,) = self.secrets
        headers = {"Accept": "application/json", "Content-Type": "application/json", "Api-Token": token}
        body = {"base": self._base(messages[0]), "requests": [self._mail(message) for message in messages]}
        return Call(messages, self._url, headers, as_json(body))

    def _base(self, message: Message) -> dict[str, Any]:
        draft = draft_of(message)
        fields: dict[str, Any] = {"from": {"email": draft.from_address, "name": draft.from_name}}
        if draft.reply_to:
            fields["reply_to"] = {"email": draft.reply_to}
        if self._tag:
            fields["category"] = self._tag
        if draft.email.embedded:
            fields["attachments"] = [
                {
                    "filename": part.picture.file,
                    "content": encoded(part),
                    "type": part.picture.media_type,
                    "disposition": "inline",
                    "content_id": part.content_id,
                }
                for part in draft.email.embedded
            ]
        return fields

    def _mail(self, message: Message) -> dict[str, Any]:
        mail = filled(message)
        return {
            "to": [{"email": ascii_address(message.recipient)}],
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "headers": dict(headers_of(message, self._provider.withheld)),
            "custom_variables": {"message_id": message.message_id},
        }

    def read(self, call: Call, reply: Reply) -> tuple[Outcome, ...] | None:
        """Return what an answer says of each message, in their order."""
        told = read_json(reply) if reply.status == 200 else None  # noqa: PLR2004 - HTTP's OK, of all that it says yes to
        items = told.get("responses") if isinstance(told, dict) else None
        if not isinstance(items, list) or len(items) != len(call.messages):
            return None
        return tuple(map(self._outcome, call.messages, items))

    def _outcome(self, message: Message, told: object) -> Outcome:
        told = told if isinstance(told, dict) else {}
        errors = told.get("errors")
        match told.get("message_ids"):
            case [str(remote_id)] if remote_id and told.get("success") is True and not errors:
                return Outcome(message.recipient, Verdict.ACCEPTED, "200", remote_id=remote_id)
        words = "; ".join(map(str, errors)) if isinstance(errors, list) else ""
        reply = clean_reply(words.encode("utf-8", "replace"), self.secrets)
        if told.get("success") is not False or not reply:
            return Outcome(message.recipient, Verdict.UNCERTAIN, reply=reply or "its answer says nothing of this one")
        scope = Scope.SOFT if message.recipient.lower() in reply.lower() else Scope.OURS
        return Outcome(message.recipient, Verdict.REFUSED, "200", reply, scope)
