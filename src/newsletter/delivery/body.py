"""The body of a mail, in pieces: encoded once for all readers, with holes that are filled for each."""

from __future__ import annotations

import re
from base64 import encodebytes
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from newsletter.delivery.headers import refuse_others
from newsletter.delivery.quoted_printable import encode_piece
from newsletter.delivery.verify import Lines
from newsletter.errors import UnsafeValueError
from newsletter.model import Hole
from newsletter.render.expressions import holds
from newsletter.render.personal import evaluator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from newsletter.model import Email, Embedded, PersonalField, Segment, Segments

_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_CONTENT_ID = re.compile(rf"{_FILE.pattern}@[A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class OptionalPiece:
    """Encoded pieces that only some readers get."""

    condition: PersonalField
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class PreparedHole:
    """A hole, with what fills it."""

    hole: Hole
    value: Callable[[Mapping[str, object]], str] = field(compare=False)


Piece = Lines | PreparedHole | OptionalPiece

_Encoded = bytes | PreparedHole | OptionalPiece
"""A piece that is to be joined with those beside it; alone it need not be whole lines."""


def prepare_body(email: Email, outer: bytes, inner: bytes) -> tuple[Piece, ...]:
    """Return both parts, the best one last (RFC 2046 section 5.1.4)."""
    html_boundary = inner if email.embedded else outer
    pieces = (
        _part_start(outer, b"text/plain"),
        *_encoded(email.text, "the mail's text part"),
        b"\r\n",
        _related_start(outer, inner) if email.embedded else b"",
        _part_start(html_boundary, b"text/html"),
        *_encoded(email.html, "the mail's HTML part"),
        *(_picture(part, inner) for part in email.embedded),
        b"\r\n--" + inner + b"--\r\n" if email.embedded else b"",
        b"\r\n--" + outer + b"--\r\n",
    )
    return tuple(_joined(pieces))


def _part_start(boundary: bytes, media_type: bytes) -> bytes:
    return (
        b"--" + boundary + b"\r\n"
        b"Content-Type: " + media_type + b"; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n"
        b"\r\n"
    )


def _related_start(outer: bytes, inner: bytes) -> bytes:
    """Begin the part that holds the HTML and its pictures; it says of what type its first one is (RFC 2387)."""
    return (
        b"--" + outer + b'\r\nContent-Type: multipart/related; type="text/html";\r\n boundary="' + inner + b'"\r\n\r\n'
    )


def _picture(part: Embedded, boundary: bytes) -> bytes:
    """Return a picture as a part of its own, with the name by which the HTML calls it (RFC 2392)."""
    refuse_others("a picture's name", part.content_id, _CONTENT_ID)
    refuse_others("a picture's file", part.picture.file, _FILE)
    head = (
        f"Content-Type: {part.picture.media_type}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-ID: <{part.content_id}>\r\n"
        f'Content-Disposition: inline; filename="{part.picture.file}"\r\n'
        "\r\n"
    )
    content = encodebytes(part.picture.content).replace(b"\n", b"\r\n").removesuffix(b"\r\n")
    return b"\r\n--" + boundary + b"\r\n" + head.encode("ascii") + content


def _encoded(segments: Segments, place: str) -> list[_Encoded]:
    try:
        return [_encoded_one(segment, place) for segment in segments]
    except UnsafeValueError as error:
        message = f"{place}: {error}"
        raise UnsafeValueError(message) from error


def _encoded_one(segment: Segment, place: str) -> _Encoded:
    if isinstance(segment, str):
        return encode_piece(segment)
    if isinstance(segment, Hole):
        return PreparedHole(segment, evaluator(segment))
    return OptionalPiece(segment.condition, tuple(_joined(_encoded(segment.segments, place))))


def _joined(pieces: Iterable[_Encoded]) -> Iterator[Piece]:
    """Join the literal pieces that stand together, so that there are few for each reader."""
    literals: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            literals.append(piece)
        else:
            yield Lines(b"".join(literals))
            yield piece
            literals = []
    yield Lines(b"".join(literals))


def assembled(pieces: Iterable[Piece], values: Mapping[str, object]) -> Iterator[Lines]:
    """Yield the body for one reader."""
    for piece in pieces:
        if isinstance(piece, Lines):
            yield piece
        elif isinstance(piece, PreparedHole):
            yield _filled(piece, values)
        elif holds(piece.condition, values):
            yield from assembled(piece.pieces, values)


def _filled(prepared: PreparedHole, values: Mapping[str, object]) -> Lines:
    try:
        return _lines(prepared.value(values))
    except UnsafeValueError as error:
        personal = prepared.hole.field
        message = f"{personal.position}: the value of {personal.expression}: {error}"
        raise UnsafeValueError(message) from error


@lru_cache(maxsize=2048)
def _lines(value: str) -> Lines:
    """Return a value as it stands in a body. In one mail it mostly stands twice, and many readers share a name."""
    return Lines(encode_piece(value))


def boundaries(email: Email) -> tuple[str, str]:
    """Return a boundary for the whole and one for the HTML with its pictures; neither begins as the other does.

    They depend on the texts alone, which name the pictures, and cannot occur in any part: quoted-printable never
    holds `=_` (RFC 2045 section 6.7, after rule 5), nor does base64.
    """
    digest = sha256()
    for literal in _literals((*email.text, *email.html)):
        digest.update(literal.encode("utf-8", "surrogatepass") + b"\0")
    digits = digest.hexdigest()
    return f"=_{digits[:32]}", f"=_r{digits[32:63]}"


def _literals(segments: Segments) -> Iterator[str]:
    for segment in segments:
        if isinstance(segment, str):
            yield segment
        elif isinstance(segment, Hole):
            yield segment.field.expression
        else:
            yield segment.condition.expression
            yield from _literals(segment.segments)
