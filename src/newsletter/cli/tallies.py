"""How far a sending is: the one JSON document, the words of a person, and the line that goes along."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.cli.output import Mark, say, spoken_time
from newsletter.sending.pace import Pace
from newsletter.sending.refusals import HELD
from newsletter.sending.rows import Tally
from newsletter.sending.states import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import tzinfo

    from newsletter.sending.sendings import Sending

    Told = Callable[[Mapping[State, int], int], None]
    """Takes how many came to each final state since, and when the next try is due; 0 while there is work."""

ENDED = (State.SENT, State.FAILED, State.IN_DOUBT, State.SKIPPED, State.CANCELLED)
"""Where a row comes to its end, in the order in which they are shown; in doubt is one, as no sender goes on from it."""
_STYLES = {State.SENT: "green", State.FAILED: "red", State.IN_DOUBT: "yellow"}
_WORDS = {State.IN_DOUBT: "in doubt"}
_LINE_EVERY_S = 10.0
"""Where there is no terminal."""


def document(slug: str, status: str, counts: Tally, seconds: float, done: int) -> dict[str, object]:
    """Return how far a sending is, as `send`, `rehearse` and `status` print it: all its states make up `planned`."""
    shown = max(seconds, 0.001)
    return {
        "issue": slug,
        "state": status,
        **counts_of(counts),
        "seconds": round(shown, 3),
        "per_second": round(done / shown, 1),
    }


def counts_of(counts: Tally) -> dict[str, int]:
    """Return how many rows there are and in which states, which make up all of them."""
    return {"planned": counts.planned, "pending": counts.left, **{str(state): counts[state] for state in ENDED}}


def words(counts: Tally) -> list[str | Mark]:
    """Return how far a sending is, for a person: the states that are not empty."""
    found: list[str | Mark] = [f"{counts.planned:,} planned"]
    if counts.left:
        found.append(f"{counts.left:,} pending")
    for state in ENDED:
        if counts[state]:
            text = f"{counts[state]:,} {_WORDS.get(state, state)}"
            found.append(Mark(text, _STYLES[state]) if state in _STYLES else text)
    return found


def moved(before: Tally, reached: Mapping[State, int]) -> Tally:
    """Return how far a sending is, from how far it was and what came to each final state since."""
    states = {state: before[state] + reached.get(state, 0) for state in ENDED}
    return Tally({**states, State.PENDING: before.planned - sum(states.values())})


@contextmanager
def going_along(before: Tally, timezone: tzinfo) -> Iterator[Told]:
    """Give a function that shows how far a sending is: a bar on a terminal, a line now and then elsewhere."""
    pace = Pace(time.monotonic())
    if not sys.stderr.isatty():
        yield _in_lines(before, pace, timezone)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("sending", total=before.planned, completed=before.planned - before.left, note="")

        def show(reached: Mapping[State, int], due_at_ms: int) -> None:
            counts = moved(before, reached)
            more = [next_try(due_at_ms, timezone)] if due_at_ms else _speed(pace, counts)
            note = " · ".join(str(getattr(word, "text", word)) for word in (*words(counts)[1:], *more))
            bars.update(task, completed=counts.planned - counts.left, note=note)

        yield show


def _in_lines(before: Tally, pace: Pace, timezone: tzinfo) -> Told:
    last_s, last = time.monotonic(), before.states
    waiting: Mapping[State, int] = {}

    def show(reached: Mapping[State, int], due_at_ms: int) -> None:
        nonlocal last_s, last, waiting
        counts = moved(before, reached)
        speed = _speed(pace, counts)
        # Where all that is left waits for a busy server, for hours perhaps, that is said once.
        if due_at_ms and counts.states != waiting:
            waiting = last = counts.states
            say(*joined([*words(counts), next_try(due_at_ms, timezone)]))
        elif time.monotonic() - last_s >= _LINE_EVERY_S and counts.states != last:
            last_s, last = time.monotonic(), counts.states
            say(*joined([*words(counts), *speed]))

    return show


def next_try(due_at_ms: int, timezone: tzinfo) -> str:
    """Return when the next reader is tried again, on the clock of the newsletter."""
    return f"next try at {datetime.fromtimestamp(due_at_ms // 1000, timezone):%H:%M:%S}"


def _speed(pace: Pace, counts: Tally) -> list[str | Mark]:
    pace.note(time.monotonic(), counts.planned - counts.left)
    left_s = pace.seconds_left(counts.left)
    if not counts.left or left_s is None:
        return []
    return [f"{pace.per_second:,.0f} a second", f"{spoken_time(left_s)} left"]


def joined(parts: list[str | Mark]) -> list[str | Mark]:
    """Return words with a dot between them."""
    return [part for each in parts for part in (each, "·")][:-1]


def spoken_tally(slug: str, status: str, counts: Tally) -> list[str | Mark]:
    """Return how far a sending is, as one line for a person."""
    return [Mark(slug, "bold"), Mark(status, "dim"), *joined(words(counts))]


def how_to_resume(sending: Sending) -> str:
    """Return what a person can do about a paused sending."""
    if sending.refusals != HELD:
        return f"let it go on with: newsletter resume {sending.slug}"
    return (
        "too many addresses were refused as not existing. If that is right: "
        f"newsletter resume {sending.slug} --suppress-refused. If the server was wrong: "
        f"newsletter resume {sending.slug} --retry-refused"
    )


def say_tally(slug: str, status: str, counts: Tally) -> None:
    """Tell a person how far a sending is."""
    say(*spoken_tally(slug, status, counts))
