"""The languages that readers see: the words of the templates, dates and lengths of time.

Messages are English sentences. Their translations stand in `locale/LANGUAGE/LC_MESSAGES/newsletter.po`,
compiled to `.mo` by `pybabel compile -D newsletter -d src/newsletter/locale`.

Babel is imported where it is used: it takes 35 ms, which a command that shows no date need not wait for.
"""

from __future__ import annotations

import gettext
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

_DOMAIN = "newsletter"
_LOCALE_DIR = Path(__file__).parent / "locale"
_LONG_DATE = {"en": "EEEE, d MMMM y", "nl": "EEEE d MMMM y"}
"""For each language with a catalogue, in the pattern letters of Unicode Technical Standard 35.

Babel's own full date has no comma in English, or is the American one.
"""

_CLOCK = {"en": ("en_GB", "h:mm", " a"), "nl": ("nl", "H:mm", " 'uur'")}
"""For each language the locale of its times, the pattern of one, and what stands behind it. Babel's English afternoon
is `PM`; the British one is `pm`, as people write it."""
_MAX_ACCEPTED = 20
"""Languages that a browser may ask for; it is a header of anybody's making."""
_UTC = frozenset({"UTC", "Etc/UTC"})


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the messages of a language, read once.

    Raises:
        UsageError: the language has no catalogue.
    """
    _check(language)
    return gettext.translation(_DOMAIN, _LOCALE_DIR, languages=[language])


def preferred_language(accepted: str, known: Collection[str]) -> str:
    """Return the language of `known` that a browser wants most (RFC 9110 section 12.5.4); empty for none.

    `accepted` is what its header Accept-Language says.
    """
    wanted: list[tuple[float, str]] = []
    for part in accepted.split(",")[:_MAX_ACCEPTED]:
        name, _, quality = part.strip().partition(";q=")
        language = name.lower().partition("-")[0]
        if language in known:
            wanted.append((float(quality) if re.fullmatch(r"[01](?:\.\d{1,3})?", quality) else 1.0, language))
    return max(wanted, key=lambda one: one[0])[1] if wanted else ""


@lru_cache(maxsize=64)
def format_date(day: date, language: str) -> str:
    """Return a date as it is said in full: "dinsdag 24 november 2026", "Tuesday, 24 November 2026".

    Raises:
        UsageError: the language has no catalogue.
    """
    from babel.dates import format_date as babel_format_date  # noqa: PLC0415  # see the module's docstring

    _check(language)
    return babel_format_date(day, _LONG_DATE[language], language)


def format_period(start: datetime, end: datetime | None, language: str) -> str:
    """Return when something takes place: "dinsdag 8 december 2026, 20:00–21:00 uur".

    In English "Tuesday, 8 December 2026, 8:00–9:00 pm". Without an end, when it begins.

    Raises:
        UsageError: the language has no catalogue.
    """
    from babel.dates import format_time  # noqa: PLC0415  # see the module's docstring

    first_day = format_date(start, language)
    locale, clock, behind = _CLOCK[language]

    def shown(moment: datetime, pattern: str) -> str:
        return format_time(moment.time(), pattern, locale=locale)

    if end is None:
        return f"{first_day}, {shown(start, clock + behind)}"
    if start.date() != end.date():
        return (
            f"{first_day}, {shown(start, clock + behind)} – {format_date(end, language)}, {shown(end, clock + behind)}"
        )
    is_alike = shown(start, behind) == shown(end, behind)
    return f"{first_day}, {shown(start, clock if is_alike else clock + behind)}–{shown(end, clock + behind)}"


def format_zone(moment: datetime, language: str) -> str:
    """Return the name of a moment's time zone: "Midden-Europese tijd", "Central European Time".

    Raises:
        UsageError: the language has no catalogue.
    """
    from babel.dates import get_timezone_name  # noqa: PLC0415  # see the module's docstring

    _check(language)
    # Asked for the zone alone, Babel leaves summer and winter out; but to it UTC is a region without a name.
    asked = moment if str(moment.tzinfo) in _UTC else moment.tzinfo
    return get_timezone_name(asked, width="long", locale=language)


@cache
def format_duration(seconds: int, language: str) -> str:
    """Return a length of time in hours and minutes, rounded down: "1 uur 15 min", "1 hr 15 min", "45 sec".

    Seconds are only told of what lasts less than a minute.

    Raises:
        UsageError: the language has no catalogue.
        ValueError: `seconds` is negative.
    """
    from babel.units import format_unit  # noqa: PLC0415  # see the module's docstring

    _check(language)
    if seconds < 0:
        raise ValueError(f"a duration cannot be negative, and this one is {seconds} s")
    if seconds < 60:  # noqa: PLR2004  # a minute
        return format_unit(seconds, "duration-second", "short", locale=language)
    hours, minutes = divmod(seconds // 60, 60)
    parts = (("duration-hour", hours), ("duration-minute", minutes))
    return " ".join(format_unit(value, unit, "short", locale=language) for unit, value in parts if value)


def _check(language: str) -> None:
    if language not in _LONG_DATE:
        known = ", ".join(_LONG_DATE)
        found = ascii(language[:60])[1:-1]
        raise UsageError(f'no translations for the language "{found}" (there is {known})')
