"""What the peer needs to make the same mail: the MJML document of this program's own templates.

The document is the one that the program compiles, with a placeholder for each of the editor's words. For each
placeholder the frame says where its words come from: the front matter, a block, or this newsletter's settings.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from newsletter.render import Theme, render_email
from newsletter.render.layout import BLOCKS, FRAME
from newsletter.render.links import preferences_url, unsubscribe_url
from newsletter.render.places import strip_places
from newsletter.render.shown import InMail
from newsletter.render.view import ON_EMAIL, block_view, blocks_on, contents_of, house_view, issue_view

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.ours.mail import Mailer
    from newsletter.model import Block
    from newsletter.render.theme import Shared

    Slots = Iterator[tuple[str, dict[str, object]]]

_CSS, _BLOCK = "email/content.css.j2", "email/block.mjml.j2"
_QUOTES = "“”‘’"
"""Around words, in both languages that ship."""
_SLOT = re.compile(r"zq7w([0-9]+)z")
_OWN_SLOT = re.compile(r"zq7w(1[0-9]{3})z")
"""A placeholder of one block's words, not of those around it."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What a template got, and what came of it."""

    context: Mapping[str, Any]
    text: str


@dataclass(frozen=True)
class _RecordingTheme(Theme):
    """A theme that keeps what was made with it, and never takes what was made before."""

    made: dict[str, list[_Made]] = field(default_factory=lambda: defaultdict(list))

    def render_kept(self, name: str, language: str, shared: Shared, own: Mapping[str, object]) -> str:
        context = {**shared.values, **own}
        text = self.render(name, language, context)
        self.made[name].append(_Made(context, text))
        return text


def frame(mailer: Mailer, text: str) -> dict[str, Any]:
    """Return the frame of an issue, given its text."""
    settings, issue = mailer.workspace.settings, mailer.read(text)
    theme = _RecordingTheme(mailer.workspace.theme.folders, mailer.workspace.theme.kinds)
    pictures = mailer.workspace.pictures(issue, mailer.path)
    show = InMail(pictures, settings.newsletter.url, issue.slug, embedded=False)
    render_email(issue, theme, settings, pictures)
    (mail,), (css,) = theme.made[FRAME], theme.made[_CSS]
    drawn, blocks = theme.made[_BLOCK], blocks_on(issue, ON_EMAIL)
    front = issue_view(issue, settings, contents_of(blocks, theme.kinds), str)
    known = house_view(settings, str, show) | {"issue": front}
    addresses = [_addresses(block, theme, show) for block in blocks]
    # Every block numbers its words alike; here they stand in one document.
    pieces = [_OWN_SLOT.sub(rf"zq7w{place}\1z", strip_places(made.text)) for place, made in enumerate(drawn, start=1)]
    views = [made.context["block"] for made in drawn]
    document = strip_places(mail.text).replace(BLOCKS, "".join(pieces))
    slots = dict([*_settled(mail.context, known, settings.newsletter.url), *_written(views, blocks, addresses)])
    # What stands for no words is how wide a button is for Outlook; any number serves.
    widths: dict[str, dict[str, object]] = {number: {"words": "200"} for number in _SLOT.findall(document)}
    return {
        "document": document,
        "css": css.text,
        "slots": widths | slots,
        "kinds": [block.kind for block in blocks],
        "quotes": _QUOTES,
        "pictures": {use.name: show(use).attributes() for use, _ in pictures.entries if not use.overlay},
    }


def _addresses(block: Block, theme: Theme, show: InMail) -> dict[str, str]:
    """Return the addresses of a block's pictures, by the names of their attributes."""
    kind = theme.kinds[block.kind]
    view = vars(block_view(block, kind, show, str))
    return {name: view[name] for name, attribute in kind.attributes.items() if attribute.type == "picture"}


def _settled(context: Mapping[str, Any], known: Mapping[str, Any], site: str) -> Slots:
    """Yield the placeholders outside the blocks, by number; `known` is what stands for them."""
    for group, words in known.items():
        for key, text in vars(words).items():
            is_front = group == "issue" and key in {"subject", "preheader"}
            for number, one in _paired(getattr(context[group], key), text):
                yield number, {"front": key} if is_front else {"words": str(one)}
    for name, url in (("unsubscribe_url", unsubscribe_url), ("preferences_url", preferences_url)):
        yield _SLOT.findall(context[name])[0], {"words": url(site, "test")}


def _paired(shown: Any, text: Any) -> Iterator[tuple[str, object]]:
    """Yield each placeholder of a template's value with the words that it stands for."""
    if isinstance(text, list):
        pairs = zip(shown, text, strict=True)
    elif isinstance(text, SimpleNamespace | dict):
        inner, words = (value if isinstance(value, dict) else vars(value) for value in (shown, text))
        pairs = zip(inner.values(), words.values(), strict=True)
    else:
        yield from ((number, text) for number in _SLOT.findall(str(shown)))
        return
    for one, other in pairs:
        yield from _paired(one, other)


def _written(
    views: Sequence[SimpleNamespace], blocks: Sequence[Block], addresses: Sequence[Mapping[str, str]]
) -> Slots:
    """Yield the placeholders of the blocks, by number."""
    for place, view in enumerate(views):
        for key, text in vars(view).items():
            for number in _OWN_SLOT.findall(f"{text}"):
                part = blocks[place].parts[0].id if key == "id" and blocks[place].parts else ""
                words = part or addresses[place].get(key)
                yield f"{place + 1}{number}", {"words": words} if words else {"block": place, "key": key}
