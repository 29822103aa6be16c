"""One header, from a value to bytes that cannot hold a second one.

Python's `email` package is not asked: before 3.11.10 its writer turns an encoded word that decodes to a line
break into a real header, and a comma in a long display name into a second recipient. Here the names of
headers are a fixed list, every value is looked through before it is written, and everything beyond ASCII
goes out as RFC 2047 encoded words whose content no reader of headers can mistake for structure.
"""

from __future__ import annotations

import re
from base64 import b64encode
from enum import StrEnum
from itertools import pairwise

from newsletter.errors import UnsafeValueError
from newsletter.wording import quoted

FOLD_AT = 76
"""Octets in a line that holds an encoded word (RFC 2047 section 2); the other lines keep to it too."""
MAX_LINE = 998
"""Octets in any line, without CRLF (RFC 5322 section 2.1.1)."""

_WORD_OCTETS = 75  # of one encoded word, delimiters included (RFC 2047 section 2)
_FRAME_OCTETS = len("=?utf-8?q??=")
_PLAIN_WORD = 60  # a longer run without a space could not be folded at 76
_QUOTED_NAME = 60  # a longer quoted name could not be folded without splitting it

# C0, DEL, C1, line and paragraph separator, lone surrogates, and Unicode's Bidi_Control characters.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|=\?")
_ATOM = r"[^\x00-\x20\x7f-\xa0\s\"(),.:;<>@\[\\\]]+"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_ATOM}(?:\.{_ATOM})*")
_LIST_ID = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_URI = re.compile(r"https?://[!#-;=?-~]+")
_MACHINE_VALUE = re.compile(r"[!-~]+(?: [!-~]+)*")

# What may stand for itself in a Q-encoded word of a phrase, the strictest place (RFC 2047 section 5, rule 3).
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q = tuple("_" if octet == ord(" ") else chr(octet) if octet in _Q_SAFE else f"={octet:02X}" for octet in range(256))


class HeaderName(StrEnum):
    """Every header that a newsletter carries; no other can be written."""

    FROM = "From"
    TO = "To"
    REPLY_TO = "Reply-To"
    SUBJECT = "Subject"
    DATE = "Date"
    MESSAGE_ID = "Message-ID"
    MIME_VERSION = "MIME-Version"
    CONTENT_TYPE = "Content-Type"
    CONTENT_LANGUAGE = "Content-Language"
    LIST_ID = "List-Id"
    LIST_UNSUBSCRIBE = "List-Unsubscribe"
    LIST_UNSUBSCRIBE_POST = "List-Unsubscribe-Post"
    ARCHIVED_AT = "Archived-At"
    AUTO_SUBMITTED = "Auto-Submitted"
    FEEDBACK_ID = "Feedback-ID"
    X_NEWSLETTER_TEST = "X-Newsletter-Test"


_ADDRESSES = frozenset({HeaderName.FROM, HeaderName.TO, HeaderName.REPLY_TO})
_NAMED = frozenset({HeaderName.FROM, HeaderName.LIST_ID})
_URIS = frozenset({HeaderName.LIST_UNSUBSCRIBE, HeaderName.ARCHIVED_AT})


def render_header(name: HeaderName, value: str, display_name: str = "") -> bytes:
    """Return the header as it goes over the wire, folded, with its CRLF.

    `display_name` is for From and List-Id alone. In From, To and Reply-To the value is one bare address; only
    there may characters beyond ASCII stand raw (RFC 6532), and such a message needs SMTPUTF8. In
    List-Unsubscribe and Archived-At it is one bare address of the web; the angle brackets are added here
    (RFC 2369, RFC 5064).

    Raises:
        UnsafeValueError: the value could break out of its header, or does not fit into it.
    """
    if display_name and name not in _NAMED:
        message = f"{name} takes no display name"
        raise ValueError(message)
    refuse_unsafe(name, value)
    refuse_unsafe(f"{name}, display name", display_name)
    return _fold(name, _tokens(name, value, display_name))


def header_text(name: HeaderName, value: str, display_name: str = "") -> str:
    """Return what stands behind a header's name, in one line, for whoever writes headers himself.

    Raises:
        UnsafeValueError: as `render_header`.
    """
    return render_header(name, value, display_name).decode().partition(":")[2].replace("\r\n", "").strip()


def refuse_unsafe(place: str, value: str) -> None:
    """Raise unless `value` is free of everything that could end or change a header.

    Raises:
        UnsafeValueError: a control character, a Unicode line break, a lone surrogate, a character that turns
            the direction of the text, or the `=?` that starts an encoded word.
    """
    if not (found := _UNSAFE.search(value)):
        return
    what = (
        '"=?", which starts an encoded word; put a space between'
        if found[0] == "=?"
        else f"U+{ord(found[0]):04X}, which no header may hold; take it out"
    )
    message = f"{place}: {quoted(value)} holds at character {found.start() + 1} {what}"
    raise UnsafeValueError(message)


