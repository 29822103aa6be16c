"""Pairs for the rules on links and pictures."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.checks import Answer
from tests.checks.pair import Pair, answered, heavy

if TYPE_CHECKING:
    from collections.abc import Mapping


LINKS: Mapping[str, Pair] = MappingProxyType(
    {
        "link-http": Pair(
            "Lees [het hele rapport](http://rapport.nl/2026).\n",
            "Lees [het hele rapport](https://rapport.nl/2026).\n",
            (
                (
                    '11:25: the link "http://rapport.nl/2026" begins with http://; '
                    "write https://, which nearly every site has"
                ),
            ),
        ),
        "link-local": Pair(
            "Lees [het hele rapport](https://localhost:8000/2026).\n",
            "Lees [het hele rapport](https://rapport.nl/2026).\n",
            ('11:25: the link "https://localhost:8000/2026" leads to localhost, which readers cannot reach',),
        ),
        "link-empty": Pair(
            "Lees het hele rapport [](https://rapport.nl/2026).\n",
            "Lees [het hele rapport](https://rapport.nl/2026).\n",
            ('11:24: the link "https://rapport.nl/2026" has no words between [ and ], so nobody sees it',),
        ),
        "link-nowhere": Pair(
            "Zie [de tip van vandaag](#agenda).\n",
            "Zie [de tip van vandaag](#agenda).\n\n::: tip {#agenda} Loop uw agenda na\nVraag wat er weg kan.\n:::\n",
            ('11:26: the link "#agenda" leads nowhere: no block of this issue has that id',),
        ),
        "link-vague": Pair(
            "Wilt u meer weten, [klik dan hier](https://rapport.nl/2026) of [lees meer](https://rapport.nl/2026).\n",
            "Wilt u meer weten, lees dan [het hele rapport](https://rapport.nl/2026).\n",
            ('11:65: the words "lees meer" do not say where the link leads; link those that do',),
        ),
        "link-ambiguous": Pair(
            "[Het rapport](https://rapport.nl/2025) van toen, en [het rapport](https://rapport.nl/2026) van nu.\n",
            "[Het rapport van 2025](https://rapport.nl/2025) en [dat van nu](https://rapport.nl/2026).\n",
            (
                (
                    '11:54: in line 11 the words "het rapport" lead to "https://rapport.nl/2025", '
                    'and here to "https://rapport.nl/2026"'
                ),
            ),
        ),
        "link-disguised": Pair(
            "Log in op [www.bank.nl/mijn](https://bank-nl.io/mijn).\n",
            "Log in op [www.bank.nl/mijn](https://mijn.bank.nl).\n",
            ('11:12: the words "www.bank.nl/mijn" are an address, and the link leads to bank-nl.io',),
        ),
        "link-tracking": Pair(
            "Lees [het hele rapport](https://rapport.nl/2026?jaar=2026&fbclid=IwAR0x).\n",
            "Lees [het hele rapport](https://rapport.nl/2026?jaar=2026).\n",
            (
                (
                    '11:25: the link "https://rapport.nl/2026?jaar=2026&fbclid=IwAR0x" '
                    'follows your readers by "fbclid"; cut that out'
                ),
            ),
        ),
        "link-dead": Pair(
            "Lees [het hele rapport](https://rapport.nl/2026).\n",
            "Lees [het hele rapport](https://rapport.nl/2026).\n",
            ('11:25: the link "https://rapport.nl/2026" leads to nothing: it answers 404 Not Found',),
            spoil=answered("https://rapport.nl/2026", Answer("answers 404 Not Found", is_dead=True)),
        ),
        "link-moved": Pair(
            "Lees [het hele rapport](https://rapport.nl/2026).\n",
            "Lees [het hele rapport](https://rapport.nl/2026).\n",
            ('11:25: the link "https://rapport.nl/2026" has moved for good, to "https://rapport.nl/nu"',),
            spoil=answered("https://rapport.nl/2026", Answer(moved_to="https://rapport.nl/nu")),
        ),
        "link-unsure": Pair(
            "Lees [het hele rapport](https://rapport.nl/2026).\n",
            "Lees [het hele rapport](https://rapport.nl/2026).\n",
            (
                (
                    '11:25: the link "https://rapport.nl/2026" did not answer as a page does: '
                    "it answers 403 Forbidden; open it yourself"
                ),
            ),
            spoil=answered("https://rapport.nl/2026", Answer("answers 403 Forbidden")),
        ),
        "picture-alt-name": Pair(
            "![IMG_2381](https://rapport.nl/img_2381.jpg)\n",
            "![Een wafer in paars licht](https://rapport.nl/img_2381.jpg)\n",
            ('11:3: "IMG_2381" does not say what there is to see in the picture "https://rapport.nl/img_2381.jpg"',),
        ),
        "picture-alt-length": Pair(
            f"![{'Een wafer in paars licht. ' * 10}](https://rapport.nl/wafer.jpg)\n",
            "![Een wafer in paars licht](https://rapport.nl/wafer.jpg)\n",
            ('11:3: the picture "https://rapport.nl/wafer.jpg" is described in 260 characters; 250 are enough',),
        ),
        "picture-format": Pair(
            "![Een wafer in paars licht](https://rapport.nl/wafer.webp)\n",
            "![Een wafer in paars licht](https://rapport.nl/wafer.jpg)\n",
            ('11:29: the picture "https://rapport.nl/wafer.webp" is WebP, which some mail programs do not show',),
        ),
        "picture-weight": Pair(
            "![Een wafer die draait](wafer.gif)\n",
            "[Een wafer die draait](https://rapport.nl/wafer.mp4)\n",
            ('11:25: the picture "wafer.gif" weighs 1.2 MB; 1 MB is a lot in a mail',),
            spoil=heavy,
        ),
        "picture-dark": Pair(
            "![De lijnen van een chip](lines-on-nothing.png)\n",
            "![De lijnen van een chip](lines-on-white.png)\n",
            (('11:27: the picture "lines-on-nothing.png" is dark ink on nothing, which nobody sees on a dark screen'),),
        ),
        "picture-only": Pair(
            "![Een wafer in paars licht](https://rapport.nl/wafer.jpg)\n",
            "Het is een lang verhaal, en wij hebben het kort gehouden.\n",
            ("11:29: beside its pictures the issue has 0 letters; without them hardly anything is left of it",),
            spoil=lambda material: replace(material, prose=()),
        ),
    }
)
