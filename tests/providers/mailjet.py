"""Mailjet: `POST /v3.1/send`.

Sources: dev.mailjet.com, "Send API v3.1" (up to 50 messages, each with what it does not take from `Globals`; everybody
in one `To` sees the others; one wrong message does not stop the others) and "Template language" (`{{ }}` and `{% %}`,
only where `TemplateLanguage` is true); django-anymail, docs/esps/mailjet.rst (`[[var:key]]` in the text and the HTML,
not in the subject, and that partial failures come with a status of 4xx).
"""

from __future__ import annotations

import re
from dataclasses import replace
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
    refuse_more_than,
    titled,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 50
_HOLE = re.compile(r"\[\[var:(\w+)(?::([^\]]*))?\]\]")
_LANGUAGE = re.compile(r"\{\{var:(\w+)(?::([^}]*))?\}\}")


def _wrong(status: int, words: str) -> WrongError:
    error = {"ErrorIdentifier": "5f2a", "ErrorCode": "mj-0002", "StatusCode": status, "ErrorMessage": words}
    return WrongError(in_json(status, error))


class Mailjet(NoKeys):
    """Merges `[[var:key]]` in the bodies."""

    name = "mailjet"
    base = "/v3.1"

    def lets_in(self, request: Request, key: str) -> bool:
        return request.basic_password() == (key, key)

    def read(self, request: Request) -> list[Letter]:
        if request.path != "/v3.1/send":
            raise _wrong(404, "Not found")
        data = request.json()
        messages = [data.get("Globals", {}) | message for message in data["Messages"]]
        refuse_more_than(_MOST, len(messages), _wrong(400, "Too many messages, at most 50").answer)
        return [self._letter(message, to["Email"]) for message in messages for to in message["To"]]

    def _letter(self, message: dict[str, Any], recipient: str) -> Letter:
        own = message.get("Variables", {})

        def merge(text: str) -> str:
            if message.get("TemplateLanguage"):
                if "{%" in text:
                    raise _wrong(400, "a statement of the template language")
                text = filled(text, _LANGUAGE, lambda hole: str(own.get(hole[1], hole[2] or "")))
            return filled(text, _HOLE, lambda hole: str(own.get(hole[1], hole[2] or "")))

        reply_to = {"Reply-To": message["ReplyTo"]["Email"]} if "ReplyTo" in message else {}
        letter = Letter(
            recipient,
            sender=message["From"]["Email"],
            to=tuple(to["Email"] for to in message["To"]),
            subject=message.get("Subject", ""),
            text=merge(message.get("TextPart", "")),
            html=merge(message.get("HTMLPart", "")),
            headers=titled(message.get("Headers", {}) | reply_to),
        )
        return replace(letter, tracked={message.get("TrackOpens"), message.get("TrackClicks")} != {"disabled"})

    def answer(self, _request: Request, items: Sequence[Item]) -> Answer:
        told = [_told(item, number) for number, item in enumerate(items)]
        is_good = all(message["Status"] == "success" for message in told)
        return in_json(200 if is_good else 400, {"Messages": told})


def _told(item: Item, number: int) -> dict[str, Any]:
    address, remote_id = item.letter.recipient, item.letter.remote_id
    if item.fate == "invalid":
        error = {
            "ErrorIdentifier": f"88b5-{number}",
            "ErrorCode": "mj-0013",
            "StatusCode": 400,
            "ErrorMessage": f'"{address}" is an invalid email address.',
            "ErrorRelatedTo": ["To[0].Email"],
        }
        return {"Status": "error", "Errors": [error]}
    to = {"Email": address, "MessageUUID": f"uuid-{remote_id}", "MessageID": remote_id, "MessageHref": "https://x"}
    return {"Status": "success", "CustomID": "", "To": [to], "Cc": [], "Bcc": []}
