"""How commands end: the exit status, what a person is told, and the one JSON document."""

from __future__ import annotations

import errno
import os
import tempfile
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import Newsletter, add_issue, installed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CANARY = "canary-0b7e1f"


def raising(error: BaseException) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise error

    return fail


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a log goes."""
    folder = tmp_path / "logs"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_bug_ends_in_a_log_and_not_in_a_traceback_on_the_terminal(
    newsletter: Newsletter, workspace: Path, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.render.render_email", raising(RuntimeError("the wheels came off")))
    ran = newsletter("render", "proef")
    (log,) = logs.iterdir()
    assert (ran.status, ran.out) == (3, "")
    assert ran.err == f"error: this is a bug in newsletter: RuntimeError\nWhat happened is written down in {log}\n"
    text = log.read_text("utf-8")
    assert text.startswith("newsletter render proef\n\nTraceback (most recent call last):\n")
    assert text.endswith("RuntimeError: the wheels came off\n")
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_bug_is_one_json_document_too(
    newsletter: Newsletter, workspace: Path, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.render.render_email", raising(LookupError("x")))
    ran = newsletter("render", "proef", "--json")
    (log,) = logs.iterdir()
    assert ran.status == 3
    assert ran.document == {"errors": [{"message": "this is a bug in newsletter: LookupError"}], "log": str(log)}


def test_a_bug_is_told_even_where_no_log_can_be_written(
    newsletter: Newsletter, workspace: Path, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.render.render_email", raising(RuntimeError("x")))
    monkeypatch.setattr(tempfile, "tempdir", str(logs / "gone"))
    ran = newsletter("render", "proef", "--json")
    assert ran.status == 3
    assert ran.document["log"] == ""
    assert ran.err.endswith("What happened could not be written down: No such file or directory\n")


def test_a_log_holds_no_secret(
    newsletter: Newsletter, workspace: Path, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", CANARY)
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", CANARY * 3)
    monkeypatch.setenv("NEWSLETTER_STORE_URL", f"postgresql://redactie:{CANARY}@localhost/x")
    monkeypatch.setattr("newsletter.delivery.all_backends.open_transport", raising(RuntimeError("x")))
    ran = newsletter("send", "proef", "--test", "anna@example.org")
    (log,) = logs.iterdir()
    assert ran.status == 3
    assert CANARY not in ran.err + log.read_text("utf-8")


def test_a_log_takes_arguments_that_are_no_text(
    newsletter: Newsletter, workspace: Path, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file's name may hold bytes that are no UTF-8."""
    monkeypatch.setattr("newsletter.render.render_email", raising(RuntimeError("x")))
    assert newsletter("render", "proef", "--out", os.fsdecode(b"caf\xe9")).status == 3
    (log,) = logs.iterdir()
    assert log.read_text("utf-8").startswith("newsletter render proef --out caf\\udce9\n\nTraceback")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), KeyboardInterrupt("again")])
def test_an_interrupted_command_ends_with_130(
    error: KeyboardInterrupt, newsletter: Newsletter, workspace: Path, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.render.render_email", raising(error))
    ran = newsletter("render", "proef")
    assert (ran.status, ran.out, ran.err) == (130, "", "\ninterrupted\n")
    assert list(logs.iterdir()) == []


def test_a_full_disk_is_no_bug(
    newsletter: Newsletter, workspace: Path, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr("newsletter.render.fill", raising(full))
    ran = newsletter("render", "proef")
    assert (ran.status, ran.err) == (2, "error: No space left on device\n")


def test_an_error_of_the_system_that_nobody_expected_is_a_bug(
    newsletter: Newsletter, workspace: Path, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.render.fill", raising(OSError(errno.EBADF, os.strerror(errno.EBADF))))
    assert newsletter("render", "proef").status == 3


def test_a_folder_that_went_away_is_told(
    tmp_path: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    ran = newsletter("render", "proef")
    assert (ran.status, ran.err) == (2, "error: No such file or directory\n")


WRONG = [
    ["render", "nothing", "--json"],
    ["render", "--json"],
    ["render", "proef", "--json", "--zzz"],
    ["render", "proef", "--json", "--subscriber", "nobody"],
    ["render", "broken", "--json"],
    ["send", "proef", "--json"],
    ["send", "proef", "--json", "--test", "nobody"],
    ["send", "proef", "--json", "--test", "anna@example.org", "--transport", "pigeon"],
    ["archive", "build", "--json", "--out", "issues"],
    ["archive", "serve", "--json"],
    ["init", ".", "--json"],
    ["init", "new", "--language", "fr", "--json"],
    ["-C", "nowhere", "render", "proef", "--json"],
    ["--json", "render", "proef"],
    ["rendr", "--json"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_every_error_is_one_json_document_and_words_beside_it(
    arguments: list[str], newsletter: Newsletter, workspace: Path
) -> None:
    add_issue(workspace, "2026-11-20-broken", "::: tipp\n:::\n\n[x](y)\n")
    ran = newsletter(*arguments)
    assert ran.status == 2
    assert list(ran.document) == ["errors"]
    for error in ran.document["errors"]:
        assert error["message"]
        assert error["message"] in ran.err
    without = newsletter(*(argument for argument in arguments if argument != "--json"))
    assert without.out == ""
    if arguments[0] != "--json":
        assert without.err == ran.err


def test_faults_stand_in_json_with_their_places(newsletter: Newsletter, workspace: Path) -> None:
    add_issue(workspace, "2026-11-20-broken", "::: tipp\n:::\n\n[x](y)\n")
    ran = newsletter("render", "broken", "--json")
    assert ran.document["errors"] == [
        {
            "path": "issues/2026-11-20-broken.md",
            "line": 6,
            "column": 5,
            "severity": "error",
            "rule": "block-unknown",
            "message": 'unknown block "tipp" (did you mean "tip"?)',
        },
        {
            "path": "issues/2026-11-20-broken.md",
            "line": 9,
            "column": 5,
            "severity": "error",
            "rule": "link-address",
            "message": 'the link "y" is not a whole address; begin it with https://',
        },
    ]


def test_faults_of_the_settings_are_told_at_their_lines(newsletter: Newsletter, workspace: Path) -> None:
    toml = workspace / "newsletter.toml"
    toml.write_text(toml.read_text("utf-8").replace("url =", "lnguage = 1\nurl ="), "utf-8")
    ran = newsletter("render", "proef")
    assert ran.status == 2
    assert ran.err.startswith('newsletter.toml:3:1: error: newsletter.lnguage: unknown key (did you mean "language"?)')


def test_json_is_ascii_whatever_the_issue_says(newsletter: Newsletter, workspace: Path) -> None:
    """So it passes a terminal, and any encoding of standard output."""
    add_issue(workspace, "2026-11-25-teken", subject='"Één “teken” 👩\u200d💻"')
    ran = newsletter("render", "teken", "--json")
    assert ran.out.isascii()
    assert ran.document["subject"] == "Één “teken” 👩\u200d💻"


def test_the_process_ends_with_the_same_status(workspace: Path) -> None:
    ran = installed("render", "nothing", "--json", cwd=workspace)
    assert ran.status == 2
    assert ran.document == {"errors": [{"message": 'there is no issue "nothing" in issues/ (there is proef)'}]}
    assert ran.err == 'error: there is no issue "nothing" in issues/ (there is proef)\n'
