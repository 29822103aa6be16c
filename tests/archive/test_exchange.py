"""Two folders change places in one step."""

from __future__ import annotations

import ctypes
import errno
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from newsletter.archive.exchange import exchange

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("één", "twee"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "name").write_text(name, "utf-8")
    return tmp_path / "één", tmp_path / "twee"


def test_each_is_where_the_other_was(pair: tuple[Path, Path]) -> None:
    first, second = pair
    assert exchange(first, second)
    assert (first / "name").read_text("utf-8") == "twee"
    assert (second / "name").read_text("utf-8") == "één"


def test_one_that_is_not_there_is_named(pair: tuple[Path, Path]) -> None:
    first, _ = pair
    missing = first.with_name("drie")
    with pytest.raises(FileNotFoundError) as caught:
        exchange(first, missing)
    assert (caught.value.filename, caught.value.filename2) == (str(first), str(missing))
    assert (first / "name").exists()


def test_a_system_that_does_not_know_the_call_says_so(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_args, **_options: SimpleNamespace())
    assert not exchange(*pair)


def test_a_file_system_that_cannot_says_so(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_args, **_options: SimpleNamespace(renameat2=lambda *_: -1))
    monkeypatch.setattr(ctypes, "get_errno", lambda: errno.EINVAL)
    assert not exchange(*pair)
    assert (pair[0] / "name").read_text("utf-8") == "één"
