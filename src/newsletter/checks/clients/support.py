"""What each mail program shows, by caniemail.com: tests by hand, most of them some years old. Advice, no law."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "support.json"
NO = "n"


@dataclass(frozen=True, slots=True)
class Feature:
    """Something in HTML or CSS."""

    title: str
    shown: Mapping[str, str]
    """`y`, `n`, `a` (partly) or `u` (unknown) by the name of the mail program."""


@cache
def features() -> Mapping[str, Feature]:
    """Return the features that are known, by their names."""
    document = json.loads(files(__package__).joinpath(FILE).read_text("utf-8"))
    programs = document["programs"]
    return {
        name: Feature(title, dict(zip(programs, letters, strict=True)))
        for name, (title, letters) in document["features"].items()
    }


@cache
def dropped_by(program: str) -> frozenset[str]:
    """Return the features that no version of a mail program shows."""
    return frozenset(name for name, feature in features().items() if feature.shown[program] == NO)
