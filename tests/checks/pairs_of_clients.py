"""Pairs for the rules on the mail in the programs of its readers."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.checks.pair import Pair

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from newsletter.checks import Material


def in_mail(html: str) -> Callable[[Material], Material]:
    """Return what puts HTML at the end of the mail, as a template would."""

    def spoil(material: Material) -> Material:
        assert material.email
        *before, last = material.email.html
        assert isinstance(last, str)
        whole = (*before, last.replace("</body>", f"{html}</body>"))
        return replace(material, email=replace(material.email, html=whole))

    return spoil


CLIENTS: Mapping[str, Pair] = MappingProxyType(
    {
        "client-support": Pair(
            '<div style="position: absolute">…</div>',
            '<td align="right">…</td>',
            (
                (
                    "templates/email/mail.mjml.j2: Gmail and Outlook on Windows do not show position:absolute: "
                    "it stands in the flow of the text"
                ),
            ),
            spoil=in_mail('<div style="position: absolute">Kijk hier</div>'),
            language="html",
        ),
        "contrast": Pair(
            '<p style="color: #999999">…</p>',
            '<p style="color: {{ theme.light.muted }}">…</p>',
            (
                (
                    'templates/email/mail.mjml.j2: "Kijk hier" can hardly be read: #999999 on theme.light.card '
                    "(#ffffff) has a contrast of 2.8, and needs 4.5; change one of the two"
                ),
            ),
            spoil=in_mail('<p style="background: #ffffff; color: #999999">Kijk hier</p>'),
            language="html",
        ),
    }
)
