"""Comments that turn a check off: what they are about, and that no reader sees them."""

from __future__ import annotations

import pytest

from newsletter.model import Position, Silencing
from tests.issue.drafts import FRONT, body_faults, faults, html, only_block, parsed

SAYS = "check: off link-vague because the sponsor wants it"
COMMENT = f"<!-- {SAYS} -->"


def lines_of(text: str) -> tuple[int, int]:
    """Return the first and the last line that the one comment in a text is about; the text begins in line 5."""
    [said] = parsed(FRONT + text).silencings
    return said.lines.start, said.lines.stop - 1


def test_a_comment_at_the_end_of_a_line_is_about_that_line() -> None:
    issue = parsed(f"{FRONT}Een.\n\nTwee {COMMENT}\ndrie.\n")

    place = Position("issue.md", 7, 6)
    assert issue.silencings == (Silencing("link-vague", "the sponsor wants it", place, range(7, 8)),)
    assert html(issue.blocks[0]) == "<p>Een.</p>\n<p>Twee\ndrie.</p>\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"{COMMENT}\nEen\ntwee.\n\nDrie.\n", (6, 7)),
        (f"{COMMENT}\n\n\nEen.\n", (8, 8)),
        (f"{COMMENT}\nEen.\n::: tip Twee\nDrie.\n:::\n", (6, 6)),
        (f"{COMMENT}\n::: tip Een\nTwee.\n\nDrie.\n:::\nVier.\n", (6, 10)),
        (f"::: tip Een\n{COMMENT}\nTwee.\n:::\nDrie.\n", (7, 7)),
        (f"::: tip Een {COMMENT}\nTwee.\n:::\n", (5, 5)),
        (f"::: tip Een\nTwee.\n:::\n{COMMENT}\n", (8, 8)),
    ],
)
def test_a_comment_on_its_own_line_is_about_what_follows(text: str, lines: tuple[int, int]) -> None:
    assert lines_of(text) == lines


def test_a_comment_leaves_a_title_and_a_table_as_they_are() -> None:
    block = only_block(f"::: tip Een {COMMENT}\n| a |\n|---|\n| b | {COMMENT}\n:::\n")

    assert block.title == "Een"
    assert "check" not in html(block)
    assert html(block).count("<tr>") == 2


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{COMMENT}\n```\n",
        f"- een\n\n  ```\n  {COMMENT}\n  ```\n",
        f"Schrijf `{COMMENT}`\n",
        "    <!-- code -->\n",
        "- een\n\n      <!-- code -->\n",
        "Een <!-- twee\n",
        "Een <!-- twee --> drie\n",
        "Een<!-- twee -->\n",
        "<!-- een\n\ntwee\n",
        "<!-- een\ntwee --> drie\n",
        "Een <!-- twee\ndrie -->\n",
        "a --> b -->\n\n<!-- c\n",
    ],
)
def test_what_stands_in_code_or_between_words_stays_text(text: str) -> None:
    issue = parsed(FRONT + text)

    assert issue.silencings == ()
    assert "&lt;!--" in html(issue.blocks[0])


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Een <!-- niet meer na de 12e -->\ntwee\n", "<p>Een\ntwee</p>\n"),
        ("Een <!-- a --> b <!-- c -->\n", "<p>Een &lt;!-- a --&gt; b</p>\n"),
        ("<!-- een -->\nTwee\n", "<p>Twee</p>\n"),
        ("<!-- een\n\n```\n::: tip\n-->\nTwee\n", "<p>Twee</p>\n"),
        ("<!--\neen\n-->  \nTwee\n", "<p>Twee</p>\n"),
        ("- Een\n  <!-- twee -->\n  drie\n", "<ul>\n<li>\n<p>Een</p>\n<p>drie</p>\n</li>\n</ul>\n"),
    ],
)
def test_a_note_of_the_editors_is_seen_by_nobody(text: str, seen: str) -> None:
    assert html(parsed(FRONT + text).blocks[0]) == seen


def test_what_comes_behind_a_note_keeps_its_line() -> None:
    assert body_faults("<!-- een\ntwee -->\n\n::: tipp\n:::\n")[0].startswith("issue.md:8:5: ")


def test_notes_without_an_end_take_no_time() -> None:
    text = "<!-- a\n\n" * 20_000 + "b --> c\n"
    assert "&lt;!-- a" in html(parsed(FRONT + text).blocks[0])


def test_a_comment_behind_a_fence_in_a_list_is_no_code() -> None:
    assert lines_of(f"- ```\n  code\n{COMMENT}\nEen.\n") == (8, 8)


@pytest.mark.parametrize(
    "comment",
    [
        "<!-- check: off link-vague -->",
        "<!-- check: off link-vague because -->",
        "<!-- check: of link-vague because it is so -->",
        "<!-- check: off Link because it is so -->",
        "<!-- check: off link-vague because it is so",
        f"{COMMENT} en meer",
    ],
)
def test_a_comment_in_another_form_is_told(comment: str) -> None:
    assert body_faults(f"Een {comment}\n") == [
        (
            "issue.md:5:5: a comment that turns off a check is written <!-- check: off RULE because REASON -->, "
            "at the end of a line or on one of its own"
        )
    ]


def test_a_comment_in_the_front_matter_is_about_the_whole_issue() -> None:
    issue = parsed(FRONT.replace("date:", f"  # {SAYS}\n# check the date\ndate:") + "Een.\n")

    assert issue.silencings == (Silencing("link-vague", "the sponsor wants it", Position("issue.md", 3, 3), range(0)),)


def test_a_comment_in_the_front_matter_in_another_form_is_told() -> None:
    text = FRONT.replace("date:", "#check: off size\ndate:") + "Een.\n"
    assert faults(text) == [
        (
            "issue.md:3:1: a comment that turns off a check is written # check: off RULE because REASON, "
            "on a line of its own"
        )
    ]
