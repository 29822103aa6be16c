"""What is personal, behind a link that was mailed a moment ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from newsletter.audience.tokens import MINUTE_MS, Purpose
from newsletter.store import reading
from newsletter.store.schema import consent, suppression
from tests.audience.lists import NOW_MS
from tests.web.public.sites import mails, words

if TYPE_CHECKING:
    from tests.web.public.sites import Desk


@pytest.fixture
def anna(desk: Desk) -> int:
    return desk.add(first_name="Anna", last_name="Jansen", attributes={"company": "Acme"})


def link(desk: Desk, subscriber_id: int, *, made_ms: int | None = None) -> str:
    made = desk.clock.now_ms if made_ms is None else made_ms
    return f"/me/{desk.token(Purpose.ACCESS, subscriber_id, made // MINUTE_MS)}"


def test_the_page_shows_who_it_is_about_and_changes_nothing(desk: Desk, anna: int) -> None:
    before = desk.dump()

    answer = desk.browser.get(link(desk, anna))

    assert "anna@example.org" in words(answer)
    assert 'value="Anna"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert desk.dump() == before


def test_a_name_is_changed(desk: Desk, anna: int) -> None:
    answer = desk.browser.post(link(desk, anna), data={"do": "name", "first_name": "  Anne\u200b ", "last_name": "<b>"})

    assert "Opgeslagen." in words(answer)
    assert (desk.of(anna).first_name, desk.of(anna).last_name) == ("Anne", "<b>")
    assert 'value="&lt;b&gt;"' in answer.text


def test_a_name_that_cannot_stand_in_a_mail_is_told(desk: Desk, anna: int) -> None:
    answer = desk.browser.post(link(desk, anna), data={"do": "name", "first_name": "x\x07", "last_name": "y"})

    assert answer.status_code == 422
    assert "Een naam is één regel van hoogstens 200 tekens." in words(answer)
    assert (desk.of(anna).first_name, desk.of(anna).last_name) == ("Anna", "Jansen")


def test_all_that_is_kept_is_handed_out_as_a_file(desk: Desk) -> None:
    desk.fill_in("anna@example.org")
    (anna,) = desk.everybody()

    answer = desk.browser.post(link(desk, anna.id), data={"do": "download"})

    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="newsletter-data.json"'
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["address"] == "anna@example.org"
    assert told["subscriber"]["status"] == "pending"
    assert [one["step"] for one in told["consents"]] == ["asked"]
    assert told["consents"][0]["client"] == "192.0.2.0/24"
    assert [one["issue"].split(":")[1] for one in told["received"]] == ["confirm"]


def test_who_is_sure_is_erased(desk: Desk) -> None:
    desk.fill_in("anna@example.org")
    (anna,) = desk.everybody()

    answer = desk.browser.post(link(desk, anna.id), data={"do": "erase", "sure": "yes"})

    assert "Alles is gewist" in words(answer)
    assert desk.everybody() == []
    with reading(desk.site.engine) as connection:
        assert connection.scalars(select(suppression.c.reason)).all() == ["forgotten"]
        assert connection.scalars(select(consent.c.client)).all() == [""]
    assert "anna@example.org" not in repr(desk.dump())
    assert "Je bent niet aangemeld" in words(
        desk.browser.post(link(desk, anna.id), data={"do": "erase", "sure": "yes"})
    )


def test_who_was_erased_is_not_asked_back_by_a_stranger(desk: Desk, anna: int) -> None:
    desk.browser.post(link(desk, anna), data={"do": "erase", "sure": "yes"})

    desk.fill_in("anna@example.org")

    assert (desk.everybody(), mails(desk)) == ([], [])


def test_nobody_is_erased_who_did_not_say_that_they_are_sure(desk: Desk, anna: int) -> None:
    answer = desk.browser.post(link(desk, anna), data={"do": "erase"})

    assert answer.status_code == 422
    assert "Zet eerst een vinkje in het vakje." in words(answer)
    assert desk.of(anna) is not None


@pytest.mark.parametrize("do", ["name", "download", "erase", ""])
def test_the_link_works_for_half_an_hour(desk: Desk, anna: int, do: str) -> None:
    made = link(desk, anna)
    desk.clock.now_ms += 30 * MINUTE_MS
    before = desk.dump()

    answer = desk.browser.post(made, data={"do": do, "sure": "yes", "first_name": "x"})

    assert "Deze link is te oud" in words(answer)
    assert "anna@example.org" not in answer.text
    assert desk.dump() == before


def test_a_link_of_the_future_does_not_work(desk: Desk, anna: int) -> None:
    assert "Deze link is te oud" in words(desk.browser.get(link(desk, anna, made_ms=NOW_MS + 2 * MINUTE_MS)))


def test_a_link_that_is_too_old_brings_a_new_one(desk: Desk, anna: int) -> None:
    old = link(desk, anna, made_ms=NOW_MS - 60 * MINUTE_MS)

    answer = desk.browser.post(old, data={"do": "again"})

    assert answer.status_code == 202
    assert mails(desk) == [("access", "anna@example.org")]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.ACCESS])
def test_a_token_for_something_else_opens_nothing(desk: Desk, anna: int, method: str, purpose: Purpose) -> None:
    before = desk.dump()

    answer = desk.browser.ask(method, f"/me/{desk.token(purpose, anna, NOW_MS // MINUTE_MS)}")

    assert (answer.status_code, desk.dump()) == (404, before)
    assert "anna@example.org" not in answer.text
