from __future__ import annotations

import pytest

from newsletter.issue.feed.words import address, clean, duration_s, line, offset_s, plain_line, whole_number


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("4533", 4533), ("4533.7", 4533), ("4533,2", 4533), ("75:33", 4533), ("1:15:33", 4533), ("01:15:33", 4533),
        ("01:15:33.500", 4533), ("0:45", 45), ("PT1H15M33S", 4533), ("1h 15m 33s", 4533), ("1 hour, 15 min", 4500),
        ("75 min", 4500), ("45s", 45), (" 90 ", 90), (90, 90),
        ("", 0), (None, 0), ("soon", 0), ("1:2:3:4", 0), ("-5", 0), ("999999999", 0), ("P", 0), ("1:15", 75),
    ],
)  # fmt: skip
def test_a_duration_is_read_however_it_is_written(written: object, seconds: int) -> None:
    assert duration_s(written) == seconds


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (62.5, 62.5), (0, 0.0), ("62.5", 62.5), ("1:02.500", 62.5), ("1:02,5", 62.5), ("1:00:02", 3602.0),
        (True, None), ("", None), (None, None), ("later", None), (-1, None), (1e12, None), (float("nan"), None),
    ],
)  # fmt: skip
def test_a_place_in_an_episode_is_read_in_seconds(written: object, seconds: float | None) -> None:
    assert offset_s(written) == seconds


@pytest.mark.parametrize(
    ("written", "number"), [("41", 41), ("41.0", 41), (" 7 ", 7), ("0", 0), ("4.5", None), ("x", None), (None, None)]
)
def test_a_number_is_whole_or_none(written: object, number: int | None) -> None:
    assert whole_number(written) == number
    assert whole_number("100001") is None


def test_a_line_has_nothing_in_it_that_cannot_be_seen() -> None:
    assert line(" a\tb\r\nc\x00\u202ed\ufeff ") == "a b cd"
    assert line("x" * 301) == "x" * 299 + "…"
    assert line(None) == ""
    assert clean("a\nb\u2028c\x07") == "a\nb c"


def test_what_passes_for_a_personal_field_is_taken_out() -> None:
    assert line("a zq0123456789abh0z b") == "a b"
    assert address("https://a.example/zq0123456789abh0z") == ""
    assert address("https://a.example/{{x}}") == ""


def test_a_title_is_text_and_not_markup() -> None:
    assert plain_line("AT&amp;amp;T <b>now</b>") == "AT&T now"
    assert plain_line("1 < 2") == "1 < 2"
    assert plain_line("<script>alert(1)</script>Hoi") == "alert(1) Hoi"
    assert plain_line("&lt;script&gt;x&lt;/script&gt;") == "x"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "/relative", "mailto:a@a.example", "https://a b.example", "http://",
     "data:text/html,x", f"https://a.example/{'x' * 2000}", None],
)  # fmt: skip
def test_only_a_whole_address_of_the_web_is_one(url: str | None) -> None:
    assert address(url) == ""
    assert address(" https://a.example/x?y=1 ") == "https://a.example/x?y=1"
