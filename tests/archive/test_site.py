"""The pages of the archive, before they are written anywhere."""

from __future__ import annotations

import os
import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from newsletter.errors import ConfigError, IssueError
from tests.archive.sources import PICTURE, site_of, workspace
from tests.cli.commands import TOML, add_issue
from tests.render.drawings import COFFEE, drawing, encoded

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.html import HtmlElement


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return workspace(tmp_path / "ws")


@pytest.fixture
def three(root: Path) -> Path:
    """A workspace with three issues, two of one day; their files are not in the order of their dates."""
    for name in ("2026-11-24-beta", "2026-11-24-alfa", "2025-01-02-oud"):
        add_issue(root, name, f"::: tip {{#tip-{name[11:]}}} Een tip\nTekst.\n:::\n", subject=f'"Over {name[11:]}"')
    return root


def texts(elements: list[HtmlElement]) -> list[str]:
    return [" ".join(element.text_content().split()) for element in elements]


def faults(root: Path) -> list[str]:
    with pytest.raises(IssueError) as caught:
        site_of(root)
    return str(caught.value).splitlines()


def test_there_is_a_page_for_each_issue_lists_feeds_and_the_looks(three: Path) -> None:
    assert set(site_of(three).files) == {
        "index.html",
        *(f"p/{slug}/{name}" for slug in ("alfa", "beta", "oud") for name in ("index.html", "card.png")),
        *("issues/index.html", "issues/2025/index.html", "issues/2026/index.html"),
        *("tips/index.html", "404.html"),
        *("feed.xml", "atom.xml", "feed.json", "sitemap.xml", "robots.txt"),
        *("assets/style.css", "assets/site.js", "assets/card.png", "assets/icon.png"),
    }


def test_the_index_begins_with_the_newest(three: Path) -> None:
    index = site_of(three).page("index.html")
    assert texts(index.cssselect(".entry h3")) == ["Over beta", "Over alfa", "Over oud"]
    assert [link.get("href") for link in index.cssselect(".entry a")] == ["p/beta/", "p/alfa/", "p/oud/"]
    assert [time.get("datetime") for time in index.cssselect("time")] == ["2026-11-24", "2026-11-24", "2025-01-02"]
    assert texts(index.cssselect(".entry time")) == [
        "dinsdag 24 november 2026",
        "dinsdag 24 november 2026",
        "donderdag 2 januari 2025",
    ]


def test_an_issue_leads_to_its_neighbours(three: Path) -> None:
    site = site_of(three)

    def neighbours(slug: str) -> dict[str, str]:
        return {str(link.get("rel")): str(link.get("href")) for link in site.issue(slug).cssselect("nav a[rel]")}

    assert neighbours("beta") == {"prev": "../../p/alfa/"}
    assert neighbours("alfa") == {"prev": "../../p/oud/", "next": "../../p/beta/"}
    assert neighbours("oud") == {"next": "../../p/alfa/"}


def test_an_archive_without_issues_says_so(root: Path) -> None:
    site = site_of(root)
    assert [path for path in site.files if path.startswith("p/")] == []
    assert "De eerste editie moet nog komen." in site.page("index.html").text_content()
    assert "Er zijn nog geen edities." in site.page("issues/index.html").text_content()


def test_a_page_speaks_the_language_of_its_issue_and_the_index_that_of_the_newsletter(root: Path) -> None:
    add_issue(root, "2026-11-24-hallo", "Tekst.\n")
    add_issue(root, "2026-11-25-hello", "Text.\n", language="en")
    site = site_of(root)
    assert [site.page("index.html").get("lang")] == ["nl"]
    assert [item.get("lang") for item in site.page("index.html").cssselect(".entry")] == ["en", "nl"]
    assert [site.issue(slug).get("lang") for slug in ("hallo", "hello")] == ["nl", "en"]
    assert texts(site.issue("hello").cssselect("article time")) == ["Wednesday, 25 November 2026"]
    assert [link[-1].get("lang") for link in site.issue("hello").cssselect("nav a[rel=prev]")] == ["nl"]


