"""SendGrid: `POST /v3/mail/send`.

Sources: the reference of "Mail Send" and its pages "Limitations" and "Errors" on docs.sendgrid.com (1,000
personalizations, each address once, substitutions of 10,000 bytes at most for each, headers that may not be given);
django-anymail, docs/esps/sendgrid.rst. The answer is 202 and nothing else: what is dropped later is told by events.
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
    merged,
    refuse_more_than,
    titled,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 1000
_SUBSTITUTIONS_BYTES = 10_000
_FORBIDDEN = frozenset(
    {"Received", "Dkim-Signature", "Content-Type", "Content-Transfer-Encoding", "To", "From", "Subject", "Reply-To"}
    | {"Cc", "Bcc", "X-Sg-Id", "X-Sg-Eid"}
)


def _wrong(status: int, words: str, field: str | None = None) -> Answer:
    return in_json(status, {"errors": [{"message": words, "field": field, "help": None}]})


class SendGrid(NoKeys):
    """Merges by replacing each key that it is given, whatever it looks like, one after the other."""

    name = "sendgrid"
    base = "/v3"

    def lets_in(self, request: Request, key: str) -> bool:
        return request.headers.get("authorization") == f"Bearer {key}"

    def read(self, request: Request) -> list[Letter]:
        if request.path != "/v3/mail/send":
            raise WrongError(_wrong(404, "Not Found"))
        data = request.json()
        personal = data["personalizations"]
        refuse_more_than(_MOST, len(personal), _wrong(400, "The personalization block is limited to 1000"))
        letters = [self._letter(data, one, to["email"]) for one in personal for to in one["to"]]
        if len({letter.recipient for letter in letters}) < len(letters):
            raise WrongError(_wrong(400, "Each unique email address should only be included once"))
        return letters

    def _letter(self, data: dict[str, Any], personal: dict[str, Any], recipient: str) -> Letter:
        headers = titled(data.get("headers", {}) | personal.get("headers", {}))
        if _FORBIDDEN & headers.keys():
            raise WrongError(_wrong(400, "The following are reserved and can't be used as headers", "headers"))
        substitutions = personal.get("substitutions", {})
        size = sum(len(key.encode()) + len(str(value).encode()) for key, value in substitutions.items())
        refuse_more_than(_SUBSTITUTIONS_BYTES, size, _wrong(400, "substitutions are limited to 10000 bytes"))
        bodies = {part["type"]: part["value"] for part in data["content"]}
        tracking = data.get("tracking_settings", {})
        replies = data.get("reply_to_list", [])
        letter = Letter(
            recipient,
            sender=data["from"]["email"],
            to=tuple(to["email"] for to in personal["to"]),
            subject=personal.get("subject", data.get("subject", "")),
            text=bodies.get("text/plain", ""),
            html=bodies.get("text/html", ""),
            headers=headers | ({"Reply-To": replies[0]["email"]} if replies else {}),
            tracked=any(tracking.get(kind, {}).get("enable", True) for kind in ("open_tracking", "click_tracking")),
        )

        def replaced(text: str) -> str:
            for key, value in substitutions.items():
                text = text.replace(key, str(value))
            return text

        return merged(letter, replaced)

    def answer(self, _request: Request, items: Sequence[Item]) -> Answer:
        for number, item in enumerate(items):
            if item.fate == "invalid":
                raise WrongError(_wrong(400, "Does not contain a valid address.", f"personalizations.{number}.to.0"))
        return Answer(202, headers={"X-Message-Id": items[0].letter.remote_id})
