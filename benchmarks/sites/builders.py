"""The programs that build the same site: this one, Hugo, Eleventy and Pelican, each from a folder of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure.peer import MissingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.sites.corpus import Text

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
TOML = """\
[newsletter]
name = "Haskell Weekly"
description = "A weekly summary"
url = "https://haskellweekly.example"
language = "en"
from_name = "Haskell Weekly"
from_address = "info@haskellweekly.example"
postal_address = "Everywhere"

[archive]
cards = false
"""
"""The others draw no picture for each issue."""


@dataclass(frozen=True, slots=True)
class Builder:
    """A program with its own copy of the issues."""

    name: str
    folder: Path
    command: tuple[str | Path, ...]
    out: Path
    kept: tuple[Path, ...] = ()
    """What it keeps for the next build, beside the site."""

    def clean(self) -> None:
        """Put aside all that it made.

        It is not deleted yet: a file system is slower for a minute after thousands of files went, and most for whoever
        writes the most.
        """
        for path in (self.out, *self.kept):
            if path.exists():
                path.rename(Path(tempfile.mkdtemp(prefix="before-", dir=self.folder.parent)) / path.name)


def ours(folder: Path, texts: Sequence[Text]) -> Builder:
    """Return this program, in a workspace."""
    lines = ("subject: {title}", "preheader: {title}", "date: {day}", "status: ready", "tags: {tags}")
    _write(folder / "issues", texts, _front(*lines))
    (folder / "newsletter.toml").write_text(TOML, "utf-8")
    command = (BIN / "newsletter", "archive", "build")
    return Builder("ours", folder, command, folder / "out", (folder / ".newsletter",))


def hugo(folder: Path, texts: Sequence[Text]) -> Builder:
    """Return Hugo, from the package of that name."""
    shutil.copytree(HERE / "hugo", folder)
    lines = ("title: {title}", "description: {title}", "date: {day}", "tags: {tags}", "slug: {slug}")
    _write(folder / "content" / "p", texts, _front(*lines))
    return Builder("Hugo", folder, (BIN / "hugo", "--quiet"), folder / "public", (folder / "resources",))


def eleventy(folder: Path, texts: Sequence[Text]) -> Builder:
    """Return Eleventy, which npm installs where it is not.

    Raises:
        MissingError: there is no npm, or it cannot install it.
    """
    program = HERE / "eleventy" / "node_modules" / ".bin" / "eleventy"
    if not program.exists():
        _run([shutil.which("npm") or "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], HERE / "eleventy")
    shutil.copytree(HERE / "eleventy", folder, symlinks=True, ignore=shutil.ignore_patterns("node_modules"))
    (folder / "node_modules").symlink_to(HERE / "eleventy" / "node_modules")
    lines = ("layout: issue.njk", "tags: issue", "permalink: /p/{slug}/")
    _write(folder / "content" / "p", texts, _front(*lines, "title: {title}", "description: {title}", "date: {day}"))
    (folder / "list.njk").rename(folder / "content" / "list.njk")
    return Builder("Eleventy", folder, (program, "--quiet"), folder / "_site")


def pelican(folder: Path, texts: Sequence[Text]) -> Builder:
    """Return Pelican, in an environment of its own that is made of its lock where it is not there.

    Raises:
        MissingError: it cannot be installed.
    """
    environment = HERE / "pelican" / ".venv"
    program = environment / "bin" / "pelican"
    if not program.exists():
        venv.create(environment, with_pip=True)
        lock = HERE / "pelican" / "requirements.txt"
        _run([environment / "bin" / "pip", "install", "--quiet", "--require-hashes", "-r", lock], folder.parent)
    shutil.copytree(HERE / "pelican", folder, ignore=shutil.ignore_patterns(".venv"))
    lines = ("Title: {title}", "Date: {day}", "Tags: {words}", "Slug: {slug}", "Description: {title}")
    _write(folder / "content", texts, "\n".join([*lines, "", ""]))
    return Builder("Pelican", folder, (program, "-q", "-o", "output", "-s", "pelicanconf.py"), folder / "output")


def with_pagefind(builder: Builder) -> Builder:
    """Return a program that makes the index of a search too, as this one does, by Pagefind."""
    script = 'import subprocess, sys\nat = sys.argv.index("--then")\nfor one in (sys.argv[1:at], sys.argv[at + 1 :]):\n'
    script += "    subprocess.run(one, check=True)\n"
    index = (sys.executable, "-m", "pagefind", "--site", builder.out, "--glob", "p/**/*.html")
    command = (sys.executable, "-c", script, *builder.command, "--then", *index)
    return Builder(f"{builder.name} + Pagefind", builder.folder, command, builder.out, builder.kept)


def _front(*lines: str) -> str:
    return "\n".join(["---", *lines, "---", ""])


def _write(folder: Path, texts: Sequence[Text], front: str) -> None:
    folder.mkdir(parents=True)
    for text in texts:
        tag = f"number-{text.number % 10}"
        head = front.format(
            title=f"Issue {text.number}",
            day=text.day,
            slug=text.slug,
            tags=f"[haskell, {tag}]",
            words=f"haskell, {tag}",
        )
        body = text.markdown.replace("{{", "{ {").replace("{%", "{ %")  # each would take them for a template
        (folder / f"{text.day}-{text.slug}.md").write_text(head + body, "utf-8")


def _run(command: Sequence[str | Path], folder: Path) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        message = f"{' '.join(map(str, command))}: {error}"
        raise MissingError(message) from error
