"""Subscribing: what is asked, what is kept, and what a stranger can learn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from newsletter.store import writing
from newsletter.store.schema import suppression
from tests.audience.lists import NOW_MS, TOML
from tests.web.public.sites import desk_in, hidden, mails, served, steps, words

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.public.sites import Desk

MINUTE_MS = 60_000


def suppress(desk: Desk, address: str, reason: str) -> None:
    row = {"address_key": address, "reason": reason, "at_ms": NOW_MS}
    with writing(desk.site.engine) as connection:
        connection.execute(suppression.insert().values(row))


def test_somebody_new_is_kept_as_pending_and_asked_to_confirm(desk: Desk) -> None:
    answer = desk.fill_in("Anna@Example.org")

    (anna,) = desk.everybody()
    assert answer.status_code == 202
    assert "Anna@example.org" in words(answer)
    assert (anna.address, anna.status, anna.language) == ("Anna@example.org", "pending", "nl")
    assert anna.consent_source == "https://example.org/subscribe/"
    assert mails(desk) == [("confirm", "Anna@example.org")]
    assert desk.posted == ["post"]
    (asked,) = steps(desk, anna.id)
    assert (asked.step, asked.language, asked.client) == ("asked", "nl", "192.0.2.0/24")
    assert asked.wording == "Ja, stuur me Proef per mail, tot ik dat stop met de link in elke mail."
    assert asked.form_url == "https://example.org/subscribe/"


def test_the_words_that_are_agreed_to_are_those_that_the_page_shows(desk: Desk) -> None:
    shown = words(desk.browser.get("/subscribe/?lang=en"))
    desk.fill_in("anna@example.org", path="/subscribe/?lang=en")

    (anna,) = desk.everybody()
    (asked,) = steps(desk, anna.id)
    assert asked.wording in shown
    assert (asked.language, anna.language) == ("en", "en")


def test_twice_in_a_day_is_one_mail_and_one_proof(desk: Desk) -> None:
    for _ in range(3):
        desk.fill_in("anna@example.org")

    (anna,) = desk.everybody()
    assert mails(desk) == [("confirm", "anna@example.org")]
    assert [one.step for one in steps(desk, anna.id)] == ["asked"]


def test_who_does_not_answer_is_asked_five_times_in_a_month(desk: Desk) -> None:
    asked = []
    for day in range(33):
        assert desk.seen_from(f"198.51.{day}.1").fill_in("anna@example.org").status_code == 202
        asked.append(len(mails(desk)))
        desk.clock.now_ms += 24 * 60 * MINUTE_MS

    assert asked == [1, 2, 3, 4] + [5] * 26 + [6, 7, 8]


def test_pressed_many_times_at_once_it_is_one_person_and_one_mail(desk: Desk) -> None:
    fields = hidden(desk.browser.get("/subscribe/").text) | {"email": "anna@example.org"}
    desk.clock.now_ms += 5000
    with served(desk) as url, ThreadPoolExecutor(12) as threads:
        asked = [threads.submit(httpx.post, f"{url}/subscribe/", data=fields, timeout=30) for _ in range(12)]
        answers = [one.result() for one in asked]

    (anna,) = desk.everybody()
    assert {answer.status_code for answer in answers} == {202}
    assert mails(desk) == [("confirm", "anna@example.org")]
    assert [one.step for one in steps(desk, anna.id)] == ["asked"]


def test_who_gets_the_newsletter_gets_no_mail_about_it_and_is_not_changed(desk: Desk) -> None:
    anna = desk.add("anna@example.org", first_name="Anna")
    before = desk.dump()

    answer = desk.fill_in("ANNA@example.org")

    assert answer.status_code == 202
    assert desk.dump() == before
    assert (desk.of(anna).status, desk.posted) == ("active", [])


def test_who_left_stays_unsubscribed_until_they_confirm(desk: Desk) -> None:
    anna = desk.add("anna@example.org", status="unsubscribed", unsubscribed_at_ms=NOW_MS)

    desk.fill_in("anna@example.org")

    assert desk.of(anna).status == "unsubscribed"
    assert mails(desk) == [("confirm", "anna@example.org")]


@pytest.mark.parametrize("reason", ["hard_bounce", "complaint", "editor", "forgotten"])
def test_nobody_is_written_to_who_must_get_no_mail(desk: Desk, reason: str) -> None:
    suppress(desk, "anna@example.org", reason)
    before = desk.dump()

    answer = desk.fill_in("anna@example.org")

    assert answer.status_code == 202
    assert desk.dump() == before


def test_the_answer_says_nothing_of_who_was_asked_for(desk: Desk) -> None:
    desk.add("aaaa@example.org")
    desk.add("bbbb@example.org", status="pending")
    desk.add("cccc@example.org", status="unsubscribed", unsubscribed_at_ms=NOW_MS)
    suppress(desk, "dddd@example.org", "complaint")

    answers = {name: desk.fill_in(f"{name}@example.org") for name in ("aaaa", "bbbb", "cccc", "dddd", "eeee")}

    assert {answer.status_code for answer in answers.values()} == {202}
    assert len({answer.text.replace(name, "name") for name, answer in answers.items()}) == 1
    assert len({tuple(answer.headers.items()) for answer in answers.values()}) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Dit is geen volledig mailadres."),
        ("anna", "Dit is geen volledig mailadres."),
        ("anna@example", "Dit is geen volledig mailadres."),
        ("anna@example.org\r\nBcc: x@example.org", "Dit is geen volledig mailadres."),
        ("a" * 400 + "@example.org", "Dit is geen volledig mailadres."),
        ("anna@gmаil.com", "Het deel na de @ mengt letters van verschillende alfabetten."),  # with a Cyrillic а
    ],
)
def test_what_is_no_address_is_told_at_the_field(desk: Desk, typed: str, said: str) -> None:
    answer = desk.fill_in(typed)

    assert answer.status_code == 422
    assert said in words(answer)
    assert 'aria-invalid="true" aria-describedby="fault"' in answer.text
    assert desk.everybody() == []


def test_what_is_typed_is_no_markup(desk: Desk) -> None:
    answer = desk.fill_in('"><script>alert(1)</script>@example.org')

    assert answer.status_code == 422
    assert "<script" not in answer.text


@pytest.mark.parametrize("address", ["jürgen@example.org", "anna@münchen.de"])
def test_an_international_address_is_taken(desk: Desk, address: str) -> None:
    assert desk.fill_in(address).status_code == 202
    assert len(desk.everybody()) == 1


def test_a_slip_in_the_name_of_a_large_host_is_asked_about(desk: Desk) -> None:
    answer = desk.fill_in("anna@gmial.com")

    assert answer.status_code == 200
    assert "Je typte anna@gmial.com. Is dat een typefout?" in words(answer)
    assert "Meld anna@gmail.com aan Nee, anna@gmial.com klopt" in words(answer)
    assert desk.everybody() == []


@pytest.mark.parametrize("chosen", ["anna@gmail.com", "anna@gmial.com"])
def test_either_answer_about_a_slip_is_taken(desk: Desk, chosen: str) -> None:
    asked = desk.fill_in("anna@gmial.com")

    answer = desk.browser.post("/subscribe/", data=hidden(asked.text) | {"email": chosen})

    assert answer.status_code == 202
    assert mails(desk) == [("confirm", chosen)]


def test_a_form_on_another_site_needs_one_more_click_on_ours(desk: Desk) -> None:
    asked = desk.browser.post("/subscribe/", data={"email": "anna@example.org"}, headers={"origin": "https://else.org"})
    assert asked.status_code == 200
    assert "anna@example.org" in words(asked)
    assert desk.everybody() == []
    desk.clock.now_ms += 2000

    answer = desk.browser.post("/subscribe/", data=hidden(asked.text) | {"email": "anna@example.org"})

    assert answer.status_code == 202
    assert mails(desk) == [("confirm", "anna@example.org")]


@pytest.mark.parametrize("waits_ms", [0, 999, 24 * 60 * MINUTE_MS + 1])
def test_a_form_that_was_shown_too_short_or_too_long_ago_is_shown_again(desk: Desk, waits_ms: int) -> None:
    answer = desk.fill_in("anna@example.org", waits_ms=waits_ms)

    assert (answer.status_code, desk.everybody()) == (200, [])
    assert hidden(answer.text)["token"]


@pytest.mark.parametrize("token", ["", "x", "a" * 40])
def test_a_made_up_proof_of_when_the_form_was_shown_is_none(desk: Desk, token: str) -> None:
    answer = desk.fill_in("anna@example.org", token=token)

    assert (answer.status_code, desk.everybody()) == (200, [])


def test_whoever_fills_in_the_field_that_nobody_sees_is_told_the_same_and_is_not_taken(desk: Desk) -> None:
    answer = desk.fill_in("anna@example.org", message="https://spam.example")

    assert answer.text == desk.fill_in("anna@example.org").text
    assert len(desk.everybody()) == 1


def test_one_network_is_taken_from_so_often(engine_desk: Desk) -> None:
    desk = engine_desk
    for number in range(3):
        assert desk.fill_in(f"reader{number}@example.org").status_code == 202

    answer = desk.fill_in("another@example.org")
    elsewhere = desk.seen_from("198.51.100.1").fill_in("another@example.org")

    assert answer.status_code == 429
    assert "Probeer het over een uur opnieuw." in words(answer)
    assert int(answer.headers["retry-after"]) == 3600
    assert elsewhere.status_code == 202


def test_one_mail_host_is_written_to_so_often(engine_desk: Desk) -> None:
    desk = engine_desk
    taken = [
        desk.seen_from(f"198.51.{number}.1").fill_in(f"reader{number}@victim.org").status_code for number in range(6)
    ]

    assert taken == [202, 202, 202, 202, 429, 429]


def test_a_large_mail_host_has_no_limit_of_its_own(engine_desk: Desk) -> None:
    desk = engine_desk
    taken = {
        desk.seen_from(f"198.51.{number}.1").fill_in(f"reader{number}@gmail.com").status_code for number in range(6)
    }

    assert taken == {202}


def test_in_all_so_many_are_taken(engine_desk: Desk) -> None:
    desk = engine_desk
    taken = [
        desk.seen_from(f"198.51.{number}.1").fill_in(f"reader@host{number}.org").status_code for number in range(12)
    ]

    assert taken == [202] * 8 + [429] * 4
    assert len(mails(desk)) == 8


@pytest.fixture
def engine_desk(tmp_path: Path) -> Desk:
    """A site with limits that are soon met."""
    limits = "most_sign_ups = 8\nmost_sign_ups_from_network = 3\nmost_sign_ups_for_host = 4\n"
    return desk_in(tmp_path, more=f"[site]\n{limits}")


@pytest.mark.parametrize(
    ("how", "client", "kept"),
    [
        ("network", "203.0.113.77", "203.0.113.0/24"),
        ("network", "2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("network", "::ffff:203.0.113.77", "203.0.113.0/24"),
        ("network", "fe80::1%eth0", "fe80::/48"),
        ("network", "testclient", ""),
        ("full", "203.0.113.77", "203.0.113.77"),
        ("none", "203.0.113.77", ""),
    ],
)
def test_of_where_somebody_came_from_is_kept_what_the_settings_say(
    tmp_path: Path, how: str, client: str, kept: str
) -> None:
    desk = desk_in(tmp_path, more=f'[site]\nclient_address = "{how}"\n').seen_from(client)

    desk.fill_in("anna@example.org")

    (anna,) = desk.everybody()
    assert steps(desk, anna.id)[0].client == kept


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"email=%zz", b"--x\r\nnonsense"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
def test_a_body_that_is_no_form_is_an_address_that_is_missing(desk: Desk, body: bytes, kind: str) -> None:
    answer = desk.browser.post("/subscribe/", content=body, headers={"content-type": kind})

    assert answer.status_code == 422


def test_a_file_in_the_place_of_an_address_is_none(desk: Desk) -> None:
    answer = desk.browser.post("/subscribe/", files={"email": ("a.txt", b"anna@example.org")})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("accepted", "asked", "language"),
    [
        ("", "", "nl"),
        ("en-GB,en;q=0.9,nl;q=0.8", "", "en"),
        ("de,fr;q=0.5", "", "nl"),
        ("en", "?lang=nl", "nl"),
        ("nl", "?lang=xx", "nl"),
    ],
)
def test_the_page_is_in_the_language_that_its_address_or_the_browser_asks_for(
    desk: Desk, accepted: str, asked: str, language: str
) -> None:
    answer = desk.browser.get(f"/subscribe/{asked}", headers={"accept-language": accepted})

    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-language"] == language


def test_no_page_is_kept_found_or_told_to_another_site(desk: Desk) -> None:
    answer = desk.browser.get("/subscribe/")

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text


def test_a_newsletter_below_a_path_points_there(tmp_path: Path) -> None:
    desk = desk_in(tmp_path, toml=TOML.replace("https://example.org", "https://example.org/news"))

    html = desk.browser.get("/subscribe/").text

    assert 'action="/news/subscribe/"' in html
    assert 'href="/news/assets/style.css?v=' in html
