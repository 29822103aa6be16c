"""Whose mail can be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.audience.segments import matches
from newsletter.config import load_without_secrets
from newsletter.web.preview.readers import readers_of, someone_in
from tests.web.preview.desks import CANARY, workspace_in

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.config import Condition

SEGMENTS = {
    "dutch": "language == 'nl'",
    "not-dutch": "language != 'nl'",
    "named": "first_name != ''",
    "turned": "'Anna' == first_name",
    "one-of": "first_name in ['Anna', 'Bram'] and language == 'en'",
    "none-of": "first_name not in ['Anna', 'Bram']",
    "tagged": "'founder' in tags and not ('vip' in tags)",
    "either": "(language == 'en' and language == 'nl') or company == 'Acme'",
    "deep": "not (language == 'nl' or not (company == 'Acme' and 'vip' in tags))",
    "twins": "first_name == last_name",
    "others": "first_name != last_name and first_name != ''",
}
"""Conditions that somebody can meet."""
NOBODY = {
    "two-at-once": "language == 'nl' and language == 'en'",
    "tag-and-not": "'vip' in tags and not 'vip' in tags",
    "never-the-same": "first_name != first_name",
}


def segments_of(folder: Path, conditions: dict[str, str]) -> dict[str, Condition]:
    lines = "".join(f'{name} = "{text}"\n' for name, text in conditions.items())
    root = workspace_in(folder, f'[subscribers]\nfields = ["company"]\n[segments]\n{lines}')
    return dict(load_without_secrets(root).segments)


@pytest.mark.parametrize("name", SEGMENTS)
def test_somebody_is_found_who_is_in_a_segment(name: str, tmp_path: Path) -> None:
    condition = segments_of(tmp_path, SEGMENTS)[name]
    fields = someone_in(condition)
    assert fields is not None
    tags = ["founder"] if name == "tagged" else ["vip"]
    assert matches(condition, fields, tags)


@pytest.mark.parametrize("name", NOBODY)
def test_nobody_is_found_where_nobody_can_be(name: str, tmp_path: Path) -> None:
    assert someone_in(segments_of(tmp_path, NOBODY)[name]) is None


def test_there_are_the_samples_somebody_unknown_and_one_of_each_segment_and_language(tmp_path: Path) -> None:
    root = workspace_in(tmp_path, "[segments]\nenglish = \"language == 'en' and first_name == 'Chloé'\"\n")
    readers = readers_of(load_without_secrets(root), "test")
    assert [(one.key, one.name, one.recipient.language) for one in readers] == [
        ("sample:anna@example.org", "Anna", "nl"),
        ("sample:chloe@example.org", "Chloé", "en"),
        ("unknown", "nobody@example.org", "nl"),
        ("segment:english", "english", "en"),
        ("language:nl", "nl", "nl"),
        ("language:en", "en", "en"),
    ]
    assert readers[3].recipient.fields == {"first_name": "Chloé"}
    assert {one.recipient.token for one in readers} == {"test"}


def test_the_settings_of_a_preview_hold_no_secret(tmp_path: Path) -> None:
    settings = load_without_secrets(workspace_in(tmp_path))
    assert settings.smtp.password is None
    assert settings.secret_key is None
    assert CANARY not in settings.store_url.reveal()
