"""What looks like a fault and is none; and the less common forms of what is one."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING

import pytest

from newsletter.checks import check_issue, examine, gather, render_all
from newsletter.checks.mail import mail_style
from tests.checks.drafts import FOLDER, FRONT, WORDS, check, desk, material, parsed, told
from tests.checks.pair import on_tuesday_and_friday

if TYPE_CHECKING:
    from pathlib import Path

NEAR = [
    "De TODO-lijst is leeg, en `TODO: iets` is een opmerking in code.",
    "Vul uw naam in, en laat [*naam*](https://rapport.nl/naam) zien wat er gebeurt.",
    "Wij schrijven [sic] en [...] over, en [1] is een noot.",
    "Booking.com staat in [Booking.com](https://nos.nl/artikel/1) centraal.",
    "[rapport.nl/2026](https://www.rapport.nl/2026) is hetzelfde adres.",
    "Het adres is https://rapport.nl/2026, en <https://rapport.nl/2027> komt nog.",
    "Lees [het rapport](https://rapport.nl/2026/) en [het rapport](https://rapport.nl/2026#kop) nog eens.",
    "- [Een avond](https://rapport.nl/1) in Delft\n- [Een avond](https://rapport.nl/2) in Assen",
    "[GitHub](https://github.com/a) en [GitHub](https://github.com/b) zijn namen.",
    "Mail [de redactie](mailto:redactie@aireport.email), en antwoord op {{ web_url }}.",
    "[Uw voorkeuren]({{ preferences_url }}) en [hoe het werkt](https://rapport.nl/?u=x).",
    "Het teken 👨‍👩‍👧, een vlag 🏴󠁧󠁢󠁥󠁮󠁧󠁿 en می‌خواهم horen zo.",
    "In het Hebreeuws: שלום\u200f, en verder.",
    "Schrijf a < b, en x<y>z is geen HTML; `<b>` is code.",
    "Kom op dinsdag 3 maart, of op maandag 31 februari, of op dinsdag 24 november 2026.",
    "Op zondag 29 november en op vrijdag 27 februari is er een avond.",
    "```html\n<b>TODO: lorem ipsum</b>\n```",
    "    [naam] en <b>vet</b> in code met vier spaties",
    "Zie [de kop hieronder](#de-kop).\n\n## De kop\n\nHoi.",
    "Dank aan `a`, en aan `[naam]`.",
    "![Een wafer in paars licht, gezien van opzij](wafer.png)",
    '::: event {start="2026-12-08 20:00"} Een avond\nMeld u aan op https://rapport.nl/avond.\n:::',
    '::: sponsor {by="DEPT" url="https://dept.nl/?gclid=1&utm_source=linkedin"} Een plan\nWij denken mee.\n:::',
]


@pytest.mark.parametrize("text", NEAR)
def test_what_only_looks_like_a_fault_is_let_pass(text: str) -> None:
    assert check(f"{FRONT}{WORDS}\n{text}\n") == []


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("[Lees meer](https://rapport.nl)", "11:2", 'the words "Lees meer" do not say'),
        ("[klik\nhier](https://rapport.nl)", "11:2", 'the words "klik hier" do not say'),
        ("[hier][a]\n\n[a]: https://rapport.nl", "13:6", 'the words "hier" do not say'),
        ("[een plan](http://{{ subscriber.last_name | default('x') }}.nl)", "11:12", "begins with http://"),
        ("[een plan](https://intranet/plan)", "11:12", "leads to intranet, which readers"),
        ("[een plan](https://nas.local/plan)", "11:12", "leads to nas.local, which readers"),
        ("[een plan](https://[fe80::1]/plan)", "11:12", "leads to fe80::1, which readers"),
        ("[een plan](#)", "11:12", "leads nowhere"),
        ("[http://a.nl](https://b.nl)", "11:2", 'the words "http://a.nl" are an address, and the link leads to b.nl'),
        ("Tekst met \u202eomgekeerd\u202c.", "11:11", "a sign that changes the direction of reading (U+202E)"),
        ("Tekst\u2060plak", "11:6", "a word joiner (U+2060)"),
        ("Wat\u200d er", "11:4", "a zero-width joiner (U+200D)"),
        ("\U0001f469\U000e0041 er", "11:2", "a sign (U+E0041)"),
        ("FIXME later", "11:1", '"FIXME" is still to be written'),
        ("Zie [TK].", "11:5", '"[TK]" is still to be written'),
        ("On Monday, November 24th, 2026", "11:4", "that day is a Tuesday in 2026"),
        ("On Monday 1st December 2026", "11:4", "that day is a Tuesday in 2026"),
        ("## A\n\nHoi.\n\n##### B", "15:1", 'the heading "B" skips a level: ##### where ### is next'),
    ],
)
def test_less_common_forms_are_found_too(text: str, place: str, said: str) -> None:
    found = check(f"{FRONT}{WORDS}\n{text}\n")

    assert [line for line in found if f".md:{place}: " in line and said in line], found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "Een traan in de cleanroom",
            "TODO: een onderwerp",
            '2:1: error: "TODO" in the subject is still to be written',
        ),
        ("Een traan in de cleanroom", "Hoi", '2:1: warning: the subject "Hoi" is too short'),
        ("ASML is", "ASML was en ASML is" + ", en ASML was en is" * 6, "3:1: warning: a preheader of"),
    ],
)
def test_the_inbox(old: str, new: str, said: str) -> None:
    found = check(FRONT.replace(old, new, 1) + WORDS)

    assert len(found) == 1
    assert f".md:{said}" in found[0]


def test_a_mail_is_made_for_each_way_in_which_conditions_fall() -> None:
    """Of a field that is empty for those readers only whom a block is for, somebody must be told."""
    block = (
        "::: note {if=\"subscriber.first_name == 'Noor' and subscriber.language == 'en'\"}\n"
        "Dag {{ subscriber.last_name }}.\n:::\n"
    )
    [told] = check(f"{FRONT}{WORDS}\n{block}")

    assert told.startswith('issues/2026-11-24-proef.md:12:5: warning: "{{ subscriber.last_name }}" has no value')


def test_a_condition_that_cannot_be_worked_out_is_told_at_its_place() -> None:
    [told] = check(f'{FRONT}{WORDS}\n::: note {{if="subscriber.first_name > 3"}}\nHoi.\n:::\n')

    assert told.startswith('issues/2026-11-24-proef.md:11:15: error: if="subscriber.first_name > 3" cannot be worked')


def test_what_cannot_be_rendered_is_a_finding_and_the_words_are_checked_all_the_same(tmp_path: Path) -> None:
    text = f"{FRONT}{WORDS}\n[hier](https://rapport.nl) en {{{{ subscriber.shoe_size }}}}\n"
    path = tmp_path / "2026-11-24-proef.md"
    path.write_text(text, "utf-8")

    vague, unknown = told(examine(parsed(text), path, desk()))

    assert vague.startswith('issues/2026-11-24-proef.md:11:2: warning: the words "hier"')
    assert unknown.startswith('issues/2026-11-24-proef.md:11:31: error: "{{ subscriber.shoe_size }}"')


def test_a_large_style_sheet_is_told_with_its_size() -> None:
    made = material(FRONT + WORDS)
    sheet = f"<style>{'a' * 16_385}</style>"
    letters = tuple(dataclasses.replace(letter, html=sheet) for letter in made.letters)

    found = mail_style(dataclasses.replace(made, letters=letters))

    assert [message for _, message in found] == [
        "the style sheets have 16,385 bytes, and Gmail drops what goes beyond 16,384"
    ]


def test_words_that_stand_in_no_line_of_the_file_are_not_looked_at() -> None:
    """As those of an episode that is pinned beside it."""
    text = f"{FRONT}{WORDS}\n::: note\nHoi.\n:::\n"
    vague = parsed(f"{FRONT}{WORDS}\n::: note\n[hier](https://rapport.nl) TODO\n:::\n")
    rendered, _ = render_all(vague, FOLDER, desk())

    assert check_issue(gather(vague, text.splitlines(), rendered, desk())) == []
    assert (
        len(check_issue(gather(vague, [*text.splitlines()[:11], "[hier](https://rapport.nl) TODO"], rendered, desk())))
        == 2
    )


def test_a_day_that_is_none_of_the_schedule_is_told_of_an_issue_that_is_to_come() -> None:
    text = FRONT.replace("date: 2026-11-24", "date: 2026-11-25") + WORDS
    made = on_tuesday_and_friday(material(text, path="issues/2026-11-25-proef.md"))
    later = dataclasses.replace(made, now=made.now.replace(day=26))

    assert told(check_issue(made)) == [
        (
            "issues/2026-11-25-proef.md:4:1: warning: 2026-11-25 is a wed, and the schedule has tue 07:00, fri 07:00 "
            "[date-schedule]"
        )
    ]
    assert check_issue(later) == []


def test_an_episode_of_an_issue_that_was_sent_may_be_old() -> None:
    text = f'{FRONT}{WORDS}\n::: episode {{url="https://rapport.nl/63" date="2026-11-10"}} De gouden troef\n:::\n'
    made = material(text, newest_episode=date(2026, 11, 23))

    assert len(check_issue(made)) == 1
    assert check_issue(dataclasses.replace(made, now=made.now.replace(day=25))) == []
