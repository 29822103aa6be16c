"""Postal, which one runs by oneself: `POST /api/v1/send/message`.

Sources: docs.postalserver.io, "Using the API" (a status of 200 whatever happens, and `status` in the body: success,
error, parameter-error); django-anymail, backends/postal.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.providers.post import Answer, Item, Letter, NoKeys, Request, WrongError, addresses, in_json, titled

if TYPE_CHECKING:
    from collections.abc import Sequence


def _wrong(code: str) -> Answer:
    return in_json(200, {"status": "error", "time": 0.01, "flags": {}, "data": {"code": code, "message": code}})


class Postal(NoKeys):
    """Takes one mail at a time, and says what is wrong under a status of 200."""

    name = "postal"
    base = ""

    def lets_in(self, request: Request, key: str) -> bool:
        return request.headers.get("x-server-api-key") == key

    def refusal(self) -> Answer:
        return _wrong("InvalidServerAPIKey")

    def read(self, request: Request) -> list[Letter]:
        if request.path != "/api/v1/send/message":
            raise WrongError(Answer(404, b"not found", kind="text/html"))
        message: dict[str, Any] = request.json()
        everybody = addresses(message["to"])
        reply_to = {"Reply-To": message["reply_to"]} if "reply_to" in message else {}
        return [
            Letter(
                recipient,
                sender=message["from"],
                to=everybody,
                subject=message["subject"],
                text=message.get("plain_body", ""),
                html=message.get("html_body", ""),
                headers=titled(message.get("headers", {}) | reply_to),
                tracked=False,  # a setting of the server, and not of a mail
            )
            for recipient in everybody
        ]

    def answer(self, _request: Request, items: Sequence[Item]) -> Answer:
        if any(item.fate == "invalid" for item in items):
            raise WrongError(_wrong("ValidationError"))
        messages = {item.letter.recipient: {"id": item.letter.remote_id, "token": "x"} for item in items}
        data = {"message_id": f"{items[0].letter.remote_id}@postal.example", "messages": messages}
        return in_json(200, {"status": "success", "time": 0.02, "flags": {}, "data": data})
