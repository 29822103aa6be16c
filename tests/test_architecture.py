"""The contracts of .importlinter hold, and each of them notices its own breach."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

BREACHES = {
    "No cycles between siblings": ("issue/odd.py", "import newsletter.render.odd"),
    "The pure rooms do no network, database or terminal work": ("render/odd.py", "import socket"),
    "A preview can never reach a reader": ("web/preview/readers.py", "import newsletter.delivery.mime"),
    "What renders stays in the preview's other process": ("web/preview/words.py", "import newsletter.render.links"),
    "What editors see and what readers see know nothing of each other": (
        "web/public/odd.py",
        "import newsletter.web.preview.desk",
    ),
    "One door to what counts requests": ("web/public/forms.py", "import limits"),
    "The web servers belong to what is shown in a browser": ("cli/odd.py", "import starlette"),
    "Delivery backends know nothing of each other": (
        "delivery/directory.py",
        "import newsletter.delivery.smtp",
    ),
    "One door to premailer": ("archive/odd.py", "import premailer"),
    "One door to the CSS parser": ("render/odd.py", "import cssutils"),
    "One door to MJML": ("render/odd.py", "import mjml"),
    "One door to the Markdown parsers": ("render/odd.py", "import markdown_it"),
    "One door to the names of emoji": ("render/odd.py", "import emoji"),
    "One door to Pygments": ("render/odd.py", "import pygments"),
    "Two doors to Jinja: the theme, and the expressions of personal fields": ("delivery/odd.py", "import jinja2"),
    "One door to hunspell": ("render/odd.py", "import hunspell"),
    "Two doors to what tells of saved files: the preview, and the archive that is built at every save": (
        "archive/odd.py",
        "import watchfiles",
    ),
    "One door to icalendar": ("render/odd.py", "import icalendar"),
    "One door to YAML": ("config/odd.py", "import yaml"),
    "One door to the picture library": ("archive/odd.py", "import PIL"),
    "One door to the feed parser": ("issue/odd.py", "import feedparser"),
    "One door for the HTML of strangers": ("render/odd.py", "import nh3"),
    "One door to the DNS": ("doctor/odd.py", "import dns"),
    "Two doors to the web: what is fetched, and the providers of mail": ("cli/odd.py", "import httpx"),
    "One door to django-anymail, and to what comes with it": ("delivery/esp/odd.py", "import anymail"),
    "One door to Amazon": ("delivery/esp/odd.py", "import boto3"),
    "One SMTP client, our own": ("delivery/odd.py", "import smtplib"),
    "The database belongs to those who keep something in it": ("cli/odd.py", "import sqlalchemy"),
    "Typer belongs to the command line": ("archive/odd.py", "import typer"),
}
"""By contract: a module, and the line that it must not hold."""


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A copy of the package and of its contracts, free to be spoilt."""
    shutil.copytree(ROOT / "src" / "newsletter", tmp_path / "newsletter", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package that lies in `folder`."""
    command = Path(sys.executable).with_name("lint-imports")

    return subprocess.run(
        [str(command), "--config", ".importlinter", "--no-cache"],
        cwd=folder,
        env={"COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def verdicts(output: str) -> dict[str, str]:
    """Each contract's name with KEPT or BROKEN."""
    return dict(re.findall(r"^(\S.*) (KEPT|BROKEN)\b", output, re.MULTILINE))


def test_every_contract_is_kept(workplace: Path) -> None:
    result = lint(workplace)

    assert set(verdicts(result.stdout).values()) == {"KEPT"}, result.stdout + result.stderr
    assert result.returncode == 0


def test_a_room_that_nobody_listed_breaks_the_path(workplace: Path) -> None:
    room = workplace / "newsletter" / "utils"
    room.mkdir()
    (room / "__init__.py").touch()

    result = lint(workplace)

    assert result.returncode == 1
    assert "newsletter.utils" in result.stdout
    broken = [name for name, verdict in verdicts(result.stdout).items() if verdict == "BROKEN"]
    assert broken == ["The path of the data: each room imports only what stands below it"]


def test_every_contract_notices_its_breach(workplace: Path) -> None:
    for path, line in BREACHES.values():
        with (workplace / "newsletter" / path).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")

    result = lint(workplace)

    unnoticed = [name for name, verdict in verdicts(result.stdout).items() if verdict == "KEPT"]
    assert unnoticed == []
    assert set(BREACHES) < set(verdicts(result.stdout)), "a contract has another name, or is gone"
