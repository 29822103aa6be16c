"""Each folder in tests/bad_configs is a broken workspace beside the exact message that it must give."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from newsletter.config import load
from newsletter.errors import ConfigError

CASES = sorted(path.parent for path in (Path(__file__).parent.parent / "bad_configs").glob("*/newsletter.toml"))
SECRETS = ("not-for-everyone", "not for everyone", "too-short", "hunter2", "left-alone")


def failure(case: Path, workspace: Path) -> ConfigError:
    """Load a case as a workspace of its own."""
    shutil.copy(case / "newsletter.toml", workspace)
    environ = {}
    if (case / "dotenv").exists():
        shutil.copy(case / "dotenv", workspace / ".env")
    if (case / "environ").exists():
        lines = (case / "environ").read_text(encoding="utf-8").splitlines()
        environ = dict(line.split("=", 1) for line in lines)
    with pytest.raises(ConfigError) as caught:
        load(workspace, environ)
    return caught.value


def test_there_are_cases() -> None:
    assert len(CASES) > 30


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_fault_is_told_at_its_place(case: Path, tmp_path: Path) -> None:
    expected = (case / "expected").read_text(encoding="utf-8")
    assert f"{failure(case, tmp_path)}\n" == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_message_shows_a_secret(case: Path, tmp_path: Path) -> None:
    message = str(failure(case, tmp_path))
    assert not [secret for secret in SECRETS if secret in message]


@pytest.mark.parametrize(
    ("case", "rules"),
    [
        ("syntax-error", ["config-syntax", "config-value"]),
        ("unknown-key", ["config-missing", "config-unknown-key", "config-unknown-key", "config-unknown-key"]),
        ("wrong-types", ["config-type"] * 11),
        ("bad-smtp", ["config-value"] * 9),
        ("bad-dkim", ["config-value"] * 4),
        ("bad-sending", ["config-value"] * 2),
        ("missing-keys", ["config-missing"] * 5),
        ("secrets-in-newsletter-toml", ["config-secret", "config-secret", "config-unknown-key", "config-secret"]),
        ("dotenv-unknown-names", ["config-unknown-key"] * 3),
    ],
)
def test_each_fault_has_its_rule(case: str, rules: list[str], tmp_path: Path) -> None:
    folder = Path(__file__).parent.parent / "bad_configs" / case
    assert [finding.rule for finding in failure(folder, tmp_path).findings] == rules
