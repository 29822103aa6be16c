"""The wheel: it carries all that the program needs, and works where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = "import newsletter, sys; from newsletter.cli.main import run_with; print(newsletter.__file__); "


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def tree(folder: Path, *, without: str = "__pycache__") -> dict[str, bytes]:
    files = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {name.as_posix(): path.read_bytes() for name, path in files.items() if without not in name.parts}


def test_it_carries_the_package_the_words_and_the_templates(unpacked: Path) -> None:
    package = tree(unpacked / "newsletter")
    templates = {f"templates/{name}": content for name, content in tree(ROOT / "templates").items()}
    assert package == tree(ROOT / "src" / "newsletter") | templates
    assert {"locale/nl/LC_MESSAGES/newsletter.mo", "py.typed", "templates/email/mail.mjml.j2"} <= set(package)
    assert {"checks/clients/support.json", "checks/writing/dictionaries/nl.dic.gz"} <= set(package)


def test_it_carries_nothing_else(unpacked: Path) -> None:
    information = {path.name for path in unpacked.iterdir()} - {"newsletter"}
    assert len(information) == 1
    assert information.pop().endswith(".dist-info")


def test_it_carries_its_licences_and_its_command(unpacked: Path) -> None:
    (information,) = unpacked.glob("*.dist-info")
    assert {path.name for path in (information / "licenses").rglob("*") if path.is_file()} == {
        "LICENSE",
        "NOTICE-caniemail.txt",
        "NOTICE-dictionaries.txt",
        "NOTICE-mjml.txt",
    }
    entry_points = ConfigParser()
    entry_points.read(information / "entry_points.txt", "utf-8")
    assert dict(entry_points["console_scripts"]) == {"newsletter": "newsletter.cli.main:run"}


def test_unpacked_it_makes_renders_and_archives(unpacked: Path, tmp_path: Path) -> None:
    commands = [
        ["init", "--language", "nl"],
        ["render", "latest"],
        ["check"],
        ["archive", "build"],
        ["init", "--eject"],
    ]
    result = subprocess.run(
        [sys.executable, "-c", f"{RUN}sys.exit(any([run_with(command) for command in {commands!r}]))"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"{unpacked / 'newsletter' / '__init__.py'}\n"
    assert 'lang="nl"' in (tmp_path / "out" / "hello.html").read_text("utf-8")
    assert "De eerste editie moet nog komen." in (tmp_path / "out" / "site" / "index.html").read_text("utf-8")
    shipped = {name for name in tree(ROOT / "templates") if not name.startswith("workspace/")}
    assert set(tree(tmp_path / "templates")) == shipped
