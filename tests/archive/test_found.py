"""What search engines and those who share a page find in its head."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from newsletter.archive.found import structured
from tests.archive.sources import Site, site_of, workspace
from tests.cli.commands import TOML, add_issue

if TYPE_CHECKING:
    from pathlib import Path

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    root = workspace(tmp_path_factory.mktemp("found") / "ws")
    front = {"subject": "'</script>ASML'", "preheader": "Waar het over gaat", "tags": "[chips]"}
    add_issue(root, "2026-11-24-asml", "::: tip Een tip\nTekst.\n:::\n", **front)
    add_issue(root, "2026-11-24-asml-en", "Text.\n", language="en", subject="ASML")
    add_issue(root, "2026-11-23-los-en", "Text.\n", language="en", subject="Alone")
    return site_of(root)


def data(site: Site, path: str) -> list[dict[str, Any]]:
    """The JSON-LD of a page."""
    (script,) = site.page(path).cssselect("script[type='application/ld+json']")
    document = json.loads(script.text)
    assert document["@context"] == "https://schema.org"
    found: list[dict[str, Any]] = document.get("@graph", [document])
    return found


def test_an_issue_is_a_news_article_with_the_way_to_it(site: Site) -> None:
    article, crumbs = data(site, "p/asml/index.html")
    assert article == {
        "@type": "NewsArticle",
        "headline": "</script>ASML",
        "description": "Waar het over gaat",
        "url": "https://proef.example/p/asml/",
        "mainEntityOfPage": "https://proef.example/p/asml/",
        "datePublished": "2026-11-24T00:00:00+01:00",
        "inLanguage": "nl",
        "keywords": ["chips"],
        "image": ["https://proef.example/p/asml/card.png"],
        "isAccessibleForFree": True,
        "author": {"@type": "Organization", "name": "Proef", "url": "https://proef.example/"},
        "publisher": {"@type": "Organization", "name": "Proef", "url": "https://proef.example/"},
    }
    assert [(item["position"], item["name"], item["item"]) for item in crumbs["itemListElement"]] == [
        (1, "Proef", "https://proef.example/"),
        (2, "Edities", "https://proef.example/issues/"),
        (3, "</script>ASML", "https://proef.example/p/asml/"),
    ]


def test_the_front_page_is_a_web_site_and_lists_say_where_they_stand(site: Site) -> None:
    assert [known["@type"] for known in data(site, "index.html")] == ["WebSite"]
    for path in ("issues/index.html", "issues/2026/index.html", "tags/index.html", "tags/chips/index.html"):
        (crumbs,) = data(site, path)
        assert crumbs["@type"] == "BreadcrumbList"
        last = crumbs["itemListElement"][-1]["item"]
        assert f"{last}index.html" == f"https://proef.example/{path}"


def test_no_text_ends_the_script_that_it_stands_in() -> None:
    assert "<" not in structured({"name": "</script><!--"})


def test_every_page_can_be_shared(site: Site) -> None:
    for path, page in site.pages.items():
        if path == "404.html":
            continue
        shared = {meta.get("property"): meta.get("content") for meta in page.cssselect("meta[property]")}
        assert shared["og:site_name"] == "Proef"
        assert shared["og:url"] == page.cssselect("link[rel=canonical]")[0].get("href")
        assert shared["og:title"]
        assert shared["og:description"]
        card = str(shared["og:image"]).removeprefix("https://proef.example/")
        assert site.files[card].startswith(b"\x89PNG")
        assert (shared["og:image:width"], shared["og:image:height"]) == ("1200", "630")


def test_an_issue_in_two_languages_names_both(site: Site) -> None:
    pair = {"nl": "https://proef.example/p/asml/", "en": "https://proef.example/p/asml-en/"}
    for slug in ("asml", "asml-en"):
        links = site.issue(slug).cssselect("link[hreflang]")
        assert {link.get("hreflang"): link.get("href") for link in links} == pair
    (other,) = site.issue("asml").cssselect("article a[hreflang]")
    assert (other.get("href"), other.get("lang"), other.text) == ("../../p/asml-en/", "en", "English")
    assert site.issue("los-en").cssselect("[hreflang]") == []


def test_the_sitemap_names_every_page_but_that_of_404(site: Site) -> None:
    entries = etree.fromstring(site.files["sitemap.xml"]).findall(f"{SITEMAP}url")
    addresses = [entry.findtext(f"{SITEMAP}loc") for entry in entries]
    pages = {path.removesuffix("index.html") for path in site.pages if path != "404.html"}
    assert set(addresses) == {f"https://proef.example/{path}" for path in pages}
    days = {entry.findtext(f"{SITEMAP}loc"): entry.findtext(f"{SITEMAP}lastmod") for entry in entries}
    assert days["https://proef.example/p/asml/"] == "2026-11-24"
    assert b"Sitemap: https://proef.example/sitemap.xml\n" in site.files["robots.txt"]


def test_without_cards_the_newsletters_own_is_shown(tmp_path: Path) -> None:
    root = workspace(tmp_path / "ws", f"{TOML}\n[archive]\ncards = false\n")
    add_issue(root)
    site = site_of(root)
    assert "p/proef/card.png" not in site.files
    (image,) = site.issue("proef").cssselect("meta[property='og:image']")
    assert image.get("content") == "https://proef.example/assets/card.png"
