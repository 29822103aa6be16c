"""An issue as mail: HTML, plain text, subject and preheader, with holes for the reader's own fields."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from newsletter.errors import TemplateError
from newsletter.issue.markdown import to_html
from newsletter.model import Email, PersonalField, Position
from newsletter.render import links
from newsletter.render.inline import inline_document, inline_fragments, lint_css
from newsletter.render.mjml import compile_mjml
from newsletter.render.mjml_lint import lint_mjml
from newsletter.render.personal import place_in_html, place_in_text, refuse_wrong_fields
from newsletter.render.slots import Slots
from newsletter.render.text import LinkList, to_text
from newsletter.render.view import ON_EMAIL, block_view, blocks_on, house_view, issue_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import SimpleNamespace

    from newsletter.config import Settings
    from newsletter.model import Block, Body, Finding, Issue
    from newsletter.render.theme import Theme

CONTENT_CSS = "email/content.css.j2"
_READER_LINKS = ("unsubscribe_url", "preferences_url")
_BLANK_LINES = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)


def render_email(issue: Issue, theme: Theme, settings: Settings) -> Email:
    """Render an issue as mail, once for all readers.

    Raises:
        IssueError: a personal field is wrong, or stands where no value is safe; at its line.
        TemplateError: a template is wrong; at its line.
        RenderError: a template breaks a rule of the pipeline.
    """
    refuse_wrong_fields(issue, settings)
    reader = _reader_fields(issue)
    fields = {**issue.fields, **reader}
    return Email(
        slug=issue.slug,
        date=issue.date,
        language=issue.language,
        subject=place_in_text(issue.subject, issue.fields),
        preheader=place_in_text(issue.preheader, issue.fields),
        html=place_in_html(_html(issue, theme, settings, reader), fields),
        text=place_in_text(_text(issue, theme, settings, reader), fields),
    )


def _reader_fields(issue: Issue) -> dict[str, PersonalField]:
    """The links of the templates that belong to one reader travel as holes too."""
    nonce, position = issue.source_sha256[:12], Position("templates")
    return {f"zq{nonce}h9000{n}z": PersonalField(name, position) for n, name in enumerate(_READER_LINKS)}


def _html(issue: Issue, theme: Theme, settings: Settings, reader: Mapping[str, PersonalField]) -> str:
    slots = Slots()
    css = content_css(theme, settings, issue.language)
    site = settings.newsletter.url
    blocks = blocks_on(issue, ON_EMAIL)
    picture = _picture(issue, site)
    html = [_body_html(block.body, issue.language, issue.slug, site) for block in blocks]
    bodies = inline_fragments(html, css)
    views = []
    for block, body in zip(blocks, bodies, strict=True):
        view = block_view(block, theme.kinds[block.kind], picture, slots.text)
        template = f"templates/email/blocks/{block.kind}/email.mjml.j2"
        view.body = slots.html(body, f"the block {block.kind} of {block.position}", template)
        views.append(view)
    context = house_view(settings, slots.text) | {
        "issue": issue_view(issue, site, slots.text),
        "blocks": views,
        **{field.expression: slots.text(placeholder) for placeholder, field in reader.items()},
    }
    document = theme.render("email/mail.mjml.j2", issue.language, context)
    return slots.fill(compile_skeleton(document, css), document)


def _picture(issue: Issue, site: str) -> Callable[[str], str]:
    return lambda name: links.picture_url(site, issue.slug, name)


@lru_cache(maxsize=512)
def _body_html(body: Body, language: str, slug: str, site: str) -> str:
    html = to_html(body.tokens, language, body.name, lambda name: links.picture_url(site, slug, name))
    return f'<div class="prose">{html}</div>' if html else ""


@lru_cache(maxsize=512)
def _body_text(body: Body, language: str) -> tuple[str, str]:  # noqa: ARG001 - quotes differ between languages
    """Return the text and the list of its links."""
    found = LinkList()
    return to_text(body.tokens, found), found.render()


@lru_cache(maxsize=32)
def compile_skeleton(document: str, css: str) -> str:
    """Compile one MJML document to inlined HTML; kept, as issues of one shape share it.

    Raises:
        TemplateError: the templates' MJML is wrong; at its line.
    """
    findings = lint_mjml(document)
    if findings:
        raise TemplateError(findings)
    return inline_document(compile_mjml(document), css)


def content_css(theme: Theme, settings: Settings, language: str) -> str:
    """Return the rules for what Markdown makes, as they are inlined.

    Raises:
        TemplateError: a rule cannot be inlined; at its line.
    """
    css = theme.render(CONTENT_CSS, language, house_view(settings, str))
    findings = _css_findings(css)
    if findings:
        raise TemplateError(findings)
    return css


@lru_cache(maxsize=8)
def _css_findings(css: str) -> tuple[Finding, ...]:
    return lint_css(css, f"templates/{CONTENT_CSS}")


def _text(issue: Issue, theme: Theme, settings: Settings, reader: Mapping[str, PersonalField]) -> str:
    site = settings.newsletter.url
    views = [_text_view(block, theme, issue, site) for block in blocks_on(issue, ON_EMAIL)]
    context = house_view(settings, str) | {
        "issue": issue_view(issue, site, str),
        "blocks": views,
        **{field.expression: placeholder for placeholder, field in reader.items()},
    }
    text = theme.render("text/mail.txt.j2", issue.language, context)
    return _BLANK_LINES.sub("\n\n", _TRAILING.sub("", text)).strip("\n") + "\n"


def _text_view(block: Block, theme: Theme, issue: Issue, site: str) -> SimpleNamespace:
    view = block_view(block, theme.kinds[block.kind], _picture(issue, site), str)
    view.body, view.links = _body_text(block.body, issue.language)
    return view
