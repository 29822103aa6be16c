"""Pairs for the rules on words, items and days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.checks.pair import Pair, before, on_tuesday_and_friday

if TYPE_CHECKING:
    from collections.abc import Mapping


WORDS: Mapping[str, Pair] = MappingProxyType(
    {
        "heading-first": Pair(
            "# Uit het lab\n",
            "## Uit het lab\n",
            ('11:1: the heading "Uit het lab" is of the first level, as only the subject is; write ##',),
        ),
        "heading-level": Pair(
            "## Uit het lab\n\nHoi.\n\n#### De machine\n",
            "## Uit het lab\n\nHoi.\n\n### De machine\n",
            ('15:1: the heading "De machine" skips a level: #### where ### is next',),
        ),
        "heading-empty": Pair(
            "##\n\nHoi.\n",
            "Hoi.\n",
            ("11:1: a heading without words",),
        ),
        "placeholder": Pair(
            "Het rapport telt TODO: aantal bladzijden.\n",
            "Het rapport telt 48 bladzijden.\n",
            ('11:18: "TODO" is still to be written',),
        ),
        "placeholder-bracket": Pair(
            "Onze gast is deze week [naam].\n",
            "Schrijf in de vraag `[naam]`, en vul die later in.\n",
            ('11:24: "[naam]" looks like a place to fill in',),
        ),
        "placeholder-address": Pair(
            "Lees [het hele rapport](https://example.com/rapport).\n",
            "Lees [het hele rapport](https://rapport.nl/2026).\n",
            ('11:25: the address "https://example.com/rapport" is one for examples; write the one that is meant',),
        ),
        "hidden-character": Pair(
            "De mach\u200bine.\n",
            "De machine. 👩\u200d💻\n",
            ("11:8: a zero-width space (U+200B), which nobody sees; delete it",),
        ),
        "html-tag": Pair(
            "Dit is <b>belangrijk</b>.\n",
            "Dit is **belangrijk**; in HTML is dat `<b>`.\n",
            (
                '11:8: readers see "<b>" as it stands here; write it in Markdown',
                '11:21: readers see "</b>" as it stands here; write it in Markdown',
            ),
        ),
        "language": Pair(
            "language: en",
            "language: nl",
            ("5:1: the issue says that it is in English, and its words are Dutch; write `language: nl`",),
            front=True,
        ),
        "item-id": Pair(
            "::: tip {#agenda} Loop uw agenda eens na\nVraag wat er weg kan.\n:::\n",
            "::: tip {#agenda-vrijdag} Loop uw agenda eens na\nVraag wat er weg kan.\n:::\n",
            (
                (
                    '11:10: the id "agenda" is already that of issues/2026-11-20-eerder.md:6:1, in the issue of '
                    "2026-11-20; give this block its own: {#…}"
                ),
            ),
            others=(before("::: tip {#agenda} Een andere tip\nHoi.\n:::\n"),),
        ),
        "item-covered": Pair(
            '::: tool {url="https://www.notulist.nl/"} De notulist\nSchrijft mee.\n:::\n',
            '::: tool {url="https://www.tolk.nl/"} De tolk\nVertaalt mee.\n:::\n',
            ('11:16: "Notulist", with the same address, was in issues/2026-11-20-eerder.md of 2026-11-20 already',),
            others=(before('::: tool {url="https://notulist.nl"} Notulist\nHoi.\n:::\n'),),
        ),
        "event-link": Pair(
            '::: event {start="2026-12-08 20:00"} Wat agents nu echt kunnen\nEen uur, een taak.\n:::\n',
            '::: event {start="2026-12-08 20:00" url="https://rapport.nl/agents"} Wat agents nu echt kunnen\n'
            "Een uur, een taak.\n:::\n",
            ('11:1: the event "Wat agents nu echt kunnen" leads nowhere; add url="https://…"',),
        ),
        "episode-old": Pair(
            '::: episode {url="https://rapport.nl/63" date="2026-11-10"} De gouden troef\n:::\n',
            '::: episode {url="https://rapport.nl/64" date="2026-11-23"} De gouden troef\n:::\n',
            ("11:48: the episode is of 2026-11-10, and the feed has one of 2026-11-23",),
            spoil=lambda material: replace(material, newest_episode=date(2026, 11, 23)),
        ),
        "date-file": Pair(
            "date: 2026-11-26",
            "date: 2026-11-24",
            ("4:1: the date is 2026-11-26, and the file is named after 2026-11-24",),
            front=True,
        ),
        "date-send-at": Pair(
            "send_at: 2026-11-25 07:00",
            "send_at: 2026-11-24 07:00",
            ("5:1: send_at is on 2026-11-25, and the issue bears 2026-11-24",),
            front=True,
        ),
        "date-schedule": Pair(
            "send_at: 2026-11-24 09:00",
            "send_at: 2026-11-24 07:00",
            ("5:1: send_at is at 09:00, and the schedule has tue 07:00, fri 07:00",),
            front=True,
            spoil=on_tuesday_and_friday,
        ),
        "send-at-past": Pair(
            "send_at: 2026-11-24 07:00",
            "send_at: 2026-11-24 07:00\nstatus: ready",
            ("5:1: send_at, 2026-11-24 07:00, is over, and it is still a draft",),
            front=True,
            spoil=lambda material: replace(material, now=material.now.replace(day=24)),
        ),
        "date-weekday": Pair(
            "Kom op maandag 24 november naar Veldhoven.\n",
            "Kom op dinsdag 24 november naar Veldhoven.\n",
            ('11:8: "maandag 24 november": that day is a dinsdag in 2026',),
        ),
        "pair-differs": Pair(
            "Het rapport telt 48 bladzijden.\n",
            "Het rapport telt 52 bladzijden.\n",
            ('1:1: issues/2026-11-24-proef-en.md has "52" in it, and this one has not',),
            others=(
                (
                    "2026-11-24-proef-en\n"
                    '---\nsubject: "A tear in the cleanroom"\npreheader: "Who plays our trump card?"\n'
                    "date: 2026-11-24\nlanguage: en\n---\nThe report has 52 pages.\n"
                ),
            ),
        ),
    }
)
