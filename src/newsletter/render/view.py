"""What templates see of an issue: plain names, and words wrapped for where the template leads.

`words` is what a template's kind of text asks for: a placeholder on the way to MJML, the text itself elsewhere.
"""

from __future__ import annotations

from dataclasses import asdict
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from newsletter.i18n import format_date
from newsletter.issue import PLACEHOLDER
from newsletter.render import links

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.config import Newsletter, Settings
    from newsletter.issue import Kind
    from newsletter.model import Block, Issue

    Words = Callable[[str], object]

ON_EMAIL, ON_WEB = "email", "web"


def blocks_on(issue: Issue, place: str) -> list[Block]:
    """Return the blocks that are shown in the mail (`email`) or on the page (`web`)."""
    return [block for block in issue.blocks if block.attributes.get("on", place) == place]


def block_view(block: Block, kind: Kind, picture: Callable[[str], str], words: Words) -> SimpleNamespace:
    """Return a block for its template: every attribute of its schema by its name, `""` where none was given."""
    seen: dict[str, Any] = {}
    for name, attribute in kind.attributes.items():
        value = block.attributes.get(name, "")
        if attribute.type == "picture" and value:
            value = picture(str(value))
        # A choice comes from the schema's own list; templates compare it, so it stays what it is.
        seen[name] = words(value) if isinstance(value, str) and attribute.type != "choice" else value
    seen |= {"kind": block.kind, "id": block.id, "title": words(block.title)}
    seen["classes"] = str(block.attributes.get("class", ""))
    return SimpleNamespace(**seen)


def house_view(settings: Settings, words: Words) -> dict[str, object]:
    """Return what every template may say of the newsletter and its look."""
    newsletter, theme = settings.newsletter, settings.theme
    return {
        "newsletter": SimpleNamespace(
            name=words(newsletter.name),
            url=words(newsletter.url),
            description=words(newsletter.description),
            postal_address=words(newsletter.postal_address),
            from_address=words(newsletter.from_address),
            reply_to=words(newsletter.reply_to or newsletter.from_address),
            subscribe_url=words(links.subscribe_url(newsletter.url)),
        ),
        "theme": SimpleNamespace(**(asdict(theme) | {"logo_url": words(logo_url(theme.logo, newsletter))})),
    }


def logo_url(logo: str, newsletter: Newsletter) -> str:
    """Return where the logo is published; empty without one."""
    return f"{newsletter.url}/assets/{logo.rsplit('/', 1)[-1]}" if logo else ""


def issue_view(issue: Issue, site: str, words: Words) -> SimpleNamespace:
    """Return the issue's front matter for a template."""
    return SimpleNamespace(
        slug=issue.slug,
        subject=words(issue.subject),
        preheader=words(issue.preheader),
        date=issue.date,
        day=words(format_date(issue.date, issue.language)),
        language=issue.language,
        web_url=words(links.issue_url(site, issue.slug)),
        share_url=words(_share_url(issue, site)),
        # Last, as there may be any number of them: the placeholders before them stay the same.
        tags=[words(tag) for tag in issue.tags],
    )


def _share_url(issue: Issue, site: str) -> str:
    """Return an address that opens a new mail about the issue (RFC 6068); nothing of any reader is in it."""
    subject = PLACEHOLDER.sub("", issue.subject).strip()
    return f"mailto:?subject={quote(subject)}&body={quote(links.issue_url(site, issue.slug))}"
