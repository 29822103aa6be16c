"""Work that is spread over processes."""

from __future__ import annotations

import os

import pytest

from newsletter.archive import pool
from newsletter.archive.pool import spread
from newsletter.errors import IssueError, TemplateError
from newsletter.model import Finding, Position

COUNT = 50


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "cores", lambda: 2)


def square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def test_the_results_come_in_order_from_other_processes() -> None:
    results = list(spread(square, COUNT, 10))
    assert [result for result, _ in results] == [number * number for number in range(COUNT)]
    assert os.getpid() not in {process for _, process in results}


def test_little_work_is_done_here() -> None:
    assert {process for _, process in spread(square, 9, 10)} == {os.getpid()}
    assert list(spread(square, 0, 0)) == []


def test_one_core_does_it_all_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "cores", lambda: 1)
    assert {process for _, process in spread(square, COUNT, 10)} == {os.getpid()}


@pytest.mark.parametrize("kind", [IssueError, TemplateError])
def test_faults_come_back_as_they_were(kind: type[IssueError | TemplateError]) -> None:
    finding = Finding(Position("issues/a.md", 3, 1), "wrong", "a-rule")

    def work(number: int) -> int:
        if number == 20:
            raise kind([finding])
        return number

    with pytest.raises(kind) as caught:
        list(spread(work, COUNT, 10))
    assert caught.value.findings == (finding,)


def test_a_bug_comes_back_with_its_message() -> None:
    def work(number: int) -> int:
        return 1 // (number - 20)

    with pytest.raises(ZeroDivisionError):
        list(spread(work, COUNT, 10))
