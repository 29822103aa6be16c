"""The words of a mail server, made fit to be shown and stored.

Whoever runs a server decides what it says: sequences that steer a terminal, a megabyte, our own password
back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_CHARACTERS = 512

# Sequences that steer a terminal (ECMA-48 section 5), with 7-bit and 8-bit introducers: CSI with its
# parameters, strings such as OSC up to their end, and any other escape with the one character it takes.
_TERMINAL = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b.?",
    re.DOTALL,
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_ENHANCED_CODE = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: |$)")


def clean_reply(words: bytes, secrets: Iterable[str] = ()) -> str:
    """Return the words in one line of at most 512 characters, without control characters and `secrets`."""
    lines = _TERMINAL.sub("", words.decode("utf-8", errors="replace")).split("\n")
    text = " ".join(filter(None, (_CONTROLS.sub(" ", line).strip() for line in lines)))
    for secret in filter(None, secrets):
        text = text.replace(secret, "[secret]")
    return text if len(text) <= MAX_CHARACTERS else text[: MAX_CHARACTERS - 1] + "…"


def split_enhanced_code(code: int, words: bytes) -> tuple[str, bytes]:
    """Return `550 5.1.1` and the words without it, or `550` and the words where there is no enhanced code.

    Servers repeat the enhanced code on every line (RFC 2034 section 4); its class is the code's (RFC 3463
    section 2).
    """
    lines = words.split(b"\n")
    found = _ENHANCED_CODE.match(lines[0].decode("latin-1"))
    if not found or found[1][0] != str(code)[0]:
        return str(code), words
    enhanced = found[1].encode()
    return f"{code} {found[1]}", b"\n".join(line.removeprefix(enhanced).strip() for line in lines)
