"""What holds for every test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The caller's own settings must not decide a test: neither a newsletter's, nor those that force colours on.
COLOURS = {"FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS", "TTY_COMPATIBLE"}
for name in list(os.environ):
    if name.startswith("NEWSLETTER_") or name in COLOURS:
        del os.environ[name]

# Where `make test` puts a Chromium when it may not install one for the whole machine.
BROWSERS = Path(__file__).parent.parent / ".venv" / "browsers"
if BROWSERS.is_dir():
    os.environ.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(BROWSERS))

# A shared machine stalls now and then. The timeout catches a hang; a deadline per example only makes noise.
# In CI the examples are always the same, so that a change is judged by what it changed; elsewhere they are new.
settings.register_profile("project", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files, and the pages of docs/reference that are generated, anew: "
        "`git diff` shows what changed",
    )


@pytest.fixture
def update_golden(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--update-golden"))
