"""Overrides and secrets, from `.env` and from the environment.

`.env` stands in the workspace, nowhere else; a `$` in it is a `$`. The environment wins, even with an empty
value, and an empty value means: not set. Only names that begin with NEWSLETTER_ are looked at: `.env` may
hold the keys of providers too, which are read by those who need them.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.config.faults import DOTENV, ENVIRONMENT, SYNTAX, UNKNOWN_KEY, nearest
from newsletter.config.files import read_text
from newsletter.config.providers import key_names
from newsletter.config.secret import Secret
from newsletter.model import Finding, Position
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from newsletter.config.toml import KeyPath

PREFIX = "NEWSLETTER_"

PLAIN: Mapping[str, KeyPath] = MappingProxyType(
    {
        "NEWSLETTER_TRANSPORT": ("delivery", "transport"),
        "NEWSLETTER_SMTP_HOST": ("smtp", "host"),
        "NEWSLETTER_SMTP_PORT": ("smtp", "port"),
        "NEWSLETTER_SMTP_SECURITY": ("smtp", "security"),
        "NEWSLETTER_SMTP_USERNAME": ("smtp", "username"),
        "NEWSLETTER_DKIM_KEY_FILE": ("dkim", "key_file"),
        "NEWSLETTER_DKIM_ED25519_KEY_FILE": ("dkim", "ed25519_key_file"),
    }
)
"""Variables that win from a key of newsletter.toml."""

SECRET: Mapping[str, KeyPath] = MappingProxyType(
    {
        "NEWSLETTER_SMTP_PASSWORD": ("smtp", "password"),
        "NEWSLETTER_SMTP_OAUTH2_TOKEN": ("smtp", "oauth2_token"),
        "NEWSLETTER_SECRET_KEY": ("secret_key",),
        "NEWSLETTER_STORE_URL": ("store_url",),
        **{f"NEWSLETTER_{name.upper()}": ("esp", name) for name in key_names()},
    }
)
"""Variables that newsletter.toml has no key for."""

VARIABLES: Mapping[str, KeyPath] = MappingProxyType({**PLAIN, **SECRET})

_SHOWABLE_NAME = re.compile(r"\w{1,60}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,9}")
_LINE_BREAK = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Given:
    """A value, and how its source calls it."""

    name: str
    value: object
    """A `Secret` where it is one."""
    position: Position


def read_overrides(root: Path, environ: Mapping[str, str], faults: list[Finding]) -> dict[KeyPath, Given]:
    """Return the values that win from newsletter.toml; add a fault for each wrong line or name."""
    given = {item.name: item for item in _from_dotenv(root, faults)}
    given |= {item.name: item for item in _from_environment(environ)}
    overrides = {}
    for name, item in given.items():
        if name not in VARIABLES:
            faults.append(_unknown(item))
        elif item.value not in ("", Secret("")):
            overrides[VARIABLES[name]] = item
    return overrides


def _from_environment(environ: Mapping[str, str]) -> Iterator[Given]:
    for name in sorted(environ):
        if name.startswith(PREFIX):
            yield _given(name, environ[name], Position(ENVIRONMENT))


def _from_dotenv(root: Path, faults: list[Finding]) -> Iterator[Given]:
    path = root / DOTENV
    if not path.exists():
        return
    text = read_text(path, faults)
    if text is None:
        return
    from dotenv.parser import parse_stream  # noqa: PLC0415 - 20 ms, only where there is a .env

    for binding in parse_stream(io.StringIO(text)):
        # The parser counts the blank lines before a statement as part of it.
        source = binding.original.string
        blank = source[: len(source) - len(source.lstrip())]
        position = Position(DOTENV, binding.original.line + len(_LINE_BREAK.findall(blank)))
        if binding.error or (binding.key is not None and binding.value is None):
            # The line itself is not shown: it may be a piece of a secret.
            message = "not understood: expected NAME=value, in quotes if the value holds spaces, quotes or #"
            faults.append(Finding(position, message, SYNTAX))
        elif binding.key is not None and binding.value is not None and binding.key.startswith(PREFIX):
            yield _given(binding.key, binding.value, position)


def _given(name: str, value: str, position: Position) -> Given:
    if name in SECRET:
        return Given(name, Secret(value), position)
    if name == "NEWSLETTER_SMTP_PORT" and _NUMBER.fullmatch(value):
        return Given(name, int(value), position)
    return Given(name, value, position)


def _unknown(item: Given) -> Finding:
    name = item.name if _SHOWABLE_NAME.fullmatch(item.name) else quoted(item.name)
    # Compared without the prefix: all names would be near to each other with it.
    near = nearest(item.name.removeprefix(PREFIX), [known.removeprefix(PREFIX) for known in VARIABLES])
    known = ", ".join(name for name, path in VARIABLES.items() if path[0] != "esp")
    hint = f"did you mean {PREFIX}{near}?" if near else f"known are {known}, and the keys of providers in .env.example"
    return Finding(item.position, f"{name}: unknown variable ({hint})", UNKNOWN_KEY)
