"""Every form of a block that its schema allows: each optional part given and left out, each choice taken."""

from __future__ import annotations

from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.issue.kinds import ISSUE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from newsletter.issue import Kind
    from newsletter.issue.kinds import Attribute

_VALUES: Mapping[str, str] = MappingProxyType(
    {
        "text": "Een paar woorden",
        "url": "https://example.org/a?b=1&c=2",
        "picture": "three-files-desk.png",
        "number": "42",
        "date": "2026-11-24",
        "datetime": "2026-11-24 20:00",
        "duration": "1:15:33",
    }
)
"""For each type of attribute a value of it."""


def variants(kind: Kind) -> Iterator[str]:
    """Yield the block once for each way of writing it, the shortest first and the longest last."""
    attributes = [_attribute(attribute) for attribute in kind.attributes.values()]
    titles, bodies = _part(kind.title, "Titel {} van {}"), _part(kind.body, "Een *alinea*.\n\n- een lijst")
    for number, (title, body, *values) in enumerate(product(titles, bodies, *attributes)):
        head = f"{{ {' '.join(filter(None, values))} }} {title.format(number, kind.name)}"
        yield f"::: {kind.name} {head}\n{body}\n:::"


def _attribute(attribute: Attribute) -> list[str]:
    values = attribute.choices or (_value(attribute),)
    written = [f'{attribute.name}="{value}"' for value in values]
    return written if attribute.required else ["", *written]


def _value(attribute: Attribute) -> str:
    value = _VALUES[attribute.type]
    return value if attribute.after in {"", ISSUE} else value.replace("2026", "2027")  # a time after another time


def _part(need: str, words: str) -> tuple[str, ...]:
    return {"required": (words,), "optional": ("", words), "none": ("",)}[need]
