"""Leaving: by the button, by one click in a mail program, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from newsletter.audience.membership import forget
from newsletter.audience.tokens import HOUR_MS, Purpose
from newsletter.store import reading, writing
from newsletter.store.schema import delivery, delivery_event, send
from tests.audience.lists import NOW_MS
from tests.web.public.sites import steps, words

if TYPE_CHECKING:
    from tests.web.public.sites import Desk

FORM = "application/x-www-form-urlencoded"
ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'


@pytest.fixture
def anna(desk: Desk) -> int:
    """Somebody who has got an issue."""
    anna = desk.add()
    row = {"issue_id": "asml", "status": "done", "content_sha256": "", "recipients_sha256": "", "audience": 1}
    got = {"subscriber_id": anna, "address": "anna@example.org", "address_key": "anna@example.org", "state": "sent"}
    with writing(desk.site.engine) as connection:
        inserted = send.insert().values(row | {"created_at_ms": NOW_MS}).returning(send.c.id)
        send_id = connection.execute(inserted).scalar_one()
        connection.execute(delivery.insert().values(got | {"send_id": send_id}))
    return anna


def link(desk: Desk, subscriber_id: int, send_id: int = 1) -> str:
    return f"/u/{desk.token(Purpose.UNSUBSCRIBE, subscriber_id, send_id)}"


def events(desk: Desk) -> list[tuple[str, str, str]]:
    """What readers told by their mails."""
    with reading(desk.site.engine) as connection:
        rows = connection.execute(select(delivery_event).order_by(delivery_event.c.id))
        return [(row.source, row.kind, row.code) for row in rows]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_changes_nothing(desk: Desk, anna: int, method: str) -> None:
    before = desk.dump()

    desk.browser.ask(method, link(desk, anna))

    assert desk.dump() == before


def test_the_page_shows_one_button_and_nothing_of_the_reader(desk: Desk, anna: int) -> None:
    answer = desk.browser.get(link(desk, anna))

    assert words(answer) == "Afmelden voor Proef? Eén klik, en je krijgt geen mails meer. Meld me af English"
    assert answer.text == desk.browser.get(link(desk, 777)).text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (ONE_CLICK, FORM),
        (MULTIPART, "multipart/form-data; boundary=b"),
        (b"", ""),
        (b"", FORM),
        (b"lang=nl", FORM),
        (ONE_CLICK, "text/plain"),
        (MULTIPART, "multipart/form-data"),
        (b"--b\r\nbroken", "multipart/form-data; boundary=b"),
        (b"\xff\xfe\x00%", FORM),
        (b"do=something", FORM),
        (b"{}", "application/json"),
    ],
)
def test_one_click_unsubscribes_whatever_its_body_is(desk: Desk, anna: int, body: bytes, kind: str) -> None:
    answer = desk.browser.post(link(desk, anna), content=body, headers={"content-type": kind} if kind else {})

    assert answer.status_code == 200
    assert {"location", "set-cookie"} & set(answer.headers) == set()
    assert (desk.of(anna).status, desk.of(anna).unsubscribed_at_ms) == ("unsubscribed", NOW_MS)
    assert events(desk) == [("reader", "left", "")]
    assert [one.step for one in steps(desk, anna)] == ["left"]


def test_twice_is_once(desk: Desk, anna: int) -> None:
    first = desk.browser.post(link(desk, anna), content=ONE_CLICK, headers={"content-type": FORM})
    before = desk.dump()
    desk.clock.now_ms += HOUR_MS

    again = desk.browser.post(link(desk, anna), content=ONE_CLICK, headers={"content-type": FORM})

    assert (again.status_code, again.text, again.headers) == (200, first.text, first.headers)
    assert desk.dump() == before


def test_the_answer_is_the_same_for_whoever_gets_mail_has_left_or_was_forgotten(desk: Desk, anna: int) -> None:
    other = desk.add("bram@example.org", status="unsubscribed", unsubscribed_at_ms=NOW_MS)
    erased = desk.add("chris@example.org")
    with writing(desk.site.engine) as connection:
        forget(connection, "chris@example.org", desk.site.keys, NOW_MS)

    answers = [desk.browser.post(link(desk, one)) for one in (anna, other, erased, 999)]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1


def test_a_link_works_for_ever(desk: Desk, anna: int) -> None:
    desk.clock.now_ms += 20 * 365 * 24 * HOUR_MS

    desk.browser.post(link(desk, anna))

    assert desk.of(anna).status == "unsubscribed"


def test_there_is_no_limit_to_it(desk: Desk) -> None:
    people = [desk.add(f"reader{number}@example.org") for number in range(60)]

    assert {desk.browser.post(link(desk, one)).status_code for one in people} == {200}
    assert {desk.of(one).status for one in people} == {"unsubscribed"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_was_made_up_or_spoilt_is_told_so_and_does_nothing(desk: Desk, anna: int, method: str) -> None:
    right = desk.token(Purpose.UNSUBSCRIBE, anna, 1)
    wrong = [right[:-1], right + "a", right[1:], "a" * 34, right.upper().lower()[::-1], "%00", "é"]
    wrong += [desk.token(purpose, anna, 1) for purpose in Purpose if purpose is not Purpose.UNSUBSCRIBE]
    before = desk.dump()

    answers = [desk.browser.ask(method, f"/u/{token}") for token in wrong]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert desk.dump() == before


def test_a_reason_is_noted_with_the_mail_once(desk: Desk, anna: int) -> None:
    desk.browser.post(link(desk, anna))

    answer = desk.browser.post(link(desk, anna), data={"do": "reason", "reason": "often"})
    desk.browser.post(link(desk, anna), data={"do": "reason", "reason": "other"})

    assert "Dank dat je het ons vertelt." in words(answer)
    assert events(desk) == [("reader", "left", ""), ("reader", "reason", "often")]


@pytest.mark.parametrize("reason", ["", "<script>", "x" * 300])
def test_a_reason_of_ones_own_making_is_not_kept(desk: Desk, anna: int, reason: str) -> None:
    answer = desk.browser.post(link(desk, anna), data={"do": "reason", "reason": reason})

    assert (answer.status_code, events(desk)) == (200, [])


def test_a_reason_of_a_mail_that_is_not_known_is_taken_and_not_kept(desk: Desk, anna: int) -> None:
    answer = desk.browser.post(link(desk, anna, send_id=0), data={"do": "reason", "reason": "often"})

    assert (answer.status_code, events(desk)) == (200, [])


def test_who_left_by_mistake_is_back_at_the_press_of_a_button(desk: Desk, anna: int) -> None:
    desk.browser.post(link(desk, anna))

    answer = desk.browser.post(link(desk, anna), data={"do": "return"})

    assert "Proef blijft komen." in words(answer)
    assert (desk.of(anna).status, desk.of(anna).unsubscribed_at_ms) == ("active", None)
    assert [one.step for one in steps(desk, anna)] == ["left", "returned"]
    assert steps(desk, anna)[1].wording.startswith("Ja, stuur me Proef per mail")


def test_the_way_back_is_open_for_an_hour(desk: Desk, anna: int) -> None:
    desk.browser.post(link(desk, anna))
    desk.clock.now_ms += HOUR_MS + 1

    answer = desk.browser.post(link(desk, anna), data={"do": "return"})

    assert "Je bent niet aangemeld" in words(answer)
    assert desk.of(anna).status == "unsubscribed"


def test_the_way_back_is_for_those_who_left_by_such_a_link(desk: Desk) -> None:
    by_the_editor = desk.add(status="unsubscribed", unsubscribed_at_ms=NOW_MS)
    pending = desk.add("bram@example.org", status="pending")
    desk.browser.post(link(desk, pending))

    for one in (by_the_editor, pending, 999):
        desk.browser.post(link(desk, one), data={"do": "return"})

    assert {desk.of(one).status for one in (by_the_editor, pending)} == {"unsubscribed"}


def test_whoever_never_left_keeps_getting_it(desk: Desk, anna: int) -> None:
    answer = desk.browser.post(link(desk, anna), data={"do": "return"})

    assert "Proef blijft komen." in words(answer)
    assert desk.of(anna).status == "active"
