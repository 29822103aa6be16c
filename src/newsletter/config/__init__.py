"""The settings of a workspace: newsletter.toml, then `.env`, then the environment, where the last one wins.

In: the folder of a workspace, and the environment as an argument. Out: `Settings`, frozen and checked in full, or one
`ConfigError` with every fault at its place.
May not: read any other file, ask a name server, change or print anything, or keep a global: a room takes the section
that it needs as an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.config.env import read_overrides
from newsletter.config.faults import TOML, in_order
from newsletter.config.podcast import Podcast, Slot
from newsletter.config.secret import Secret
from newsletter.config.sections import read_settings
from newsletter.config.settings import (
    All,
    AnyOf,
    Archive,
    Checks,
    Condition,
    Delivery,
    Dkim,
    HasTag,
    Level,
    Name,
    Newsletter,
    Not,
    Palette,
    Same,
    Sample,
    Sending,
    Settings,
    Smtp,
    Subscribers,
    Theme,
    Words,
)
from newsletter.config.tables import Reading, Table
from newsletter.config.toml import read_document
from newsletter.errors import ConfigError, UsageError
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from newsletter.model import Finding

__all__ = [
    "All",
    "AnyOf",
    "Archive",
    "Checks",
    "Condition",
    "Delivery",
    "Dkim",
    "HasTag",
    "Level",
    "Name",
    "Newsletter",
    "Not",
    "Palette",
    "Podcast",
    "Same",
    "Sample",
    "Secret",
    "Sending",
    "Settings",
    "Slot",
    "Smtp",
    "Subscribers",
    "Theme",
    "Words",
    "find_root",
    "load",
]


def find_root(start: Path) -> Path:
    """Return the nearest folder with a newsletter.toml: `start` itself or one above it.

    Raises:
        UsageError: there is none.
    """
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / TOML).is_file():
            return folder
    message = (
        f"no newsletter.toml in {quoted(str(here))} or in a folder above it: "
        'make one with "newsletter init", or pick the workspace with -C DIR'
    )
    raise UsageError(message)


def load(root: Path, environ: Mapping[str, str]) -> Settings:
    """Return the settings of the workspace in `root`, with `environ` as the environment.

    Raises:
        ConfigError: newsletter.toml, `.env` or the environment has faults; it holds all of them.
    """
    faults: list[Finding] = []
    document = read_document(root, faults)
    reading = Reading(document, read_overrides(root, environ, faults), faults)
    settings = read_settings(root.resolve(), Table(reading, (), document.values))
    reading.report_unknown_keys()
    if faults:
        raise ConfigError(in_order(faults))
    return settings
