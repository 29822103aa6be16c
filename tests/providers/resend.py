"""Resend: `POST /emails` and `POST /emails/batch`.

Sources: resend.com/docs, "Send batch emails" (up to 100; all or none, unless `x-batch-validation: permissive` asks for
`errors` with the index of each), "Idempotency keys" (24 hours, up to 256 characters, 409 for another payload under the
same key) and "Errors".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.providers.post import (
    Answer,
    Item,
    Letter,
    Request,
    Usual,
    WrongError,
    addresses,
    in_json,
    refuse_more_than,
    titled,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 100
_KEY_CHARACTERS = 256


def _wrong(status: int, name: str, words: str) -> Answer:
    return in_json(status, {"statusCode": status, "name": name, "message": words})


class Resend(Usual):
    """Takes mails of any content, and knows a request again by its key."""

    name = "resend"
    base = ""
    ttl_s = 24 * 3600

    def lets_in(self, request: Request, key: str) -> bool:
        return request.headers.get("authorization") == f"Bearer {key}"

    def read(self, request: Request) -> list[Letter]:
        if request.path not in {"/emails", "/emails/batch"}:
            raise WrongError(_wrong(404, "not_found", "The requested endpoint does not exist"))
        data = request.json()
        messages = data if isinstance(data, list) else [data]
        too_many = _wrong(422, "validation_error", "The batch holds more than 100 emails")
        refuse_more_than(_MOST, len(messages), too_many)
        too_long = _wrong(400, "invalid_idempotency_key", "The key must be between 1-256 chars")
        refuse_more_than(_KEY_CHARACTERS, len(self.key(request)), too_long)
        return [letter for message in messages for letter in self._letters(message)]

    def _letters(self, message: dict[str, Any]) -> list[Letter]:
        to = [message["to"]] if isinstance(message["to"], str) else message["to"]
        replies = message.get("reply_to", [])
        reply_to = {"Reply-To": replies if isinstance(replies, str) else ", ".join(replies)} if replies else {}
        return [
            Letter(
                recipient,
                sender=message["from"],
                to=addresses(to),
                subject=message["subject"],
                text=message.get("text", ""),
                html=message.get("html", ""),
                headers=titled(message.get("headers", {}) | reply_to),
                tracked=False,  # a setting of the domain, and not of a mail
            )
            for recipient in addresses(to)
        ]

    def answer(self, request: Request, items: Sequence[Item]) -> Answer:
        errors = [
            {
                "index": number,
                "message": "Invalid `to` field. It needs to follow the `email@example.com`",
            }
            for number, item in enumerate(items)
            if item.fate == "invalid"
        ]
        is_permissive = request.headers.get("x-batch-validation") == "permissive"
        if errors and not (is_permissive and request.path == "/emails/batch"):
            raise WrongError(_wrong(422, "validation_error", str(errors[0]["message"])))
        # Who is on its list of suppressed addresses gets an id too; what became of it is told by events.
        ids = [{"id": item.letter.remote_id} for item in items if item.fate != "invalid"]
        if request.path == "/emails":
            return in_json(200, ids[0])
        return in_json(200, {"data": ids} | ({"errors": errors} if is_permissive else {}))

    def key(self, request: Request) -> str:
        return request.headers.get("idempotency-key", "")

    def again(self, *, is_same: bool, before: Answer) -> Answer:
        if is_same:
            return before
        words = "This idempotency key has already been used on a request that had a different payload"
        return _wrong(409, "invalid_idempotent_request", words)
