"""Unisender Go: `POST /ru/transactional/api/v1/email/send.json`.

Sources: godocs.unisender.ru, "Web API" (up to 500 readers and 10 MB; `{{key}}` of letters, digits, `_` and `-`,
beginning with a letter; a list of those that are taken and a table of the others with why; a link to leave under every
mail unless `skip_unsubscribe` is 1); UniOne's client for .NET (`template_engine`: none, simple or velocity);
django-anymail, backends/unisender_go.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.providers.post import (
    Answer,
    Item,
    Letter,
    NoKeys,
    Request,
    WrongError,
    addresses,
    filled,
    in_json,
    merged,
    refuse_more_than,
    titled,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 500
_MOST_BYTES = 10_000_000
_HOLE = re.compile(r"\{\{([A-Za-z][\w-]*)\}\}")
_WHY = {"suppressed": "permanent_unavailable", "invalid": "invalid"}
FOOT = "To unsubscribe, follow this link: https://unsubscribe.example/"


def _wrong(status: int, words: str) -> Answer:
    return in_json(status, {"status": "error", "message": words, "code": 204})


class UnisenderGo(NoKeys):
    """Merges `{{key}}`, and puts its own foot under a mail."""

    name = "unisender_go"
    base = "/ru/transactional/api/v1"

    def lets_in(self, request: Request, key: str) -> bool:
        return request.headers.get("x-api-key") == key

    def read(self, request: Request) -> list[Letter]:
        if request.path != f"{self.base}/email/send.json":
            raise WrongError(_wrong(404, "Not found"))
        message = request.json()["message"]
        recipients = message["recipients"]
        refuse_more_than(_MOST, len(recipients), _wrong(400, "more than 500 recipients"))
        refuse_more_than(_MOST_BYTES, len(request.body), _wrong(413, "Request Entity Too Large"))
        return [self._letter(message, recipient) for recipient in recipients]

    def _letter(self, message: dict[str, Any], recipient: dict[str, Any]) -> Letter:
        body, headers = message["body"], titled(message.get("headers", {}))
        own = message.get("global_substitutions", {}) | recipient.get("substitutions", {})
        foot = "" if message.get("skip_unsubscribe") == 1 else FOOT
        reply_to = {"Reply-To": message["reply_to"]} if "reply_to" in message else {}
        letter = Letter(
            recipient["email"],
            sender=message["from_email"],
            to=addresses([headers.pop("To", recipient["email"])]),
            subject=message["subject"],
            text=body.get("plaintext", "") + foot,
            html=body.get("html", "") + foot,
            headers=headers | reply_to,
            tracked=bool(message.get("track_read", 1) or message.get("track_links", 1)),
        )
        if message.get("template_engine") == "none":
            return letter
        return merged(letter, lambda text: filled(text, _HOLE, lambda hole: str(own.get(hole[1], ""))))

    def answer(self, _request: Request, items: Sequence[Item]) -> Answer:
        taken = [item.letter.recipient for item in items if item.is_taken]
        failed = {item.letter.recipient: _WHY[item.fate] for item in items if not item.is_taken}
        if not taken:
            raise WrongError(in_json(400, {"status": "error", "message": "No valid emails", "failed_emails": failed}))
        job = {"status": "success", "job_id": items[0].letter.remote_id, "emails": taken}
        return in_json(200, job | ({"failed_emails": failed} if failed else {}))
