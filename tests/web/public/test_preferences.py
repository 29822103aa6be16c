"""What a reader gets, by the link of every mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.audience.segments import EVERYBODY, count
from newsletter.audience.tokens import Purpose
from newsletter.store import reading
from tests.audience.lists import NOW_MS, TOML
from tests.web.public.sites import desk_in, mails, words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.public.sites import Desk

WEEK_MS = 7 * 86_400_000


@pytest.fixture
def anna(desk: Desk) -> int:
    return desk.add(first_name="Annemarie", last_name="Jansen", tags=",founder,", attributes={"company": "Acme"})


def link(desk: Desk, subscriber_id: int) -> str:
    return f"/preferences/{desk.token(Purpose.PREFERENCES, subscriber_id, 1)}"


def test_the_page_shows_nothing_personal(desk: Desk, anna: int) -> None:
    answer = desk.browser.get(link(desk, anna))

    assert answer.status_code == 200
    assert not [word for word in ("Annemarie", "Jansen", "Acme", "anna@example.org", "founder") if word in answer.text]


def test_looking_changes_nothing(desk: Desk, anna: int) -> None:
    before = desk.dump()

    for method in ("GET", "HEAD", "OPTIONS"):
        desk.browser.ask(method, f"{link(desk, anna)}?pause=4&language=en&do=access")

    assert desk.dump() == before


def test_parts_are_tags_of_either_kind(desk: Desk, anna: int) -> None:
    page = desk.browser.get(link(desk, anna)).text
    assert 'name="part-weekly" value="yes">' in page
    assert 'name="part-offers" value="yes" checked>' in page

    desk.browser.post(link(desk, anna), data={"do": "save", "part-weekly": "yes"})
    assert desk.of(anna).tags == ",founder,no-offers,weekly,"

    desk.browser.post(link(desk, anna), data={"do": "save", "part-offers": "yes"})
    assert desk.of(anna).tags == ",founder,"


def test_what_is_chosen_is_shown_as_it_is_now(desk: Desk, anna: int) -> None:
    answer = desk.browser.post(
        link(desk, anna), data={"do": "save", "language": "en", "part-weekly": "yes", "pause": "4"}
    )

    assert '<html lang="en">' in answer.text
    assert "Saved." in words(answer)
    assert "Weekly digest" in words(answer)
    assert "Until Thursday, 25 December 2025" in words(answer)
    assert 'value="en" checked>' in answer.text
    assert desk.of(anna).language == "en"


@pytest.mark.parametrize("weeks", [2, 4, 8, 12])
def test_who_pauses_gets_no_mail_until_then(desk: Desk, anna: int, weeks: int) -> None:
    desk.browser.post(link(desk, anna), data={"do": "save", "pause": str(weeks)})

    with reading(desk.site.engine) as connection:
        until = NOW_MS + weeks * WEEK_MS
        assert [count(connection, EVERYBODY, moment) for moment in (NOW_MS, until - 1, until)] == [0, 0, 1]


def test_a_pause_is_kept_or_ended(desk: Desk, anna: int) -> None:
    desk.browser.post(link(desk, anna), data={"do": "save", "pause": "2"})
    desk.browser.post(link(desk, anna), data={"do": "save", "pause": "keep"})
    assert desk.of(anna).paused_until_at_ms == NOW_MS + 2 * WEEK_MS

    desk.browser.post(link(desk, anna), data={"do": "save", "pause": "none"})
    assert desk.of(anna).paused_until_at_ms is None


def test_a_pause_that_is_over_is_not_shown(desk: Desk) -> None:
    anna = desk.add(paused_until_at_ms=NOW_MS)

    assert "Geen mails vóór" not in words(desk.browser.get(link(desk, anna)))


@pytest.mark.parametrize("said", [{"language": "xx"}, {"language": ""}, {"pause": "1000000"}, {"pause": "-1"}])
def test_what_the_page_does_not_offer_changes_nothing(desk: Desk, anna: int, said: dict[str, str]) -> None:
    before = desk.dump()

    answer = desk.browser.post(link(desk, anna), data={"do": "save", "part-offers": "yes", **said})

    assert (answer.status_code, desk.dump()) == (200, before)


def test_tags_of_ones_own_making_are_not_kept(desk: Desk, anna: int) -> None:
    desk.browser.post(link(desk, anna), data={"do": "save", "part-offers": "yes", "part-vip": "yes", "tags": "vip"})

    assert desk.of(anna).tags == ",founder,"


def test_the_link_to_what_is_personal_goes_to_the_readers_own_mailbox(desk: Desk, anna: int) -> None:
    answer = desk.browser.post(link(desk, anna), data={"do": "access"})

    assert answer.status_code == 202
    assert "De link is onderweg naar a•••@example.org." in words(answer)
    assert (mails(desk), desk.posted) == ([("access", "anna@example.org")], ["post"])


def test_it_goes_there_once_in_a_quarter_of_an_hour(desk: Desk, anna: int) -> None:
    first, *others = [desk.browser.post(link(desk, anna), data={"do": "access"}).text for _ in range(3)]

    assert others == [first, first]
    assert (mails(desk), desk.posted) == ([("access", "anna@example.org")], ["post"])


def test_it_goes_there_five_times_in_a_day_at_most(desk: Desk, anna: int) -> None:
    for _ in range(10):
        desk.browser.post(link(desk, anna), data={"do": "access"})
        desk.clock.now_ms += 15 * 60_000
    assert len(mails(desk)) == 5

    desk.clock.now_ms += 24 * 3_600_000
    desk.browser.post(link(desk, anna), data={"do": "access"})
    assert len(mails(desk)) == 6


def test_the_page_leads_to_the_one_that_unsubscribes(desk: Desk, anna: int) -> None:
    page = desk.browser.get(link(desk, anna)).text
    address = page.partition('<p class="part"><a href="')[2].partition('"')[0]

    assert address == f"/u/{desk.token(Purpose.UNSUBSCRIBE, anna, 1)}"
    assert desk.browser.get(address).status_code == 200


@pytest.mark.parametrize("do", ["", "save", "access"])
def test_who_gets_no_mail_is_told_how_to_subscribe(desk: Desk, do: str) -> None:
    left = desk.add(status="unsubscribed", unsubscribed_at_ms=NOW_MS)
    asked = [left, 999] if do != "access" else [999]

    for one in asked:
        answer = desk.browser.post(link(desk, one), data={"do": do}) if do else desk.browser.get(link(desk, one))
        assert (answer.status_code, mails(desk)) == (200, [])
        assert "Je bent niet aangemeld" in words(answer)


def test_who_has_left_may_still_ask_what_is_kept(desk: Desk) -> None:
    left = desk.add(status="unsubscribed", unsubscribed_at_ms=NOW_MS)
    assert "Stuur me die link" in words(desk.browser.get(link(desk, left)))
    assert "Stuur me die link" not in words(desk.browser.get(link(desk, 999)))

    desk.browser.post(link(desk, left), data={"do": "access"})

    assert mails(desk) == [("access", "anna@example.org")]


def test_a_newsletter_of_one_language_without_parts_offers_a_pause_alone(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, more="", toml=TOML.replace('["nl", "en"]', '["nl"]'))
    anna = desk.add()

    page = desk.browser.get(link(desk, anna)).text

    assert ("<fieldset" in page, 'name="pause"' in page) == (False, True)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.PREFERENCES])
def test_a_token_for_something_else_opens_nothing(desk: Desk, anna: int, method: str, purpose: Purpose) -> None:
    before = desk.dump()

    answer = desk.browser.ask(method, f"/preferences/{desk.token(purpose, anna, 1)}")

    assert (answer.status_code, desk.dump()) == (404, before)
