"""Mailgun: `POST /v3/DOMAIN/messages`, a form.

Sources: documentation.mailgun.com, "Batch sending" (recipient variables, `%recipient.key%`, up to 1,000 recipients) and
its library of error codes ("Too many recipients; max is 1000", options `o:`, `h:` and `v:` of 16 kB at most).
One address that it cannot read, and nothing is taken: the answer is 400.
"""

from __future__ import annotations

import json
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

_MOST = 1000
_OPTIONS_BYTES = 16_384
_HOLE = re.compile(r"%recipient\.([^%\s]+)%")


def _wrong(words: str) -> Answer:
    return in_json(400, {"message": words})


class Mailgun(NoKeys):
    """Merges `%recipient.key%` wherever it stands."""

    name = "mailgun"
    base = "/v3"

    def lets_in(self, request: Request, key: str) -> bool:
        return request.basic_password() == ("api", key)

    def read(self, request: Request) -> list[Letter]:
        if not re.fullmatch(r"/v3/[^/]+/messages", request.path):
            # It says so of every address that is none of its own.
            raise WrongError(Answer(200, b"Mailgun Magnificent API", kind="text/html"))
        fields = request.form()
        form = dict(fields)
        everybody = addresses(value for name, value in fields if name == "to")
        refuse_more_than(_MOST, len(everybody), _wrong("Too many recipients; max is 1000"))
        options = sum(len((name + value).encode()) for name, value in fields if name[:2] in {"o:", "h:", "v:"})
        limit = "Send options (parameters starting with o:, h:, or v:) are limited to 16 kB total"
        refuse_more_than(_OPTIONS_BYTES, options, _wrong(limit))
        variables = json.loads(form["recipient-variables"]) if "recipient-variables" in form else None
        return [self._letter(form, one, everybody, variables) for one in everybody]

    def _letter(
        self, form: dict[str, str], recipient: str, everybody: tuple[str, ...], variables: dict[str, Any] | None
    ) -> Letter:
        letter = Letter(
            recipient,
            sender=form["from"],
            to=everybody if variables is None else (recipient,),
            subject=form.get("subject", ""),
            text=form.get("text", ""),
            html=form.get("html", ""),
            headers=titled({name[2:]: value for name, value in form.items() if name.startswith("h:")}),
            tracked={form.get("o:tracking-opens"), form.get("o:tracking-clicks")} != {"no"},
        )
        own = (variables or {}).get(recipient)
        if own is None:
            return letter
        return merged(letter, lambda text: filled(text, _HOLE, lambda hole: str(own.get(hole[1], hole[0]))))

    def answer(self, _request: Request, items: Sequence[Item]) -> Answer:
        for item in items:
            if item.fate == "invalid":
                raise WrongError(_wrong("'to' parameter is not a valid address. please check documentation"))
        return in_json(200, {"id": f"<{items[0].letter.remote_id}@mailgun.example>", "message": "Queued. Thank you."})
