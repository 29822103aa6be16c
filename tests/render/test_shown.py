"""How pictures are shown: from the web or from the mail itself, in their place, with their size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from lxml import html

from newsletter.errors import IssueError, RenderError
from newsletter.model import Picture, Pictures, PictureUse
from newsletter.render import render_email
from newsletter.render.embedded import MAX_EMBEDDED_BYTES
from newsletter.render.shown import InMail, OnPage, Shown
from tests.render.issues import ANNA, SETTINGS, SITE, THEME, issue_of, mail_of, page_of, pictures_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from newsletter.config import Settings
    from newsletter.model import Email

EMBEDDED = replace(SETTINGS, pictures=replace(SETTINGS.pictures, in_mail="embedded"))
COVER = '::: episode {url="https://example.org" cover="hoes.png" alt="Een hoes"} Titel\n:::\n'


def picture(width: int, height: int, file: str = "x.1.png") -> Picture:
    return Picture(file, width, height, "image/png", b"")


def show(made: Picture, use: PictureUse, *, embedded: bool = False) -> Shown:
    return InMail(Pictures(((use, made),)), SITE, "proef", embedded)(use)


def images(markup: str) -> list[HtmlElement]:
    return list(html.document_fromstring(markup).iter("img"))


@pytest.mark.parametrize(
    ("size", "column", "shown"),
    [
        ((1072, 603), 536, (536, 302)),
        ((960, 1920), 480, (480, 960)),
        ((300, 200), 536, (300, 200)),
        ((536, 1), 268, (268, 1)),
    ],
)
def test_a_mail_shows_a_picture_in_its_column_and_never_larger_than_it_is(
    size: tuple[int, int], column: int, shown: tuple[int, int]
) -> None:
    found = show(picture(*size), PictureUse("x.png", column))
    assert (found.width_px, found.height_px) == shown
    assert found.address == f"{SITE}/p/proef/x.1.png"


def test_an_embedded_picture_is_named_by_its_file_and_the_site() -> None:
    assert show(picture(10, 10), PictureUse("x.png", 536), embedded=True).address == "cid:x.1.png@aireport.email"


def test_a_picture_elsewhere_keeps_its_address_and_has_no_size() -> None:
    use = PictureUse("https://example.org/x.png", 536)
    for shown in (InMail(Pictures(), SITE, "proef", embedded=True)(use), OnPage(Pictures(), "")(use)):
        assert shown.attributes() == {"src": "https://example.org/x.png"}


def test_a_page_shows_the_picture_without_what_the_mail_draws_on_it() -> None:
    plain, played = PictureUse("x.png", 536), PictureUse("x.png", 536, "play")
    entries = ((played, picture(1072, 600, "x.2.png")), (plain, picture(1072, 600)))
    assert OnPage(Pictures(entries), "")(played) == Shown("x.1.png", 1072, 600)


def test_a_picture_that_was_not_made_ready_is_never_pointed_at() -> None:
    message = r"^the picture x\.png was not made ready before the issue was rendered$"
    with pytest.raises(RenderError, match=message):
        render_email(issue_of("![a](x.png)"), THEME, SETTINGS)


@pytest.mark.parametrize(
    ("size", "shown"), [((480, 80), (240, 40)), ((80, 80), (40, 40)), ((20, 10), (20, 10)), ((480, 12), (240, 6))]
)
def test_a_logo_is_at_most_so_large(size: tuple[int, int], shown: tuple[int, int]) -> None:
    for where in (InMail(Pictures(), SITE, "proef", embedded=False), OnPage(Pictures(), "../../")):
        found = where.logo(picture(*size))
        assert (found.width_px, found.height_px) == shown
        assert found.address.endswith("/assets/x.1.png")


def test_every_picture_of_a_mail_has_its_size_and_its_words() -> None:
    body = f"![In de tekst](a.png)\n\n::: tip {{#een}} Tip\n![In een tip](b.png)\n:::\n\n{COVER}"
    found = [(i.get("alt"), i.get("width"), i.get("height")) for i in images(mail_of(body).html) if i.get("alt")]
    assert found == [("In de tekst", "536", "302"), ("In een tip", "484", "272"), ("Een hoes", "536", "302")]


def test_every_picture_of_a_page_has_its_size_and_its_words() -> None:
    body = f'![In de tekst](a.png)\n\n{COVER}\n::: image {{src="c.png" alt="Een plaat"}}\n:::\n'
    found = [(i.get("alt"), i.get("width"), i.get("height")) for i in images(page_of(body)) if i.get("alt")]
    assert found == [(alt, "1072", "603") for alt in ("In de tekst", "Een hoes", "Een plaat")]


def test_a_block_with_a_picture_elsewhere_is_as_wide_as_its_column() -> None:
    (image,) = (i for i in images(mail_of(COVER.replace("hoes.png", "https://example.org/x.png")).html) if i.get("alt"))
    assert (image.get("width"), image.get("height")) == ("536", None)
    (image,) = (i for i in images(page_of(COVER.replace("hoes.png", "https://example.org/x.png"))) if i.get("alt"))
    assert (image.get("width"), image.get("height")) == (None, None)


def email_of(body: str, settings: Settings = EMBEDDED) -> Email:
    issue = issue_of(body)
    return render_email(issue, THEME, settings, pictures_of(issue))


def test_an_embedded_picture_travels_once_however_often_it_is_shown() -> None:
    email = email_of("![a](a.png) ![b](a.png) ![c](b.png)")
    assert [part.content_id.split("@")[0] for part in email.embedded][-2:] == ["a.png", "b.png"]
    assert len(email.embedded) == 3, "the logo, and two pictures"


def test_what_only_the_page_shows_does_not_travel() -> None:
    email = email_of('::: note {on="web"}\n![a](a.png)\n:::\n\nHoi.')
    assert [part.picture.file.split(".")[0] for part in email.embedded] == ["logo"]


def test_a_picture_that_only_seems_to_be_embedded_is_left_alone() -> None:
    email = email_of('Zo: `src="cid:x@y"` [weg](https://example.org/cid:x)')
    assert [part.picture.file.split(".")[0] for part in email.embedded] == ["logo"]


def test_what_only_some_readers_see_travels_to_all() -> None:
    """The parts are the same for everybody; only the HTML differs."""
    email = email_of("::: note {if=\"subscriber.language == 'nl'\"}\n![a](a.png)\n:::\n")
    assert [part.picture.file.split(".")[0] for part in email.embedded] == ["logo", "a"]


def test_nothing_travels_with_a_mail_that_is_linked() -> None:
    assert email_of("![a](a.png)", SETTINGS).embedded == ()


def test_every_name_in_the_html_is_that_of_a_part() -> None:
    email = email_of(f"![a](a.png)\n\n{COVER}")
    shown = {i.get("src") for i in images("".join(part for part in email.html if isinstance(part, str)))}
    assert {f"cid:{part.content_id}" for part in email.embedded} == shown
    assert "cid:" not in "".join(part for part in email.text if isinstance(part, str))


def weighing(**weights: int) -> Pictures:
    """Return pictures that weigh so many bytes."""
    made = {name: replace(picture(1072, 600, f"{name}.1.png"), content=bytes(size)) for name, size in weights.items()}
    return Pictures(tuple((PictureUse(f"{name}.png", 536), one) for name, one in made.items()))


def test_pictures_that_weigh_too_much_together_are_told_where_the_heaviest_is() -> None:
    issue = issue_of("![a](klein.png) ![b](groot.png)")
    most = MAX_EMBEDDED_BYTES - 500_000
    assert len(render_email(issue, THEME, EMBEDDED, weighing(klein=500_000, groot=most)).embedded) == 2
    with pytest.raises(IssueError) as caught:
        render_email(issue, THEME, EMBEDDED, weighing(klein=500_000, groot=most + 1))
    assert str(caught.value) == (
        "issues/proef.md:6:22: the pictures in this mail weigh 2.1 MB together, and embedded ones may weigh 2.0 MB; "
        'the heaviest is the picture "groot.png" (1.6 MB): save it smaller, or set pictures.in_mail to "linked"'
    )


def test_a_logo_can_be_the_heaviest() -> None:
    logo = Picture("logo.1.png", 80, 80, "image/png", bytes(MAX_EMBEDDED_BYTES + 1))
    with pytest.raises(IssueError, match=r"^newsletter\.toml: .* the heaviest is the logo \(2\.1 MB\)"):
        render_email(issue_of("Hoi."), THEME, EMBEDDED, Pictures(logo=logo))


def test_a_dark_logo_takes_the_place_of_the_other_in_the_mail() -> None:
    logos = Pictures(logo=picture(80, 80, "licht.1.png"), logo_dark=picture(160, 80, "donker.1.png"))
    markup = "".join(p for p in render_email(issue_of("Hoi."), THEME, SETTINGS, logos).html if isinstance(p, str))
    light, dark = images(markup)
    assert [image.get("src").rpartition("/")[2] for image in (light, dark)] == ["licht.1.png", "donker.1.png"]
    assert light.getparent().get("class") == "logo"
    assert (dark.getparent().get("class"), dark.getparent().get("style")) == ("logo-dark", "display:none")
    before = markup.index('<span class="logo-dark"')
    assert markup[:before].endswith("<!--[if !mso]><!-->"), "Outlook's Word engine would show both"
    for asked in ("[data-ogsc] ", ".moz-text-html ", "@media (prefers-color-scheme:dark)"):
        assert asked in markup


def test_the_reader_of_a_mail_sees_no_placeholder_in_its_pictures() -> None:
    assert "zq" not in mail_of("![Foto van {{ subscriber.first_name }}](a.png)", ANNA).html
