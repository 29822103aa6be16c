"""`newsletter init`: a workspace to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = 'Example: newsletter init my-newsletter --name "My Newsletter" --language en'


def init(
    context: typer.Context,
    directory: Annotated[str, typer.Argument(metavar="[DIR]", help="Made if it is not there.")] = ".",
    name: Annotated[
        str, typer.Option(metavar="NAME", help="What the newsletter is called, else as the folder is.")
    ] = "",
    language: Annotated[str, typer.Option(metavar="nl|en", help="Of the first issue.")] = "en",
    feed: Annotated[str, typer.Option(metavar="URL", help="Of the podcast, whose episodes go into issues.")] = "",
    eject: Annotated[bool, typer.Option("--eject", help="Copy the theme too, to change it file by file.")] = False,
    outer: Annotated[str, typer.Option("-C", metavar="DIR", help="Where [DIR] counts from, else here.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a workspace: newsletter.toml, .env.example, .gitignore and a first issue."""
    import shlex
    from pathlib import Path

    from newsletter.cli.output import Mark, print_json, say
    from newsletter.cli.workspace import shown

    root = Path(outer or context.obj, directory)
    # In a workspace that is there already, --eject only adds the theme.
    only_theme = eject and (root / "newsletter.toml").exists()
    files = {} if only_theme else _starter(root, name, language, feed)
    if eject:
        files |= _theme_files(root)
    _write_new(files)
    if as_json:
        print_json({"workspace": str(root), "files": [str(path) for path in files]})
        return
    for path in files:
        say(Mark("wrote", "green"), shown(path))
    lead = "" if root.resolve() == Path.cwd() else f"cd {shlex.quote(str(root))} && "
    say(f"\nNext: {lead}newsletter {'new' if feed else 'render latest'}")


def _starter(root: Path, name: str, language: str, feed: str) -> dict[Path, bytes]:
    import json
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from newsletter.config.settings import DEFAULT_TIMEZONE
    from newsletter.errors import UsageError
    from newsletter.render.theme import Theme, shipped_theme

    if language not in {"nl", "en"}:
        message = f'"{language}" is not a language of the templates; there are nl and en'
        raise UsageError(message)
    # As the new newsletter will count its days, or the first issue might not be the `latest` yet.
    today = datetime.now(ZoneInfo(DEFAULT_TIMEZONE)).date()
    title = _title(name or root.resolve().name.replace("-", " ").replace("_", " ").title())
    subject = f"{'Hallo van' if language == 'nl' else 'Hello from'} {title}"
    texts = {"name": title, "subject": subject, "feed": _feed(feed)}
    quoted = {key: json.dumps(text, ensure_ascii=False) for key, text in texts.items()}
    theme = Theme((shipped_theme(),), {})
    context = {"quoted": quoted, "language": language, "today": today}
    starters = {
        "newsletter.toml": "newsletter.toml",
        ".env.example": "env.example",
        ".gitignore": "gitignore",
        f"issues/{today}-hello.md": f"hello.{language}.md",
    }
    return {
        root / path: f"{theme.render(f'workspace/{source}.txt.j2', language, context).rstrip()}\n".encode()
        for path, source in starters.items()
    }


def _title(name: str) -> str:
    """Return the newsletter's name, if newsletter.toml and a subject can hold it."""
    from newsletter.cli.headers import for_a_header
    from newsletter.errors import UsageError
    from newsletter.wording import quoted

    title = for_a_header(name.strip(), "the newsletter's name", "give another with --name")
    if "{{" in title:
        message = f'{quoted(name)} cannot be the newsletter\'s name: "{{{{" begins a personal field'
        raise UsageError(message)
    return title


def _feed(written: str) -> str:
    """Return the address of a podcast's feed, if newsletter.toml can hold it."""
    from newsletter.config import podcast
    from newsletter.config.faults import RefusedError
    from newsletter.errors import UsageError
    from newsletter.wording import quoted

    try:
        return podcast.feed(written) if written else ""
    except RefusedError as refused:
        found = "" if refused.hidden else f" {quoted(written)}"
        message = f"--feed{found}: expected {refused.expected}"
        raise UsageError(message) from refused


def _theme_files(root: Path) -> dict[Path, bytes]:
    """Return the files of the shipped theme at their places in a workspace."""
    from newsletter.render.theme import shipped_theme

    theme = shipped_theme()
    return {
        root / "templates" / path.relative_to(theme): path.read_bytes()
        for path in sorted(theme.rglob("*"))
        if path.is_file() and path.relative_to(theme).parts[0] != "workspace"
    }


def _write_new(files: dict[Path, bytes]) -> None:
    """Write all the files, or none where one of them is there already."""
    from newsletter.errors import UsageError

    there = [str(path) for path in files if path.exists() or path.is_symlink()]
    if there:
        message = f"nothing was written, as these are there already: {', '.join(there[:5])}; move them away for now"
        raise UsageError(message)
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
