"""A newsletter.toml or .env that cannot be read says why; nothing makes the program hang or fall over."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.config import find_root, load
from newsletter.errors import ConfigError, UsageError
from tests.config.workspaces import REQUIRED, faults_of, settings_of


def faults_in_bytes(root: Path, content: bytes) -> list[str]:
    (root / "newsletter.toml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(root, {})
    return str(caught.value).splitlines()


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, {"NEWSLETTER_TRANSPORT": "pigeon"})
    assert str(caught.value).splitlines() == [
        'newsletter.toml: not found here: "newsletter init" makes one, and -C DIR picks another folder',
        (
            'environment: NEWSLETTER_TRANSPORT: found "pigeon", '
            "expected directory, smtp, null or a provider such as esp:mailgun"
        ),
    ]


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert faults_of(tmp_path) == [".env: cannot be read: Is a directory"]


def test_what_is_not_utf8_is_told_at_its_place(tmp_path: Path) -> None:
    content = '[newsletter]\n# één\nname = "Café"'.encode().replace('é"'.encode(), b'\xe9"')
    assert faults_in_bytes(tmp_path, content) == ["newsletter.toml:3:12: not UTF-8 from here on: save it as UTF-8"]


@pytest.mark.parametrize(
    ("encoding", "fault"),
    [
        ("utf-8-sig", "newsletter.toml:1:1: starts with a byte order mark: save it without"),
        ("utf-16", "newsletter.toml:1:1: not UTF-8 from here on: save it as UTF-8"),
    ],
)
def test_a_byte_order_mark_is_told(encoding: str, fault: str, tmp_path: Path) -> None:
    assert faults_in_bytes(tmp_path, REQUIRED.encode(encoding)) == [fault]


def test_dotenv_is_read_with_the_same_care(tmp_path: Path) -> None:
    assert faults_of(tmp_path, dotenv="\ufeffA=b\n") == [".env:1:1: starts with a byte order mark: save it without"]


def test_256_kib_is_the_most_that_is_read(tmp_path: Path) -> None:
    filler = f"# {'x' * 77}\n"
    padded = REQUIRED + filler * ((256 * 1024 - len(REQUIRED)) // len(filler))
    full = padded + "#" * (256 * 1024 - len(padded))
    assert settings_of(tmp_path, full).newsletter.name == "Proef"
    assert faults_of(tmp_path, full + "#") == [
        "newsletter.toml: larger than 256 KiB: this cannot be a file of settings"
    ]


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        # Python's own parser needs 98 seconds for 60,000 dots and more memory than there is for twice as many.
        pytest.param(".".join("a" * 60_000) + " = 1", "A line of more than 1000 characters", id="dots"),
        pytest.param("a = [\n" + "1,\n" * 60_000 + "]", "One value spans more than 100 lines", id="lines"),
    ],
)
def test_a_file_that_would_take_for_ever_is_refused(content: str, reason: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, content)
    assert fault == f"newsletter.toml:1:1: cannot be read as TOML: {reason}"


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    content = "a = " + ("[" * 900 + "\n") * 20
    assert faults_of(tmp_path, content) == ["newsletter.toml: nested too deeply"]


def test_the_slowest_file_that_is_let_through_is_read_in_seconds(tmp_path: Path) -> None:
    content = "".join(f"k{number} = [\n{'[],' * 330 + chr(10)}]\n" for number in range(200))
    assert len(faults_of(tmp_path, content)) == 206


def test_the_root_is_the_nearest_folder_upward(tmp_path: Path) -> None:
    inner = tmp_path / "workspace" / "issues" / "2026"
    inner.mkdir(parents=True)
    (tmp_path / "newsletter.toml").touch()
    (tmp_path / "workspace" / "newsletter.toml").touch()
    assert find_root(inner) == (tmp_path / "workspace").resolve()
    assert find_root(tmp_path / "workspace") == (tmp_path / "workspace").resolve()
    assert find_root(tmp_path) == tmp_path.resolve()


def test_a_folder_called_newsletter_toml_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").touch()
    inner = tmp_path / "inner"
    (inner / "newsletter.toml").mkdir(parents=True)
    assert find_root(inner) == tmp_path.resolve()


def test_outside_any_workspace_the_mend_is_told() -> None:
    with pytest.raises(UsageError) as caught:
        find_root(Path("/"))
    assert str(caught.value) == (
        'no newsletter.toml in "/" or in a folder above it: '
        'make one with "newsletter init", or pick the workspace with -C DIR'
    )
