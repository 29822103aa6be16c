"""Mandrill: `POST /api/1.0/messages/send.json`.

Sources: mandrill.zendesk.com, "Merge tags" (`*|TAG|*`, of letters, digits and underscores, in any case) and
"Handlebars" (`{{ }}` escapes, `{{{ }}}` does not), read only where `merge_language` says so; mailchimp.com/developer,
"Messages" (an answer for each reader: sent, queued, rejected or invalid); django-anymail, docs/esps/mandrill.rst
(`preserve_recipients`: whether everybody sees all of them in one mail).
"""

from __future__ import annotations

import html
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
    titled,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TAG = re.compile(r"\*\|(\w+)\|\*")
_BRACES = re.compile(r"\{\{\{\s*(\w+)\s*\}\}\}|\{\{\s*(\w+)\s*\}\}")
_STATUS = {"ok": "queued", "suppressed": "rejected", "invalid": "invalid"}


def _wrong(status: int, name: str, words: str) -> Answer:
    return in_json(status, {"status": "error", "code": -1, "name": name, "message": words})


class Mandrill(NoKeys):
    """Merges tags, and tells of each reader."""

    name = "mandrill"
    base = "/api/1.0"

    def lets_in(self, request: Request, key: str) -> bool:
        return bool(request.json()["key"] == key)

    def read(self, request: Request) -> list[Letter]:
        if request.path != "/api/1.0/messages/send.json":
            raise WrongError(_wrong(404, "Unknown_Method", "Unknown method"))
        message = request.json()["message"]
        variables = _variables(message)
        everybody = tuple(to["email"] for to in message["to"])
        return [self._letter(message, recipient, everybody, variables) for recipient in everybody]

    def _letter(
        self, message: dict[str, Any], recipient: str, everybody: tuple[str, ...], variables: dict[str, dict[str, str]]
    ) -> Letter:
        letter = Letter(
            recipient,
            sender=message["from_email"],
            to=everybody if message.get("preserve_recipients", True) else (recipient,),
            subject=message.get("subject", ""),
            text=message.get("text", ""),
            html=message.get("html", ""),
            headers=titled(message.get("headers", {})),
            tracked=message.get("track_opens", True) or message.get("track_clicks", True),
        )
        own = variables.get("", {}) | variables.get(recipient.lower(), {})
        if message.get("merge_language") == "handlebars":
            return merged(letter, lambda text: _braces(text, own))
        return merged(letter, lambda text: filled(text, _TAG, lambda tag: own.get(tag[1].upper(), tag[0])))

    def answer(self, _request: Request, items: Sequence[Item]) -> Answer:
        return in_json(200, [_told(item) for item in items])


def _variables(message: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The values by reader, in lower case, and by tag in upper case; those for everybody under an empty name."""

    def named(values: list[dict[str, Any]]) -> dict[str, str]:
        return {one["name"].upper(): str(one["content"]) for one in values}

    own = {one["rcpt"].lower(): named(one["vars"]) for one in message.get("merge_vars", [])}
    return own | {"": named(message.get("global_merge_vars", []))}


def _braces(text: str, own: Mapping[str, str]) -> str:
    def value(hole: re.Match[str]) -> str:
        return own.get(hole[1].upper(), "") if hole[1] else html.escape(own.get(hole[2].upper(), ""))

    return filled(text, _BRACES, value)


def _told(item: Item) -> dict[str, Any]:
    told: dict[str, Any] = {"email": item.letter.recipient, "status": _STATUS[item.fate], "reject_reason": None}
    if item.fate == "suppressed":
        told["reject_reason"] = "hard-bounce"
    return told if item.fate == "invalid" else told | {"_id": item.letter.remote_id}
