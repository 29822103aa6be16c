"""Issues with every kind of block and any words, as Hypothesis makes them; most of them have no fault.

Words such as `woord12w` stand all over an issue, each once, so that it can be told which of them are read and where.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from newsletter.issue.kinds import ISSUE
from tests.issue.any_text import BODIES
from tests.render.hostile import TEXTS, WRITABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import SearchStrategy

    from newsletter.issue import Kind
    from newsletter.issue.kinds import Attribute

WORD = re.compile(r"woord\d+w")
_BLANK = "\ue000"
"""Where a word is to stand that no other place has. Of the private use area, so that no text means it."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
"""Of these an issue is refused whatever else stands in it."""
NAME = "subscriber.first_name"
KNOWN, UNKNOWN = NAME, f"not {NAME}"
"""Conditions of blocks: one holds for a reader of whom the name is known, the other for one who is not known."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue as it might be written."""

    text: str
    is_plain: bool
    """True where all its Markdown was made of whole pieces: then each of its words must be read."""


LINE_PIECES = (
    _BLANK,
    _BLANK,
    f"{{{{ {NAME} }}}}",
    '{{ subscriber.first_name | default("lezer") }}',
    "é",
    "👩‍💻",
    "שלום",
    "日本語",
    "e\u0301",
    "\N{NO-BREAK SPACE}",
    "\N{SOFT HYPHEN}",
    "\N{ZERO WIDTH SPACE}",
    "zq7w0z",
    "&amp;",
    "&",
    "<b>",
    '"',
    "'",
    "\\",
    "%20",
    "-->",
    ":",
    "--",
    "...",
    " ",
)
MARKDOWN = (
    *(_BLANK,) * 3,
    f"*{_BLANK}*",
    f"**{_BLANK} {_BLANK}**",
    f"~~{_BLANK}~~",
    f"***{_BLANK}** {_BLANK}*",
    f"`{_BLANK} {{{{ x }}}} <b>`",
    f"[{_BLANK} **{_BLANK}**](https://example.org/a?b=1&c=d#e)",
    f'[{_BLANK}](mailto:a@example.org "a title")',
    f"[{_BLANK}](https://example.org/{{{{ {NAME} }}}})",
    f"![{_BLANK}](wafer.png)",
    f"[![{_BLANK}](https://example.org/a.png)](https://example.org)",
    "<https://example.org/é>",
    f"\n\n# {_BLANK}\n\n",
    f"\n\n#### {_BLANK} `{_BLANK}`\n\n",
    f"\n\n{_BLANK}\n===\n\n",
    f"\n\n> {_BLANK}\n> > {_BLANK}\n\n",
    f"\n\n- {_BLANK}\n  - {_BLANK}\n\n    {_BLANK}\n\n",
    f"\n\n7. {_BLANK}\n8. > {_BLANK}\n\n",
    f"\n\n- > 1. {_BLANK}\n\n",
    f"\n\n```python\nif {_BLANK} < 3:\n    print('{_BLANK}')\n```\n\n",
    f"\n\n~~~\n::: tip {_BLANK}\n~~~\n\n",
    f"\n\n    {_BLANK}\n\n",
    f"\n\n| {_BLANK} | {_BLANK} |\n|:--|--:|\n| {_BLANK} | `{_BLANK}` |\n\n",
    "\n\n---\n\n",
    f"{_BLANK}\\\n{_BLANK}",
    f"{_BLANK}\n{_BLANK}",
    f"^[{_BLANK}]",
    f"{{{{ {NAME} }}}}",
    '{{ subscriber.first_name | default("lezer") | upper }}',
)
"""Whole pieces of Markdown: whatever of them stands together, each word in it is for readers."""

