"""What is said when a site cannot be published."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from newsletter.archive import Publication, deploy
from newsletter.errors import UsageError
from tests.archive.deploy.places import IDENTITY, git, silent

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("target", "program"),
    [("git:origin#pages", "git"), ("rsync:h:/www", "rsync"), ("s3://bucket", "aws"), ("rclone:h:www", "rclone")],
)
def test_a_program_that_is_missing_is_named(
    target: str, program: str, site: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(root))
    message = f"publishing there needs the program {program}, which is not installed"
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        deploy(Publication(site, target, root), silent)


def test_what_a_program_says_when_it_fails_is_quoted_but_not_at_any_length(
    site: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = root / "rclone"
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('no\\x1b[31m\\n' + 'x' * 5000)\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(root))
    with pytest.raises(UsageError) as caught:
        deploy(Publication(site, "rclone:h:www", root), silent)
    said = str(caught.value)
    assert said.startswith("rclone ended with status 1: no\\u001b[31m; xxxxx")
    assert said.endswith("x…")
    assert len(said) < 1_100


def test_a_remote_of_git_that_is_not_there_is_told(site: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    git(root, "init", "--quiet")
    with pytest.raises(UsageError, match=r"^git ended with status \d+: .*nowhere"):
        deploy(Publication(site, "git:nowhere#pages", root), silent)
