"""The settings of the public pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.config.workspaces import REQUIRED, faults_of, settings_of

if TYPE_CHECKING:
    from pathlib import Path

SEGMENTS = """
[segments]
weekly = "'weekly' in tags"
offers = "'no-offers' not in tags"
news = "not 'no-news' in tags"
"""
BOTH = REQUIRED.replace('language = "nl"', 'language = "nl"\nlanguages = ["nl", "en"]')


def test_a_part_is_a_segment_of_one_tag_asked_for_or_ruled_out(tmp_path: Path) -> None:
    toml = f'{REQUIRED}[site]\nparts = ["weekly", "offers", "news"]\n{SEGMENTS}'

    parts = settings_of(tmp_path, toml).site.parts

    assert [(part.name, part.tag, part.chosen_by_tag) for part in parts] == [
        ("weekly", "weekly", True),
        ("offers", "no-offers", False),
        ("news", "no-news", False),
    ]
    assert [part.is_for({"weekly", "no-news"}) for part in parts] == [True, True, False]


def test_a_part_has_a_title_for_each_language_or_one_for_all_or_its_name(tmp_path: Path) -> None:
    titles = 'weekly.nl = "Weekoverzicht"\nweekly.en = "Weekly digest"\noffers = "Deals"\n'
    toml = f'{BOTH}[site]\nparts = ["weekly", "offers", "news"]\n[site.titles]\n{titles}{SEGMENTS}'

    parts = settings_of(tmp_path, toml).site.parts

    assert [dict(part.titles) for part in parts] == [
        {"nl": "Weekoverzicht", "en": "Weekly digest"},
        {"nl": "Deals", "en": "Deals"},
        {"nl": "News", "en": "News"},
    ]


def test_there_are_at_most_twelve_parts(tmp_path: Path) -> None:
    names = [f"part-{number}" for number in range(13)]
    segments = "".join(f"{name} = \"'{name}' in tags\"\n" for name in names)

    (fault,) = faults_of(tmp_path, f"{REQUIRED}[site]\nparts = {names}\n[segments]\n{segments}")

    assert fault == "newsletter.toml:9:1: site.parts: found an array of 13, expected at most 12 segments"
