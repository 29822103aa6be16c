"""All examinations together: side by side, in the order of the table, and never for long."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from newsletter.doctor import EXAMINATIONS, examine
from newsletter.doctor.all_examinations import Examination
from newsletter.doctor.examined import ok

if TYPE_CHECKING:
    from newsletter.config import Settings
    from newsletter.doctor import Examined, Outside
    from tests.doctor.surroundings import Surroundings


def fine(_settings: Settings, _outside: Outside) -> tuple[Examined, ...]:
    return (ok("fine", "all of it"),)


def test_they_are_made_side_by_side_and_told_in_their_order(around: Surroundings) -> None:
    """Each waits for all the others, which it could not if they came one after the other."""
    together = threading.Barrier(3, timeout=10)

    def meet(_settings: Settings, _outside: Outside) -> tuple[Examined, ...]:
        return (ok(str(together.wait()), "met"),)

    table = [Examination("A", "one", meet), Examination("B", "two", meet), Examination("B", "three", meet)]
    results = list(examine(around.settings(), around.outside(), examinations=table))

    assert [result.group for result in results] == ["A", "B", "B"]
    assert {row.name for result in results for row in result.rows} == {"0", "1", "2"}


def test_one_that_takes_too_long_is_not_waited_for(around: Surroundings) -> None:
    is_over = threading.Event()

    def hang(_settings: Settings, _outside: Outside) -> tuple[Examined, ...]:
        is_over.wait(20)
        return (ok("late", "too late"),)

    table = [Examination("A", "slow", hang), Examination("A", "quick", fine)]
    results = list(examine(around.settings(), around.outside(), examinations=table, most_s=0.2))
    is_over.set()

    assert [(row.name, str(row.verdict), row.found) for result in results for row in result.rows] == [
        ("slow", "unknown", "it took longer than 0.2 s"),
        ("fine", "ok", "all of it"),
    ]


def test_a_bug_in_one_is_not_swallowed(around: Surroundings) -> None:
    def stumble(_settings: Settings, _outside: Outside) -> tuple[Examined, ...]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(examine(around.settings(), around.outside(), examinations=[Examination("A", "odd", stumble)]))


def test_without_a_name_server_nothing_of_the_dns_is_known(around: Surroundings) -> None:
    around.zone.failing.update({"proef.example", "_dmarc.proef.example"})

    results = list(examine(around.settings(), around.outside()))

    by_name = {row.name: row for result in results for row in result.rows}
    assert (by_name["SPF"].verdict, by_name["SPF"].found) == (
        "unknown",
        'the name servers fail at TXT of "proef.example"',
    )
    assert [by_name[name].verdict for name in ("DMARC", "MX")] == ["unknown"] * 2


def test_offline_nobody_is_asked(around: Surroundings) -> None:
    settings = around.settings(NEWSLETTER_STORE_URL="postgresql://db.example/n")
    results = list(examine(settings, around.outside(), is_offline=True))

    outside = [one.name for one in EXAMINATIONS if one.is_outside(settings) and one.applies(settings)]
    assert "database" in outside
    found = {row.name: row for result in results for row in result.rows}
    assert {(str(found[name].verdict), found[name].found) for name in outside} == {
        ("unknown", "it asks other machines, and --offline asks none")
    }
    assert (around.zone.asked, around.site.log) == ([], [])
    assert "discussion" not in found
