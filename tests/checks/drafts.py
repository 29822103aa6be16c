"""Issues for the tests of the checks, and short ways to have one looked at."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from newsletter.checks import Desk, check_issue, gather, outline_of, render_all
from newsletter.config import Checks, Level, load
from newsletter.issue import House, parse_issue, slug_of
from newsletter.model import Position
from newsletter.render import open_theme

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from newsletter.checks import Material
    from newsletter.model import Finding, Issue

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "house"
SETTINGS = load(FOLDER, {})
ZONE = SETTINGS.newsletter.timezone
NOW = datetime(2026, 11, 23, 12, tzinfo=ZONE)
PATH = "issues/2026-11-24-proef.md"
FRONT = """\
---
subject: "Een traan in de cleanroom"
preheader: "ASML is onze troefkaart. Maar wie speelt hem uit, en wanneer?"
date: 2026-11-24
---
"""
"""Five lines: a text behind it begins in line 6."""
WORDS = """\

Wij waren deze week in Veldhoven en keken naar de machine waar iedereen het over heeft. Zij is zo groot als een bus,
en wie haar van dichtbij ziet begrijpt waarom er maar een fabriek is die haar kan maken. Wat dat betekent voor de rest
van het land, en voor wie er werkt, staat hieronder. Het is een lang verhaal, en wij hebben het kort gehouden.
"""
"""A text in which nothing is wrong, and enough of it."""


@cache
def desk() -> Desk:
    """What the issues of these tests are checked with."""
    return Desk(open_theme(FOLDER), SETTINGS, NOW)


def parsed(text: str, path: str = PATH) -> Issue:
    """Parse an issue."""
    newsletter = SETTINGS.newsletter
    house = House(newsletter.language, newsletter.languages, ZONE, desk().theme.kinds)
    slug = slug_of(Path(path))
    return parse_issue(text.encode(), path, slug, house, lambda name: (FOLDER / name).is_file())


def material(text: str, others: Iterable[Issue] = (), path: str = PATH, **changed: Any) -> Material:
    """Return what the rules look at of an issue, beside others; keywords replace what it says."""
    issue, kinds = parsed(text, path), desk().theme.kinds
    outlines = tuple(outline_of(other, kinds) for other in others)
    at_work = dataclasses.replace(desk(), others=outlines)
    rendered, faults = render_all(issue, FOLDER, at_work)
    assert not faults, faults
    made = gather(issue, text.splitlines(), rendered, at_work)
    return dataclasses.replace(made, **changed)


def told(found: Iterable[Finding]) -> list[str]:
    """Return findings as a person reads them."""
    return [f"{finding.position}: {finding.severity}: {finding.message} [{finding.rule}]" for finding in found]


def check(text: str, others: Iterable[Issue] = (), **changed: Any) -> list[str]:
    """Return what is said of an issue."""
    return told(check_issue(material(text, others, **changed)))


def with_levels(levels: Mapping[str, str]) -> object:
    """Return the settings with these lines in `[checks]`."""
    made = {rule: Level(name, Position("newsletter.toml", 9, 1)) for rule, name in levels.items()}
    return dataclasses.replace(SETTINGS, checks=Checks(MappingProxyType(made)))
