"""The files for calendars: what a calendar program reads in them, and their lines on the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from icalendar import Calendar

from newsletter.errors import IssueError
from tests.archive.sources import Site, site_of, workspace
from tests.cli.commands import add_issue

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """\
::: event {#avond start="2026-12-08 20:00" end="2026-12-08 21:30" place="Pakhuis, de “Zwijger”; zaal 2" url="https://proef.example/aanmelden?a=1,2" cta="Kom"} Een avond\\, over AI; en jij
Neem *iemand* mee. [Het programma](https://proef.example/programma) staat klaar, en het is een lange avond met veel te zien.

- Eerst koffie
- Dan aan het werk, {{ subscriber.first_name | default("lezer") }}
:::
"""  # noqa: E501 - a block's head is one line


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return workspace(tmp_path / "ws")


def event_in(site: Site, path: str) -> Any:
    """Read the one event of a file, and the calendar around it."""
    calendar = Calendar.from_ical(site.files[path].decode())
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    assert calendar["PRODID"]
    [event] = calendar.walk("VEVENT")
    assert event.errors == calendar.errors == []
    return event


def test_a_calendar_reads_what_the_block_says(root: Path) -> None:
    add_issue(root, body=WHOLE)
    event = event_in(site_of(root), "p/proef/avond.ics")

    assert event["UID"] == "avond@proef.example"
    assert event["SUMMARY"] == "Een avond\\, over AI; en jij"
    assert event["LOCATION"] == "Pakhuis, de “Zwijger”; zaal 2"
    assert event["URL"] == "https://proef.example/aanmelden?a=1,2"
    assert event["DTSTART"].dt == datetime(2026, 12, 8, 19, 0, tzinfo=UTC)
    assert event["DTEND"].dt == datetime(2026, 12, 8, 20, 30, tzinfo=UTC)
    assert event["DTSTAMP"].dt == datetime(2026, 11, 24, tzinfo=UTC)
    assert (event["ORGANIZER"], event["ORGANIZER"].params["CN"]) == ("mailto:redactie@proef.example", "Proef")
    assert event["DESCRIPTION"] == (
        "Neem iemand mee. Het programma [1] staat klaar, en het is een lange avond met veel te zien.\n\n"
        "- Eerst koffie\n- Dan aan het werk, lezer\n\n[1] https://proef.example/programma"
    )


def test_an_event_says_no_more_than_it_was_given(root: Path) -> None:
    add_issue(root, body='::: event {start="2026-12-08 20:00"} Online praten\n:::\n')
    event = event_in(site_of(root), "p/proef/online-praten.ics")

    assert event["URL"] == "https://proef.example/p/proef/#online-praten"
    assert {"DTEND", "LOCATION", "DESCRIPTION"}.isdisjoint(event)


def test_its_lines_are_those_of_the_standard(root: Path) -> None:
    """RFC 5545 section 3.1: lines end in CRLF and have at most 75 octets, and no character is cut in two."""
    add_issue(root, body=WHOLE.replace("een lange avond", "een lange avond " + "é—👩‍💻 " * 40))
    content = site_of(root).files["p/proef/avond.ics"]

    lines = content.split(b"\r\n")
    assert (lines[0], lines[-2], lines[-1]) == (b"BEGIN:VCALENDAR", b"END:VCALENDAR", b"")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() for line in lines[:-1])
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert len(event_in(Site({"x.ics": content}), "x.ics")["DESCRIPTION"]) > 300


def test_no_word_of_an_issue_becomes_a_line_of_its_own(root: Path) -> None:
    body = WHOLE.replace("Neem *iemand* mee.", "BEGIN:VALARM\\\nATTACH:x\n\nEND:VEVENT")
    add_issue(root, body=body.replace("Een avond", "X\\nATTENDEE:mailto:a@b.example"))
    site = site_of(root)

    assert event_in(site, "p/proef/avond.ics")["SUMMARY"].startswith("X\\nATTENDEE:mailto:a@b.example")
    names = [line.partition(b":")[0].partition(b";")[0] for line in site.files["p/proef/avond.ics"].split(b"\r\n")]
    assert {b"ATTACH", b"ATTENDEE"}.isdisjoint(names)
    assert names.count(b"BEGIN") == names.count(b"END") == 2


def test_an_event_of_the_mail_alone_has_its_file_too(root: Path) -> None:
    add_issue(root, body='::: event {#stil on="email" start="2026-12-08 20:00"} Alleen voor lezers\n:::\n')
    site = site_of(root)

    assert event_in(site, "p/proef/stil.ics")["SUMMARY"] == "Alleen voor lezers"
    assert site.issue("proef").cssselect("#stil") == []


def test_the_same_issue_gives_the_same_bytes(root: Path) -> None:
    add_issue(root, body=WHOLE)
    assert site_of(root).files == site_of(root).files


def test_two_issues_cannot_have_the_same_event(root: Path) -> None:
    for name in ("2026-11-24-een", "2026-11-25-twee"):
        add_issue(root, name, WHOLE)
    with pytest.raises(IssueError, match='the id "avond" is already that of issues/2026-11-24-een'):
        site_of(root)


def test_a_kind_of_ones_own_can_be_an_event(root: Path) -> None:
    kind = root / "templates/email/blocks/concert"
    kind.mkdir(parents=True)
    schema = 'record = true\ncalendar = true\n[attributes.start]\ntype = "datetime"\nrequired = true\n'
    (kind / "schema.toml").write_text(schema, "utf-8")
    (kind / "web.html.j2").write_text('<p><a href="{{ block.id }}.ics">{{ block.title }}</a></p>', "utf-8")
    add_issue(root, body='::: concert {start="2026-12-08 20:00"} Zes strijkers\n:::\n')

    assert event_in(site_of(root), "p/proef/zes-strijkers.ics")["SUMMARY"] == "Zes strijkers"
