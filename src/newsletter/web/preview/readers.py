"""Whose mail can be looked at: the samples, one of whom nothing is known, one of each segment and each language."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING

from newsletter.config import All, AnyOf, HasTag, Name, Not, Same, Words
from newsletter.model import Recipient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from newsletter.config import Condition, Settings
    from newsletter.config.settings import Operand

NOBODY = "nobody@example.org"
_ANYTHING = "x"
"""A text that a condition does not ask for, where it asks for another one than it names."""
_MAX_TRIED = 1000

Facts = tuple[tuple["Same | HasTag", bool], ...]
"""Comparisons and tags, each with whether it has to hold."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody whose mail can be looked at."""

    key: str
    """Names it in an address, such as `segment:founders`."""
    kind: str
    """`sample`, `unknown`, `segment` or `language`."""
    name: str
    """Whom a person recognises: a name, an address, a segment or a language."""
    recipient: Recipient


def readers_of(settings: Settings, token: str) -> tuple[Reader, ...]:
    """Return the readers to choose from, the first sample first. `token` stands for each of them in the links."""
    language = settings.newsletter.language
    samples = (
        Reader(f"sample:{sample.address}", "sample", _called(sample.fields) or sample.address, one)
        for sample in settings.samples
        for one in [Recipient(sample.address, sample.language, token, sample.fields)]
    )
    unknown = Reader("unknown", "unknown", NOBODY, Recipient(NOBODY, language, token))
    return (*samples, unknown, *_of_segments(settings, token), *_of_languages(settings, token))


def _called(fields: Mapping[str, str]) -> str:
    return " ".join(filter(None, (fields.get("first_name"), fields.get("last_name"))))


def _of_segments(settings: Settings, token: str) -> Iterator[Reader]:
    for name, condition in settings.segments.items():
        known = someone_in(condition)
        if known is not None:
            fields = {**known}
            address = fields.pop("address", f"{name}@example.org")
            language = fields.pop("language", settings.newsletter.language)
            yield Reader(f"segment:{name}", "segment", name, Recipient(address, language, token, fields))


def _of_languages(settings: Settings, token: str) -> Iterator[Reader]:
    for language in settings.newsletter.languages:
        recipient = Recipient(f"{language}@example.org", language, token)
        yield Reader(f"language:{language}", "language", language, recipient)


def someone_in(condition: Condition) -> Mapping[str, str] | None:
    """Return what is known of a reader who is in a segment; None where nobody can be, or too much had to be tried."""
    for facts in islice(_ways(condition, holds=True), _MAX_TRIED):
        fields = _fields(facts)
        if fields is not None:
            return fields
    return None


def _ways(condition: Condition, *, holds: bool) -> Iterator[Facts]:
    """Yield the sets of facts that make a condition true, or false."""
    match condition:
        case Not(part):
            yield from _ways(part, holds=not holds)
        case All(parts) | AnyOf(parts):
            if isinstance(condition, All) == holds:
                for chosen in product(*(tuple(islice(_ways(part, holds=holds), _MAX_TRIED)) for part in parts)):
                    yield tuple(fact for facts in chosen for fact in facts)
            else:
                for part in parts:
                    yield from _ways(part, holds=holds)
        case Same() | HasTag():
            yield ((condition, holds),)


def _fields(facts: Facts) -> dict[str, str] | None:
    """Return what a reader is called so that all facts hold; None where they contradict each other."""
    fields: dict[str, str] = {}
    for fact, holds in facts:
        match fact:
            case Same(Name(name), Words(text)) | Same(Words(text), Name(name)) if holds:
                fields.setdefault(name, text)
            case Same(Name(name), Words("")) | Same(Words(""), Name(name)) if not holds:
                fields.setdefault(name, _ANYTHING)
    tags = {(fact.tag, holds) for fact, holds in facts if isinstance(fact, HasTag)}
    contradicts = any((tag, not holds) in tags for tag, holds in tags)
    is_right = all(
        (_text(one.left, fields) == _text(one.right, fields)) == holds for one, holds in facts if isinstance(one, Same)
    )
    return fields if is_right and not contradicts else None


def _text(operand: Operand, fields: Mapping[str, str]) -> str:
    return operand.text if isinstance(operand, Words) else fields.get(operand.field, "")
