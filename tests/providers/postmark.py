"""Postmark: `POST /email` and `POST /email/batch`.

Sources: postmarkapp.com/developer, "Email API", "Batch emails" (up to 500 messages and 50 MB; an answer for each
message in their order, whatever became of it, under a status of 200) and "Overview" (error codes 10, 300, 406). It has
no key by which a request is known again.
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
    addresses,
    in_json,
    refuse_more_than,
    titled,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 500
_MOST_BYTES = 50_000_000


def _wrong(status: int, code: int, words: str) -> Answer:
    return in_json(status, {"ErrorCode": code, "Message": words})


class Postmark(NoKeys):
    """Takes mails of any content, and tells of each by itself."""

    name = "postmark"
    base = ""

    def lets_in(self, request: Request, key: str) -> bool:
        return request.headers.get("x-postmark-server-token") == key

    def read(self, request: Request) -> list[Letter]:
        if request.path not in {"/email", "/email/batch"}:
            raise WrongError(_wrong(404, 0, "not found"))
        data = request.json()
        messages = data if isinstance(data, list) else [data]
        refuse_more_than(_MOST, len(messages), _wrong(422, 410, "Too many batch messages"))
        refuse_more_than(_MOST_BYTES, len(request.body), _wrong(413, 0, "Payload too large"))
        return [letter for message in messages for letter in self._letters(message)]

    def _letters(self, message: dict[str, Any]) -> list[Letter]:
        everybody = addresses([message["To"]])
        headers = {header["Name"]: header["Value"] for header in message.get("Headers", [])}
        reply_to = {"Reply-To": message["ReplyTo"]} if message.get("ReplyTo") else {}
        return [
            Letter(
                recipient,
                sender=message["From"],
                to=everybody,
                subject=message.get("Subject", ""),
                text=message.get("TextBody", ""),
                html=message.get("HtmlBody", ""),
                headers=titled(headers | reply_to),
                # It follows nothing unless it is asked to, by the message or by the server's settings.
                tracked=message.get("TrackOpens", True) or message.get("TrackLinks", "") != "None",
            )
            for recipient in everybody
        ]

    def answer(self, request: Request, items: Sequence[Item]) -> Answer:
        told = [_told(item) for item in items]
        if request.path == "/email/batch":
            return in_json(200, told)
        if told[0]["ErrorCode"]:
            raise WrongError(in_json(422, told[0]))
        return in_json(200, told[0])


def _told(item: Item) -> dict[str, Any]:
    address = item.letter.recipient
    if item.fate == "suppressed":
        words = (
            "You tried to send to recipient(s) that have been marked as inactive.\n"
            f"Found inactive addresses: {address.lower()}.\n"
            "Inactive recipients are ones that have generated a hard bounce, a spam complaint, or a manual suppression."
        )
        return {"ErrorCode": 406, "Message": words}
    if item.fate == "invalid":
        return {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{address}'."}
    return {
        "ErrorCode": 0,
        "Message": "OK",
        "MessageID": item.letter.remote_id,
        "SubmittedAt": "2026-11-24T07:00:00.0000000+01:00",
        "To": address,
    }
