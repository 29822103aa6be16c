"""What a page says of itself to search engines, to those who share it, and to browsers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lxml import etree
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from newsletter.archive.press import Press
    from newsletter.archive.record import Record

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MAX_HEADLINE = 110
"""Characters, as search engines ask."""


def policy(hosts: Iterable[str] = ()) -> str:
    """Return a page's Content-Security-Policy: nothing from elsewhere, but for the pictures that its editor named.

    The search compiles WebAssembly; nothing else asks for more than the site's own files.
    """
    pictures = " ".join(["'self'", "data:", *hosts])
    return (
        f"default-src 'none'; img-src {pictures}; style-src 'self'; font-src 'self'; "
        "script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
        "media-src 'self' https:; form-action 'self'; base-uri 'none'"
    )


def structured(*documents: Mapping[str, object]) -> Markup:
    """Return JSON-LD as it stands in a `script` of that type, where no text can end it."""
    whole = documents[0] if len(documents) == 1 else {"@graph": list(documents)}
    text = json.dumps({"@context": "https://schema.org", **whole}, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - with no < in it, it stays where it is


def organization(press: Press) -> dict[str, object]:
    """Return who publishes."""
    newsletter = press.settings.newsletter
    known: dict[str, object] = {"@type": "Organization", "name": newsletter.name, "url": f"{press.site}/"}
    if press.logos.logo:
        known["logo"] = f"{press.site}/assets/{press.logos.logo.file}"
    return known


def website(press: Press) -> dict[str, object]:
    """Return what the front page is of."""
    newsletter = press.settings.newsletter
    known = {"@type": "WebSite", "name": newsletter.name, "url": f"{press.site}/", "inLanguage": newsletter.language}
    return known | {"description": newsletter.description, "publisher": organization(press)}


def news_article(press: Press, record: Record, published: str, card: str) -> dict[str, object]:
    """Return what an issue is; `published` is a moment in ISO 8601, `card` the address of its drawn picture."""
    url = f"{press.site}/p/{record.slug}/"
    return {
        "@type": "NewsArticle",
        "headline": record.subject[:_MAX_HEADLINE],
        "description": record.preheader,
        "url": url,
        "mainEntityOfPage": url,
        "datePublished": published,
        "inLanguage": record.language,
        "keywords": list(record.tags),
        "image": [card],
        "isAccessibleForFree": True,
        "author": organization(press),
        "publisher": organization(press),
    }


def breadcrumbs(press: Press, trail: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Return the way to a page: names, each with its path below the archive."""
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": f"{press.site}/{path}"}
        for number, (name, path) in enumerate(trail, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def sitemap(site: str, pages: Sequence[tuple[str, str]]) -> bytes:
    """Return a sitemap of these pages: each a path, and the day of its last change, empty where nobody knows."""
    root = etree.Element(f"{{{_SITEMAP}}}urlset", nsmap={None: _SITEMAP})
    for path, day in pages:
        entry = etree.SubElement(root, f"{{{_SITEMAP}}}url")
        etree.SubElement(entry, f"{{{_SITEMAP}}}loc").text = f"{site}/{path}"
        if day:
            etree.SubElement(entry, f"{{{_SITEMAP}}}lastmod").text = day
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def robots(site: str) -> bytes:
    """Return what crawlers are told: they may read everything."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {site}/sitemap.xml\n".encode()
