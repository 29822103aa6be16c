"""Workspaces for the tests of the settings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from newsletter.config import Settings, load
from newsletter.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LEFT_OUT = re.compile(r"^#(?=[a-z0-9_]+ = )", re.MULTILINE)
"""The mark of a setting that is shown and left out."""
REQUIRED = """\
[newsletter]
name = "Proef"
url = "https://example.org"
language = "nl"
from_name = "De redactie"
from_address = "redactie@example.org"
postal_address = "Straat 1, Stad"
"""
"""All that must be said, in seven lines."""


def settings_of(
    root: Path, toml: str = REQUIRED, *, dotenv: str | None = None, environ: Mapping[str, str] | None = None
) -> Settings:
    """Make a workspace in `root` and load it."""
    # In bytes, so that the line ends are those of the test.
    (root / "newsletter.toml").write_bytes(toml.encode())
    if dotenv is not None:
        (root / ".env").write_bytes(dotenv.encode())
    return load(root, environ or {})


def faults_of(
    root: Path, toml: str = REQUIRED, *, dotenv: str | None = None, environ: Mapping[str, str] | None = None
) -> list[str]:
    """Make a workspace in `root` that cannot be loaded; return its faults."""
    with pytest.raises(ConfigError) as caught:
        settings_of(root, toml, dotenv=dotenv, environ=environ)
    return str(caught.value).splitlines()