def test_pictures_lie_beside_the_page_that_shows_them(root: Path) -> None:
    body = """\
![Een wafer](wafer.png)

::: image {src="deep/plaat.jpg" alt="Een plaat"}
:::

::: episode {url="https://example.org" cover="hoes.png" alt="Een hoes"} Aflevering
[![Klein](%77afer.png)](https://example.org) ![Elders](https://elders.example/x.png)
:::

::: note {on="email"}
![Alleen in de mail](mail.gif)
:::
"""
    for number, name in enumerate(("wafer.png", "deep/plaat.jpg", "hoes.png", "mail.gif")):
        path = root / "issues" / "2026-11-24-platen" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (1200, 600), (number, 0, 0)).save(path)
    add_issue(root, "2026-11-24-platen/issue", body, date="2026-11-24")
    site = site_of(root)
    images = site.issue("platen").cssselect("article img")
    shown = [re.sub(r"\.[0-9a-f]{8}\.", ".#.", str(image.get("src"))) for image in images]
    assert shown == ["wafer.#.png", "plaat.#.jpg", "hoes.#.png", "wafer.#.png", "https://elders.example/x.png"]
    assert [image.get("width") for image in images] == ["1072", "1072", "1072", "960", None]
    published = {path.removeprefix("p/platen/") for path in site.files if path.startswith("p/platen/")}
    assert {str(image.get("src")) for image in images[:4]} < published
    # Mail shows its pictures from here too: the one that the page has not, and the cover with a button on it.
    copies = {name for name in published if name.endswith((".avif", ".webp"))}
    others = published - copies - {image.get("src") for image in images}
    rest = sorted(re.sub(r"\.[0-9a-f]{8}\.", ".#.", name) for name in others)
    assert rest == ["card.png", "hoes.#.png", "index.html", "mail.#.png"]


def test_a_browser_can_choose_among_lighter_copies_of_a_picture(root: Path) -> None:
    (root / "issues").mkdir()
    (root / "issues" / "photo.jpg").write_bytes(COFFEE)
    add_issue(root, body="![Eerst](photo.jpg)\n\n![Dan](photo.jpg)\n\n![Elders](https://elders.example/x.png)\n")
    site = site_of(root)
    sources = site.issue("proef").cssselect("article picture source")
    assert [source.get("type") for source in sources] == ["image/avif", "image/webp"] * 2
    for source, name in zip(sources, ("AVIF", "WEBP"), strict=False):
        files = [part.split() for part in str(source.get("srcset")).split(", ")]
        assert [width for _, width in files] == ["400w", "600w"]
        for file, width in files:
            with Image.open(BytesIO(site.files[f"p/proef/{file}"])) as copy:
                assert (copy.format, f"{copy.width}w") == (name, width)
    # What is seen at once is not put off, and what lies elsewhere is as its editor wrote it.
    loading = [image.get("loading") for image in site.issue("proef").cssselect("article img")]
    assert loading == [None, "lazy", None]


def test_the_front_page_shows_the_first_picture_of_the_newest_issue_that_fills_the_column(root: Path) -> None:
    small, wide = encoded(drawing(300, 200), "PNG"), encoded(drawing(1200, 600), "PNG")
    add_issue(root, "2026-11-23-oud", "![Oud](breed.png)\n")
    add_issue(
        root, "2026-11-24-nieuw", "![Elders](https://a.example/x.png)\n\n![Klein](klein.png)\n\n![Breed](breed.png)\n"
    )
    for name, content in (("klein.png", small), ("breed.png", wide)):
        (root / "issues" / name).write_bytes(content)
    site = site_of(root)
    (shown,) = site.page("index.html").cssselect("main img")
    assert re.fullmatch(r"p/nieuw/breed\.[0-9a-f]{8}\.png", str(shown.get("src")))
    assert (shown.get("alt"), shown.get("width"), shown.get("height"), shown.get("loading")) == (
        "",
        "1072",
        "536",
        None,
    )
    sources = site.page("index.html").cssselect("main picture source")
    files = [part.split()[0] for source in sources for part in str(source.get("srcset")).split(", ")]
    assert len(files) == 3
    assert {str(shown.get("src")), *files} <= set(site.files)


def test_a_front_page_without_a_picture_shows_none(root: Path) -> None:
    add_issue(root, "2026-11-24-nieuw", "![Klein](klein.png) ![Elders](https://a.example/x.png)\n")
    (root / "issues" / "klein.png").write_bytes(encoded(drawing(300, 200), "PNG"))
    assert site_of(root).page("index.html").cssselect("main img") == []


