"""The table of states: what it promises as a whole."""

from __future__ import annotations

from newsletter.sending.states import ARROWS, HELD, UNFINISHED, Arrow, State

FINAL = {State.SENT, State.FAILED, State.SKIPPED, State.CANCELLED}


def test_every_arrow_stands_in_the_table() -> None:
    assert set(ARROWS) == set(Arrow)


def test_what_was_sent_is_never_sent_again() -> None:
    """No arrow leads out of a final state but the editor's from a refusal; from doubt only the editor leads back."""
    assert {arrow: change.sources for arrow, change in ARROWS.items() if change.sources & FINAL} == {
        Arrow.RETRY: {State.FAILED}
    }
    back = {
        arrow for arrow, change in ARROWS.items() if State.IN_DOUBT in change.sources and change.target not in FINAL
    }
    assert back == {Arrow.RESEND}


def test_nothing_is_written_to_a_wire_that_was_not_claimed() -> None:
    assert ARROWS[Arrow.CLAIM].sources == {State.PENDING}
    assert ARROWS[Arrow.WIRE].sources == HELD
    entries = {arrow for arrow, change in ARROWS.items() if change.target is State.WIRE}
    assert entries == {Arrow.WIRE}


def test_every_state_can_be_reached_and_every_unfinished_one_left() -> None:
    reached = {change.target for change in ARROWS.values()}
    assert reached == set(State)
    for state in UNFINISHED:
        assert any(state in change.sources and change.target in FINAL for change in ARROWS.values())


def test_only_a_senders_own_word_makes_a_row_sent() -> None:
    """Or its server's log, or a provider's, or the editor's; or time's, of what can be asked for again."""
    assert {arrow for arrow, change in ARROWS.items() if change.target is State.SENT} == {
        Arrow.ACCEPT,
        Arrow.ANSWER,
        Arrow.PROVE,
        Arrow.CONFIRM,
        Arrow.ASSUME,
        Arrow.LAPSE,
    }
