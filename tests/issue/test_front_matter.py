"""The front matter is typed by its own rules; YAML's ideas of types never touch it."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta, timezone

import pytest
import yaml

from newsletter.issue import frontmatter
from newsletter.model import Position
from tests.issue.drafts import HOUSE, faults, findings, front, parsed


def test_what_is_not_said_has_a_default() -> None:
    issue = front()
    assert (issue.subject, issue.preheader, issue.date) == ("Proef", "", date(2026, 11, 24))
    assert (issue.language, issue.status, issue.audience, issue.tags) == ("nl", "draft", "all", ())
    assert (issue.send_at, issue.not_after) == (None, None)
    assert (issue.slug, issue.path) == ("proef", "issue.md")


def test_what_is_said_is_typed() -> None:
    issue = front(
        "preheader: En meer",
        "language: en",
        "status: ready",
        "audience: amsterdam",
        "send_at: 2026-11-24 07:00",
        "not_after: 2026-11-24T07:00",
    )
    assert (issue.preheader, issue.language, issue.status, issue.audience) == ("En meer", "en", "ready", "amsterdam")
    assert issue.send_at == datetime(2026, 11, 24, 7, tzinfo=timezone(timedelta(hours=1)))
    assert issue.not_after == issue.send_at


def test_a_moment_is_in_the_newsletters_time_zone_in_summer_too() -> None:
    issue = front("send_at: 2026-07-01 07:00")
    assert issue.send_at is not None
    assert issue.send_at.isoformat() == "2026-07-01T07:00:00+02:00"
    assert issue.send_at.tzinfo is HOUSE.timezone


@pytest.mark.parametrize(
    "written",
    [
        "no",
        "yes",
        "on",
        "Off",
        "true",
        "null",
        "~",
        "012",
        "0x1F",
        "1.10",
        "1e3",
        "12:30",
        "2026-11-24",
        ".inf",
        "=",
        "<<",
    ],
)
def test_what_yaml_would_turn_into_something_else_stays_text(written: str) -> None:
    issue = front(f"subject: {written}", f"preheader: '{written}'", f"tags: [{written}, chips]")
    assert (issue.subject, issue.preheader, issue.tags) == (written, written, (written, "chips"))


@pytest.mark.parametrize(
    "lines",
    [
        ["tags: [chips, geld]"],
        ["tags: chips, geld"],
        ["tags:", "- chips", "- geld"],
        ["tags:", '  - "chips"', "  - geld", "  - chips"],
        ['tags: [" chips ", chips, geld]'],
    ],
)
def test_tags_are_a_list_or_words_with_commas_each_once(lines: list[str]) -> None:
    assert front(*lines).tags == ("chips", "geld")


@pytest.mark.parametrize("line", ["tags:", "tags: []", 'tags: ""'])
def test_tags_may_be_left_open(line: str) -> None:
    assert front(line).tags == ()


def test_a_comment_is_no_part_of_a_value() -> None:
    issue = front('subject: "Nummer #12" # de titel', "date: 2026-11-24   # vereist", "# niets", "status: ready #klaar")
    assert (issue.subject, issue.date, issue.status) == ("Nummer #12", date(2026, 11, 24), "ready")


def test_a_sharp_inside_a_word_begins_no_comment() -> None:
    assert front("subject: C# en F#").subject == "C# en F#"


def test_a_value_may_be_folded_over_lines() -> None:
    issue = front("subject: >-", "  Een lange", "  titel", 'preheader: "En', '  meer"')
    assert (issue.subject, issue.preheader) == ("Een lange titel", "En meer")


def test_space_around_a_subject_is_left_out() -> None:
    assert front('subject: "  Proef  "').subject == "Proef"


def test_the_fences_may_have_space_behind_them() -> None:
    assert parsed("--- \nsubject: Proef\ndate: 2026-11-24\n---\t\nHoi.\n").blocks[0].position.line == 5


def test_each_key_has_its_place() -> None:
    issue = front("# eerst dit", "  # en dit", "status: ready")
    assert issue.positions == {
        "subject": Position("issue.md", 2, 1),
        "date": Position("issue.md", 3, 1),
        "status": Position("issue.md", 6, 1),
    }


def test_the_newsletters_language_comes_first_and_others_may_be_named() -> None:
    assert front("language: nl").language == "nl"
    assert faults('---\nsubject: "x"\ndate: 2026-11-24\nlanguage: NL\n---\nHoi.\n') == [
        'issue.md:4:11: language "NL" is not one of nl, en (did you mean "nl"?)'
    ]


def test_a_fault_in_one_value_does_not_hide_those_before_it() -> None:
    told = faults("---\nstatus: reddy\naudience: amsterdm\nsubject: Een: twee\ndate: 24-11-2026\n---\n::: tipp\n:::\n")
    assert told == [
        'issue.md:2:9: status "reddy" is not one of draft, ready (did you mean "ready"?)',
        'issue.md:3:11: audience "amsterdm" is not one of all, amsterdam (did you mean "amsterdam"?)',
        'issue.md:4:13: front matter: a value with ": " in it needs quotes around it',
        'issue.md:7:5: unknown block "tipp" (did you mean "tip"?)',
    ]


def test_a_hostile_key_is_shown_without_effect() -> None:
    [finding] = findings('---\nsubject: x\ndate: 2026-11-24\n"\\e[31m\\nrood": x\n---\nHoi.\n')
    assert str(finding).startswith('issue.md:4:1: the front matter has no key "\\u001b[31m\\nrood" (there is audience')


def test_a_deep_or_wide_list_costs_nothing() -> None:
    assert faults(f"---\nsubject: {'[' * 30_000}\n---\n") == [
        "issue.md:2:11: front matter: a value is one text or a list of texts, not a table or a list in a list"
    ]
    assert len(front(f"tags: [{'x, ' * 20_000}]").tags) == 1


PIECES = (
    *("subject: ", "tags: [", "]", "\n", "\n  ", "\n- ", ": ", " #", "een", "ö", "😀", "12:30", "~", "---", "..."),
    *('"', "'", "\\", '"a b"', "''", "{", "}", "[", ",", "?", "? ", "|", ">", "&a ", "*a", "!b ", "%", "@", "`"),
    *("\\x41", "\\U00110000", "\t", "\u2028", "\x85", "\ufeff", "- ", " ", "x: y\n", "\n---\n"),
)


@pytest.mark.bulk
def test_the_compiled_parser_of_yaml_sees_what_the_other_one_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(31)
    texts = ["".join(chance.choices(PIECES, k=chance.randint(1, 12))) for _ in range(20_000)]
    read = frontmatter.read_front_matter.__wrapped__
    quick = [read(text, "issue.md") for text in texts]
    monkeypatch.setattr(frontmatter, "_QUICK", yaml.BaseLoader)
    for text, found in zip(texts, quick, strict=True):
        assert read(text, "issue.md") == found, text
