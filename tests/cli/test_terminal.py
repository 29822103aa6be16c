"""What reaches a terminal: colours where they are wanted, and nothing that could play tricks with it."""

from __future__ import annotations

import os
import pty
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import COMMAND, Newsletter, add_issue, installed

if TYPE_CHECKING:
    from pathlib import Path

TRICKS = {
    "a title": "\x1b]0;owned\x07",
    "a colour": "\x1b[31m",
    "the older introducer": "\x9b31m",
    "a change of direction": "\u202egnp.exe",
    "a bell": "\x07",
    "a carriage return": "\rerror: none",
}


def on_a_terminal(*arguments: str, cwd: Path, stream: str = "stderr", **environment: str) -> str:
    """Run the installed command with a terminal for one of its streams; return what it showed there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, *arguments],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs if stream == "stdout" else subprocess.DEVNULL,
        stderr=theirs if stream == "stderr" else subprocess.DEVNULL,
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # how a terminal says that the other side has gone
        while piece := os.read(ours, 4096):
            shown += piece
    os.close(ours)
    process.wait()
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_gets_colours(tmp_path: Path) -> None:
    assert on_a_terminal("rendr", cwd=tmp_path).startswith("\x1b[31merror:\x1b[0m No such command 'rendr'.")


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"NO_COLOR": "0"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_gets_none_where_they_are_not_wanted(environment: dict[str, str], tmp_path: Path) -> None:
    assert on_a_terminal("rendr", cwd=tmp_path, **environment).startswith("error: No such command 'rendr'.")


def test_results_have_colours_on_a_terminal_too(workspace: Path) -> None:
    assert on_a_terminal("blocks", "tip", cwd=workspace, stream="stdout").startswith("\x1b[1mtip\x1b[0m\nA tip: ")
    assert on_a_terminal("blocks", "tip", cwd=workspace, stream="stdout", NO_COLOR="1").startswith("tip\nA tip: ")


def test_an_empty_no_color_counts_as_not_set(tmp_path: Path) -> None:
    assert on_a_terminal("rendr", cwd=tmp_path, NO_COLOR="").startswith("\x1b[31merror:")


def test_a_pipe_gets_no_colours(tmp_path: Path) -> None:
    assert installed("rendr", cwd=tmp_path, TERM="xterm").err.startswith("error: No such command 'rendr'.")


def test_words_from_outside_cannot_colour_a_terminal_either(tmp_path: Path) -> None:
    assert "\x1b[32m" not in on_a_terminal("\x1b[32mrendr", cwd=tmp_path)


def spoken(newsletter: Newsletter, *arguments: str) -> str:
    """Run a command that says something; return all that it wrote."""
    ran = newsletter(*arguments)
    assert ran.out + ran.err
    return ran.out + ran.err


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_no_control_character_reaches_a_terminal(trick: str, newsletter: Newsletter, workspace: Path) -> None:
    tip = "::: tip {#een} Een\nTekst.\n:::\n"
    add_issue(workspace, f"2026-11-20-{trick}")
    add_issue(workspace, "2026-11-21-key", body=tip, **{f"na{trick}am": "x"})
    add_issue(workspace, "2026-11-22-value", body=tip, status=trick)
    add_issue(
        workspace, "2026-11-23-body", body=f"::: tip{trick} {{a{trick}=1}}\n:::\n[x](y{trick})\n![]({trick}.png)\n"
    )
    add_issue(workspace, "2026-11-24-subject", body=tip, subject=f'"Een {trick} proef"')
    odd = workspace / f"odd{trick}"
    odd.mkdir()
    said = [
        spoken(newsletter, trick),
        spoken(newsletter, "render", trick),
        spoken(newsletter, "render", f"--{trick}"),
        spoken(newsletter, "render", f"2026-11-20-{trick}"),
        *(
            spoken(newsletter, "render", name, *json, "--subscriber", "anna@example.org")
            for name in ("key", "value", "body", "subject")
            for json in ([], ["--json"])
        ),
        spoken(newsletter, "render", "proef", "--subscriber", f"{trick}@example.org"),
        spoken(newsletter, "render", "proef", "--out", str(odd)),
        spoken(newsletter, "render", "proef", "--out", str(odd), "--json"),
        spoken(newsletter, "send", "proef", "--test", f"{trick}@example.org"),
        spoken(newsletter, "send", "proef", "--test", "anna@example.org", "--transport", trick),
        spoken(newsletter, "archive", "build", "--out", str(odd)),
        spoken(newsletter, "archive", "serve", "--out", str(odd)),
        spoken(newsletter, "-C", trick, "render", "proef"),
        spoken(newsletter, "init", str(odd), "--name", trick),
        spoken(newsletter, "init", str(odd), "--language", trick),
        spoken(newsletter, "init", str(odd), "--name", "Proef"),
    ]
    for text in said:
        assert "".join(c for c in text if not c.isprintable() and c != "\n") == ""
