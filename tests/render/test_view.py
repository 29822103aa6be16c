from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from newsletter.config.social import SocialLink
from newsletter.model import Picture, Pictures, PictureUse
from newsletter.render.shown import InMail, OnPage
from newsletter.render.view import ON_EMAIL, ON_WEB, block_view, blocks_on, contents_of, house_view, issue_view
from tests.render.issues import FRONT, SETTINGS, SITE, THEME, issue_of, theme_with

if TYPE_CHECKING:
    from pathlib import Path


SHOW = InMail(Pictures(), SITE, "proef", embedded=False)
"""Of an issue without pictures."""


def shown(text: str) -> str:
    """Wrap words so that a test sees which ones were wrapped."""
    return f"«{text}»" if text else ""


@pytest.mark.parametrize(("place", "titles"), [(ON_EMAIL, ["In de mail", ""]), (ON_WEB, ["", "Op het web"])])
def test_a_block_can_be_shown_in_one_place_only(place: str, titles: list[str]) -> None:
    issue = issue_of('::: tip {on="email"} In de mail\nx\n:::\n\nOveral\n\n::: tip {on="web"} Op het web\nx\n:::\n')
    assert [block.title for block in blocks_on(issue, place)] == titles


def test_a_block_has_every_attribute_of_its_schema() -> None:
    issue = issue_of('::: episode {.breed .rood #zes url="https://example.org/6" duration="48:05"} Zes\n:::\n')
    view = block_view(issue.blocks[0], THEME.kinds["episode"], SHOW, shown)

    assert (view.kind, view.id, view.classes, view.title) == ("episode", "«zes»", "breed rood", "«Zes»")
    assert (view.url, view.duration) == ("«https://example.org/6»", 2885)
    assert (view.number, view.date, view.alt) == ("", "", "")
    assert (view.cover, view.cover_width, view.cover_height) == ("", "", "")


def test_numbers_and_dates_stay_what_they_are() -> None:
    issue = issue_of('::: episode {url="https://example.org" number="0" date="2026-11-20"} Nul\n:::\n')
    view = block_view(issue.blocks[0], THEME.kinds["episode"], SHOW, shown)
    assert (view.number, view.date) == (0, date(2026, 11, 20))


def test_a_picture_becomes_an_address_and_a_size_and_a_choice_stays_what_it_is(tmp_path: Path) -> None:
    schema = (
        '[attributes.size]\ntype = "choice"\nchoices = ["large"]\n[attributes.photo]\ntype = "picture"\nwidth_px = 80\n'
    )
    theme = theme_with(tmp_path, {"email/blocks/card/schema.toml": schema})
    issue = issue_of('::: card {size="large" photo="a.png"} Kaart\n:::\n', theme=theme)
    picture = Picture("a.1.png", 160, 90, "image/png", b"")
    show = InMail(Pictures(((PictureUse("a.png", 80), picture),)), SITE, "proef", embedded=False)

    view = block_view(issue.blocks[0], theme.kinds["card"], show, shown)

    assert (view.size, view.photo) == ("large", f"«{SITE}/p/proef/a.1.png»")
    assert (view.photo_width, view.photo_height) == (80, 45)


def test_the_front_matter_is_wrapped_and_the_date_is_not() -> None:
    issue = issue_of("x", FRONT.replace("date: 2026-11-24", "date: 2026-11-24\nlanguage: en\ntags: [ai, chips]"))
    view = issue_view(issue, SETTINGS, [], shown)

    assert (view.slug, view.subject, view.preheader) == ("proef", "«Een proef»", "«Waar het over gaat»")
    assert (view.date, view.language, view.tags) == (date(2026, 11, 24), "en", ["«ai»", "«chips»"])
    assert view.web_url == f"«{SITE}/p/proef/»"


def test_the_address_for_sharing_opens_a_mail_with_nothing_of_the_reader() -> None:
    subject = "{{ subscriber.first_name | default('Lezer') }} & Co: 100% é?"
    issue = issue_of("x", FRONT.replace("Een proef", subject))
    address = urlsplit(issue_view(issue, SETTINGS, [], str).share_url)

    assert (address.scheme, address.path) == ("mailto", "")
    assert parse_qs(address.query) == {"subject": ["& Co: 100% é?"], "body": [f"{SITE}/p/proef/"]}


def test_the_address_for_answers_opens_a_mail_to_the_newsletter() -> None:
    settings = replace(SETTINGS, newsletter=replace(SETTINGS.newsletter, reply_to="a+b%c@example.org"))
    subject = "{{ subscriber.first_name | default('Lezer') }} & Co: 100% é?"
    issue = issue_of("x", FRONT.replace("Een proef", subject))
    address = urlsplit(issue_view(issue, settings, [], str).reply_url)

    assert (address.scheme, unquote(address.path)) == ("mailto", "a+b%c@example.org")
    assert parse_qs(address.query) == {"subject": ["Re: & Co: 100% é?"]}


