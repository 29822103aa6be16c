from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import pytest

from newsletter.config import Podcast, Slot
from tests.config.workspaces import REQUIRED, faults_of, settings_of

if TYPE_CHECKING:
    from pathlib import Path


def test_without_a_word_there_is_no_podcast_and_no_schedule(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)

    assert settings.podcast == Podcast("", "{audio}#t={seconds}", ())
    assert settings.newsletter.schedule == ()


def test_the_slots_of_a_week_stand_in_its_order(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, f'{REQUIRED}schedule = ["fri 7:00", "TUE 07:00", "tue 06:30"]\n')

    assert settings.newsletter.schedule == (Slot(1, time(6, 30)), Slot(1, time(7)), Slot(4, time(7)))


@pytest.mark.parametrize(
    "feed",
    ["https://feeds.example.org/a?b=c", "http://127.0.0.1:8000/feed.xml", "http://[::1]/feed", "podcast/feed.xml", ""],
)
def test_a_feed_is_an_address_or_a_file(tmp_path: Path, feed: str) -> None:
    assert settings_of(tmp_path, f'{REQUIRED}[podcast]\nfeed = "{feed}"\n').podcast.feed == feed


@pytest.mark.parametrize(
    "feed", ["../feed.xml", "/feed.xml", "https://", "https://a b.example/", "https://a.example:99999/", "file:///x"]
)
def test_what_is_neither_is_told(tmp_path: Path, feed: str) -> None:
    assert faults_of(tmp_path, f'{REQUIRED}[podcast]\nfeed = "{feed}"\n') == [
        (
            f'newsletter.toml:9:1: podcast.feed: found "{feed}", expected the address of a feed, such as '
            "https://example.org/feed.xml, or a file within the workspace"
        )
    ]


def test_a_password_in_the_address_of_the_feed_is_not_shown(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}[podcast]\nfeed = "https://anna:s3cret@example.org/feed"\n')

    assert "no user name in it (its value is not shown here)" in fault


def test_apps_have_the_spelling_that_they_have_themselves(tmp_path: Path) -> None:
    toml = f'{REQUIRED}[podcast.apps]\napple-podcasts = "https://a.example/1"\npocket_casts = "https://b.example"\n'

    apps = settings_of(tmp_path, toml).podcast.apps

    assert [(app.name, app.url) for app in apps] == [
        ("Apple Podcasts", "https://a.example/1"),
        ("Pocket Casts", "https://b.example"),
    ]
