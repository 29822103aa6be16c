"""How far a sending is, as it goes along: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import time
from datetime import UTC
from typing import TYPE_CHECKING

import pytest

from newsletter.cli.output import spoken_time
from newsletter.cli.tallies import document, going_along, moved, say_tally
from newsletter.sending.rows import Tally
from newsletter.sending.states import State
from tests.cli.commands import COMMAND

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.mailings import Readers

HALF_WAY = Tally(
    {
        State.PENDING: 50,
        State.CLAIMED: 8,
        State.WIRE: 2,
        State.SENT: 30,
        State.FAILED: 4,
        State.IN_DOUBT: 3,
        State.SKIPPED: 2,
        State.CANCELLED: 1,
    }
)


def test_all_states_of_the_document_make_up_what_was_planned() -> None:
    assert document("asml", "sending", HALF_WAY, 2.0, 30) == {
        "issue": "asml",
        "state": "sending",
        "planned": 100,
        "pending": 60,
        "sent": 30,
        "failed": 4,
        "in_doubt": 3,
        "skipped": 2,
        "cancelled": 1,
        "seconds": 2.0,
        "per_second": 15.0,
    }


def test_no_time_is_not_shown_as_none() -> None:
    assert document("asml", "done", HALF_WAY, 0.0, 1)["seconds"] == 0.001


def test_a_person_is_told_what_is_not_empty(capsys: pytest.CaptureFixture[str]) -> None:
    say_tally("asml", "sending", HALF_WAY)
    say_tally("asml", "done", Tally({State.SENT: 12_345}))
    assert capsys.readouterr().err == (
        "asml sending 100 planned · 60 pending · 30 sent · 4 failed · 3 in doubt · 2 skipped · 1 cancelled\n"
        "asml done 12,345 planned · 12,345 sent\n"
    )


def test_what_came_to_its_end_since_is_counted_on_top() -> None:
    after = moved(HALF_WAY, {State.SENT: 20, State.FAILED: 1, State.PENDING: 7})
    assert (after.planned, after.left, after[State.SENT], after[State.FAILED]) == (100, 39, 50, 5)


def test_without_a_terminal_a_line_comes_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    with going_along(Tally({State.PENDING: 1000}), UTC) as told:
        for second in range(1, 31):
            clock[0] += 1
            told({State.SENT: second * 10}, 0)
        for _ in range(100):  # nothing happens, and nothing is said
            clock[0] += 1
            told({State.SENT: 300}, 0)
    assert capsys.readouterr().err == (
        "1,000 planned · 900 pending · 100 sent · 10 a second · 90 s left\n".replace("90 s", "2 min")
        + "1,000 planned · 800 pending · 200 sent · 10 a second · 80 s left\n"
        + "1,000 planned · 700 pending · 300 sent · 10 a second · 70 s left\n"
    )


def test_where_all_wait_for_their_time_it_is_said_once_until_when(capsys: pytest.CaptureFixture[str]) -> None:
    with going_along(Tally({State.PENDING: 3}), UTC) as told:
        for second in range(300):
            told({State.SENT: 2}, 1_764_000_000_000 + second * 1000)
        told({State.SENT: 2}, 0)
        told({State.SENT: 2}, 1_764_000_900_000)
    assert capsys.readouterr().err == "3 planned · 1 pending · 2 sent · next try at 16:00:00\n"


def test_on_a_terminal_a_bar_shows_the_speed(readers: Readers, workspace: Path) -> None:
    readers(*(f"r{number}" for number in range(400)))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, "send", "proef", "--yes", "--transport", "null"],
        cwd=workspace, stdin=subprocess.DEVNULL, stderr=theirs, env=os.environ | {"TERM": "xterm", "COLUMNS": "120"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # how a terminal says that nobody writes to it any more
        pass
    os.close(ours)
    assert process.wait() == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert "400/400" in text
    assert text.endswith("proef done 400 planned · 400 sent\r\n")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (89.4, "89 s"), (90, "2 min"), (3600, "60 min"), (5400, "1 h 30 min"), (100_000, "27 h 47 min")],
)
def test_a_time_is_said_as_a_person_says_it(seconds: float, said: str) -> None:
    assert spoken_time(seconds) == said
