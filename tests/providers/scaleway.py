"""Scaleway: `POST /transactional-email/v1alpha1/regions/REGION/emails`.

Sources: the reference of Scaleway's Transactional Email API ("Send an email": one mail in a request, an answer for each
reader); django-anymail, backends/scaleway.py (a wrong address fails the whole request; a blocked one is told later).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.providers.post import Answer, Item, Letter, NoKeys, Request, WrongError, in_json, titled

if TYPE_CHECKING:
    from collections.abc import Sequence


def _wrong(status: int, words: str) -> Answer:
    return in_json(status, {"message": words, "type": "invalid_arguments"})


class Scaleway(NoKeys):
    """Takes one mail at a time."""

    name = "scaleway"
    base = "/transactional-email/v1alpha1/regions/fr-par"

    def lets_in(self, request: Request, key: str) -> bool:
        return request.headers.get("x-auth-token") == key

    def read(self, request: Request) -> list[Letter]:
        if not re.fullmatch(r"/transactional-email/v1alpha1/regions/[a-z-]+/emails", request.path):
            raise WrongError(_wrong(404, "not found"))
        message: dict[str, Any] = request.json()
        everybody = tuple(to["email"] for to in message["to"])
        headers = {header["key"]: header["value"] for header in message.get("additional_headers", [])}
        return [
            Letter(
                recipient,
                sender=message["from"]["email"],
                to=everybody,
                subject=message["subject"],
                text=message.get("text", ""),
                html=message.get("html", ""),
                headers=titled(headers),
                tracked=False,  # it follows nothing
            )
            for recipient in everybody
        ]

    def answer(self, _request: Request, items: Sequence[Item]) -> Answer:
        if any(item.fate == "invalid" for item in items):
            raise WrongError(_wrong(400, "invalid argument(s): to"))
        told = [
            {"id": item.letter.remote_id, "mail_rcpt": item.letter.recipient, "status": "sending"} for item in items
        ]
        return in_json(200, {"emails": told})
