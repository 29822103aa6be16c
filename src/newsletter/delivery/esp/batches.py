"""What Mailtrap, Postmark and Resend have in common: mails in JSON, each its own, and an answer in the same order."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

from newsletter.delivery.esp.filling import draft_of

if TYPE_CHECKING:
    from newsletter.delivery.base import Draft, Message
    from newsletter.delivery.esp.calls import Reply
    from newsletter.model import Embedded

_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')


def as_json(value: object) -> bytes:
    """Return a body; the same value always makes the same octets."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def read_json(reply: Reply) -> Any:
    """Return what a body says; None where it is no JSON."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return None


def sender_of(draft: Draft) -> str:
    """Return who a mail is from, as a header would say it before its encoding (RFC 5322 section 3.4)."""
    name = draft.from_name
    if _SPECIALS.search(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{escaped}"'
    return f"{name} <{draft.from_address}>"


def has_pictures(message: Message) -> bool:
    """Say whether pictures travel in a mail."""
    return bool(draft_of(message).email.embedded)


def encoded(part: Embedded) -> str:
    """Return a picture in base64."""
    return base64.b64encode(part.picture.content).decode()