def test_a_picture_from_elsewhere_is_the_only_thing_that_its_page_may_fetch_there(root: Path) -> None:
    add_issue(root, "2026-11-24-met", "![Elders](https://elders.example/x.png)\n")
    add_issue(root, "2026-11-25-zonder", "Tekst.\n")
    site = site_of(root)

    def policy(slug: str) -> str:
        (meta,) = site.issue(slug).cssselect("meta[http-equiv='Content-Security-Policy']")
        return str(meta.get("content"))

    assert "img-src 'self' data: https://elders.example;" in policy("met")
    assert "img-src 'self' data:;" in policy("zonder")


def test_a_picture_that_cannot_be_used_is_told_at_its_place_in_each_issue(root: Path) -> None:
    for name in ("2026-11-24-een", "2026-11-25-twee"):
        add_issue(root, name, "![Een plaat](plaat.png)\n")
    (root / "issues" / "plaat.png").write_bytes(b"no picture")
    message = 'the picture "plaat.png" is not a picture that can be read; save it as .png (a drawing) or .jpg (a photo)'
    assert faults(root) == [f"issues/{name}.md:6:14: {message}" for name in ("2026-11-24-een", "2026-11-25-twee")]


@pytest.mark.parametrize("name", ["../newsletter.png", "/etc/motd.png", "deep/../../newsletter.png"])
def test_a_picture_that_leaves_the_folder_is_refused(name: str, root: Path) -> None:
    (root / "newsletter.png").write_bytes(PICTURE)
    add_issue(root, body=f"![Een plaat]({name})\n")
    (fault,) = faults(root)
    assert fault.startswith(f'issues/2026-11-24-proef.md:6:14: the picture "{name}" leaves the issue\'s own folder')


@pytest.mark.parametrize("target", ["../secret.txt", "real.png"])
def test_a_picture_that_is_a_link_is_refused(target: str, root: Path) -> None:
    """Whoever may add an issue could publish any file of the machine with it."""
    (root / "secret.txt").write_text("secret", "utf-8")
    add_issue(root, body="![Een plaat](plaat.png)\n")
    (root / "issues" / "real.png").write_bytes(PICTURE)
    (root / "issues" / "plaat.png").symlink_to(target)
    (fault,) = faults(root)
    assert fault.startswith("issues/2026-11-24-proef.md")
    assert '"plaat.png"' in fault


def test_a_workspace_may_be_reached_through_a_link(root: Path, tmp_path: Path) -> None:
    add_issue(root, body="![Een plaat](plaat.png)\n")
    (root / "issues" / "plaat.png").write_bytes(PICTURE)
    (tmp_path / "link").symlink_to(root)
    site = site_of(tmp_path / "link")
    (image,) = site.issue("proef").cssselect("article img")
    assert f"p/proef/{image.get('src')}" in site.files


def test_two_issues_with_one_address_are_told_at_both(root: Path) -> None:
    add_issue(root, "2026-11-24-proef", "Tekst.\n")
    add_issue(root, "2026-12-01-proef", "Tekst.\n")
    add_issue(root, "2026-12-02-ander", "Tekst.\n")
    names = ("issues/2026-11-24-proef.md", "issues/2026-12-01-proef.md")
    assert faults(root) == [
        f"{name}: the address /p/proef/ is also that of {other}; rename one of the two files"
        for name, other in (names, names[::-1])
    ]


def test_a_record_has_an_id_that_no_other_issue_has(root: Path) -> None:
    add_issue(root, "2026-11-24-een", "::: tip {#mijn-tip} Een\nTekst.\n:::\n")
    add_issue(root, "2026-12-01-twee", 'Tekst.\n\n::: tool {url="https://example.org"} Mijn tip\nTekst.\n:::\n')
    (fault,) = faults(root)
    assert fault.startswith("issues/2026-12-01-twee.md:8")
    assert 'the id "mijn-tip" is already that of issues/2026-11-24-een.md:6' in fault


def test_blocks_without_an_id_are_no_records(root: Path) -> None:
    for name in ("2026-11-24-een", "2026-12-01-twee"):
        add_issue(root, name, "::: note Let op\nTekst.\n:::\n\n::: divider\n:::\n")
    assert "p/twee/index.html" in site_of(root).files


