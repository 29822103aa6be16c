"""`newsletter subscribers`, as a person and as a script meet it. Its files are in test_transfer.py."""

from __future__ import annotations

import io
import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import Newsletter, add_issue

if TYPE_CHECKING:
    from pathlib import Path

HISTORY = """
insert into send (issue_id, status, content_sha256, recipients_sha256, audience, created_at_ms)
    values ('asml', 'done', '', '', 1, 0);
insert into delivery (send_id, subscriber_id, address, address_key, state, wired_at_ms, reply)
    values (1, 1, 'anna@example.org', 'anna@example.org', 'sent', 1764200000000, '250 ok');
insert into delivery_event (delivery_id, source, kind, code, detail, at_ms)
    values (1, 'bounce', 'bounce', '4.2.2', 'mailbox full', 1764200000000);
insert into suppression (address_key, reason, until_at_ms, evidence, at_ms)
    values ('anna@example.org', 'soft_bounce', 3528400000000, '4.2.2', 1764200000000);
"""
"""Anna got an issue, which came back."""

AGREED = """
insert into consent_wording (sha256, wording) values ('abc', 'Ja, stuur me Proef.');
insert into consent (subscriber_id, step, at_ms, language, wording_sha256, form_url, client, message_id) values
    (1, 'confirmed', 1764200000000, 'nl', 'abc', 'https://example.org/c/', '192.0.2.0/24', '<x.confirm@example.org>');
update subscriber set paused_until_at_ms = 3528400000000 where id = 1;
"""
"""Anna confirmed, and pauses."""

KEY = "0123456789abcdef0123456789abcdef"


def test_subscribers_are_listed(filled: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "list")

    assert ran.status == 0
    assert ran.out.splitlines() == [
        "1  anna@example.org   active  nl  Anna   founder, vip",
        "2  bram@example.org   active  nl  Bram",
        "3  chloe@example.org  active  en  Chloé  vip",
    ]
    assert ran.err == "3 of 3 shown\n"


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("--segment", "nl-founders"), [1]),
        (("--segment", "all"), [1, 2, 3]),
        (("--tag", "VIP"), [1, 3]),
        (("--tag", "vip", "--segment", "nl-founders"), [1]),
        (("--status", "active", "--after", "2"), [3]),
        (("--status", "unsubscribed"), []),
        (("--status", "suppressed"), []),
    ],
)
def test_a_list_can_be_of_some(
    filled: Path, newsletter: Newsletter, arguments: tuple[str, ...], found: list[int]
) -> None:
    ran = newsletter("subscribers", "list", *arguments, "--json")

    assert (ran.status, [person["id"] for person in ran.document["subscribers"]]) == (0, found)


def test_a_list_goes_on_where_it_ended(filled: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "list", "--limit", "2")

    assert ran.err == "2 of 3 shown; go on with --after 2\n"
    assert newsletter("subscribers", "list", "--limit", "2", "--json").document["next"] == 2
    assert newsletter("subscribers", "list", "--after", "2", "--json").document["next"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--status", "activ"), 'there is no status "activ" (did you mean "active"?)'),
        (
            ("--segment", "nl-founder"),
            'there is no segment "nl-founder" in newsletter.toml (did you mean "nl-founders"?)',
        ),
    ],
)
def test_what_there_is_not_cannot_be_listed(
    filled: Path, newsletter: Newsletter, arguments: tuple[str, ...], message: str
) -> None:
    ran = newsletter("subscribers", "list", *arguments)

    assert (ran.status, ran.err) == (2, f"error: {message}\n")


def test_a_list_plays_no_tricks_with_a_terminal(listed: Path, newsletter: Newsletter) -> None:
    """Names are cleaned on their way in; who opens another's database reads what others let in."""
    newsletter("subscribers", "add", "anna@example.org", "--first-name", "[link=https://example.org]Anna[/link]")

    assert "[link=https://example.org]Anna[/link]" in newsletter("subscribers", "list").out


