"""Brevo: `POST /v3/smtp/email`.

Sources: developers.brevo.com, "Send a transactional email" (`messageVersions`: each with its readers, and subject,
bodies and headers where they differ; `to` is ignored beside them; 99 readers to one, 2,000 in all), "Batch send" (1,000
versions) and "Batch email idempotency" (`headers.idempotencyKey`, 30 minutes; the second request is refused as a
`duplicate_parameter`, and not answered as the first one was).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.providers.post import (
    Answer,
    Item,
    Letter,
    Request,
    Usual,
    WrongError,
    filled,
    in_json,
    merged,
    refuse_more_than,
    titled,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_VERSIONS = 1000
_KEY = "idempotencykey"
_HOLE = re.compile(r"\{\{\s*params\.(\w+)\s*\}\}")


def _wrong(status: int, code: str, words: str) -> Answer:
    return in_json(status, {"code": code, "message": words})


class Brevo(Usual):
    """Takes versions of a mail, and knows a request again by its key."""

    name = "brevo"
    base = "/v3"
    ttl_s = 30 * 60

    def lets_in(self, request: Request, key: str) -> bool:
        return request.headers.get("api-key") == key

    def read(self, request: Request) -> list[Letter]:
        if request.path != "/v3/smtp/email":
            raise WrongError(_wrong(404, "document_not_found", "Invalid route"))
        data = request.json()
        versions = data.get("messageVersions", [{"to": data.get("to", [])}])
        too_many = _wrong(400, "invalid_parameter", "messageVersions holds more than 1000")
        refuse_more_than(_MOST_VERSIONS, len(versions), too_many)
        return [letter for version in versions for letter in self._letters(data, version)]

    def _letters(self, data: dict[str, Any], version: dict[str, Any]) -> list[Letter]:
        whole = data | version
        params = data.get("params", {}) | version.get("params", {})
        headers = titled(data.get("headers", {}) | version.get("headers", {}))
        headers = {name: value for name, value in headers.items() if name.lower() != _KEY}
        reply_to = {"Reply-To": whole["replyTo"]["email"]} if "replyTo" in whole else {}

        def merge(text: str) -> str:
            return filled(text, _HOLE, lambda hole: str(params.get(hole[1], "")))

        return [
            merged(
                Letter(
                    to["email"],
                    sender=data["sender"]["email"],
                    to=tuple(other["email"] for other in version["to"]),
                    subject=whole.get("subject", ""),
                    text=whole.get("textContent", ""),
                    html=whole.get("htmlContent", ""),
                    headers=headers | reply_to,
                    tracked=False,  # a setting of the account, and not of a mail
                ),
                merge,
            )
            for to in version["to"]
        ]

    def answer(self, request: Request, items: Sequence[Item]) -> Answer:
        for item in items:
            if item.fate == "invalid":
                raise WrongError(_wrong(400, "invalid_parameter", f"email {item.letter.recipient} is not valid in to"))
        ids = [f"<{item.letter.remote_id}@smtp-relay.example>" for item in items]
        is_batch = "messageVersions" in request.json()
        return in_json(201, {"messageIds": ids} if is_batch else {"messageId": ids[0]})

    def key(self, request: Request) -> str:
        headers = request.json().get("headers", {})
        return str(next((value for name, value in headers.items() if name.lower() == _KEY), ""))

    def again(self, *, is_same: bool, before: Answer) -> Answer:
        return _wrong(400, "duplicate_parameter", "Request with the same idempotency key already exists")