def test_every_fault_of_all_issues_is_told_at_once(root: Path) -> None:
    for name in ("2026-11-24-een", "2026-12-01-twee", "2026-12-02-drie"):
        add_issue(root, name, "::: tip {#zelfde} Een\nTekst.\n:::\n")
    assert len(faults(root)) == 2


def with_logo(logo: str) -> str:
    return f'{TOML}\n[theme]\nlogo = "{logo}"\n'


def test_the_logo_is_published_once_under_a_name_of_its_own(tmp_path: Path) -> None:
    root = workspace(tmp_path / "ws", with_logo("images/logo.png"))
    (root / "images").mkdir()
    Image.new("RGB", (400, 400)).save(root / "images" / "logo.png")
    site = site_of(root)
    (image,) = site.page("index.html").cssselect("header img")
    assert re.fullmatch(r"assets/logo\.[0-9a-f]{8}\.png", str(image.get("src")))
    assert [path for path in site.files if "logo" in path] == [image.get("src")]
    assert (image.get("width"), image.get("height")) == ("40", "40")
    assert site.page("index.html").cssselect("link[rel=icon]")[0].get("href") == image.get("src")


def test_dark_screens_have_a_logo_of_their_own(tmp_path: Path) -> None:
    root = workspace(tmp_path / "ws", f'{with_logo("light.png")}logo_dark = "dark.png"\n')
    for name, shade in (("light.png", 0), ("dark.png", 255)):
        Image.new("L", (400, 400), shade).save(root / name)
    add_issue(root)
    page = site_of(root).issue("proef")
    (source,), (image,) = page.cssselect("header picture source"), page.cssselect("header picture img")
    assert source.get("media") == "(prefers-color-scheme: dark)"
    assert str(source.get("srcset")).startswith("../../assets/dark.")
    assert str(image.get("src")).startswith("../../assets/light.")


def test_a_logo_that_is_not_there_is_told(tmp_path: Path) -> None:
    root = workspace(tmp_path / "ws", f'{with_logo("logo-2.png")}logo_dark = "dark.svg"\n')
    (root / "dark.svg").write_text("<svg/>", "utf-8")
    with pytest.raises(ConfigError) as caught:
        site_of(root)
    assert str(caught.value) == (
        'newsletter.toml: theme.logo "logo-2.png" is not there\n'
        'newsletter.toml: theme.logo_dark "dark.svg" is an SVG drawing, which some mail programs do not show; '
        "save it as .png (a drawing) or .jpg (a photo)"
    )


def test_assets_of_ones_own_are_published_and_win(root: Path) -> None:
    assets = root / "templates" / "assets"
    assets.mkdir(parents=True)
    (assets / "letter.woff2").write_bytes(b"letter")
    (assets / "style.css").write_bytes(b"body { color: red }")
    site = site_of(root)
    assert site.files["assets/letter.woff2"] == b"letter"
    assert site.files["assets/style.css"] == b"body { color: red }"


def test_an_asset_that_is_a_link_is_refused(root: Path) -> None:
    assets = root / "templates" / "assets"
    assets.mkdir(parents=True)
    (assets / "letter.woff2").symlink_to(os.path.relpath(root / "newsletter.toml", assets))
    (fault,) = faults(root)
    assert fault.startswith('templates/assets/letter.woff2: the file "assets/letter.woff2" leads to another place')


def test_the_same_issues_give_the_same_bytes(three: Path) -> None:
    assert site_of(three).files == site_of(three).files


def test_a_word_from_an_issue_is_never_markup(root: Path) -> None:
    subject = """'<script>alert("1")</script> & "x"'"""
    add_issue(root, body="::: note <b>Let op</b>\n<script>alert(1)</script>\n:::\n", subject=subject, preheader="'<i>'")
    site = site_of(root)
    for page in site.pages.values():
        assert page.cssselect("script:not([src]):not([type='application/ld+json']), b, i") == []
    assert texts(site.issue("proef").cssselect("h1")) == ['<script>alert("1")</script> & "x"']
    assert texts(site.page("index.html").cssselect("h3")) == ['<script>alert("1")</script> & "x"']
