"""The `[archive]` table: where the site is built, where it is published, which old addresses lead to new ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.config import fields
from newsletter.config.faults import TYPE, RefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.config.tables import Table

_SITE_PATH = re.compile(r"/(?!/)[\w.~%/-]{0,500}", re.ASCII)
_TARGET = re.compile(
    r"git:\w[\w./:@~-]*#\w[\w./-]*|rsync:[\w./][\w./:@~-]*|s3://[a-z0-9][a-z0-9.-]*(?:/[\w./-]*)?|rclone:\w[\w./: -]*",
    re.ASCII,
)
"""None can begin with a hyphen, as an option of the program would."""


@dataclass(frozen=True, slots=True)
class Archive:
    """The web archive: the `[archive]` table."""

    out: Path
    """The folder that the site is built in, under the workspace's root."""
    cards: bool = True
    """Whether a picture is drawn for each issue, to be shown where its page is shared."""
    podcast: str = ""
    """What the podcast is about, as Apple's directory has it: then its feed is written; empty for none."""
    publish: str = ""
    """Where it goes: `git:REMOTE#BRANCH`, `rsync:TARGET`, `s3://BUCKET` or `rclone:TARGET`; empty for nowhere."""
    redirects: tuple[tuple[str, str], ...] = ()
    """Old paths of the site, each with the path or the address that it leads to now."""


def read_archive(table: Table, root: Path) -> Archive:
    """Return what the table says; the table gathers the faults."""
    out = root / table.value("out", fields.inner_path, "out/site")
    cards = table.value("cards", _yes_or_no, Archive(out).cards)
    podcast = table.value("podcast", fields.or_empty(fields.some_text), "")
    publish = table.value("publish", fields.or_empty(publish_to), "")
    redirects = table.table("redirects")
    return Archive(
        out=out,
        cards=cards,
        podcast=podcast,
        publish=publish,
        redirects=tuple((old, new) for old in redirects.values if (new := _redirect(redirects, old))),
    )


def _redirect(table: Table, old: str) -> str:
    """Return where an old path leads; nothing where either of them is refused."""
    new = table.value(old, _leads_to, "")
    try:
        _site_path(old)
    except RefusedError as refused:
        table.refuse(old, refused)
        return ""
    return new


def _site_path(value: object) -> str:
    expected = "a path of the site before it that begins with /, such as /p/an-old-name"
    if not isinstance(value, str):
        raise RefusedError(expected, rule=TYPE)
    if not _SITE_PATH.fullmatch(value) or {".", ".."} & set(value.split("/")):
        raise RefusedError(expected)
    return value


def _leads_to(value: object) -> str:
    expected = "a path of the site that begins with /, or a whole https address"
    try:
        return _site_path(value) if str(value).startswith("/") else fields.link_url(value)
    except RefusedError as refused:
        raise RefusedError(expected, rule=refused.rule) from None


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise RefusedError("true or false", rule=TYPE)
    return value


def publish_to(value: object) -> str:
    """Accept where the archive is published, and by which program."""
    expected = "git:REMOTE#BRANCH, rsync:HOST:FOLDER, s3://BUCKET or rclone:REMOTE:FOLDER"
    if not isinstance(value, str):
        raise RefusedError(expected, rule=TYPE)
    if not _TARGET.fullmatch(value):
        raise RefusedError(expected)
    return value
