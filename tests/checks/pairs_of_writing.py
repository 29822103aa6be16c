"""Pairs for the rules on the writing."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.checks.pair import Pair

if TYPE_CHECKING:
    from collections.abc import Mapping

LONG = "Wij gingen naar de fabriek en zagen hoe het werkt" + ", en hoe het niet werkt" * 7

WRITING: Mapping[str, Pair] = MappingProxyType(
    {
        "spelling": Pair(
            "De machine heeft electriciteit nodig.\n",
            "De machine van Zeiss heeft elektriciteit nodig, en `electriciteit` is code.\n",
            (
                (
                    '11:18: no dictionary knows "electriciteit" (did you mean "elektriciteit"?); '
                    "if it is right, add it to dictionary.txt"
                ),
            ),
        ),
        "word-repeated": Pair(
            "Dit is de de machine.\n",
            "Het is gek dat dat kan.\n",
            ('11:11: "de" stands here twice; delete one',),
        ),
        "space-doubled": Pair(
            "Dit is  de machine.\n",
            "-   Dit is de machine.\n",
            ("11:7: two spaces; one is enough",),
        ),
        "sentence-length": Pair(
            f"{LONG}.\n",
            f"{LONG.replace(', en', '. En', 4)}.\n",
            (
                (
                    "11:1: a sentence of 45 words; of more than 40 few readers know the beginning at the end; "
                    "make two of it"
                ),
            ),
        ),
        "quote-straight": Pair(
            "subject: 'Is \"AI\" een bubbel?'",
            'subject: "Is “AI” een bubbel?"',
            (
                '2:14: a straight quote (") is shown as it is here; write “ and ”',
                '2:17: a straight quote (") is shown as it is here; write “ and ”',
            ),
            front=True,
        ),
        "address-mixed": Pair(
            "Je ziet het zo. Zet jouw bril op en neem uw tijd.\n",
            "Je ziet het zo. Zet jouw bril op. “Neem uw tijd”, zei hij.\n",
            ('11:42: "uw" here, and "je" 2 times elsewhere',),
        ),
    }
)
