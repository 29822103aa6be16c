"""An issue as mail: HTML, plain text, subject and preheader, with holes for the reader's own fields.

What many issues have in common is kept: the layout, and what a template made of a block of the same shape. So is what
one save of an issue leaves as it was: the body of each block that was not changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from newsletter.errors import IssueError, TemplateError
from newsletter.issue.markdown import to_html
from newsletter.model import Conditional, Email, Finding, PersonalField, Position
from newsletter.render.anchors import IN_MAIL, with_anchors
from newsletter.render.content_css import lint_css
from newsletter.render.embedded import embedded_in
from newsletter.render.episodes import episode_view
from newsletter.render.expressions import refuse_wrong_fields
from newsletter.render.inline import inline_fragments
from newsletter.render.layout import BLOCKS, FRAME, open_layout
from newsletter.render.personal import place_in_html, place_in_text
from newsletter.render.shown import NO_PICTURES, InMail, in_text
from newsletter.render.slots import Slots
from newsletter.render.text import LinkList, to_text
from newsletter.render.theme import shared
from newsletter.render.view import ON_EMAIL, block_view, blocks_on, contents_of, house_view, issue_view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from newsletter.config import Settings
    from newsletter.model import Block, Body, Issue, Pictures, Segment, Segments
    from newsletter.render.shown import ShowPicture
    from newsletter.render.theme import Shared, Theme

    Place = Callable[[str, Mapping[str, PersonalField]], Segments]
    Mark = Callable[[Block | None], str]

CONTENT_CSS = "email/content.css.j2"
_TEXT_FRAME = "text/mail.txt.j2"
_BLOCKS_IN_TEXT = "zq7fz"
"""Stands in the plain text's frame where the blocks go."""
_READER_LINKS = ("unsubscribe_url", "preferences_url")
_BLANK_LINES = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)


def unmarked(block: Block | None) -> str:  # noqa: ARG001 - it marks none
    """Mark no block: the HTML is what readers get."""
    return ""


def render_email(
    issue: Issue, theme: Theme, settings: Settings, pictures: Pictures = NO_PICTURES, mark: Mark = unmarked
) -> Email:
    """Render an issue as mail, once for all readers; `pictures` are those that `prepare_pictures` made ready for it.

    `mark` gives what stands in the HTML before each block, and with None behind the last one: a preview finds the
    blocks by it. Without the marks, the HTML is what it is without a `mark`.

    Raises:
        IssueError: a personal field is wrong, or stands where no value is safe, or the pictures to be embedded weigh
            too much; at its line.
        TemplateError: a template is wrong; at its line.
        RenderError: a template breaks a rule of the pipeline, or a picture was not made ready.
    """
    refuse_wrong_fields(issue, settings)
    reader = _reader_fields(issue)
    # What is not on the web has no page there that its pictures could be shown from.
    is_embedded = settings.pictures.in_mail == "embedded" or bool(pictures.entries and not issue.form.on_web)
    show = InMail(pictures, settings.newsletter.url, issue.slug, is_embedded)
    html = _html(issue, theme, settings, show, reader, mark)
    return Email(
        slug=issue.slug,
        date=issue.date,
        language=issue.language,
        subject=place_in_text(issue.subject, issue.fields),
        preheader=place_in_text(issue.preheader, issue.fields),
        html=html,
        text=_text(issue, theme, settings, show, reader),
        embedded=embedded_in(html, issue, show),
        form=issue.form,
    )


def _reader_fields(issue: Issue) -> dict[str, PersonalField]:
    """The frame's links that belong to one reader travel as holes too, where there are any."""
    if not issue.form.can_leave:
        return {}
    nonce, position = issue.source_sha256[:12], Position("templates")
    return {f"zq{nonce}h9000{n}z": PersonalField(name, position) for n, name in enumerate(_READER_LINKS)}


def _own_links(reader: Mapping[str, PersonalField], words: Callable[[str], str]) -> dict[str, str]:
    """Return the frame's links that belong to one reader for a template; empty ones where there are none."""
    return dict.fromkeys(_READER_LINKS, "") | {field.expression: words(held) for held, field in reader.items()}


def _placed(
    parts: Iterable[tuple[str, PersonalField | None]], fields: Mapping[str, PersonalField], place: Place
) -> Segments:
    """Return the parts of a mail as one, each with the holes in it, and its condition if it has one.

    Raises:
        IssueError: a field stands where no value can be safe; all that do.
    """
    placed: list[Segment] = []
    faults: list[Finding] = []
    for text, condition in parts:
        try:
            segments = place(text, fields)
        except IssueError as error:
            faults += error.findings
            continue
        placed += [Conditional(condition, segments)] if condition else segments
    if faults:
        raise IssueError(faults)
    return tuple(_joined(placed))


def _joined(segments: Iterable[Segment]) -> Iterable[Segment]:
    """Join the literal pieces that stand together."""
    literal: list[str] = []
    for segment in segments:
        if isinstance(segment, str):
            literal.append(segment)
            continue
        yield "".join(literal)
        yield segment
        literal = []
    yield "".join(literal)


# HTML


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a block's template is rendered with, whatever the block."""

    theme: Theme
    language: str
    around: Shared
    show: ShowPicture
    moment: str
    """The form of a link to a place in an episode."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A block after its template, before MJML."""

    mjml: str
    slots: Slots


