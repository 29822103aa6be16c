"""One issue as one reader gets it: all that a page of the preview shows of it, as a JSON document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from newsletter.checks.clients import as_gmail, as_outlook, inverted
from newsletter.checks.clients.gmail import CLIP_BYTES
from newsletter.i18n import format_date
from newsletter.issue import PLACEHOLDER
from newsletter.render import (
    fill,
    links,
    personal_values,
    render_email,
    render_issue_page,
)
from newsletter.render.expressions import holds
from newsletter.render.shown import content_id
from newsletter.render.view import ON_EMAIL
from newsletter.web.preview.marks import bytes_by_line, mark, without_marks
from newsletter.web.preview.protocol import MAIL, PAGE, SOURCE, TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from newsletter.config import Settings
    from newsletter.model import Block, Email, Issue, Pictures, Recipient
    from newsletter.render import Theme

CLIENTS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "gmail": as_gmail,
        "outlook": as_outlook,
        "gmail-dark": lambda html: inverted(html, "gmail"),
        "outlook-dark": lambda html: inverted(html, "outlook"),
    }
)
"""How programs show a mail, about. The marks of the blocks go with the comments that programs drop."""
_MAX_SOURCE_BYTES = 400_000


class Compose(Protocol):
    """Makes the whole message that one reader gets, without a signature."""

    def __call__(self, email: Email, settings: Settings, reader: Recipient, date: datetime, /) -> bytes:
        """Return the message's bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Sitting:
    """An issue, and who looks at it."""

    issue: Issue
    reader: Recipient
    theme: Theme
    settings: Settings


def look(
    sitting: Sitting, pictures: Pictures, shows: Collection[str], client: str, compose: Compose
) -> dict[str, object]:
    """Return what a page shows of an issue: always the front matter, the inbox and the sizes, else what it asks for.

    `client` names the program, of `CLIENTS`, that the mail is shown as; empty for the mail as it is sent.

    Raises:
        NewsletterError: the issue or a template is wrong; or the reader cannot get it.
    """
    issue, settings = sitting.issue, sitting.settings
    email = render_email(issue, sitting.theme, settings, pictures, mark)
    values = personal_values(email, sitting.reader, settings.newsletter.url)
    marked = fill(email.html, values)
    text = fill(email.text, values)
    seen: dict[str, object] = {
        "issue": _front(issue),
        "inbox": _inbox(email, values, text, settings),
        "size": _size(issue, marked, values),
    }
    if MAIL in shows:
        in_program = CLIENTS[client](without_marks(marked)) if client in CLIENTS else marked
        seen[MAIL] = at_home(in_program, pictures, settings, issue.slug)
    if TEXT in shows:
        seen[TEXT] = text
    if PAGE in shows:
        seen[PAGE] = _page(sitting, pictures)
    if SOURCE in shows:
        # Not now, but when it is meant to go out: as `newsletter render` writes it.
        date = issue.send_at or datetime.combine(issue.date, time(), settings.newsletter.timezone)
        plain = render_email(issue, sitting.theme, settings, pictures)
        message = compose(plain, settings, sitting.reader, date)
        seen[SOURCE] = {"html": without_marks(marked), "eml": _printable(message)}
    return seen


def _front(issue: Issue) -> dict[str, object]:
    return {
        "slug": issue.slug,
        "path": issue.path,
        "subject": PLACEHOLDER.sub("…", issue.subject),
        "day": format_date(issue.date, issue.language),
        "status": issue.status,
        "language": issue.language,
        "audience": issue.audience,
    }


def _inbox(email: Email, values: Mapping[str, object], text: str, settings: Settings) -> dict[str, str]:
    """Return what the list of an inbox says of the mail; where there is no preheader, programs show its first words."""
    return {
        "sender": settings.newsletter.from_name,
        "subject": fill(email.subject, values),
        "preheader": fill(email.preheader, values),
        "first_words": " ".join(text.split())[:200],
    }


def _size(issue: Issue, marked: str, values: Mapping[str, object]) -> dict[str, object]:
    sizes = bytes_by_line(marked)
    blocks = [
        _block(block, sizes.get(block.position.line, 0), values)
        for block in issue.blocks
        if block.attributes.get("on", ON_EMAIL) == ON_EMAIL
    ]
    return {"bytes": sum(sizes.values()), "clip_bytes": CLIP_BYTES, "around_bytes": sizes[0], "blocks": blocks}


def _block(block: Block, size: int, values: Mapping[str, object]) -> dict[str, object]:
    condition = block.condition
    return {
        "line": block.position.line,
        "kind": block.kind,
        "title": PLACEHOLDER.sub("…", block.title),
        "bytes": size,
        "condition": condition.expression if condition else "",
        "is_shown": condition is None or holds(condition, values),
    }


def _page(sitting: Sitting, pictures: Pictures) -> str:
    site, slug = sitting.settings.newsletter.url, sitting.issue.slug
    context = {"older": None, "newer": None, "root": "../../", "canonical": links.issue_url(site, slug)}
    return render_issue_page(sitting.issue, sitting.theme, sitting.settings, context, pictures)


def at_home(html: str, pictures: Pictures, settings: Settings, slug: str) -> str:
    """Return a mail's HTML with its pictures where the preview serves them, beside the page of the issue."""
    site = settings.newsletter.url
    for picture in {picture.file: picture for _, picture in pictures.entries}.values():
        html = html.replace(links.picture_url(site, slug, picture.file), picture.file)
        html = html.replace(f"cid:{content_id(picture, site)}", picture.file)
    for logo in filter(None, (pictures.logo, pictures.logo_dark)):
        here = f"../../{links.ASSETS}/{logo.file}"
        html = html.replace(links.asset_url(site, logo.file), here).replace(f"cid:{content_id(logo, site)}", here)
    return html


def _printable(message: bytes) -> str:
    """Return a message as it can be shown; of one with large pictures in it, the beginning."""
    text = message[:_MAX_SOURCE_BYTES].decode("utf-8", "replace").replace("\r\n", "\n")
    return text if len(message) <= _MAX_SOURCE_BYTES else f"{text}\n…"
