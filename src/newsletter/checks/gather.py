"""Gather what the rules look at: an issue read, its mail made and filled for made-up readers, its page made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice, product
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.checks.judging import check_issue
from newsletter.checks.material import Answer, Letter, Material, Outline, Unfilled
from newsletter.checks.prose import as_written, links_of, words_of
from newsletter.checks.writing.words import read_words
from newsletter.errors import FaultsError, PersonalFieldError, RenderError
from newsletter.model import Finding, Pictures, Position, Recipient
from newsletter.render import (
    Theme,
    fill,
    personal_values,
    prepare_pictures,
    render_email,
    render_issue_page,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from newsletter.config import Settings
    from newsletter.model import Email, Issue

TOKEN = "t" * 40
MOST_PROBES = 32
"""Readers made up for the conditions of blocks, beside the samples."""

_NOBODY = "reader@reader.invalid"
_COMPARED = re.compile(r"""subscriber\.(\w+)\s*[!=]=\s*(?:'([^']*)'|"([^"]*)")""")


@dataclass(frozen=True, slots=True)
class Desk:
    """What every issue of a newsletter is checked with."""

    theme: Theme
    settings: Settings
    now: datetime
    """In the newsletter's time zone."""
    others: tuple[Outline, ...] = ()
    """All issues of the workspace that could be read, oldest first; the one that is checked may be among them."""
    answers: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    """What links answered, by their address; empty where they were not asked."""
    newest_episode: date | None = None
    """The day of the newest episode in the podcast's feed; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was made of an issue."""

    email: Email | None
    """None where it could not be made."""
    page: str
    """Empty where it could not be made."""
    pictures: Pictures


def examine(issue: Issue, path: Path, desk: Desk) -> list[Finding]:
    """Render an issue that was read from a file, and check it; what cannot be rendered is a finding too."""
    rendered, faults = render_all(issue, path.parent, desk)
    material = gather(issue, path.read_text("utf-8-sig").splitlines(), rendered, desk)
    return sorted({*faults, *check_issue(material)}, key=lambda finding: (finding.position, finding.message))


def render_all(issue: Issue, folder: Path, desk: Desk) -> tuple[Rendered, list[Finding]]:
    """Return the mail and the page of an issue, whose file stands in `folder`, and what kept one from being made."""
    theme, settings = desk.theme, desk.settings
    faults: list[Finding] = []
    email, page, pictures = None, "", Pictures()
    try:
        pictures = prepare_pictures(issue, folder, settings)
        email = render_email(issue, theme, settings, pictures)
        page = render_issue_page(issue, theme, settings, _alone(issue, settings), pictures)
    except FaultsError as error:
        faults += error.findings
    except RenderError as error:
        faults.append(Finding(Position(issue.path, 1, 1), str(error), "render"))
    return Rendered(email, page, pictures), faults


def _alone(issue: Issue, settings: Settings) -> dict[str, object]:
    """Return what a page says of its neighbours, for one that has none."""
    canonical = f"{settings.newsletter.url}/p/{issue.slug}/"
    return {"newer": None, "older": None, "root": "../../", "canonical": canonical}


def gather(issue: Issue, lines: Sequence[str], rendered: Rendered, desk: Desk) -> Material:
    """Return all that the rules look at; `lines` are those of the issue's file."""
    issue = as_written(issue, lines)
    letters, unfilled = _letters(issue, rendered.email, desk.settings) if rendered.email else ([], [])
    return Material(
        issue=issue,
        lines=tuple(lines),
        email=rendered.email,
        letters=tuple(letters),
        unfilled=tuple(unfilled),
        page=rendered.page,
        pictures=rendered.pictures,
        kinds=desk.theme.kinds,
        links=tuple(links_of(issue, desk.theme.kinds)),
        prose=tuple(words_of(issue, lines)),
        settings=desk.settings,
        now=desk.now,
        others=tuple(other for other in desk.others if other.path != issue.path),
        answers=desk.answers,
        newest_episode=desk.newest_episode,
        own_words=_own_words(desk.settings),
    )


def _own_words(settings: Settings) -> frozenset[str]:
    """Return the words of the newsletter's own dictionary; none where it is not there, as most have none."""
    try:
        text = (settings.root / settings.checks.dictionary).read_text("utf-8-sig", errors="replace")
    except OSError:
        return frozenset()
    return read_words(text)


def _letters(issue: Issue, email: Email, settings: Settings) -> tuple[list[Letter], list[Unfilled]]:
    letters: list[Letter] = []
    unfilled: list[Unfilled] = []
    for reader in _readers(issue, settings):
        values = personal_values(email, reader, settings.newsletter.url)
        try:
            subject, preheader = fill(email.subject, values), fill(email.preheader, values)
            html, text = fill(email.html, values), fill(email.text, values)
        except PersonalFieldError as error:
            unfilled.append(_unfilled(issue, reader, str(error)))
        else:
            letters.append(Letter(reader, str(values["unsubscribe_url"]), subject, preheader, html, text))
    return letters, unfilled


def _unfilled(issue: Issue, reader: Recipient, reason: str) -> Unfilled:
    fields = (*issue.fields.values(), *(block.condition for block in issue.blocks if block.condition))
    places = {f"{field.position}: ": field.position for field in fields}
    lead = next((lead for lead in places if reason.startswith(lead)), "")
    position = places.get(lead, Position(issue.path, 1, 1))
    return Unfilled(reader, reader.address != _NOBODY, position, reason.removeprefix(lead))


def _readers(issue: Issue, settings: Settings) -> Iterator[Recipient]:
    """Yield the samples, one of whom nothing is known, and those for whom the conditions of blocks fall otherwise."""
    for sample in settings.samples:
        yield Recipient(sample.address, sample.language, TOKEN, sample.fields)
    compared: dict[str, dict[str, None]] = {}
    for block in issue.blocks:
        for name, single, double in _COMPARED.findall(block.condition.expression if block.condition else ""):
            compared.setdefault(name, {"": None})[single or double] = None
    if "language" in compared:
        compared["language"] = dict.fromkeys(settings.newsletter.languages)
    for values in islice(product(*compared.values()), MOST_PROBES):
        known = dict(zip(compared, values, strict=True))
        yield Recipient(_NOBODY, known.pop("language", issue.language), TOKEN, known)