TITLED = """\
::: toc {on="web"}
:::

::: tip {#een on="email"} Een
x
:::

## *Twee* & drie

::: episode {url="https://a.example"} Een
x
:::

::: button {url="https://a.example"} Geen deel
:::
"""


def test_the_contents_name_what_is_shown_where_a_block_lists_them() -> None:
    issue = issue_of(TITLED)
    on_page = contents_of(blocks_on(issue, ON_WEB), THEME.kinds)
    assert [(part.title, part.id, part.kind) for part in on_page] == [
        ("Twee & drie", "twee-drie", "text"),
        ("Een", "een-2", "episode"),
    ]
    assert contents_of(blocks_on(issue, ON_EMAIL), THEME.kinds) == []
    view = issue_view(issue, SETTINGS, on_page, shown)
    assert [vars(part) for part in view.contents] == [
        {"title": "«Twee & drie»", "id": "«twee-drie»", "kind": "text"},
        {"title": "«Een»", "id": "«een-2»", "kind": "episode"},
    ]


def test_the_contents_leave_out_what_only_some_readers_see() -> None:
    some = "::: tip {if=\"subscriber.language == 'nl'\"} Soms\nx\n:::\n\n::: tip Altijd\nx\n:::\n\n::: toc\n:::\n"
    assert [part.title for part in contents_of(issue_of(some).blocks, THEME.kinds)] == ["Altijd"]


def test_a_block_without_an_id_is_found_by_a_name_made_of_its_title() -> None:
    names = [block_view(block, THEME.kinds[block.kind], SHOW, shown).id for block in issue_of(TITLED).blocks]
    assert names == ["", "«een»", "", "«een-2»", ""]


def test_the_newsletter_and_its_look_are_shown() -> None:
    logo, dark = (Picture(f"{name}.1.png", 120, 80, "image/png", b"") for name in ("logo", "dark"))
    show = InMail(Pictures(logo=logo, logo_dark=dark), SITE, "proef", embedded=False)
    house = house_view(SETTINGS, shown, show)
    newsletter, theme = house["newsletter"], house["theme"]

    assert vars(newsletter) == {
        "name": "«AI Report»",
        "url": f"«{SITE}»",
        "description": f"«{SETTINGS.newsletter.description}»",
        "postal_address": f"«{SETTINGS.newsletter.postal_address}»",
        "from_address": f"«{SETTINGS.newsletter.from_address}»",
        "reply_to": f"«{SETTINGS.newsletter.reply_to}»",
        "subscribe_url": f"«{SITE}/subscribe/»",
        "discussion": "off",
    }
    assert logos(theme) == [f"«{SITE}/assets/logo.1.png»", 60, 40, f"«{SITE}/assets/dark.1.png»", 60, 40]
    assert vars(theme)["light"].accent == SETTINGS.theme.light.accent
    assert vars(theme)["footer"] == {language: f"«{text}»" for language, text in SETTINGS.theme.footer}
    assert vars(theme)["social"] == []


def test_the_foot_has_a_text_for_every_language_and_links_with_names() -> None:
    links = (SocialLink("LinkedIn", "https://a.example"), SocialLink("X", "https://x.example"))
    theme = replace(SETTINGS.theme, footer=(("en", "So long."),), social=links)
    foot = house_view(replace(SETTINGS, theme=theme), shown)["theme"]

    assert vars(foot)["footer"] == {"nl": "", "en": "«So long.»"}
    assert [vars(link) for link in vars(foot)["social"]] == [
        {"name": "«LinkedIn»", "url": "«https://a.example»"},
        {"name": "«X»", "url": "«https://x.example»"},
    ]


def test_answers_go_to_the_sender_where_nothing_else_is_said() -> None:
    newsletter = replace(SETTINGS.newsletter, reply_to="", from_address="redactie@example.org")
    house = house_view(replace(SETTINGS, newsletter=newsletter), str)
    assert vars(house["newsletter"])["reply_to"] == "redactie@example.org"


def logos(theme: object) -> list[object]:
    return [vars(theme)[f"{name}_{what}"] for name in ("logo", "logo_dark") for what in ("url", "width", "height")]


def test_a_newsletter_may_have_no_logo() -> None:
    assert logos(house_view(SETTINGS, shown)["theme"]) == [""] * 6
    assert logos(house_view(SETTINGS, shown, SHOW)["theme"]) == [""] * 6


def test_one_logo_for_both_kinds_of_screens_is_shown_once() -> None:
    logo = Picture("logo.1.png", 80, 80, "image/png", b"")
    show = OnPage(Pictures(logo=logo, logo_dark=logo), "../../")
    assert logos(house_view(SETTINGS, shown, show)["theme"]) == ["«../../assets/logo.1.png»", 40, 40, "", "", ""]
