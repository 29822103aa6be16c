"""Which workspace a command works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import TOML, Newsletter, add_issue

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def other(tmp_path: Path, workspace: Path) -> Path:
    """A second workspace, beside the one that the test stands in."""
    root = tmp_path / "other"
    root.mkdir()
    (root / "newsletter.toml").write_text(TOML, "utf-8")
    add_issue(root, "2026-11-24-elders")
    return root


@pytest.mark.parametrize(
    "arguments",
    [
        ("-C", "../other", "render", "elders"),
        ("render", "elders", "-C", "../other"),
        ("-C", "../ws", "render", "elders", "-C", "../other"),
        ("-C", "../other", "archive", "build"),
        ("archive", "build", "-C", "../other"),
    ],
    ids=" ".join,
)
def test_a_workspace_is_named_before_or_after_the_command(
    arguments: tuple[str, ...], newsletter: Newsletter, other: Path
) -> None:
    ran = newsletter(*arguments)
    assert ran.status == 0, ran.err
    assert (other / "out").is_dir()


def test_without_a_name_it_is_the_nearest_one_upward(
    newsletter: Newsletter, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace / "issues")
    ran = newsletter("render", "proef", "--json")
    assert ran.status == 0, ran.err
    assert ran.document["html"] == str(workspace / "out" / "proef.html")


def test_files_go_into_the_workspace_wherever_one_stands(
    newsletter: Newsletter, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(other.parent)
    assert newsletter("-C", "other", "render", "elders").err.startswith("wrote other/out/elders.html ")
    assert not (other.parent / "out").exists()


@pytest.mark.parametrize("name", ["issues", "typo", "issues/2026-11-24-proef.md"])
def test_a_mistyped_name_never_opens_the_workspace_around_it(
    name: str, newsletter: Newsletter, workspace: Path
) -> None:
    before = newsletter("-C", name, "render", "proef")
    assert before.status == 2
    assert before.err == f'error: no newsletter.toml in "{name}"; -C names the workspace itself\n'
    assert newsletter("render", "proef", "-C", name) == before
    assert not (workspace / "out").exists()


def test_where_there_is_none_at_all_the_way_to_make_one_is_told(
    newsletter: Newsletter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in (["render", "proef"], ["-C", "typo", "render", "proef"]):
        ran = newsletter(*arguments)
        assert ran.status == 2
        assert ran.err.startswith("error: no newsletter.toml in ")
        assert 'make one with "newsletter init"' in ran.err


def test_the_environment_wins_over_dotenv_and_dotenv_over_the_file(
    newsletter: Newsletter, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert newsletter("send", "proef", "--test", "anna@example.org").status == 0
    assert (workspace / "out" / "mail").is_dir()
    (workspace / ".env").write_text("NEWSLETTER_TRANSPORT=smtp\nNEWSLETTER_SMTP_HOST=127.0.0.1\n", "utf-8")
    monkeypatch.setenv("NEWSLETTER_SMTP_PORT", "1")
    ran = newsletter("send", "proef", "--test", "anna@example.org")
    assert ran.status == 2
    assert "127.0.0.1:1: nothing listens there" in ran.err
