"""Pairs for the rules on the mail that comes of an issue."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.checks.pair import Pair, as_large_as, in_letters, with_text

if TYPE_CHECKING:
    from collections.abc import Mapping

SPONSOR = """\
::: sponsor {by="DEPT" url="https://dept.nl/agenda" cta="Plan een gesprek"} Beginnen met agents
Wij denken een uur met u mee.
:::
"""
LONG = "Dit is een lang onderwerp dat maar doorgaat en doorgaat, tot voorbij de rand van het scherm"


MAIL: Mapping[str, Pair] = MappingProxyType(
    {
        "sponsor-label": Pair(
            SPONSOR,
            SPONSOR,
            (
                (
                    'templates/email/blocks/sponsor/email.mjml.j2: a sponsor\'s message does not say "Advertentie", '
                    "as the law asks"
                ),
            ),
            spoil=in_letters("Advertentie", "Leuk"),
        ),
        "sponsor-rel": Pair(
            SPONSOR,
            SPONSOR,
            (
                (
                    'templates/email/blocks/sponsor/web.html.j2: the link to "https://dept.nl/agenda" is paid for; '
                    'on the page it needs rel="sponsored"'
                ),
            ),
            spoil=lambda material: replace(material, page=material.page.replace("sponsored ", "")),
        ),
        "unsubscribe-link": Pair(
            '{{ _("Unsubscribe") }}',
            '<a href="{{ unsubscribe_url }}">{{ _("Unsubscribe") }}</a>',
            ("templates/email/footer.mjml.j2: the HTML has no link to unsubscribe; lead one to {{ unsubscribe_url }}",),
            spoil=in_letters("/u/", "/v/"),
            language="jinja",
        ),
        "mail-size": Pair(
            "More than 85,000 bytes of HTML.",
            "Less than 85,000 bytes of HTML.",
            ("1:1: the HTML has 90,001 bytes; beyond 102,000 Gmail hides the rest of it",),
            spoil=as_large_as(90_001),
            language="text",
        ),
        "mail-clipped": Pair(
            "More than 102,000 bytes of HTML.",
            "Less than 85,000 bytes of HTML.",
            ("1:1: the HTML has 102,001 bytes, and Gmail hides what goes beyond 102,000",),
            spoil=as_large_as(102_001),
            language="text",
        ),
        "mail-frame": Pair(
            "<html>",
            '<html lang="{{ issue.language }}">',
            (
                (
                    "templates/email/mail.mjml.j2: the HTML has no lang on <html>; "
                    "a screen reader then reads it in any language"
                ),
            ),
            spoil=in_letters('<html lang="nl"', "<html"),
            language="html",
        ),
        "mail-style": Pair(
            '<mj-style>@import url("https://fonts.host.nl/a.css");</mj-style>',
            "<mj-style>.prose h2 { margin: 0; }</mj-style>",
            (
                (
                    'templates/email/mail.mjml.j2: "@import url(a.css)" loads a style sheet from elsewhere, '
                    "which tells that host who reads"
                ),
            ),
            spoil=in_letters("<body", "<style>@import url(a.css);</style><body"),
            language="html",
        ),
        "outlook-width": Pair(
            '<mj-column width="400px"> … <mj-column width="400px">',
            '<mj-column width="300px"> … <mj-column width="300px">',
            ("templates/email/mail.mjml.j2: Outlook is shown 700 pixels side by side, and there is room for 600",),
            spoil=in_letters('width="600"', 'width="700"'),
            language="html",
        ),
        "text-share": Pair(
            "{{ block.title }}",
            "{{ block.title }}\n\n{{ block.body }}",
            ("templates/text/mail.txt.j2: the plain text has 2 words, and the HTML 113; say there what is said here",),
            spoil=with_text("Afmelden: https://proef.aireport.email/u/" + "t" * 40),
            language="jinja",
        ),
        "field-unfilled": Pair(
            "Dag {{ subscriber.last_name }},\n",
            'Dag {{ subscriber.last_name | default("lezer") }},\n',
            (
                (
                    '11:5: "{{ subscriber.last_name }}" has no value for this reader; give one for readers without: '
                    '{{ subscriber.last_name | default("…") }} (so for anna@aireport.email and chloe@aireport.email)'
                ),
            ),
        ),
        "field-fallback": Pair(
            "Dag {{ subscriber.first_name }},\n",
            'Dag {{ subscriber.first_name | default("lezer") }},\n',
            (
                (
                    '11:5: "{{ subscriber.first_name }}" has no value for this reader; give one for readers without: '
                    '{{ subscriber.first_name | default("…") }} (so for one of whom only the address is known)'
                ),
            ),
        ),
    }
)
