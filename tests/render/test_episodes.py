"""A pinned episode in the mail, its text and the page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.config import Podcast
from newsletter.config.social import SocialLink
from newsletter.model import Chapter, Cue
from newsletter.render.episodes import clock, moment_link
from tests.issue.episodes import BARE, EPISODE
from tests.render.issues import FRONT, NOBODY, SETTINGS, issue_with, mail_of, page_of


def test_the_mail_shows_what_the_feed_says_of_it() -> None:
    mail = mail_of(issue_with(EPISODE))

    assert "Aflevering ‘eenenveertig’" in mail.html
    assert "1 uur 15 min" in mail.html
    assert '<a href="https://media.example/41.mp3#t=462"' in mail.html
    assert "Tenten vol ‘GPU’ s" in mail.html
    assert 'href="https://a.example/wietse"' in mail.html
    assert "Een Gast (te gast), X</p>" in mail.html
    assert 'href="https://aireport.email/p/proef/#aflevering-eenenveertig"' in mail.html
    assert "Lees alle shownotes" in mail.html


def test_the_plain_text_has_title_length_link_and_chapters() -> None:
    text = mail_of(issue_with(EPISODE)).text

    assert "1 uur 15 min - https://a.example/41\n" in text
    assert "Met Wietse, Een Gast (te gast), X\n" in text
    assert "Hoofdstukken\n   0:00  Begin\n   7:42  Tenten vol ‘GPU’ s\n1:08:30  Einde\n" in text
    assert "Lees alle shownotes: https://aireport.email/p/proef/#aflevering-eenenveertig\n" in text


def test_the_page_has_a_player_all_notes_and_the_transcript_and_needs_no_script() -> None:
    page = page_of(issue_with(EPISODE))

    assert '<audio class="player" controls preload="none" src="https://media.example/41.mp3"></audio>' in page
    assert "En nog wat." in page
    assert "Lees alle shownotes" not in page
    assert (
        '<li><a href="https://media.example/41.mp3#t=4110" data-seconds="4110">'
        '<time datetime="PT4110S">1:08:30</time> Einde</a>' in page
    )
    assert (
        '<p data-seconds="4"><time class="muted" datetime="PT4S">0:04</time> '
        "<b>Alexander</b> Ach nee &amp; &lt;hoe&gt;.</p>" in page
    )
    assert "<script" not in page


def test_one_speaker_has_one_turn_until_it_gets_long() -> None:
    cues = tuple(Cue(n, n + 1, "woord " * 40, "A") for n in range(4))

    page = page_of(issue_with(replace(EPISODE, cues=cues)))

    assert page.count("<b>A</b>") == 2


def test_an_episode_with_nothing_but_a_sound_has_no_empty_parts() -> None:
    issue = issue_with(BARE)
    mail, page = mail_of(issue), page_of(issue)

    for word in ("Hoofdstukken", "Met ", "Lees alle shownotes", "Transcript"):
        assert word not in mail.html
        assert word not in mail.text
        assert word not in page


def test_an_editors_own_words_are_all_there_is_to_read() -> None:
    issue = issue_with(EPISODE, "::: episode latest\nZelf geschreven.\n:::\n")

    assert "Lees alle shownotes" not in mail_of(issue).html
    assert "Zelf geschreven." in page_of(issue)
    assert "En nog wat." not in page_of(issue)


def test_of_many_chapters_the_mail_shows_a_dozen() -> None:
    chapters = tuple(Chapter(60 * n, f"Deel {n}") for n in range(20))
    mail = mail_of(issue_with(replace(EPISODE, chapters=chapters)))

    assert "Deel 11<" in mail.html
    assert "Deel 12<" not in mail.html
    assert "Alle hoofdstukken" in mail.html
    assert "Deel 19\n" in mail.text


def test_the_apps_are_buttons_beside_a_pinned_episode() -> None:
    apps = (SocialLink("Spotify", "https://s.example"), SocialLink("Overcast & co", "https://o.example/?a=1&b=2"))
    settings = replace(SETTINGS, podcast=Podcast(apps=apps))

    mail = mail_of(issue_with(EPISODE), NOBODY, settings=settings)
    by_hand = mail_of(issue_with(EPISODE, '::: episode {url="https://a.example"} Zelf\n:::\n'), settings=settings)

    assert '<a href="https://s.example"' in mail.html
    assert ">Overcast &amp; co</a>" in mail.html
    assert "https://s.example" not in by_hand.html


@pytest.mark.parametrize(
    ("moment", "link"),
    [
        ("{audio}#t={seconds}", "https://media.example/41.mp3#t=462"),
        ("{url}?t={seconds}", "https://a.example/41?t=462"),
        ("{url}#{seconds}s", "https://a.example/41#462s"),
    ],
)
def test_the_link_to_a_chapter_has_the_form_of_the_settings(moment: str, link: str) -> None:
    assert moment_link(EPISODE, 462.5, moment) == link


def test_without_a_sound_a_chapter_is_a_place_on_the_page() -> None:
    assert moment_link(replace(EPISODE, audio_url=""), 462.5, "{audio}#t={seconds}") == "https://a.example/41"


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (59.9, "0:59"), (600, "10:00"), (3600, "1:00:00")])
def test_a_place_is_shown_as_players_show_it(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


def test_nothing_of_a_feed_becomes_markup() -> None:
    evil = '"><script>alert(1)</script>{{ subscriber.first_name }}'
    episode = replace(
        EPISODE,
        title=evil,
        chapters=(Chapter(0, evil),),
        people=(replace(EPISODE.people[0], name=evil),),
        cues=(Cue(0, 1, evil, evil),),
    )
    issue = issue_with(episode)

    for made in (mail_of(issue).html, page_of(issue)):
        assert "<script" not in made
        assert "{{ subscriber.first_name }}" in made


def test_words_are_those_of_the_issues_language() -> None:
    english = issue_with(EPISODE, front=FRONT.replace("date:", "language: en\ndate:"))
    mail = mail_of(english)

    assert "1 hr 15 min" in mail.html
    assert "With Wietse, Een Gast (guest), X" in mail.text
    assert "Read all show notes" in mail.html
