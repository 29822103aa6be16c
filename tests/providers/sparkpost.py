"""SparkPost: `POST /api/v1/transmissions`.

Sources: developers.sparkpost.com, "Transmissions" and "Template language": `{{key}}` in subject, headers, text and
HTML, escaped in HTML and not in `{{{key}}}`; keys of letters, digits and underscores, some of them reserved; a key that
is not there is nothing. The answer says how many were rejected, and not which. django-anymail, docs/esps/sparkpost.rst:
a List-Unsubscribe is not taken, and one of its own put in its place.
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
    addresses,
    filled,
    in_json,
    merged,
    titled,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAG = re.compile(r"\{\{\{(?P<raw>.*?)\}\}\}|\{\{(?P<escaped>.*?)\}\}", re.DOTALL)
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = frozenset(
    {"address", "email", "email_id", "env_from", "return_path", "and", "break", "do", "else", "elseif", "end"}
    | {
        "false",
        "for",
        "function",
        "if",
        "local",
        "nil",
        "not",
        "or",
        "each",
        "return",
        "then",
        "true",
        "until",
        "while",
    }
)


def _refused(status: int, words: str) -> WrongError:
    return WrongError(in_json(status, {"errors": [{"message": words}]}))


class SparkPost(NoKeys):
    """Merges as its template language does."""

    name = "sparkpost"
    base = "/api/v1"

    def lets_in(self, request: Request, key: str) -> bool:
        return request.headers.get("authorization") == key

    def read(self, request: Request) -> list[Letter]:
        if request.path.rstrip("/") != "/api/v1/transmissions":
            raise _refused(404, "resource not found")
        data = request.json()
        return [self._letter(data, recipient) for recipient in data["recipients"]]

    def _letter(self, data: dict[str, Any], recipient: dict[str, Any]) -> Letter:
        content, address, options = data["content"], recipient["address"], data.get("options", {})
        headers = titled(content.get("headers", {}))
        headers.pop("List-Unsubscribe", None)
        if "reply_to" in content:
            headers["Reply-To"] = content["reply_to"]
        letter = Letter(
            address["email"],
            sender=content["from"] if isinstance(content["from"], str) else content["from"]["email"],
            to=addresses([address.get("header_to", address["email"])]),
            subject=content["subject"],
            text=content.get("text", ""),
            html=content.get("html", ""),
            headers=headers,
            tracked=options.get("open_tracking", True) or options.get("click_tracking", True),
        )
        own = data.get("substitution_data", {}) | recipient.get("substitution_data", {})
        if _RESERVED & own.keys():
            raise _refused(422, "substitution_data holds a reserved keyword")
        return merged(
            letter, lambda text: _merged(text, own, in_html=False), lambda text: _merged(text, own, in_html=True)
        )

    def answer(self, _request: Request, items: Sequence[Item]) -> Answer:
        accepted = sum(item.fate != "invalid" for item in items)
        if not accepted:
            raise _refused(400, "At least one valid recipient is required")
        results = {"total_rejected_recipients": len(items) - accepted, "total_accepted_recipients": accepted}
        return in_json(200, {"results": results | {"id": items[0].letter.remote_id}})


def _merged(text: str, own: dict[str, Any], *, in_html: bool) -> str:
    def value(tag: re.Match[str]) -> str:
        name = (tag["raw"] if tag["raw"] is not None else tag["escaped"]).strip()
        if not _KEY.fullmatch(name):
            raise _refused(422, f"substitution language syntax error near {tag[0]}")
        found = str(own.get(name, ""))
        return html.escape(found) if in_html and tag["raw"] is None else found

    return filled(text, _TAG, value)
