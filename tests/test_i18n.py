from __future__ import annotations

import io
import re
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from newsletter.config.settings import LANGUAGES
from newsletter.errors import UsageError
from newsletter.i18n import catalogue, format_date, format_duration, format_period, format_zone, preferred_language

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "src/newsletter/locale"
FIELD = re.compile(r"%\(\w+\)[a-z]")


def forms(message: str | Sequence[str]) -> str:
    """A message, or its singular and plural, as one string."""
    return message if isinstance(message, str) else " | ".join(message)


def compiled(path: Path) -> dict[str, str]:
    """The messages and translations of a .mo file, or of a .po file as it would be compiled."""
    content = io.BytesIO(path.read_bytes())
    if path.suffix == ".po":
        source, content = content, io.BytesIO()
        write_mo(content, read_po(source))
        content.seek(0)
    return {forms(message.id): forms(message.string or "") for message in read_mo(content) if message.id}


def used_messages() -> dict[str, str]:
    """Every message that a template, a module or the preview asks for, with one place where it does."""
    options = {"**.j2": {"silent": "false", "newstyle_gettext": "true"}}
    code = [("**.py", "python"), ("**.js", "javascript"), ("**.html", "jinja2")]
    found = {}
    for folder, methods in (("templates", [("**.j2", "jinja2")]), ("src", code)):
        for name, line, message, _, _ in extract_from_dir(ROOT / folder, methods, options):
            found[forms(message)] = f"{folder}/{name}:{line}"
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_that_can_be_configured_has_a_catalogue(language: str) -> None:
    assert catalogue(language).info()["language"] == language


def test_a_dutch_reader_reads_dutch() -> None:
    assert catalogue("nl").gettext("Unsubscribe") == "Afmelden"
    assert catalogue("nl").gettext("Sponsored") == "Advertentie"


def test_an_english_reader_reads_the_messages_themselves() -> None:
    assert catalogue("en").gettext("Unsubscribe") == "Unsubscribe"


def test_a_catalogue_is_read_once() -> None:
    assert catalogue("nl") is catalogue("nl")


@pytest.mark.parametrize("language", ["fr", "nl-BE", "", "../nl"])
def test_a_language_without_a_catalogue_is_refused(language: str) -> None:
    message = f'no translations for the language "{language}" (there is en, nl)'
    with pytest.raises(UsageError, match=re.escape(message)):
        catalogue(language)
    with pytest.raises(UsageError, match=re.escape(message)):
        format_date(date(2026, 11, 24), language)
    with pytest.raises(UsageError, match=re.escape(message)):
        format_duration(60, language)
    with pytest.raises(UsageError, match=re.escape(message)):
        format_zone(datetime(2026, 11, 24, tzinfo=AMSTERDAM), language)
    with pytest.raises(UsageError, match=re.escape(message)):
        format_period(datetime(2026, 11, 24, tzinfo=AMSTERDAM), None, language)


def test_a_refused_language_is_shown_short_and_without_control_characters() -> None:
    with pytest.raises(UsageError) as refusal:
        catalogue("\x1b[2J" + "x" * 100)
    assert str(refusal.value) == f'no translations for the language "\\x1b[2J{"x" * 56}" (there is en, nl)'


@pytest.mark.parametrize(
    ("language", "expected"), [("nl", "dinsdag 24 november 2026"), ("en", "Tuesday, 24 November 2026")]
)
def test_a_date_is_written_in_full(language: str, expected: str) -> None:
    assert format_date(date(2026, 11, 24), language) == expected


@pytest.mark.parametrize(
    ("seconds", "dutch", "english"),
    [
        (0, "0 sec", "0 sec"),
        (59, "59 sec", "59 sec"),
        (60, "1 min", "1 min"),
        (119, "1 min", "1 min"),
        (3599, "59 min", "59 min"),
        (3600, "1 uur", "1 hr"),
        (4533, "1 uur 15 min", "1 hr 15 min"),
        (7200, "2 uur", "2 hr"),
        (90_060, "25 uur 1 min", "25 hr 1 min"),
    ],
)
def test_a_duration_is_told_in_hours_and_minutes(seconds: int, dutch: str, english: str) -> None:
    assert format_duration(seconds, "nl") == dutch
    assert format_duration(seconds, "en") == english


AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("start", "end", "dutch", "english"),
    [
        ("08 20:00", "", "dinsdag 8 december 2026, 20:00 uur", "Tuesday, 8 December 2026, 8:00 pm"),
        ("08 20:00", "08 21:00", "dinsdag 8 december 2026, 20:00–21:00 uur", "Tuesday, 8 December 2026, 8:00–9:00 pm"),
        (
            "08 09:30",
            "08 13:05",
            "dinsdag 8 december 2026, 9:30–13:05 uur",
            "Tuesday, 8 December 2026, 9:30 am–1:05 pm",
        ),
        (
            "08 22:00",
            "09 00:15",
            "dinsdag 8 december 2026, 22:00 uur – woensdag 9 december 2026, 0:15 uur",
            "Tuesday, 8 December 2026, 10:00 pm – Wednesday, 9 December 2026, 12:15 am",
        ),
    ],
)
def test_a_period_is_told_as_people_say_it(start: str, end: str, dutch: str, english: str) -> None:
    first, last = (
        datetime.fromisoformat(f"2026-12-{text}").replace(tzinfo=AMSTERDAM) if text else None for text in (start, end)
    )
    assert first
    assert format_period(first, last, "nl") == dutch
    assert format_period(first, last, "en") == english


@pytest.mark.parametrize(
    ("zone", "dutch", "english"),
    [
        ("Europe/Amsterdam", "Midden-Europese tijd", "Central European Time"),
        ("America/New_York", "Eastern-tijd", "Eastern Time"),
        ("UTC", "gecoördineerde wereldtijd", "Coordinated Universal Time"),
    ],
)
@pytest.mark.parametrize("month", [1, 7])
def test_a_zone_has_one_name_in_summer_and_winter(zone: str, dutch: str, english: str, month: int) -> None:
    moment = datetime(2026, month, 1, tzinfo=ZoneInfo(zone))
    assert format_zone(moment, "nl") == dutch
    assert format_zone(moment, "en") == english


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="a duration cannot be negative, and this one is -1 s"):
        format_duration(-1, "nl")


def test_importing_the_module_does_not_import_babel() -> None:
    code = "import sys, newsletter.i18n; sys.exit('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_its_source(language: str) -> None:
    folder = LOCALE / language / "LC_MESSAGES"
    stale = "run: pybabel compile -D newsletter -d src/newsletter/locale"
    assert compiled(folder / "newsletter.mo") == compiled(folder / "newsletter.po"), stale


def test_every_message_that_is_used_is_translated() -> None:
    translations = compiled(LOCALE / "nl/LC_MESSAGES/newsletter.mo")
    used = used_messages()
    assert "Unsubscribe" in used
    assert {message: place for message, place in used.items() if message not in translations} == {}


def test_a_translation_has_the_fields_of_its_message() -> None:
    for message, translation in compiled(LOCALE / "nl/LC_MESSAGES/newsletter.po").items():
        assert sorted(FIELD.findall(translation)) == sorted(FIELD.findall(message))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", ""),
        ("nl", "nl"),
        ("en-GB,en;q=0.9,nl;q=0.8", "en"),
        ("en;q=0.5, nl", "nl"),
        ("NL-be;q=0.7,de;q=1.0", "nl"),
        ("de,fr", ""),
        ("*", ""),
        ("en;q=nonsense,nl;q=0.9", "en"),
        (";;;,,,q=1", ""),
        (f"{'de,' * 1000}nl", ""),
    ],
)
def test_a_browser_gets_the_language_that_it_wants_most(accepted: str, language: str) -> None:
    assert preferred_language(accepted, LANGUAGES) == language