def refuse_others(place: str, value: str, allowed: re.Pattern[str]) -> None:
    """Raise unless a value is made of the few signs that are allowed at its place.

    Raises:
        UnsafeValueError: it holds others.
    """
    if not allowed.fullmatch(value):
        message = f"{place}: {quoted(value)} holds more than letters, digits and the few signs allowed there"
        raise UnsafeValueError(message)


def check_address(place: str, address: str) -> None:
    """Raise unless `address` is one plain address, `local@domain`, without quotes, comments or brackets.

    Raises:
        UnsafeValueError: it is not; it could add a recipient or an argument to a command.
    """
    refuse_unsafe(place, address)
    if not _ADDRESS.fullmatch(address):
        message = f"{place}: {quoted(address)} is not one plain address such as name@example.org"
        raise UnsafeValueError(message)


def _tokens(name: HeaderName, value: str, display_name: str) -> list[str]:
    """Cut a value into the pieces between which its line may be folded."""
    if name is HeaderName.SUBJECT:
        return _text(name, value)
    if name in _ADDRESSES:
        check_address(name, value)
        return [*_phrase(name, display_name), f"<{value}>"] if display_name else [value]
    if name is HeaderName.LIST_ID:
        _require(_LIST_ID, name, value, "a list's name such as news.example.org (RFC 2919)")
        return [*_phrase(name, display_name), f"<{value}>"]
    if name in _URIS:
        _require(_URI, name, value, "one web address in ASCII such as https://example.org/u/7d2f")
        return [f"<{value}>"]
    _require(_MACHINE_VALUE, name, value, "a value in ASCII with single spaces")
    return value.split(" ")


def _require(allowed: re.Pattern[str], name: HeaderName, value: str, what: str) -> None:
    if not allowed.fullmatch(value):
        message = f"{name}: {quoted(value)} is not {what}"
        raise UnsafeValueError(message)


def _text(name: HeaderName, text: str) -> list[str]:
    """Cut free text at its spaces, or encode it where unfolding could not give back the same text."""
    words = text.split(" ")
    if text.isascii() and all(0 < len(word) <= _PLAIN_WORD for word in words):
        return words
    return _encoded_words(text, FOLD_AT - len(f"{name}: "))


def _phrase(name: HeaderName, text: str) -> list[str]:
    """Return a display name as one quoted string, or as encoded words."""
    if text.isascii() and len(text) <= _QUOTED_NAME and all(text.split(" ")):
        return ['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"']
    return _encoded_words(text, FOLD_AT - len(f"{name}: "))


def _encoded_words(text: str, first_octets: int) -> list[str]:
    """Return RFC 2047 encoded words of at most 75 octets, the first of at most `first_octets`.

    No word ends inside a character (RFC 2047 section 5). The shorter one of the two encodings is taken.
    """
    letters = ["".join(_Q[octet] for octet in character.encode()) for character in text]
    sizes = [len(character.encode()) for character in text]
    first, others = first_octets - _FRAME_OCTETS, _WORD_OCTETS - _FRAME_OCTETS
    if sum(map(len, letters)) <= _base64_octets(sum(sizes)):
        cuts = _slices([len(letter) for letter in letters], first, others)
        return [f"=?utf-8?q?{''.join(letters[start:end])}?=" for start, end in cuts]
    cuts = _slices(sizes, first // 4 * 3, others // 4 * 3)
    return [f"=?utf-8?b?{b64encode(text[start:end].encode()).decode()}?=" for start, end in cuts]


def _base64_octets(octets: int) -> int:
    return (octets + 2) // 3 * 4


def _slices(sizes: list[int], first_room: int, room: int) -> list[tuple[int, int]]:
    """Cut a row of characters into slices, the first of at most `first_room` in size, others of `room`."""
    cuts = [0]
    filled = 0
    for index, size in enumerate(sizes):
        if filled + size > (room if len(cuts) > 1 else first_room):
            cuts.append(index)
            filled = 0
        filled += size
    return [(start, end) for start, end in pairwise([*cuts, len(sizes)]) if start < end]


def _fold(name: HeaderName, tokens: list[str]) -> bytes:
    """Join the pieces with single spaces, and with CRLF and a space where a line would pass 76 octets.

    The first piece always stands beside the name. RFC 5322 section 2.2.3 would allow it on the next line, but
    whoever looks for an unsubscribe address or a Message-ID line by line finds an empty value there.
    """
    whole = f"{name}: {' '.join(tokens)}".rstrip().encode()
    if len(whole) <= FOLD_AT:
        return whole + b"\r\n"
    first, *others = tokens or [""]
    lines = [f"{name}: {first}".rstrip().encode()]
    for token in others:
        octets = b" " + token.encode()
        if len(lines[-1]) + len(octets) > FOLD_AT:
            lines.append(b"")
        lines[-1] += octets
    if any(len(line) > MAX_LINE for line in lines):
        message = f"{name}: {quoted(tokens[-1])} makes a line of more than {MAX_LINE} octets; shorten it"
        raise UnsafeValueError(message)
    return b"\r\n".join(lines) + b"\r\n"
