"""The link of the mail that asks to confirm."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from newsletter.audience.tokens import HOUR_MS, Purpose
from tests.audience.lists import NOW_MS
from tests.web.public.sites import hidden, mails, served, steps, words

if TYPE_CHECKING:
    from tests.web.public.sites import Desk

DAY_MS = 24 * HOUR_MS


def link(desk: Desk, subscriber_id: int, *, made_ms: int | None = None) -> str:
    """The link as a mail of that moment, or of now, has it."""
    made = desk.clock.now_ms if made_ms is None else made_ms
    return f"/c/{desk.token(Purpose.CONFIRM, subscriber_id, made // HOUR_MS)}"


@pytest.fixture
def anna(desk: Desk) -> int:
    """Somebody who typed her address and has the mail."""
    desk.fill_in("anna@example.org")
    return int(desk.everybody()[0].id)


def test_the_page_shows_a_button_and_changes_nothing(desk: Desk, anna: int) -> None:
    before = desk.dump()

    answer = desk.browser.get(link(desk, anna))

    assert answer.status_code == 200
    assert "Is a•••@example.org van jou?" in words(answer)
    assert "anna@example.org" not in answer.text
    assert desk.dump() == before


def test_the_button_confirms_and_the_welcome_is_posted(desk: Desk, anna: int) -> None:
    desk.clock.now_ms += HOUR_MS

    answer = desk.browser.post(link(desk, anna))

    assert answer.status_code == 200
    assert "Proef komt van nu af aan bij a•••@example.org." in words(answer)
    kept = desk.of(anna)
    assert (kept.status, kept.confirmed_at_ms) == ("active", desk.clock.now_ms)
    assert mails(desk) == [("confirm", "anna@example.org"), ("welcome", "anna@example.org")]
    asked, confirmed = steps(desk, anna)
    assert (confirmed.step, confirmed.client, confirmed.form_url) == (
        "confirmed",
        "192.0.2.0/24",
        "https://example.org/c/",
    )
    assert confirmed.wording == asked.wording
    by = desk.token(Purpose.ENVELOPE, anna, 1)
    assert (asked.message_id, confirmed.message_id) == ("", f"<{by}.confirm@example.org>")


def test_pressed_twice_it_is_done_once(desk: Desk, anna: int) -> None:
    first = desk.browser.post(link(desk, anna))
    before = desk.dump()

    again = desk.browser.post(link(desk, anna))

    assert again.text == first.text
    assert desk.dump() == before
    assert desk.posted == ["post", "post"]


def test_pressed_many_times_at_once_it_is_done_once(desk: Desk, anna: int) -> None:
    with served(desk) as url, ThreadPoolExecutor(12) as threads:
        asked = [threads.submit(httpx.post, url + link(desk, anna), timeout=30) for _ in range(12)]
        answers = [one.result() for one in asked]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert mails(desk) == [("confirm", "anna@example.org"), ("welcome", "anna@example.org")]
    assert [one.step for one in steps(desk, anna)] == ["asked", "confirmed"]


def test_who_has_confirmed_sees_that_they_have(desk: Desk, anna: int) -> None:
    desk.browser.post(link(desk, anna))

    assert "Je bent aangemeld" in words(desk.browser.get(link(desk, anna)))


def test_the_link_works_for_as_long_as_the_settings_say(desk: Desk, anna: int) -> None:
    made = desk.clock.now_ms
    desk.clock.now_ms = (made // HOUR_MS + 73) * HOUR_MS - 1

    assert "Ja, meld me aan" in words(desk.browser.get(link(desk, anna, made_ms=made)))


def test_a_link_that_is_too_old_brings_a_new_one_at_the_press_of_a_button(desk: Desk, anna: int) -> None:
    made = desk.clock.now_ms
    desk.clock.now_ms = made + 4 * DAY_MS
    late = link(desk, anna, made_ms=made)

    shown = desk.browser.get(late)
    pressed = desk.browser.post(late)
    assert "Deze link is te oud" in words(shown)
    assert (words(pressed), desk.of(anna).status) == (words(shown), "pending")
    answer = desk.browser.post(late, data=hidden(shown.text) | {"do": "again"})

    assert answer.status_code == 202
    assert "Er komt een mail voor a•••@example.org met een knop." in words(answer)
    assert mails(desk) == [("confirm", "anna@example.org")] * 2
    assert [one.step for one in steps(desk, anna)] == ["asked", "asked"]


def test_a_new_link_is_not_sent_for_one_that_works(desk: Desk, anna: int) -> None:
    desk.clock.now_ms += DAY_MS

    answer = desk.browser.post(link(desk, anna, made_ms=NOW_MS), data={"do": "again"})

    assert "Ja, meld me aan" in words(answer)
    assert mails(desk) == [("confirm", "anna@example.org")]


def test_who_left_comes_back_by_a_link_that_was_made_since(desk: Desk) -> None:
    anna = desk.add(status="unsubscribed", unsubscribed_at_ms=NOW_MS)
    desk.fill_in("anna@example.org")

    answer = desk.browser.post(link(desk, anna))

    assert "Je bent aangemeld" in words(answer)
    assert (desk.of(anna).status, desk.of(anna).unsubscribed_at_ms) == ("active", None)


def test_who_left_does_not_come_back_by_a_link_from_before(desk: Desk, anna: int) -> None:
    before = link(desk, anna)
    desk.browser.post(before)
    desk.clock.now_ms += 2 * HOUR_MS
    desk.browser.post(f"/u/{desk.token(Purpose.UNSUBSCRIBE, anna)}")

    answer = desk.browser.post(before)

    assert "Deze link is te oud" in words(answer)
    assert desk.of(anna).status == "unsubscribed"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_of_somebody_who_is_gone_says_so(desk: Desk, method: str) -> None:
    answer = desk.browser.ask(method, link(desk, 77))

    assert answer.status_code == 200
    assert "Je bent niet aangemeld" in words(answer)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.CONFIRM])
def test_a_token_for_something_else_confirms_nothing(desk: Desk, anna: int, method: str, purpose: Purpose) -> None:
    before = desk.dump()

    answer = desk.browser.ask(method, f"/c/{desk.token(purpose, anna, NOW_MS // HOUR_MS)}")

    assert (answer.status_code, desk.dump()) == (404, before)
    assert "Deze link is onvolledig" in words(answer)
