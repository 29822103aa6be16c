"""What reaches a terminal: colours where they are wanted, and nothing that could play tricks with it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import Newsletter, add_issue, installed, on_a_terminal

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


def test_a_terminal_without_the_signs_gets_their_escapes(workspace: Path) -> None:
    ran = installed("doctor", "--offline", cwd=workspace, PYTHONIOENCODING="ascii")
    assert "\\u2713 settings" in ran.out
    assert "Traceback" not in ran.err


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
        *subscribers_spoken(newsletter, workspace, trick),
    ]
    for text in said:
        assert "".join(c for c in text if not c.isprintable() and c != "\n") == ""


def subscribers_spoken(newsletter: Newsletter, workspace: Path, trick: str) -> list[str]:
    """All that is said of subscribers whose file, names, tags and database are hostile."""
    path = workspace / f"list{trick}.csv"
    path.write_text(
        f"email,first_name,tags,a{trick}\n{trick}@example.org,x,,\nbram@example.org,{trick},{trick},\n", "utf-8"
    )
    said = [
        spoken(newsletter, "subscribers", *arguments)
        for arguments in (
            ("import", str(path)),
            ("import", str(path), "--json"),
            ("import", str(path), "--skip-bad"),
            ("import", f"{trick}.csv"),
            ("add", f"{trick}@example.org"),
            ("add", "anna@example.org", "--first-name", trick),
            ("add", "anna@example.org", "--tag", trick),
            ("add", "anna@example.org", "--language", trick),
            ("remove", trick),
            ("list", "--segment", trick),
            ("list", "--status", trick),
            ("list", "--tag", trick),
            ("export", "--out", str(workspace / f"out{trick}.csv")),
        )
    ]
    # Nothing got in so far; a database may also have been filled by somebody else.
    spoken(newsletter, "subscribers", "add", "anna@example.org")
    with sqlite3.connect(workspace / "newsletter.db") as raw:
        raw.execute("update subscriber set first_name = ?, tags = ?, consent_source = ?", (trick, f",{trick},", trick))
    raw.close()
    return [
        *said,
        spoken(newsletter, "subscribers", "list"),
        spoken(newsletter, "subscribers", "list", "--json"),
        spoken(newsletter, "subscribers", "show", "anna@example.org"),
        spoken(newsletter, "subscribers", "show", "anna@example.org", "--json"),
    ]


def test_a_terminal_is_shown_how_far_an_import_is(workspace: Path) -> None:
    people = "".join(f"reader{number}@example.org\n" for number in range(6_000))
    (workspace / "list.csv").write_text(f"email\n{people}", "utf-8")

    shown = on_a_terminal("subscribers", "import", "list.csv", cwd=workspace)

    assert "6000/6000" in shown
    assert shown.endswith("\x1b[32mimported\x1b[0m list.csv, 6,000 lines: 6,000 added\n")
