"""The access log says what was asked, and nothing of who asked."""

from __future__ import annotations

import pytest

from newsletter.web.public.log import line, without_tokens

TOKEN = "ieaqdzqjhleqo5dowgyoktjz2mcl3ba"


def test_a_line() -> None:
    said = line(1_764_200_000_000, "GET", "/p/asml/", 200, 0.00123, 5123)
    assert said == "2025-11-26T23:33:20Z GET /p/asml/ 200 1.2 ms 5123"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", "/"),
        ("/p/asml/cover.3f9c2a1b.jpg", "/p/asml/cover.3f9c2a1b.jpg"),
        (f"/u/{TOKEN}", "/u/…"),
        ("/u/short", "/u/…"),
        ("/c/a/b", "/c/…/…"),
        ("/preferences/x", "/preferences/…"),
        ("/me/x", "/me/…"),
        ("/comments/id/7/delete/IjdzZWNyZXQi.aBc", "/comments/…/…/…/…"),
        ("/x/IjdzZWNyZXQi.aBcDeFgHiJkLmN", "/x/…"),
        ("/p/a-long-name-of-an-issue-about-chips/", "/p/a-long-name-of-an-issue-about-chips/"),
        (f"/elsewhere/{TOKEN}", "/elsewhere/…"),
        (f"//u/{TOKEN}", "//u/…"),
        ("/anna@example.org", "/…"),
        ("/p/a b\n2025 GET", "/p/…"),
        ("/\x1b[31m", "/…"),
        ("/" + "a" * 5000, "/…"),
        ("/" + "a/" * 5000, "/a/a/a/a/a/a/a/a"),
        ("/Ärger", "/…"),
        ("*", "/"),
    ],
)
def test_of_a_path_only_plain_words_are_shown(path: str, shown: str) -> None:
    assert without_tokens(path) == shown


def test_a_method_that_is_none_is_not_shown() -> None:
    assert line(0, "GET\x1b[2J", "/", 400, 0, 0).split()[1] == "…"
