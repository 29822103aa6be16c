"""What an answer means that says nothing of the single mails."""

from __future__ import annotations

import json

import pytest

from newsletter.delivery.esp.calls import Reply
from newsletter.delivery.esp.judging import MAX_WAIT_S, Meaning, meaning_of, wait_s, words_of


def reply(status: int, body: object = b"", **headers: str) -> Reply:
    return Reply(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("meaning", "statuses"),
    [
        (Meaning.BUSY, [408, 420, 425, 429]),
        (Meaning.UNFIT, [400, 406, 413, 415, 418, 422, 499]),
        (Meaning.CLOSED, [301, 302, 307, 308, 401, 402, 403, 404, 407, 451]),
        (Meaning.UNKNOWN, [200, 202, 204, 409, 500, 501, 502, 503, 504, 599, 999]),
    ],
)
def test_a_number_says_what_is_known(meaning: Meaning, statuses: list[int]) -> None:
    assert {status: meaning_of(reply(status)) for status in statuses} == dict.fromkeys(statuses, meaning)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("3", 3.0), ("0.5", 0.5), ("", 0.0), ("-1", 0.0), ("nan", 0.0), ("1e9", MAX_WAIT_S), ("inf", MAX_WAIT_S)],
)
def test_a_provider_says_how_long_it_wants_to_be_left_alone(said: str, seconds: float) -> None:
    assert wait_s(reply(429, **{"retry-after": said})) == seconds


def test_a_date_in_place_of_seconds_is_left_to_the_pace() -> None:
    assert wait_s(reply(429, **{"retry-after": "Fri, 27 Nov 2026 07:00:00 GMT"})) == 0.0
    assert wait_s(reply(429)) == 0.0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "to parameter is not a valid address"}, "to parameter is not a valid address"),
        ({"ErrorCode": 10, "Message": "Bad token"}, "Bad token"),
        ({"errors": [{"message": "Message generation rejected", "code": "1902"}]}, "Message generation rejected"),
        ({"Messages": [{"Errors": 1, "errors": [{"ErrorMessage": "no such sender"}]}]}, "no such sender"),
        ({"error": {"title": "Unprocessable"}}, "Unprocessable"),
        ([{"message": "first"}, {"message": "second"}], "first"),
        ({"nothing": "known"}, '{"nothing": "known"}'),
        (b"<h1>Bad gateway</h1>", "<h1>Bad gateway</h1>"),
        (b"\xff\x1b[31mred\x07\r\nline", "\ufffdred line"),
        (b"[" * 5000, "[" * 511 + "…"),
        (b"", ""),
    ],
)
def test_the_words_of_an_answer_are_made_fit_to_be_shown(body: object, words: str) -> None:
    assert words_of(reply(422, body), ()) == words


def test_a_key_that_comes_back_is_not_shown() -> None:
    told = {"message": "the key key-3ax6xnjp29jd6fds4gc373sgvjxteol0 is not known"}
    assert words_of(reply(401, told), ["key-3ax6xnjp29jd6fds4gc373sgvjxteol0"]) == "the key [secret] is not known"


def test_a_success_that_was_not_understood_is_called_so() -> None:
    assert words_of(reply(200, b"<title>Welcome to the hotel</title>"), ()) == (
        "it said yes in words that are not its own"
    )