def test_one_person_is_added_removed_and_comes_back(filled: Path, newsletter: Newsletter) -> None:
    said = []
    for arguments in (
        ("add", "Dirk@example.org", "--first-name", "Dirk", "--tag", "vip", "--tag", "Founder"),
        ("add", "dirk@example.org"),
        ("add", "dirk@example.org", "--last-name", "Jansen"),
        ("remove", "DIRK@example.org"),
        ("remove", "dirk@example.org"),
        ("add", "dirk@example.org"),
        ("add", "dirk@example.org", "--again", "--source", "wrote to us"),
        ("remove", "nobody@example.org"),
    ):
        ran = newsletter("subscribers", *arguments)
        said.append((ran.status, ran.err.removesuffix("\n")))

    assert said == [
        (0, "Dirk@example.org is added"),
        (0, "dirk@example.org was a subscriber already"),
        (0, "dirk@example.org was a subscriber, and has changed"),
        (0, "DIRK@example.org gets no more mail"),
        (0, "dirk@example.org was unsubscribed already"),
        (1, "dirk@example.org was not added: unsubscribed before, and stays so; --again if they now ask for mail"),
        (0, "dirk@example.org was a subscriber, and has changed"),
        (1, "nobody@example.org is no subscriber"),
    ]


def test_what_one_person_becomes_is_a_json_document(filled: Path, newsletter: Newsletter) -> None:
    documents = [
        newsletter("subscribers", *arguments, "--json").document
        for arguments in (
            ("add", "dirk@example.org"),
            ("remove", "dirk@example.org"),
            ("add", "dirk@example.org"),
            ("remove", "nobody@example.org"),
        )
    ]

    assert documents == [
        {"address": "dirk@example.org", "result": "added", "reason": ""},
        {"address": "dirk@example.org", "result": "unsubscribed"},
        {"address": "dirk@example.org", "result": "kept_out", "reason": "unsubscribed"},
        {"address": "nobody@example.org", "result": "unknown"},
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "anna"), '"anna" is not a mail address: An email address must have an @-sign.'),
        (("add", "a@example.org", "--language", "fr"), '"fr" is not among the newsletter\'s languages, nl, en'),
        (("add", "a@example.org", "--tag", "a,b"), 'the tag "a,b" holds a comma, or more than 60 characters'),
        (("add", "a@example.org", "--source", "\udce9"), r'"\udce9" holds control characters'),
        (
            ("add", "\udce9@example.org"),
            r'"\udce9@example.org" is not a mail address: The email address contains unsafe characters: U+DCE9.',
        ),
        (("show", "anna"), '"anna" is not a mail address: An email address must have an @-sign.'),
    ],
)
def test_what_cannot_be_taken_is_told(
    filled: Path, newsletter: Newsletter, arguments: tuple[str, ...], message: str
) -> None:
    ran = newsletter("subscribers", *arguments)

    assert (ran.status, ran.err) == (2, f"error: {message}\n")


def test_a_person_is_shown_all_that_is_kept(filled: Path, newsletter: Newsletter) -> None:
    newsletter("subscribers", "remove", "anna@example.org")

    ran = newsletter("subscribers", "show", "ANNA@example.org")

    lines = [line.split(maxsplit=1) for line in ran.out.splitlines()]
    assert lines[0] == ["ANNA@example.org"]
    assert [name for name, _ in lines[1:]] == [
        "status", "name", "language", "company", "tags", "since", "unsubscribed", "came",
    ]  # fmt: skip
    assert lines[1] == ["status", "unsubscribed"]
    assert lines[8][1].startswith("by       list.csv:2 sha256:")


def test_a_person_is_shown_the_mail_they_got_and_why_they_get_no_more(filled: Path, newsletter: Newsletter) -> None:
    with sqlite3.connect(filled / "newsletter.db") as raw:
        raw.executescript(HISTORY)
    raw.close()

    ran = newsletter("subscribers", "show", "anna@example.org")

    until = "(2025-11-26T23:33:20Z until 2081-10-22T23:06:40Z)"
    assert ran.out.splitlines()[-3:] == [
        f"  no mail   mail to them came back several times, so they get none for a while {until} 4.2.2",
        "  asml      sent 2025-11-26T23:33:20Z 250 ok",
        "            bounce 2025-11-26T23:33:20Z 4.2.2 mailbox full",
    ]
    document = newsletter("subscribers", "show", "anna@example.org", "--json").document
    at = "2025-11-26T23:33:20Z"
    assert document["suppression"] == {
        "reason": "soft_bounce", "at": at, "until": "2081-10-22T23:06:40Z", "evidence": "4.2.2",
    }  # fmt: skip
    event = {"kind": "bounce", "code": "4.2.2", "detail": "mailbox full", "at": at}
    assert document["received"] == [{"issue": "asml", "state": "sent", "at": at, "reply": "250 ok", "events": [event]}]