def _html(
    issue: Issue, theme: Theme, settings: Settings, show: InMail, reader: Mapping[str, PersonalField], mark: Mark
) -> Segments:
    css, slots = content_css(theme, settings, issue.language), Slots()
    own = _own_links(reader, slots.text)
    blocks = blocks_on(issue, ON_EMAIL)
    contents = contents_of(blocks, theme.kinds)
    house = house_view(settings, slots.text, show)
    # Words too, as what is kept of a block's template must not depend on the issue that it was in.
    date, slug = slots.text(issue.date.isoformat()), slots.text(issue.slug)
    view = issue_view(issue, settings, contents, slots.text)
    view.date, view.slug = date, slug
    desk = _Desk(theme, issue.language, shared(house | {"issue": view}), show, settings.podcast.moment)
    frame = theme.render_kept(FRAME, issue.language, desk.around, {"blocks": BLOCKS, **own})
    html = [_body_html(block.body, issue.language, show, theme.kinds[block.kind].width_px) for block in blocks]
    bodies = inline_fragments(html, css)
    if contents:
        bodies = tuple(with_anchors(body, block, IN_MAIL) for body, block in zip(bodies, blocks, strict=True))
    drawn = [_draw(desk, block, body, slots.inner()) for block, body in zip(blocks, bodies, strict=True)]
    layout = open_layout(frame, [piece.mjml for piece in drawn], css)
    parts = [
        (slots.fill(layout.before, frame), None),
        *(
            (mark(block) + piece.slots.fill(layout.pieces[piece.mjml], piece.mjml), block.condition)
            for block, piece in zip(blocks, drawn, strict=True)
        ),
        (mark(None) + slots.fill(layout.after, frame), None),
    ]
    return _placed(parts, {**issue.fields, **reader}, place_in_html)


def _draw(desk: _Desk, block: Block, body: str, slots: Slots) -> _Drawn:
    view = block_view(block, desk.theme.kinds[block.kind], desk.show, slots.text)
    template = f"templates/email/blocks/{block.kind}/email.mjml.j2"
    view.episode = episode_view(block, desk.moment, slots.text)
    view.body = slots.html(body, f"the block {block.kind} of {block.position}", template)
    mjml = desk.theme.render_kept("email/block.mjml.j2", desk.language, desk.around, {"block": view})
    return _Drawn(mjml, slots)


@lru_cache(maxsize=512)
def _body_html(body: Body, language: str, show: InMail, column_px: int) -> str:
    html = to_html(body.tokens, language, body.name, lambda source: in_text(show, source, column_px))
    return f'<div class="prose">{html}</div>' if html else ""


def content_css(theme: Theme, settings: Settings, language: str) -> str:
    """Return the rules for what Markdown makes, as they are inlined.

    Raises:
        TemplateError: a rule cannot be inlined; at its line.
    """
    css = theme.render_kept(CONTENT_CSS, language, shared(house_view(settings, str)), {})
    findings = _css_findings(css)
    if findings:
        raise TemplateError(findings)
    return css


@lru_cache(maxsize=8)
def _css_findings(css: str) -> tuple[Finding, ...]:
    return lint_css(css, f"templates/{CONTENT_CSS}")


# Plain text


def _text(
    issue: Issue, theme: Theme, settings: Settings, show: InMail, reader: Mapping[str, PersonalField]
) -> Segments:
    blocks = blocks_on(issue, ON_EMAIL)
    view = issue_view(issue, settings, contents_of(blocks, theme.kinds), str)
    desk = _Desk(
        theme, issue.language, shared(house_view(settings, str, show) | {"issue": view}), show, settings.podcast.moment
    )
    own = _own_links(reader, str)
    frame = theme.render(_TEXT_FRAME, issue.language, {**desk.around.values, "blocks": _BLOCKS_IN_TEXT, **own})
    before, mark, after = _tidy(frame).partition(_BLOCKS_IN_TEXT)
    if not mark:
        message = "the blocks are left out; show them with {{ blocks }}"
        raise TemplateError([Finding(Position(f"templates/{_TEXT_FRAME}"), message, "template-blocks")])
    parts = [
        (f"{before.rstrip()}\n\n", None),
        *((f"{_block_text(desk, block)}\n\n", block.condition) for block in blocks),
        (f"{after.strip()}\n", None),
    ]
    return _placed(parts, {**issue.fields, **reader}, place_in_text)


def _block_text(desk: _Desk, block: Block) -> str:
    view = block_view(block, desk.theme.kinds[block.kind], desk.show, str)
    columns = desk.theme.kinds[block.kind].text_columns
    view.episode = episode_view(block, desk.moment, str)
    view.body, view.links = _body_text(block.body, desk.language, columns)
    template = f"email/blocks/{block.kind}/text.txt.j2"
    return _tidy(desk.theme.render_kept(template, desk.language, desk.around, {"block": view}))


@lru_cache(maxsize=512)
def _body_text(body: Body, language: str, columns: int) -> tuple[str, str]:  # noqa: ARG001 - quotes differ between languages
    """Return the text and the list of its links."""
    found = LinkList()
    return to_text(body.tokens, found, columns), found.render()


@lru_cache(maxsize=512)
def _tidy(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", _TRAILING.sub("", text)).strip("\n")
