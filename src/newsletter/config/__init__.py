"""The settings of a workspace: newsletter.toml, then `.env`, then the environment, where the last one wins.

In: the folder of a workspace, and the environment as an argument. Out: `Settings`, frozen and checked in full, or one
`ConfigError` with every fault at its place.
May not: read any other file, ask a name server, change or print anything, or keep a global: a room takes the section
that it needs as an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.config.archive import Archive, publish_to
from newsletter.config.discussion import Discussion
from newsletter.config.env import read_overrides
from newsletter.config.esp import Esp
from newsletter.config.faults import TOML, RefusedError, in_order
from newsletter.config.fields import https_url
from newsletter.config.podcast import Podcast, Slot
from newsletter.config.secret import Secret
from newsletter.config.sections import read_settings
from newsletter.config.settings import (
    All,
    AnyOf,
    Checks,
    Condition,
    Delivery,
    Dkim,
    HasTag,
    Level,
    Look,
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
    Words,
)
from newsletter.config.site import Part, PublicSite, proxy
from newsletter.config.tables import Reading, Table
from newsletter.config.toml import read_document
from newsletter.errors import ConfigError, UsageError
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from newsletter.config.env import Given
    from newsletter.config.toml import KeyPath
    from newsletter.model import Finding

__all__ = [
    "All",
    "AnyOf",
    "Archive",
    "Checks",
    "Condition",
    "Delivery",
    "Discussion",
    "Dkim",
    "Esp",
    "HasTag",
    "Level",
    "Look",
    "Name",
    "Newsletter",
    "Not",
    "Palette",
    "Part",
    "Podcast",
    "PublicSite",
    "Same",
    "Sample",
    "Secret",
    "Sending",
    "Settings",
    "Slot",
    "Smtp",
    "Subscribers",
    "Words",
    "find_root",
    "load",
    "load_without_secrets",
    "proxy_address",
    "publishing_target",
    "web_address",
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
    overrides = read_overrides(root, environ, faults)
    return _load(root, overrides, faults)


def load_without_secrets(root: Path) -> Settings:
    """Return what newsletter.toml says alone: neither `.env` nor the environment is looked at.

    For a program that renders and never sends: it holds no secret, and what is wrong with `.env` does not stop it.

    Raises:
        ConfigError: newsletter.toml has faults; it holds all of them.
    """
    return _load(root, {}, [])


def _load(root: Path, overrides: Mapping[KeyPath, Given], faults: list[Finding]) -> Settings:
    document = read_document(root, faults)
    reading = Reading(document, overrides, faults)
    settings = read_settings(root.resolve(), Table(reading, (), document.values))
    reading.report_unknown_keys()
    if faults:
        raise ConfigError(in_order(faults))
    return settings


def publishing_target(text: str, option: str) -> str:
    """Return where the archive is published, given to an option, as `archive.publish` takes it.

    Raises:
        UsageError: it is no such place.
    """
    return _given(text, option, publish_to)


def web_address(text: str, option: str) -> str:
    """Return an address for the archive that was given to an option, as `newsletter.url` takes it.

    Raises:
        UsageError: it is none.
    """
    return _given(text, option, https_url)


def proxy_address(text: str, option: str) -> str:
    """Return the address of a server before the site that was given to an option, as `site.proxies` takes it.

    Raises:
        UsageError: it is none.
    """
    return _given(text, option, proxy)


def _given(text: str, option: str, parse: Callable[[object], str]) -> str:
    try:
        return parse(text)
    except RefusedError as refused:
        message = f"{option}: found {quoted(text)}, expected {refused}"
        raise UsageError(message) from None
