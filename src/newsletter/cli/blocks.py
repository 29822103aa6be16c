"""`newsletter blocks`: the kinds of blocks of this workspace, and what may be written in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.options import AsJson, Directory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.issue import Attribute, Kind
    from newsletter.render import Theme

EXAMPLES = "Example: newsletter blocks event"
_NEEDS = {"required": "{} required", "optional": "{} optional", "none": "no {}"}


def blocks(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="[KIND]", help="One kind: its attributes and an example.", show_default=False)
    ] = "",
    directory: Directory = "",
    as_json: AsJson = False,
) -> None:
    """Show the kinds of blocks that an issue can have, those of this newsletter's own too."""
    from newsletter.cli.output import Mark, print_json, show
    from newsletter.cli.workspace import open_workspace
    from newsletter.errors import UsageError
    from newsletter.issue.kinds import COMMON
    from newsletter.wording import did_you_mean, quoted

    theme = open_workspace(directory or context.obj).theme
    if kind and kind not in theme.kinds:
        message = f"there is no block {quoted(kind)}{did_you_mean(kind, theme.kinds)}"
        raise UsageError(message)
    kinds = [theme.kinds[kind]] if kind else sorted(theme.kinds.values(), key=lambda one: one.name)
    if as_json:
        common = [_attribute_as_json(attribute) for attribute in COMMON]
        print_json({"kinds": [_kind_as_json(one, theme) for one in kinds], "every_block": common})
    elif kind:
        _show_kind(kinds[0], theme)
    else:
        _show_table([(one.name, _summary(one, theme)) for one in kinds])
        show()
        show(Mark("newsletter blocks KIND shows what one takes, with an example.", "dim"))


def _kind_as_json(kind: Kind, theme: Theme) -> dict[str, object]:
    return {
        "name": kind.name,
        "summary": kind.summary,
        "own": _is_own(kind, theme),
        "title": kind.title,
        "body": kind.body,
        "record": kind.record,
        "contents": kind.contents,
        "calendar": kind.calendar,
        "episode": kind.episode,
        "attributes": [_attribute_as_json(attribute) for attribute in kind.attributes.values()],
        "example": kind.example,
    }


def _attribute_as_json(attribute: Attribute) -> dict[str, object]:
    return {
        "name": attribute.name,
        "type": attribute.type,
        "required": attribute.required,
        "default": attribute.default,
        "choices": list(attribute.choices),
        "after": attribute.after,
        "help": attribute.help,
    }


def _is_own(kind: Kind, theme: Theme) -> bool:
    """Tell whether the newsletter has a schema of its own for a kind."""
    own, *shipped = theme.folders
    return bool(shipped) and (own / "email" / "blocks" / kind.name / "schema.toml").is_file()


def _summary(kind: Kind, theme: Theme) -> str:
    return f"{kind.summary}{' (your own)' if _is_own(kind, theme) else ''}".strip()


def _show_kind(kind: Kind, theme: Theme) -> None:
    from newsletter.cli.output import Mark, show
    from newsletter.issue.kinds import COMMON, TEXT

    show(Mark(kind.name, "bold"))
    _show_paragraph(_summary(kind, theme))
    needs = ", ".join(_NEEDS[need].format(what) for what, need in (("title", kind.title), ("text", kind.body)))
    record = (
        " It has an id, unique in the archive, which is made of its title unless you give one." if kind.record else ""
    )
    show()
    _show_paragraph(f"{needs[0].upper()}{needs[1:]}.{record}")
    if kind.attributes:
        show()
        show(Mark("Attributes", "bold"))
        _show_table([_attribute_row(attribute) for attribute in kind.attributes.values()], indent=2)
    if kind.name != TEXT:
        show()
        show(Mark("Every block takes", "bold"))
        rows = [("#name", "its id"), (".name", "a class"), *map(_attribute_row, COMMON)]
        _show_table(rows, indent=2)
    if kind.example:
        show()
        show(Mark("Example", "bold"))
        show(kind.example)  # at the left edge and in lines of their own length, as they are to be copied


def _attribute_row(attribute: Attribute) -> tuple[str, str]:
    from newsletter.config.faults import either

    what = either(attribute.choices) if attribute.choices else attribute.type
    required = ", required" if attribute.required else ""
    default = f", {attribute.default} by default" if attribute.default else ""
    return attribute.name, f"{what}{required}{default}: {attribute.help}"


def _show_table(rows: Sequence[tuple[str, str]], indent: int = 0) -> None:
    """Print names with what they are beside them, wrapped in a column of its own."""
    from textwrap import wrap

    from newsletter.cli.output import Mark, show

    width = max(len(name) for name, _ in rows)
    room = _columns() - indent - width - 2
    for name, text in rows:
        first, *rest = wrap(text, room) or [""]
        show(Mark(f"{'':{indent}}{name:<{width + 1}}", "bold"), first)
        for line in rest:
            show(f"{'':{indent + width + 2}}{line}")


def _show_paragraph(text: str) -> None:
    from textwrap import wrap

    from newsletter.cli.output import show

    for line in wrap(text, _columns()):
        show(line)


def _columns() -> int:
    """Return how wide lines may be: as the terminal is, between what can be read and what reads well."""
    import shutil

    return min(max(shutil.get_terminal_size().columns, 40), 100)
