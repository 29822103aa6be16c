"""Pairs for the rules on what an inbox shows."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.checks.pair import Pair, before

if TYPE_CHECKING:
    from collections.abc import Mapping

SPONSOR = """\
::: sponsor {by="DEPT" url="https://dept.nl/agenda" cta="Plan een gesprek"} Beginnen met agents
Wij denken een uur met u mee.
:::
"""
LONG = "Dit is een lang onderwerp dat maar doorgaat en doorgaat, tot voorbij de rand van het scherm"


INBOX: Mapping[str, Pair] = MappingProxyType(
    {
        "subject-length": Pair(
            f'subject: "{LONG}"',
            'subject: "Een traan in de cleanroom"',
            ("2:1: a subject of 91 characters; of more than 78 the end is cut off",),
            front=True,
        ),
        "subject-wordless": Pair(
            'subject: "🎉🎉🎉🎉🎉🎉"',
            'subject: "🎉 Wij bestaan een jaar"',
            ('2:1: the subject "🎉🎉🎉🎉🎉🎉" has no word in it; add what it is about',),
            front=True,
        ),
        "subject-shouting": Pair(
            'subject: "LEES DIT NU EVEN!"',
            'subject: "Lees dit nu even!"',
            ('2:1: the subject "LEES DIT NU EVEN!" is all capitals; write it as a sentence',),
            front=True,
        ),
        "subject-reply": Pair(
            'subject: "Re: uw vraag over agents"',
            'subject: "Uw vragen over agents"',
            ('2:1: the subject begins with "Re:", as if it answered the reader; leave that out',),
            front=True,
        ),
        "subject-repeated": Pair(
            'subject: "Wat er eerder was!"',
            'subject: "Wat er nu is"',
            ("2:1: the subject is also that of issues/2026-11-20-eerder.md (2026-11-20); write its own",),
            front=True,
            others=(before("Hoi.\n"),),
        ),
        "preheader-missing": Pair(
            "-preheader",
            'preheader: "ASML is onze troefkaart. Maar wie speelt hem uit?"',
            ("1:1: there is no preheader, which stands beside the subject in the inbox; add `preheader: …`",),
            front=True,
        ),
        "preheader-length": Pair(
            'preheader: "Lees maar."',
            'preheader: "ASML is onze troefkaart. Maar wie speelt hem uit?"',
            ("3:1: a preheader of 10 characters; there is room for 40 or more",),
            front=True,
        ),
        "preheader-subject": Pair(
            'subject: "ASML is onze troefkaart. Maar wie speelt hem uit"\n'
            'preheader: "ASML is onze troefkaart. Maar wie speelt hem uit?"',
            'subject: "Een traan in de cleanroom"\npreheader: "ASML is onze troefkaart. Maar wie speelt hem uit?"',
            ("3:1: the preheader says the same as the subject; go on where that ends",),
            front=True,
        ),
        "preheader-repeated": Pair(
            'preheader: "2026-11-20-eerder en alles wat daar toen bij hoorde"',
            'preheader: "ASML is onze troefkaart. Maar wie speelt hem uit?"',
            ("3:1: the preheader is also that of issues/2026-11-20-eerder.md (2026-11-20); write its own",),
            front=True,
            others=(before("Hoi.\n"),),
        ),
    }
)
