"""An issue that has what a rule finds, and one that has not; and ways to make one that no text can make.

What is written here is put behind a text in which nothing is wrong, so its first line is line 11 of the issue; or, in
a pair of the front matter, it takes the place of the lines with the same keys.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import time
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.config import Slot
from tests.checks.drafts import FRONT, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from newsletter.checks import Answer, Material


@dataclass(frozen=True, slots=True)
class Pair:
    """What has it, what has not, and what is said of the first."""

    has: str
    has_not: str
    told: tuple[str, ...]
    """Each with its line and column before it, or its template."""
    front: bool = False
    """Lines of the front matter, and not of the text."""
    others: tuple[str, ...] = ()
    """Issues that are there already, each a file's name and its text."""
    spoil: Callable[[Material], Material] | None = None
    """What is done to the material of the first, where the fault is none of the issue's own."""
    language: str = "markdown"
    """Of what is shown in the docs."""


def issue_of(snippet: str, *, front: bool) -> str:
    """Return the whole issue of one side of a pair."""
    if not front:
        return f"{FRONT}{WORDS}\n{snippet}"
    lines = dict(line.split(": ", 1) for line in FRONT.splitlines() if ": " in line)
    lines |= dict(line.split(": ", 1) for line in snippet.splitlines() if not line.startswith("-"))
    if "-preheader" in snippet.splitlines():
        del lines["preheader"]
    head = "".join(f"{key}: {value}\n" for key, value in lines.items())
    return f"---\n{head}---\n{WORDS}"


def answered(target: str, answer: Answer) -> Callable[[Material], Material]:
    """Return what makes a link answer."""
    return lambda material: replace(material, answers=MappingProxyType({target: answer}))


def in_letters(old: str, new: str, part: str = "html") -> Callable[[Material], Material]:
    """Return what changes a part of every letter, as another template would."""

    def spoil(material: Material) -> Material:
        assert all(old in getattr(letter, part) for letter in material.letters), old
        letters = [replace(letter, **{part: getattr(letter, part).replace(old, new)}) for letter in material.letters]
        return replace(material, letters=tuple(letters))

    return spoil


def before(text: str, name: str = "2026-11-20-eerder") -> str:
    """Return an issue of some days before, with its file's name in front."""
    preheader = f"{name} en alles wat daar toen bij hoorde"
    head = f'---\nsubject: "Wat er eerder was"\npreheader: "{preheader}"\ndate: {name[:10]}\n---\n'
    return f"{name}\n{head}{text}"


def heavy(material: Material) -> Material:
    """Make the picture of an issue weigh 1.2 MB."""
    entries = tuple((use, replace(made, content=b" " * 1_200_000)) for use, made in material.pictures.entries)
    return replace(material, pictures=replace(material.pictures, entries=entries))


def as_large_as(size: int) -> Callable[[Material], Material]:
    """Return what makes the HTML of every letter so many bytes."""

    def spoil(material: Material) -> Material:
        letters = (
            replace(letter, html=letter.html + " " * (size - len(letter.html.encode()))) for letter in material.letters
        )
        return replace(material, letters=tuple(letters))

    return spoil


def with_text(text: str) -> Callable[[Material], Material]:
    """Return what makes this the plain text of every letter."""
    return lambda material: replace(material, letters=tuple(replace(one, text=text) for one in material.letters))


def on_tuesday_and_friday(material: Material) -> Material:
    """Let the newsletter go out at seven on these days."""
    schedule = (Slot(1, time(7)), Slot(4, time(7)))
    newsletter = replace(material.settings.newsletter, schedule=schedule)
    return replace(material, settings=replace(material.settings, newsletter=newsletter))
