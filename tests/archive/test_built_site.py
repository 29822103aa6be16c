"""The archive of real issues, crawled: every link leads somewhere, and nothing of any reader is in it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from newsletter.archive.stamp import digest
from newsletter.config import load
from newsletter.render import open_theme
from tests.archive.sources import PICTURE, ROOT, Site, site_of, workspace
from tests.cli.commands import TOML, add_issue

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "https://site.example/"
PERSONAL = """\
Dag {{ subscriber.first_name | default("lezer") }}, je bent {{ subscriber.address | default("iemand") }}.

[Afmelden]({{ unsubscribe_url }}), [voorkeuren]({{ preferences_url }}), [op het web]({{ web_url }}).

::: button {url="{{ unsubscribe_url }}"} Weg ermee
:::

::: tip {#voor-jou} Voor {{ subscriber.first_name | default("jou") }}
Schrijf `{{ subscriber.first_name }}` in je tekst.[^1]

[^1]: En {{ subscriber.language }}.
:::

::: note
Nog een.[^1]

[^1]: Een noot van een ander blok.
:::
"""


@pytest.fixture(scope="module")
def ours() -> Site:
    """The archive of this repository's own issues."""
    return site_of(ROOT)


@pytest.fixture(scope="module")
def personal(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The archive of an issue that is as personal as it can be, and of one with each kind of block."""
    root = workspace(tmp_path_factory.mktemp("archive") / "ws", f'{TOML}\n[theme]\nlogo = "logo.png"\n')
    (root / "logo.png").write_bytes(PICTURE)
    front = {"subject": """'Voor {{ subscriber.first_name | default("jou") }}'""", "preheader": "'{{ web_url }}'"}
    add_issue(root, "2026-11-24-voor-jou", PERSONAL, **front)
    kinds = open_theme(root).kinds
    examples = "\n\n".join(kind.example for kind in kinds.values())
    for name in re.findall(r'"([\w-]+\.png)"', examples):
        (root / "issues" / name).write_bytes(PICTURE)
    add_issue(root, "2026-11-25-alle-blokken", examples)
    return site_of(root)


@pytest.fixture(params=["ours", "personal"])
def site(request: pytest.FixtureRequest) -> Site:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Site)
    return found


def address_of(path: str) -> str:
    return urljoin(BASE, re.sub(r"(^|/)index\.html$", r"\1", path))


def file_at(address: str) -> str:
    path = unquote(urlsplit(address).path).removeprefix("/")
    return f"{path}index.html" if path.endswith("/") or not path else path


def inner_links(site: Site) -> Iterator[tuple[str, str]]:
    """Yield each page with each address in it that leads into the site, or to a picture of it."""
    for path, page in site.pages.items():
        links = [link for _, attribute, link, _ in page.iterlinks() if attribute != "action"]
        widths = [one.split()[0] for among in page.xpath("//@srcset") for one in str(among).split(", ")]
        for link in (*links, *widths):
            address = urljoin(address_of(path), link)
            if address.startswith(BASE):
                yield path, address


def test_every_link_and_picture_within_the_site_leads_to_a_file(site: Site) -> None:
    links = list(inner_links(site))
    assert len(links) > 20
    assert [(path, link) for path, link in links if file_at(link) not in site.files] == []


def test_every_fragment_leads_to_an_element(site: Site) -> None:
    fragments = [(file_at(link), urlsplit(link).fragment) for _, link in inner_links(site) if "#" in link]
    assert fragments
    assert [f for f in fragments if len(site.page(f[0]).xpath("//*[@id=$id]", id=f[1])) != 1] == []


def test_the_site_can_be_read_from_any_folder(site: Site) -> None:
    """No address begins at the top of a host, nor with index.html, which not every host adds."""
    for page in (page for path, page in site.pages.items() if path != "404.html"):
        for _, _, link, _ in page.iterlinks():
            assert not link.startswith("/")
            assert not link.endswith("index.html")


def test_every_issue_is_reached_from_the_index_and_leads_back(site: Site) -> None:
    links = set(inner_links(site))
    issues = {path for path in site.pages if path.startswith("p/")}
    for index in ("index.html", "issues/index.html"):
        assert {file_at(link) for path, link in links if path == index} >= issues
    assert {path for path, link in links if link == BASE} >= issues


def test_every_page_is_reached_by_links(site: Site) -> None:
    by_page: dict[str, set[str]] = defaultdict(set)
    for path, link in inner_links(site):
        by_page[path].add(file_at(link))
    reached, ahead = {"404.html"}, ["index.html"]
    while ahead:
        page = ahead.pop()
        if page not in reached:
            reached.add(page)
            ahead += by_page[page]
    assert set(site.pages) <= reached


def test_every_page_says_where_it_lives(ours: Site) -> None:
    url = load(ROOT, {}).newsletter.url
    for path, page in ours.pages.items():
        if path == "404.html":  # it is shown at any address
            assert page.cssselect("link[rel=canonical]") == []
            continue
        (canonical,) = page.cssselect("link[rel=canonical]")
        assert canonical.get("href") == address_of(path).replace(BASE, f"{url}/")


def test_links_to_the_newsletters_own_pages_lead_to_a_file_too(ours: Site) -> None:
    url = f"{load(ROOT, {}).newsletter.url}/"
    links = {link for page in ours.pages.values() for _, _, link, _ in page.iterlinks() if link.startswith(url)}
    # People subscribe on the public site, which is no part of the archive.
    others = [link for link in links if file_at(link) not in ours.files]
    assert others == [f"{url}subscribe/"]


def test_whoever_fills_in_an_address_subscribes_on_the_public_site(site: Site) -> None:
    forms = {path: page.cssselect("form") for path, page in site.pages.items()}
    assert forms["index.html"]
    for path, found in forms.items():
        for form in found:
            assert (form.get("method"), urljoin(address_of(path), form.get("action"))) == ("post", f"{BASE}subscribe/")
            assert list(form.fields) == ["lang", "email"]


def test_an_issue_asks_its_reader_once_to_subscribe(site: Site) -> None:
    asked = {
        path: len(page.cssselect("form")) + len(page.cssselect("main a[href$='/subscribe/']:not(.prose a)"))
        for path, page in site.pages.items()
        if path.startswith("p/")
    }
    assert asked == dict.fromkeys(asked, 1)


def test_no_id_stands_twice_on_a_page(site: Site) -> None:
    for page in site.pages.values():
        assert [name for name, times in Counter(page.xpath("//@id")).items() if times > 1] == []


def test_every_page_has_its_language_a_title_one_heading_and_words_for_its_pictures(site: Site) -> None:
    for page in site.pages.values():
        assert page.get("lang") in {"nl", "en"}
        assert page.findtext("head/title").strip()
        assert len(page.cssselect("h1")) == 1
        assert [image.get("src") for image in page.cssselect("img") if image.get("alt") is None] == []


def test_there_is_no_script_but_our_own_and_nothing_is_fetched_from_elsewhere(site: Site) -> None:
    for page in site.pages.values():
        assert page.cssselect("iframe, object, embed, style, [style], base") == []
        for form in page.cssselect("form"):  # to search, and to subscribe: both lead to this site
            assert str(form.get("class")) in {"join", "search"}
            assert urlsplit(str(form.get("action"))).netloc == ""
        (own,) = page.cssselect("script:not([type='application/ld+json'])")
        assert str(own.get("src")).endswith(f"assets/site.js?v={digest(site.files['assets/site.js'])[:8]}")
        assert not own.text
        assert [name for element in page.iter() for name in element.attrib if name.startswith("on")] == []
        fetched = page.xpath("//img/@src | //link[@rel='stylesheet' or @rel='icon']/@href | //@srcset | //@background")
        assert [source for source in fetched if "//" in source] == []
        assert [value for value in page.xpath("//@*") if value.strip().lower().startswith("javascript:")] == []
    css = site.files["assets/style.css"].decode()
    assert "url(" not in css
    assert "@import" not in css


def test_nothing_of_any_reader_is_in_the_site(personal: Site) -> None:
    pictures = (".png", ".avif", ".webp")
    text = b"\n".join(content for path, content in personal.files.items() if not path.endswith(pictures)).decode()
    for word in ("/u/", "/preferences/", "anna@", "Anna", "chloe@", "Chloé", "unsubscribe", "zq"):
        assert word not in text, word


def test_personal_fields_stand_in_their_fallback(personal: Site) -> None:
    page = personal.issue("voor-jou")
    words = " ".join(page.text_content().split())
    assert "Dag lezer, je bent iemand." in words
    assert "Voor jou" in words
    assert "Schrijf {{ subscriber.first_name }} in je tekst." in words
    assert [link.get("href") for link in page.xpath("//a[text()='op het web']")] == [
        "https://proef.example/p/voor-jou/"
    ]
    assert personal.page("index.html").cssselect(".entry h3")[1].text_content() == "Voor jou"
    leaving = page.xpath("//a[text()='Afmelden' or text()='voorkeuren' or text()='Weg ermee']/@href")
    assert set(leaving) == {"https://proef.example/subscribe/"}