def test_a_person_is_shown_how_they_agreed_and_until_when_they_pause(filled: Path, newsletter: Newsletter) -> None:
    with sqlite3.connect(filled / "newsletter.db") as raw:
        raw.executescript(AGREED)
    raw.close()

    ran = newsletter("subscribers", "show", "anna@example.org")

    lines = ran.out.splitlines()
    at = "2025-11-26T23:33:20Z"
    assert "  paused until  2081-10-22T23:06:40Z" in lines
    assert lines[-1] == f"  confirmed     {at} https://example.org/c/ 192.0.2.0/24 Ja, stuur me Proef."
    document = newsletter("subscribers", "show", "anna@example.org", "--json").document
    assert document["subscriber"]["paused_until"] == "2081-10-22T23:06:40Z"
    assert document["consents"] == [
        {
            "step": "confirmed", "at": at, "language": "nl", "wording": "Ja, stuur me Proef.", "wording_sha256": "abc",
            "form_url": "https://example.org/c/", "client": "192.0.2.0/24", "message_id": "<x.confirm@example.org>",
        }
    ]  # fmt: skip


def test_what_is_kept_is_a_json_document(filled: Path, newsletter: Newsletter) -> None:
    document = newsletter("subscribers", "show", "anna@example.org", "--json").document

    assert document["subscriber"]["first_name"] == "Anna"
    assert (document["suppression"], document["received"]) == (None, [])


def test_of_a_stranger_nothing_is_shown(filled: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "show", "nobody@example.org")

    assert (ran.status, ran.out, ran.err) == (1, "", "nothing is kept of nobody@example.org\n")


def test_who_is_forgotten_is_gone(filled: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", KEY)

    ran = newsletter("subscribers", "forget", "ANNA@example.org", "--yes")

    assert (ran.status, ran.err) == (0, "ANNA@example.org is forgotten\n")
    shown = newsletter("subscribers", "show", "anna@example.org")
    assert shown.out.splitlines()[1].startswith("  no mail  asked to be forgotten, and stays so (20")
    assert newsletter("subscribers", "import", "list.csv").err.splitlines() == [
        "list.csv:2: warning: asked to be forgotten, and stays so",
        "imported list.csv, 3 lines: 2 unchanged, 1 kept out",
    ]
    again = newsletter("subscribers", "forget", "nobody@example.org", "--yes", "--json")
    assert (again.status, again.document) == (1, {"address": "nobody@example.org", "forgotten": False})


def test_nobody_is_forgotten_unasked(filled: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", KEY)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))

    ran = newsletter("subscribers", "forget", "anna@example.org")

    assert (ran.status, ran.err) == (2, "error: nobody is there to be asked: confirm with --yes\n")
    assert newsletter("subscribers", "list", "--json").document["total"] == 3


class Terminal(io.StringIO):
    """A person at a terminal, who types this."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "status", "left"), [("y\n", 0, 2), ("ja\n", 0, 2), ("\n", 1, 3), ("n\n", 1, 3), ("", 1, 3)]
)
def test_a_person_is_asked_before_somebody_is_forgotten(
    filled: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch, typed: str, status: int, left: int
) -> None:
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", KEY)
    monkeypatch.setattr("sys.stdin", Terminal(typed))

    ran = newsletter("subscribers", "forget", "anna@example.org")

    assert ran.err.startswith("Erase all that is kept of anna@example.org? It cannot be undone. [y/N] ")
    assert ran.status == status
    assert newsletter("subscribers", "list", "--json").document["total"] == left


def test_forgetting_needs_the_key(filled: Path, newsletter: Newsletter) -> None:
    ran = newsletter("subscribers", "forget", "anna@example.org", "--yes")

    assert ran.status == 2
    assert ran.err.startswith("error: NEWSLETTER_SECRET_KEY is not set, ")


def test_a_segment_is_an_audience_for_an_issue(filled: Path, newsletter: Newsletter) -> None:
    add_issue(filled, "2026-11-25-founders", audience="nl-founders")
    add_issue(filled, "2026-11-26-nobody", audience="nl-foundrs")

    assert newsletter("render", "founders").status == 0
    ran = newsletter("render", "nobody")
    assert ran.status == 2
    assert 'did you mean "nl-founders"?' in ran.err


def test_a_database_that_cannot_be_opened_is_told_without_its_password(
    listed: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_STORE_URL", "postgresql://anna:hunter22@127.0.0.1:1/readers")

    ran = newsletter("subscribers", "list")

    assert ran.status == 2
    assert ran.err.startswith("error: the database readers at 127.0.0.1: the server says: ")
    assert "hunter22" not in ran.err
