"""Rules on the mail that comes of an issue: its two parts, its frame, its size, what is filled in for each reader."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from newsletter.checks.rule import Remark
from newsletter.i18n import catalogue
from newsletter.model import Position
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.checks.material import Material

LARGE_BYTES = 85_000
CLIPPED_BYTES = 102_000
"""Gmail shows no more of a mail's HTML, and hides the rest behind a link. Nobody outside knows the number exactly:
reports say 99 to 105 thousand."""
LEAST_TEXT_SHARE = 0.25
MOST_OUTLOOK_PX = 600
MOST_STYLE_BYTES = 16_384

FRAME = Position("templates/email/mail.mjml.j2")
FOOTER = Position("templates/email/footer.mjml.j2")
TEXT_FRAME = Position("templates/text/mail.txt.j2")
_SPONSOR = "templates/email/blocks/sponsor"

_TAG = re.compile(r"<(?:style|title)\b.*?</(?:style|title)>|<!--.*?-->|<[^>]*>", re.DOTALL)
_FOR_OUTLOOK = re.compile(r"<!--\[if [^\]]*mso.*?<!\[endif\]-->", re.DOTALL)
_OUTLOOK_TABLE = re.compile(r"<table\b[^>]*?width=\"(\d+)\"")
_OUTLOOK_CELL = re.compile(r"<td\b[^>]*?width:(\d+)px")
_ROW = re.compile(r"<tr>(.*?)(?=<tr>|</table>|\Z)", re.DOTALL)
_LANGUAGE = re.compile(r"<html\b[^>]*\blang=\"[a-z]", re.IGNORECASE)
_TITLE = re.compile(r"<title>\s*[^<\s]")
_LAYOUT_TABLE = re.compile(r"<table\b(?=[^>]*\bcellpadding)(?![^>]*\brole=)[^>]*>")
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL)
_LOADED = re.compile(r"<link\b[^>]*\brel=\"stylesheet\"[^>]*>|@import\b[^;}<]*")
_LINK = re.compile(r"<a\b[^>]*>")
_HTML_TAG = re.compile(
    r"</?(?:a|b|br|center|div|em|font|h[1-6]|hr|i|img|li|ol|p|span|strong|sub|sup|table|td|tr|u|ul)\b[^<>]*>"
)


def unsubscribe_link(material: Material) -> Iterator[Remark]:
    """Whoever wants to leave must find the way in both parts of the mail; the law and the large mailboxes ask for it.

    Put `{{ unsubscribe_url }}` back into the template that is named.
    """
    for letter in material.letters:
        if f'href="{escape(letter.unsubscribe_url)}"' not in letter.html:
            yield Remark(FOOTER, "the HTML has no link to unsubscribe; lead one to {{ unsubscribe_url }}")
        if letter.unsubscribe_url not in letter.text:
            yield Remark(TEXT_FRAME, "the plain text has no address to unsubscribe at; add {{ unsubscribe_url }}")


def field_unfilled(material: Material) -> Iterator[Remark]:
    """For one of the made-up readers in newsletter.toml the mail cannot be made; so it would be for real ones.

    Give the personal field a fallback, `{{ subscriber.first_name | default("lezer") }}`, or mend its expression.
    """
    unable: dict[tuple[Position, str], list[str]] = {}
    for unfilled in material.unfilled:
        if unfilled.is_sample:
            unable.setdefault((unfilled.position, unfilled.reason), []).append(unfilled.reader.address)
    for (position, reason), addresses in unable.items():
        yield Remark(position, f"{reason} (so for {' and '.join(addresses)})")


def field_fallback(material: Material) -> Iterator[Remark]:
    """Of some readers nothing is known but the address, and the mail to them cannot be made.

    Give the personal field a fallback: `{{ subscriber.first_name | default("lezer") }}`.
    """
    told = {unfilled.position for unfilled in material.unfilled if unfilled.is_sample}
    for unfilled in material.unfilled:
        if unfilled.position not in told:
            told.add(unfilled.position)
            yield Remark(unfilled.position, f"{unfilled.reason} (so for one of whom only the address is known)")


def mail_size(material: Material) -> Iterator[Remark]:
    """The mail comes near what Gmail still shows whole; the next change may cross it.

    Shorten it, or put a part on the web only, with `on="web"`.
    """
    largest = _largest_bytes(material)
    if LARGE_BYTES < largest <= CLIPPED_BYTES:
        yield Remark(
            material.top, f"the HTML has {largest:,} bytes; beyond {CLIPPED_BYTES:,} Gmail hides the rest of it"
        )


def mail_clipped(material: Material) -> Iterator[Remark]:
    """Gmail hides what goes beyond behind a link, and with it the way to unsubscribe.

    Shorten it, put a part on the web only with `on="web"`, or divide it over two issues.
    """
    largest = _largest_bytes(material)
    if largest > CLIPPED_BYTES:
        yield Remark(
            material.top, f"the HTML has {largest:,} bytes, and Gmail hides what goes beyond {CLIPPED_BYTES:,}"
        )


def _largest_bytes(material: Material) -> int:
    return len(material.longest.html.encode()) if material.longest else 0


def mail_frame(material: Material) -> Iterator[Remark]:
    """What every mail needs around its words, so that it is shown and read out as it should be.

    Put back into the template what is named.
    """
    letter = material.longest
    if letter is None:
        return
    html = letter.html
    needs = (
        (html.startswith("<!DOCTYPE html>"), "begins with no <!doctype html>; browsers then guess how old the page is"),
        (_LANGUAGE.search(html), "has no lang on <html>; a screen reader then reads it in any language"),
        (_TITLE.search(html), "has no <title>; some programs show it as the name of the mail"),
        (
            "charset=utf-8" in html.lower() or 'charset="utf-8"' in html.lower(),
            "names no charset; add <meta> with utf-8",
        ),
        (
            not _LAYOUT_TABLE.search(html),
            'has a table for its layout without role="presentation", which is read out as one',
        ),
    )
    for is_met, fault in needs:
        if not is_met:
            yield Remark(FRAME, f"the HTML {fault}")


def mail_style(material: Material) -> Iterator[Remark]:
    """Gmail drops style sheets beyond 16 kB, and one that is loaded from elsewhere tells that host who reads.

    Make the sheet in the template shorter, and load nothing: most mail programs show no font but their own.
    """
    html = material.longest.html if material.longest else ""
    size = sum(len(sheet.encode()) for sheet in _STYLE.findall(html))
    if size > MOST_STYLE_BYTES:
        yield Remark(
            FRAME, f"the style sheets have {size:,} bytes, and Gmail drops what goes beyond {MOST_STYLE_BYTES:,}"
        )
    if found := _LOADED.search(html):
        yield Remark(FRAME, f"{quoted(found[0])} loads a style sheet from elsewhere, which tells that host who reads")


def outlook_width(material: Material) -> Iterator[Remark]:
    """Outlook on Windows is shown tables of its own; where the cells of a row are wider than it, it spreads the mail.

    In the template, give the columns no more than the width of the mail, less its padding.
    """
    letter = material.longest
    for comment in _FOR_OUTLOOK.findall(letter.html) if letter else ():
        widths = [int(width) for width in _OUTLOOK_TABLE.findall(comment)]
        widths += [sum(map(int, _OUTLOOK_CELL.findall(row))) for row in _ROW.findall(comment)]
        if widths and max(widths) > MOST_OUTLOOK_PX:
            yield Remark(
                FRAME, f"Outlook is shown {max(widths)} pixels side by side, and there is room for {MOST_OUTLOOK_PX}"
            )
            return


def text_share(material: Material) -> Iterator[Remark]:
    """Who reads the plain text should get the issue, and filters look with suspicion at a text of a few words.

    The plain text is made of the same Markdown; a block's `text.txt.j2` leaves out what it should say.
    """
    letter = material.longest
    if letter is None:
        return
    words, in_html = len(letter.text.split()), len(_TAG.sub(" ", letter.html).split())
    if words < in_html * LEAST_TEXT_SHARE:
        yield Remark(
            TEXT_FRAME, f"the plain text has {words} words, and the HTML {in_html}; say there what is said here"
        )


def html_tag(material: Material) -> Iterator[Remark]:
    """HTML in an issue is not let through: readers see the tag itself, with its angle brackets.

    Write it in Markdown, `**bold**`, or between backquotes where the tag is meant.
    """
    for line in material.prose:
        for found in _HTML_TAG.finditer(line.text):
            yield Remark(
                line.at(found.start()), f"readers see {quoted(found[0])} as it stands here; write it in Markdown"
            )


def sponsor_label(material: Material) -> Iterator[Remark]:
    """Who is paid for must say so, in both parts of the mail and on the page; Dutch and European law asks for it.

    Put `{{ _("Sponsored") }}` back into the template of the block that is named.
    """
    label = catalogue(material.issue.language).gettext("Sponsored")
    blocks = [block for block in material.blocks("sponsor") if not block.condition]
    in_mail, on_page = (
        sum(block.attributes.get("on", place) == place for block in blocks) for place in ("email", "web")
    )
    parts = [("web.html.j2", material.page, on_page)] if material.page else []
    for letter in material.letters:
        parts += [("email.mjml.j2", letter.html, in_mail), ("text.txt.j2", letter.text, in_mail)]
    for file, text, count in parts:
        if count and _TAG.sub(" ", text).casefold().count(label.casefold()) < count:
            place = Position(f"{_SPONSOR}/{file}")
            yield Remark(place, f"a sponsor's message does not say {quoted(label)}, as the law asks")


def sponsor_rel(material: Material) -> Iterator[Remark]:
    """Search engines want to be told which links are paid for, and punish a site that hides it.

    Write `rel="sponsored"` at the link in the template.
    """
    for block in material.blocks("sponsor"):
        address = escape(str(block.attributes["url"]))
        links = [tag for tag in _LINK.findall(material.page) if f'href="{address}"' in tag]
        if links and not any('rel="sponsored' in tag for tag in links):
            place = Position(f"{_SPONSOR}/web.html.j2")
            yield Remark(place, f'the link to {quoted(address)} is paid for; on the page it needs rel="sponsored"')
