"""What templates see of an issue: plain names, and words wrapped for where the template leads.

`words` is what a template's kind of text asks for: a placeholder on the way to MJML, the text itself elsewhere.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING
from urllib.parse import quote

from newsletter.config.settings import LANGUAGES
from newsletter.i18n import format_date
from newsletter.issue import PLACEHOLDER
from newsletter.issue.kinds import LIST
from newsletter.model import PictureUse
from newsletter.render import links
from newsletter.render.code_colours import code_colours
from newsletter.render.shown import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from newsletter.config import Look, Newsletter, Settings
    from newsletter.config.social import SocialLink
    from newsletter.issue import Attribute, Kind
    from newsletter.model import Block, Issue, Part
    from newsletter.render.shown import ShowPicture

    Words = Callable[[str], object]

ON_EMAIL, ON_WEB = "email", "web"


def blocks_on(issue: Issue, place: str) -> list[Block]:
    """Return the blocks that are shown in the mail (`email`) or on the page (`web`)."""
    return [block for block in issue.blocks if block.attributes.get("on", place) == place]


def contents_of(shown: Sequence[Block], kinds: Mapping[str, Kind]) -> list[Part]:
    """Return what the contents of an issue name, of the blocks that are shown; nothing where no block lists it.

    What only some readers see is not among them, as a link to it would lead the others nowhere.
    """
    if not any(kinds[block.kind].contents == LIST for block in shown):
        return []
    return [part for block in shown if not block.condition for part in block.parts if part.title]


def block_view(block: Block, kind: Kind, show: ShowPicture, words: Words) -> SimpleNamespace:
    """Return a block for its template: every attribute of its schema by its name, `""` where none was given.

    Beside a picture `cover` stand `cover_width` and `cover_height`, in CSS pixels, `""` where they are not known.
    """
    seen: dict[str, object] = {}
    for name, attribute in kind.attributes.items():
        value = block.attributes.get(name, "")
        if attribute.type == "picture":
            seen |= _picture_view(attribute, str(value), show, words)
            continue
        # A choice comes from the schema's own list; templates compare it, so it stays what it is.
        seen[name] = words(value) if isinstance(value, str) and attribute.type != "choice" else value
    name = block.id or (block.parts[0].id if block.title and block.parts else "")
    seen |= {"kind": block.kind, "id": words(name), "title": words(block.title)}
    seen["classes"] = str(block.attributes.get("class", ""))
    seen["episode"] = ""
    return SimpleNamespace(**seen)


def _picture_view(attribute: Attribute, name: str, show: ShowPicture, words: Words) -> dict[str, object]:
    seen: dict[str, object] = dict.fromkeys(attribute.picture_names(), "")
    if name:
        shown = show(PictureUse(name, attribute.width_px, attribute.overlay))
        values = (words(shown.address), shown.width_px or "", shown.height_px or "")
        seen = dict(zip(seen, values, strict=True))
    return seen


def house_view(settings: Settings, words: Words, show: ShowPicture | None = None) -> dict[str, object]:
    """Return what every template may say of the newsletter and its look; the logos where `show` shows them."""
    newsletter, theme = settings.newsletter, settings.theme
    return {
        "newsletter": SimpleNamespace(
            name=words(newsletter.name),
            url=words(newsletter.url),
            description=words(newsletter.description),
            postal_address=words(newsletter.postal_address),
            from_address=words(newsletter.from_address),
            reply_to=words(reply_to(newsletter)),
            subscribe_url=words(links.subscribe_url(newsletter.url)),
            discussion=settings.discussion.kind,
        ),
        "theme": SimpleNamespace(
            font=theme.font,
            radius_px=theme.radius_px,
            light=theme.light,
            dark=theme.dark,
            code=code_colours(theme),
            **(_logos_view(show, words) | _foot(theme, words)),
        ),
        "podcast": SimpleNamespace(apps=_links(settings.podcast.apps, words)),
    }


def _foot(theme: Look, words: Words) -> dict[str, object]:
    """Return what the theme adds at the foot of a mail or a page: a text for each language, links to elsewhere."""
    texts = dict(theme.footer)
    return {
        "footer": {language: words(texts.get(language, "")) for language in LANGUAGES},
        "social": _links(theme.social, words),
    }


def _links(given: Sequence[SocialLink], words: Words) -> list[SimpleNamespace]:
    return [SimpleNamespace(name=words(link.name), url=words(link.url)) for link in given]


def _logos_view(show: ShowPicture | None, words: Words) -> dict[str, object]:
    """Return the logo, and the one for dark screens where that is another picture; `""` for one that is not there."""
    logo, dark = (show.pictures.logo, show.pictures.logo_dark) if show else (None, None)
    seen: dict[str, object] = {}
    for name, picture in (("logo", logo), ("logo_dark", dark if logo and dark != logo else None)):
        shown = show.logo(picture) if show and picture else Shown("")
        seen |= {
            f"{name}_url": words(shown.address),
            f"{name}_width": shown.width_px or "",
            f"{name}_height": shown.height_px or "",
        }
    return seen


def issue_view(issue: Issue, settings: Settings, contents: Sequence[Part], words: Words) -> SimpleNamespace:
    """Return the issue's front matter for a template, and its contents where a block shows them."""
    newsletter = settings.newsletter
    # What has no page of its own is shared as the newsletter itself.
    address = links.issue_url(newsletter.url, issue.slug) if issue.form.on_web else newsletter.url
    return SimpleNamespace(
        slug=issue.slug,
        subject=words(issue.subject),
        preheader=words(issue.preheader),
        date=issue.date,
        day=words(format_date(issue.date, issue.language) if issue.form.on_web else ""),
        language=issue.language,
        web_url=words(address if issue.form.on_web else ""),
        share_url=words(f"mailto:?subject={_subject(issue)}&body={quote(address)}"),
        reply_url=words(f"mailto:{quote(reply_to(newsletter), safe='@')}?subject=Re%3A%20{_subject(issue)}"),
        discussion_url=words(_discussion_url(issue, settings)),
        # Last, as there may be any number of them: the placeholders before them stay the same.
        contents=[SimpleNamespace(title=words(part.title), id=words(part.id), kind=part.kind) for part in contents],
        tags=[words(tag) for tag in issue.tags],
    )


def _discussion_url(issue: Issue, settings: Settings) -> str:
    """Return where an issue is discussed; empty for nowhere, and for what has no page of its own."""
    if not issue.form.on_web:
        return ""
    return settings.discussion.page_url(settings.newsletter.url, links.issue_folder(issue.slug))


def _subject(issue: Issue) -> str:
    """Return the subject as it stands in an address that opens a mail (RFC 6068); nothing of any reader is in it."""
    return quote(PLACEHOLDER.sub("", issue.subject).strip())


def reply_to(newsletter: Newsletter) -> str:
    """Return where answers go."""
    return newsletter.reply_to or newsletter.from_address
