"""Mailtrap: `POST /api/send` and `POST /api/batch`.

Sources: docs.mailtrap.io, "Transactional" and "Bulk" (up to 500 requests over one `base`, whose fields each request may
replace; an answer for each, in their order, under a status of 200); django-anymail, backends/mailtrap.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.providers.post import (
    Answer,
    Item,
    Letter,
    NoKeys,
    Request,
    WrongError,
    in_json,
    refuse_more_than,
    titled,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 500


def _wrong(status: int, words: str) -> Answer:
    return in_json(status, {"success": False, "errors": [words]})


class Mailtrap(NoKeys):
    """Takes mails of any content over a common base."""

    name = "mailtrap"
    base = "/api"

    def lets_in(self, request: Request, key: str) -> bool:
        return request.headers.get("api-token") == key or request.headers.get("authorization") == f"Bearer {key}"

    def read(self, request: Request) -> list[Letter]:
        data = request.json()
        if request.path == "/api/send":
            return self._letters(data)
        if request.path != "/api/batch":
            raise WrongError(_wrong(404, "Not found"))
        refuse_more_than(_MOST, len(data["requests"]), _wrong(400, "too many requests, at most 500"))
        return [letter for one in data["requests"] for letter in self._letters(data["base"] | one)]

    def _letters(self, message: dict[str, Any]) -> list[Letter]:
        reply_to = {"Reply-To": message["reply_to"]["email"]} if "reply_to" in message else {}
        return [
            Letter(
                to["email"],
                sender=message["from"]["email"],
                to=tuple(other["email"] for other in message["to"]),
                subject=message["subject"],
                text=message.get("text", ""),
                html=message.get("html", ""),
                headers=titled(message.get("headers", {}) | reply_to),
                tracked=False,  # a setting of the domain, and not of a mail
            )
            for to in message["to"]
        ]

    def answer(self, request: Request, items: Sequence[Item]) -> Answer:
        told = [_told(item) for item in items]
        if request.path == "/api/batch":
            return in_json(200, {"success": True, "responses": told})
        errors = [error for one in told for error in one.get("errors", [])]
        if errors:
            raise WrongError(in_json(400, {"success": False, "errors": errors}))
        return in_json(200, {"success": True, "message_ids": [item.letter.remote_id for item in items]})


def _told(item: Item) -> dict[str, Any]:
    if item.fate == "ok":
        return {"success": True, "message_ids": [item.letter.remote_id]}
    why = "is suppressed" if item.fate == "suppressed" else "is invalid"
    return {"success": False, "errors": [f"'to' address '{item.letter.recipient}' {why}"]}
