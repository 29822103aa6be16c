"""What the server and the process that renders say to each other.

A request is one line of JSON. An answer is a head in JSON and a body, each behind its length, so that what is large
passes through the server unread.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from asyncio import StreamReader
    from collections.abc import Mapping

LENGTHS = struct.Struct("!II")

LOOK, FINDINGS, OVERVIEW, HOUSE, FILE = "look", "findings", "overview", "house", "file"
"""What can be asked for, and what an answer then is."""
MAIL, PAGE, TEXT, SOURCE = "mail", "page", "text", "source"
"""What a look can show, beyond what it always has."""
PROBLEM, MISSING = "problem", "missing"
"""What an answer is instead: why there is nothing to show; no such file."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the process that renders has to say."""

    kind: str
    """One of the names above."""
    body: bytes
    """JSON in one line, but for a file, which is as it is."""
    media_type: str = "application/json"


def as_answer(kind: str, document: Mapping[str, Any]) -> Answer:
    """Return an answer that holds a JSON document."""
    return Answer(kind, json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def write_answer(stream: BinaryIO, answer: Answer) -> None:
    """Write an answer."""
    head = json.dumps({"kind": answer.kind, "media_type": answer.media_type}).encode()
    stream.write(LENGTHS.pack(len(head), len(answer.body)) + head + answer.body)
    stream.flush()


async def read_answer(stream: StreamReader) -> Answer:
    """Read an answer.

    Raises:
        IncompleteReadError: the other side ended before its end.
    """
    head_bytes, body_bytes = LENGTHS.unpack(await stream.readexactly(LENGTHS.size))
    head = json.loads(await stream.readexactly(head_bytes))
    return Answer(head["kind"], await stream.readexactly(body_bytes), head["media_type"])
