from __future__ import annotations

import json

import pytest

from newsletter.issue.feed.chapters import chapters_in_json, chapters_in_text, without_times
from newsletter.model import Chapter


def test_a_file_of_chapters_is_read_in_order() -> None:
    entries = [
        {"startTime": 168, "title": "Twee", "url": "https://a.example/2", "img": "https://a.example/2.png"},
        {"startTime": 0, "title": "Een", "url": "javascript:x"},
        {"startTime": 90.5, "title": "Verborgen", "toc": False},
        {"startTime": "1:30", "title": "Half"},
        {"startTime": 5}, {"title": "Nooit"}, "onzin",
    ]  # fmt: skip

    assert chapters_in_json(json.dumps({"version": "1.2.0", "chapters": entries}).encode()) == (
        Chapter(0, "Een"),
        Chapter(90, "Half"),
        Chapter(168, "Twee", "https://a.example/2"),
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<html>", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "has no list of chapters in it"),
        (b'{"chapters": 1}', "has no list of chapters in it"),
    ],
)
def test_what_is_no_file_of_chapters_is_told(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{why}$"):
        chapters_in_json(data)


@pytest.mark.parametrize(
    "text",
    [
        "00:00 Begin\n07:42 Tenten\n1:08:30 Einde",
        "(0:00) Begin\n(07:42) Tenten\n(1:08:30) Einde",
        "• 0:00 - Begin\n• 7:42 – Tenten\n• 1:08:30: Einde",
        "[0:00] Begin\n[7:42] Tenten\n[1:08:30] Einde",
        "0:00 - 7:42 Begin\n7:42 - 1:08:30 Tenten\n1:08:30 Einde",
        "Begin (0:00)\nTenten (7:42)\nEinde (1:08:30)",
        "Begin - 0:00\nTenten - 7:42\nEinde - 1:08:30",
        "Waar het over gaat.\n\n0:00 Begin\n7:42 Tenten\n1:08:30 Einde\nEn verder niets.",
    ],
)
def test_times_in_show_notes_are_chapters(text: str) -> None:
    assert chapters_in_text(text) == (Chapter(0, "Begin"), Chapter(462, "Tenten"), Chapter(4110, "Einde"))


@pytest.mark.parametrize(
    "text",
    ["om 20:00 op tv", "0:00 Begin\n1:00 Einde", "3:00 Later\n2:00 Eerder\n1:00 Eerst", "9:99 a\n9:98 b\n9:97 c", "",
     "1:00 -\n2:00 -\n3:00 -", "400000:00 a\n1:00 b"],
)  # fmt: skip
def test_other_times_are_none(text: str) -> None:
    assert chapters_in_text(text) == ()


def test_the_list_of_times_is_taken_out_of_the_notes() -> None:
    notes = "Waar het over gaat.\n\n0:00 Begin\\\n7:42 Tenten\\\n1:08:30 Einde\n\nOm 20:00 uur."

    assert without_times(notes) == "Waar het over gaat.\n\nOm 20:00 uur."
    assert without_times("- 0:00 Begin\n- 7:42 Tenten") == ""