_LINES = st.lists(st.sampled_from(LINE_PIECES) | st.text(WRITABLE, max_size=4), max_size=6).map(
    lambda pieces: " ".join("".join([_BLANK, *pieces]).split())
)
_PLAIN = st.lists(st.sampled_from(MARKDOWN), min_size=1, max_size=8).map(" ".join)
_WILD = st.one_of(
    st.lists(st.sampled_from(MARKDOWN) | st.text(WRITABLE, max_size=6), min_size=1, max_size=8).map("".join),
    TEXTS,
    BODIES.map(lambda body: _CONTROL.sub("", body)),
).map(lambda body: f"{_BLANK} {body}")
_VALUES: Mapping[str, SearchStrategy[str]] = MappingProxyType(
    {
        "text": _LINES,
        "url": st.sampled_from(
            (
                "https://example.org/a?b=1&c=é#d",
                "mailto:a@example.org?subject=x",
                "HTTPS://example.org:8080/('\"<>",
                f"https://example.org/?n={{{{ {NAME} }}}}",
                "http://münchen.example/",
            )
        ),
        "picture": st.sampled_from(("wafer.png", "a/b.JPG", "https://example.org/a.png?b=1&c=2")),
        "number": st.integers(-(10**8), 10**8).map(str),
        "date": st.dates().map(str),
        "datetime": st.datetimes().map(lambda moment: f"{moment:%Y-%m-%d %H:%M}".zfill(16)),
        "duration": st.sampled_from(("0:00", "48:05", "999:59:59")),
    }
)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _values(attribute: Attribute) -> SearchStrategy[str]:
    if attribute.choices:
        return st.sampled_from(attribute.choices)
    if attribute.after:
        times = ("2026-11-24 07:00", "2027-03-28 03:30") if attribute.after == ISSUE else ("2027-10-31 02:30",)
        return st.sampled_from(times).map(lambda time: time if attribute.type == "datetime" else time[:10])
    return _VALUES[attribute.type]


def _attribute(attribute: Attribute) -> SearchStrategy[str]:
    values = _values(attribute)
    written = values.map(lambda value: f" {attribute.name}={_quoted(value)}")
    return written if attribute.required else st.just("") | written


def _part(need: str, strategy: SearchStrategy[str]) -> SearchStrategy[str]:
    return {"required": strategy, "optional": st.just("") | strategy, "none": st.just("")}[need]


def _block(kind: Kind, bodies: SearchStrategy[str]) -> SearchStrategy[str]:
    """A block of a kind, with what its schema asks for and some of what it allows."""
    place = st.sampled_from(("", "", "", ' on="email"', ' on="web"', f' if="{KNOWN}"', f' if="{UNKNOWN}"'))
    attributes = st.tuples(place, *map(_attribute, kind.attributes.values())).map("".join)
    parts = st.tuples(attributes, _part(kind.title, _LINES), _part(kind.body, bodies))
    return parts.map(lambda part: f"\n\n::: {kind.name} {{{part[0]} }} {part[1]}\n{part[2]}\n:::\n\n")


def _front(subject: str, preheader: str) -> str:
    written = json.dumps(subject, ensure_ascii=False), json.dumps(preheader, ensure_ascii=False)
    return f"---\nsubject: {written[0]}\npreheader: {written[1]}\ndate: 2026-11-24\n---\n"


def _numbered(text: str) -> str:
    numbers = count()
    return re.sub(_BLANK, lambda _: f"woord{next(numbers)}w", text)


def issues_with(kind: Kind, kinds: Mapping[str, Kind]) -> SearchStrategy[Draft]:
    """Issues in which a block of a kind stands among others."""

    def drafts(bodies: SearchStrategy[str], *, is_plain: bool) -> SearchStrategy[Draft]:
        others = st.sampled_from(sorted(kinds)).flatmap(lambda name: _block(kinds[name], bodies))
        around = st.one_of(st.just(""), bodies, others)
        parts = st.tuples(st.builds(_front, _LINES, _LINES), around, _block(kind, bodies), around)
        return parts.map(lambda part: Draft(_numbered("\n\n".join(part)), is_plain))

    plain = drafts(_PLAIN, is_plain=True)
    return st.one_of(plain, plain, drafts(_WILD, is_plain=False))
