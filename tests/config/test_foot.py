"""What a theme puts at the foot of mails and pages: a text, links to elsewhere; and its font."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.config.social import MAX_SOCIAL_LINKS, SocialLink
from tests.config.workspaces import REQUIRED, faults_of, settings_of

if TYPE_CHECKING:
    from pathlib import Path

BOTH = f'{REQUIRED}languages = ["nl", "en"]\n'


def test_there_is_nothing_at_the_foot_unless_it_is_said(tmp_path: Path) -> None:
    theme = settings_of(tmp_path).theme
    assert (theme.footer, theme.social) == ((), ())
    assert settings_of(tmp_path, f'{REQUIRED}[theme]\nfooter = ""\n').theme.footer == ()


def test_one_text_is_for_all_languages(tmp_path: Path) -> None:
    theme = settings_of(tmp_path, f'{BOTH}[theme]\nfooter = " AI Report. "\n').theme
    assert theme.footer == (("nl", "AI Report."), ("en", "AI Report."))


@pytest.mark.parametrize(
    "toml",
    [
        '[theme]\nfooter = { nl = "Tot morgen.", en = "Until tomorrow." }\n',
        '[theme]\nfooter.nl = "Tot morgen."\nfooter.en = "Until tomorrow."\n',
        '[theme.footer]\nnl = "Tot morgen."\nen = "Until tomorrow."\n',
    ],
)
def test_each_language_may_have_a_text_of_its_own(tmp_path: Path, toml: str) -> None:
    assert settings_of(tmp_path, BOTH + toml).theme.footer == (("nl", "Tot morgen."), ("en", "Until tomorrow."))


def test_a_text_has_at_most_300_characters(tmp_path: Path) -> None:
    assert settings_of(tmp_path, f'{REQUIRED}[theme]\nfooter = "{"é" * 300}"\n').theme.footer
    (fault,) = faults_of(tmp_path, f'{REQUIRED}[theme]\nfooter = "{"é" * 301}"\n')
    assert fault.endswith("expected a sentence or two, at most 300 characters, or a table with one for each language")


def test_links_keep_their_order_and_well_known_names_their_spelling(tmp_path: Path) -> None:
    toml = """
    [theme.social]
    linkedin = "https://www.linkedin.com/company/example?trk=1&x=2#top"
    apple-podcasts = "https://podcasts.apple.com/nl/podcast/example/id1"
    "De besloten groep" = "https://example.org"
    MASTODON = "https://mastodon.example:8443/@example"
    """
    assert settings_of(tmp_path, REQUIRED + toml).theme.social == (
        SocialLink("LinkedIn", "https://www.linkedin.com/company/example?trk=1&x=2#top"),
        SocialLink("Apple Podcasts", "https://podcasts.apple.com/nl/podcast/example/id1"),
        SocialLink("De besloten groep", "https://example.org"),
        SocialLink("Mastodon", "https://mastodon.example:8443/@example"),
    )


def test_there_may_be_eight_links(tmp_path: Path) -> None:
    lines = [f'place{number} = "https://example.org/{number}"\n' for number in range(MAX_SOCIAL_LINKS + 1)]
    table = f"{REQUIRED}[theme.social]\n"
    assert len(settings_of(tmp_path, table + "".join(lines[:-1])).theme.social) == 8
    (fault,) = faults_of(tmp_path, table + "".join(lines))
    assert fault == 'newsletter.toml:17:1: theme.social.place8: found "https://example.org/8", expected at most 8 links'


@pytest.mark.parametrize("name", ["", " x", "x ", "x" * 41, "a\\u202eb", "a\\nb"])
def test_a_name_that_no_reader_could_read_is_refused(tmp_path: Path, name: str) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}[theme.social]\n"{name}" = "https://example.org"\n')
    assert fault.endswith("expected a name of 1 to 40 characters before it, as readers will see it")


@pytest.mark.parametrize(
    "address",
    [
        "example.org",
        "http://example.org",
        "javascript:alert(1)",
        "https://",
        "https://a b.example",
        "https://e.example/<x>",
    ],
)
def test_an_address_that_leads_nowhere_safe_is_refused(tmp_path: Path, address: str) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}[theme.social]\nx = "{address}"\n')
    assert fault.endswith("expected a whole https address, such as https://www.linkedin.com/company/example")


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}[theme.social]\nx = "https://me:hunter2@example.org/"\n')
    assert "hunter2" not in fault
    assert fault.endswith("and no user name in it (its value is not shown here)")


@pytest.mark.parametrize("generic", ["serif", "sans-serif", "Monospace", "system-ui"])
def test_a_font_ends_in_a_family_that_every_reader_has(tmp_path: Path, generic: str) -> None:
    assert settings_of(tmp_path, f'{REQUIRED}[theme]\nfont = "Georgia,{generic}"\n').theme.font == f"Georgia,{generic}"


def test_a_font_that_may_be_missing_is_told_with_the_mend(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f"{REQUIRED}[theme]\nfont = '\"Gill Sans\", Arial'\n")
    assert fault == (
        'newsletter.toml:9:1: theme.font: found "\\"Gill Sans\\", Arial", expected serif, sans-serif, monospace, '
        "cursive, fantasy or system-ui at its end, which every reader has, such as \"'Gill Sans', Arial, sans-serif\""
    )
