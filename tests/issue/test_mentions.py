"""Where the links and pictures of a body stand: their addresses, and the words that readers see."""

from __future__ import annotations

import pytest

from newsletter.issue.body import mentions_in
from tests.issue.drafts import FRONT, parsed


def mentions(text: str) -> list[tuple[str, str, int, int, int]]:
    """Return of each its words, its address as it was written, its line, and the columns of address and words."""
    [block] = parsed(FRONT + text).blocks
    return [
        (found.words, found.written, found.position.line, found.position.column, found.words_at.column)
        for found in mentions_in(block.body)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lees [hier](https://a.nl/b).\n", [("hier", "https://a.nl/b", 5, 13, 7)]),
        ("Lees [hier](<https://a.nl/b>).\n", [("hier", "https://a.nl/b", 5, 14, 7)]),
        ("Lees [hier en\ndaar](https://a.nl/b).\n", [("hier en daar", "https://a.nl/b", 6, 7, 7)]),
        ("Lees [de [een] of](https://a.nl/b).\n", [("de [een] of", "https://a.nl/b", 5, 20, 7)]),
        ("Lees [a\\]b](https://a.nl/b).\n", [("a]b", "https://a.nl/b", 5, 13, 7)]),
        (f"[{'x' * 1_001}](https://a.nl/b)\n", [("x" * 1_001, "https://a.nl/b", 5, 1_005, 1_005)]),
        ("Lees [*hier*](https://a.nl/é).\n", [("hier", "https://a.nl/é", 5, 15, 7)]),
        ("Lees <https://a.nl/b>.\n", [("https://a.nl/b", "https://a.nl/b", 5, 7, 7)]),
        ("Lees https://a.nl/b.\n", [("https://a.nl/b", "https://a.nl/b", 5, 6, 6)]),
        ("Mail redactie@a.nl.\n", [("redactie@a.nl", "redactie@a.nl", 5, 6, 6)]),
        ("Lees [hier][a].\n\n[a]: https://a.nl/b\n", [("hier", "https://a.nl/b", 7, 6, 6)]),
        (
            "[x](https://a.nl/{{ subscriber.city }}) [y](https://a.nl/{{subscriber.city}}/b)\n",
            [
                ("x", "https://a.nl/{{ subscriber.city }}", 5, 5, 2),
                ("y", "https://a.nl/{{subscriber.city}}/b", 5, 45, 42),
            ],
        ),
        ("![Een wafer](wafer.png)\n", [("Een wafer", "wafer.png", 5, 14, 3)]),
        (
            "[![Een wafer](wafer.png)](https://a.nl/b)\n",
            [("Een wafer", "https://a.nl/b", 5, 27, 2), ("Een wafer", "wafer.png", 5, 15, 4)],
        ),
        ("Geen enkele.\n", []),
        ("Een [haakje] maar geen adres.\n", []),
    ],
)
def test_each_mention_has_its_place(text: str, found: list[tuple[str, str, int, int, int]]) -> None:
    assert mentions(text) == found


def test_two_bodies_that_are_alike_keep_their_places() -> None:
    blocks = parsed(
        FRONT + "::: tip Een\n[hier](https://a.nl)\n:::\n\n::: tip Twee\n[hier](https://a.nl)\n:::\n"
    ).blocks

    assert [found.position.line for block in blocks for found in mentions_in(block.body)] == [6, 10]
