"""A segment: which readers an issue is for, as a condition in newsletter.toml.

    condition  = all { "or" all }
    all        = part { "and" part }
    part       = "not" part | "(" condition ")" | comparison
    comparison = text ( "==" | "!=" ) text
               | text [ "not" ] "in" "[" words { "," words } "]"
               | words [ "not" ] "in" "tags"
    text       = words | a field's name
    words      = characters in single or double quotes; none of them means another

Every text is compared as it is written, capitals and all; tags are in lower case. What is not known of a reader is
an empty text. The tree that comes out is data; `newsletter.audience.segments` asks a database or a reader with it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from newsletter.config.faults import CONTROL, RefusedError
from newsletter.config.settings import All, AnyOf, HasTag, Name, Not, Same, Words
from newsletter.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from newsletter.config.settings import Condition, Operand

MAX_DEPTH = 30
"""Of brackets and `not`, so that no condition is deeper than Python's stack or SQLite's parser."""

MAX_OPERANDS = 400
"""Fields and texts."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<words>'[^']*'|"[^"]*")
      | (?P<sign>==|!=|[()\[\],])
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    )""",
    re.VERBOSE,
)
_KEYWORDS = frozenset({"and", "or", "not", "in", "tags"})


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """`words`, `sign`, `name`, or `end`."""
    text: str
    column: int
    """From 1, in the condition."""


def condition(fields: Sequence[str]) -> Callable[[object], Condition]:
    """Make a parser of conditions over these fields; it is one of the parsers of `newsletter.config.fields`."""

    def parse(value: object) -> Condition:
        if not isinstance(value, str):
            expected = "a condition in quotes, such as \"language == 'nl' and 'founder' in tags\""
            raise RefusedError(expected)
        if CONTROL.search(value):
            raise RefusedError("a condition in one line, without control characters")
        return _Parser(_tokens(value), fields).whole()

    return parse


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    end = 0
    while text[end:].strip():
        match = _TOKEN.match(text, end)
        if match is None:
            column = end + len(text[end:]) - len(text[end:].lstrip()) + 1
            _fail(column, _odd(text[column - 1 :]))
        kind = str(match.lastgroup)
        tokens.append(_Token(kind, match[kind], match.start(kind) + 1))
        end = match.end()
    return [*tokens, _Token("end", "", len(text) + 1)]


def _odd(rest: str) -> str:
    if rest[0] in "'\"":
        return f"{rest[0]} opens a text that is not closed"
    if rest[0] == "=":
        return '"==" compares; a single "=" does not'
    return f"{quoted(rest[0])} has no meaning here"


def _fail(column: int, what: str) -> NoReturn:
    raise RefusedError(f"a condition that can be read: at character {column}, {what}")


class _Parser:
    """Reads tokens from left to right; a fault names the character that it stands at."""

    def __init__(self, tokens: Sequence[_Token], fields: Sequence[str]) -> None:
        self._tokens = tokens
        self._fields = fields
        self._at = 0
        self._depth = 0
        self._operands = 0

    def whole(self) -> Condition:
        found = self._any()
        if self._here.kind != "end":
            self._fail('"and", "or" or the end')
        return found

    @property
    def _here(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, *texts: str) -> bool:
        """Step over the next token if it is one of these signs or keywords."""
        taken = self._here.kind in {"sign", "name"} and self._here.text in texts
        self._at += taken
        return taken

    def _expect(self, text: str, why: str = "") -> None:
        if not self._take(text):
            self._fail(f"{quoted(text)}{why}")

    def _fail(self, expected: str) -> NoReturn:
        found = quoted(self._here.text) if self._here.kind != "end" else "the end"
        _fail(self._here.column, f"{found} stands where {expected} belongs")

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all(self) -> Condition:
        parts = [self._part()]
        while self._take("and"):
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _part(self) -> Condition:
        opening = self._here
        if not self._take("not", "("):
            return self._comparison()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            _fail(opening.column, f"it is nested deeper than {MAX_DEPTH}")
        if opening.text == "not":
            found: Condition = Not(self._part())
        else:
            found = self._any()
            self._expect(")", f' for the "(" at character {opening.column}')
        self._depth -= 1
        return found

    def _comparison(self) -> Condition:
        left = self._operand()
        if self._take("=="):
            return Same(left, self._operand())
        if self._take("!="):
            return Not(Same(left, self._operand()))
        negated = self._take("not")
        self._expect("in", "" if negated else ', "==" or "!="')
        found = self._membership(left)
        return Not(found) if negated else found

    def _membership(self, left: Operand) -> Condition:
        column = self._here.column
        if self._take("tags"):
            if isinstance(left, Words):
                return HasTag(left.text.casefold())
            _fail(column, 'only a text in quotes can be "in tags"')
        self._expect("[", " or tags")
        choices = [Same(left, self._words())]
        while self._take(","):
            choices.append(Same(left, self._words()))
        self._expect("]", ' or ","')
        return AnyOf(tuple(choices))

    def _operand(self) -> Operand:
        token = self._here
        if token.kind == "words":
            return self._words()
        if token.kind != "name" or token.text in _KEYWORDS - {"tags"}:
            self._fail("a field or a text in quotes")
        if token.text == "tags":
            _fail(token.column, "tags are asked for with 'a-tag' in tags")
        if token.text not in self._fields:
            _fail(token.column, f"there is no field {quoted(token.text)}{did_you_mean(token.text, self._fields)}")
        self._count_operand()
        return Name(token.text)

    def _count_operand(self) -> None:
        self._operands += 1
        if self._operands > MAX_OPERANDS:
            _fail(self._here.column, f"it names more than {MAX_OPERANDS} fields and texts")
        self._at += 1

    def _words(self) -> Words:
        token = self._here
        if token.kind != "words":
            self._fail("a text in quotes")
        self._count_operand()
        return Words(unicodedata.normalize("NFC", token.text[1:-1]))
