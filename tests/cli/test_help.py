"""What the command says of itself."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from newsletter.cli.later import Later
from newsletter.cli.main import command_line
from tests.cli.commands import Newsletter, installed

if TYPE_CHECKING:
    from pathlib import Path

DEAR = """
babel cssutils dotenv email_validator feedparser http.server httpx icalendar jinja2 lxml markdown_it markdownify
mdit_py_plugins mjml nh3 premailer rich slugify sqlalchemy ssl starlette uvicorn watchfiles yaml
"""
"""What help must not wait for."""


def commands() -> list[tuple[str, ...]]:
    """The words of every command, from the tree itself."""

    def below(command: object, words: tuple[str, ...]) -> list[tuple[str, ...]]:
        inner = getattr(command.load() if isinstance(command, Later) else command, "commands", {})
        return [words, *(found for name in inner for found in below(inner[name], (*words, name)))]

    return below(command_line, ())


@pytest.fixture(autouse=True)
def columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...], newsletter: Newsletter) -> None:
    ran = newsletter(*words, "--help")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: {' '.join(['newsletter', *words])} ")
    assert "newsletter " in ran.out.split("Example:" if words else "Start with:")[1]
    assert max(map(len, ran.out.splitlines())) <= 80
    assert newsletter(*words, "-h") == ran


def test_the_tree_of_commands_is_the_one_that_is_promised() -> None:
    assert {" ".join(words) for words in commands()} == {
        "", "init", "new", "issues", "find", "episodes", "episode", "episode refresh",
        "preview", "render", "check", "blocks", "send", "archive", "archive build", "archive publish", "archive serve",
        "subscribers", "subscribers import", "subscribers export", "subscribers add", "subscribers remove",
        "subscribers list", "subscribers show", "subscribers forget", "doctor", "plan", "rehearse", "status", "doubts",
        "pause", "resume", "cancel", "serve", "form",
    }  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [words for words in commands() if words not in {(), ("archive",), ("episode",), ("subscribers",)}],
    ids=" ".join,
)
def test_every_command_takes_a_workspace_and_prints_json(words: tuple[str, ...], newsletter: Newsletter) -> None:
    help_text = newsletter(*words, "--help").out
    assert "\n  -C DIR" in help_text
    assert "\n  --json " in help_text


def test_help_names_what_a_command_takes_and_not_its_type(newsletter: Newsletter) -> None:
    assert newsletter("send", "--help").out.startswith("Usage: newsletter send [OPTIONS] ISSUE [ADDR]...\n")
    assert newsletter("init", "--help").out.startswith("Usage: newsletter init [OPTIONS] [DIR]\n")
    for words in commands():
        assert "<" not in re.sub(r"\d+<=x<=\d+", "", newsletter(*words, "--help").out)


@pytest.mark.parametrize("words", [(), ("archive",), ("subscribers",)], ids=["newsletter", "archive", "subscribers"])
def test_a_command_that_is_only_a_heading_shows_its_help(words: tuple[str, ...], newsletter: Newsletter) -> None:
    alone = newsletter(*words)
    assert (alone.status, alone.out) == (2, "")
    assert alone.err == newsletter(*words, "--help").out


def test_the_version_is_that_of_the_package(newsletter: Newsletter) -> None:
    ran = newsletter("--version")
    assert (ran.status, ran.out, ran.err) == (0, f"newsletter {version('newsletter')}\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rendr"], "error: No such command 'rendr'. Did you mean 'render'"),
        (["archive", "bild"], "error: No such command 'bild'. Did you mean 'build'?\nTry: newsletter archive --help\n"),
        (["send", "asml", "--tset", "a@example.org"], "error: No such option: --tset"),
        (["render", "asml", "--jsn"], "--json"),
        (["render"], "error: Missing argument 'ISSUE'.\nTry: newsletter render --help\n"),
        (["render", "a", "b"], "error: Got unexpected extra argument(s) (b)\nTry: newsletter render --help\n"),
        (["archive", "serve", "--port", "65536"], "'--port'"),
        (["archive", "serve", "--port", "http"], "'--port'"),
        (["render", "asml", "--out"], "error: Option '--out' requires an argument.\nTry: newsletter render --help\n"),
    ],
)
def test_wrong_usage_is_told_with_a_hint(arguments: list[str], said: str, newsletter: Newsletter) -> None:
    ran = newsletter(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.startswith("error: ")
    assert "\nTry: newsletter" in ran.err


def test_help_waits_for_no_library_of_the_rooms() -> None:
    program = f"""
import sys
from newsletter.cli.main import run_with
for words in {[list(words) for words in commands()]!r}:
    run_with([*words, "--help"])
rooms = {{name.split(".")[1] for name in sys.modules if name.startswith("newsletter.")}}
dear = [name for name in {DEAR.split()!r} if name in sys.modules]
print(dear, sorted(rooms - {{"cli", "errors", "wording"}}), file=sys.stderr)
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stderr == "[] []\n"


def test_the_list_of_commands_waits_for_none_of_them() -> None:
    program = """
import sys
from newsletter.cli.main import run_with
run_with(["--help"])
print(*sorted(name for name in sys.modules if name.startswith("newsletter.cli.")), file=sys.stderr)
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stderr.split() == [
        f"newsletter.cli.{name}" for name in ("failure", "later", "main", "options", "output")
    ]


def test_the_installed_command_is_this_one(tmp_path: Path) -> None:
    ran = installed("--help", cwd=tmp_path, COLUMNS="80")
    assert ran.status == 0
    assert ran.out.startswith("Usage: newsletter [OPTIONS] COMMAND [ARGS]...\n")
    assert installed("rendr", cwd=tmp_path).status == 2
