"""MailerSend: `POST /v1/email` and `POST /v1/bulk-email`.

Sources: developers.mailersend.com, "Email" (up to 50 readers, who all see each other; `{{ key }}` where there is
`personalization`; warnings about suppressed readers; `x-message-id`) and "Bulk" (500 mails; one id for all of them, and
their fates later, from another address); django-anymail, docs/esps/mailersend.rst.
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
    filled,
    in_json,
    merged,
    refuse_more_than,
    titled,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 500
_MOST_READERS = 50
_HOLE = re.compile(r"\{\{\s*([A-Za-z]\w*)\s*\}\}")


def _wrong(status: int, words: str) -> Answer:
    return in_json(status, {"message": words, "errors": {"to": [words]}})


class MailerSend(NoKeys):
    """Merges `{{ key }}` of those who have values."""

    name = "mailersend"
    base = "/v1"

    def lets_in(self, request: Request, key: str) -> bool:
        return request.headers.get("authorization") == f"Bearer {key}"

    def read(self, request: Request) -> list[Letter]:
        if request.path not in {"/v1/email", "/v1/bulk-email"}:
            raise WrongError(_wrong(404, "Resource not found."))
        data = request.json()
        messages = data if request.path == "/v1/bulk-email" else [data]
        refuse_more_than(_MOST, len(messages), _wrong(422, "more than 500 emails"))
        return [letter for message in messages for letter in self._letters(message)]

    def _letters(self, message: dict[str, Any]) -> list[Letter]:
        everybody = tuple(to["email"] for to in message["to"])
        refuse_more_than(_MOST_READERS, len(everybody), _wrong(422, "The to may not have more than 50 items."))
        own = {one["email"]: one["data"] for one in message.get("personalization", [])}
        headers = {header["name"]: header["value"] for header in message.get("headers", [])}
        settings = message.get("settings", {})
        reply_to = {"Reply-To": message["reply_to"]["email"]} if "reply_to" in message else {}
        letters = [
            Letter(
                recipient,
                sender=message["from"]["email"],
                to=everybody,
                subject=message["subject"],
                text=message.get("text", ""),
                html=message.get("html", ""),
                headers=titled(headers | reply_to),
                tracked=settings.get("track_opens", True) or settings.get("track_clicks", True),
            )
            for recipient in everybody
        ]
        return [_merged(letter, own[letter.recipient]) if letter.recipient in own else letter for letter in letters]

    def answer(self, request: Request, items: Sequence[Item]) -> Answer:
        if request.path == "/v1/bulk-email":
            # Even an address that is none is taken here; what became of it is told when it is asked for.
            words = "The bulk email is being processed."
            return in_json(202, {"message": words, "bulk_email_id": items[0].letter.remote_id})
        if any(item.fate == "invalid" for item in items):
            raise WrongError(_wrong(422, "The to.0.email must be a valid email address."))
        gone = [item.letter.recipient for item in items if not item.is_taken]
        told = {"X-Message-Id": items[0].letter.remote_id} if len(gone) < len(items) else {}
        if not gone:
            return Answer(202, headers=told, kind="text/html; charset=UTF-8")
        recipients = [{"email": address, "name": None, "reasons": ["hard_bounced"]} for address in gone]
        kind = "SOME_SUPPRESSED" if told else "ALL_SUPPRESSED"
        warnings = [{"type": kind, "warning": "Recipients are suppressed.", "recipients": recipients}]
        return in_json(202, {"message": "There are some warnings.", "warnings": warnings}, told)


def _merged(letter: Letter, own: dict[str, Any]) -> Letter:
    return merged(letter, lambda text: filled(text, _HOLE, lambda hole: str(own.get(hole[1], ""))))
