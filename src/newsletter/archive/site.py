"""Which files the archive has, and what each is made of; nothing is made or written here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup
from slugify import slugify

from newsletter.archive import found
from newsletter.archive.assets import CARD, plan_assets, plan_card, shown_assets
from newsletter.archive.episodes import episode_seen, plan_episodes, told_in
from newsletter.archive.feeds import Channel, absolute, feed_files, published
from newsletter.archive.listing import PER_PAGE, leaves
from newsletter.archive.podcast_feed import plan_podcast
from newsletter.archive.related import related
from newsletter.archive.stamp import digest
from newsletter.archive.standing import plan_pages, plan_redirects, seen_pages
from newsletter.archive.thread import thread_below
from newsletter.errors import IssueError
from newsletter.i18n import catalogue
from newsletter.model import Finding, Position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from newsletter.archive.episodes import Told
    from newsletter.archive.folder import Planned
    from newsletter.archive.press import Press
    from newsletter.archive.record import Entry, Record

ON_FRONT = 12
"""Issues on the front page; more stand in the index."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What issues are filed under."""

    name: str
    slug: str
    records: tuple[Record, ...]


def check_unique(records: Sequence[Record], shown: Callable[[str], str]) -> None:
    """Let issues pass that can stand in one archive; `shown` is a path as messages name it.

    Raises:
        IssueError: two issues would have one address, or the id of a block stands in two issues.
    """
    by_slug: dict[str, list[Record]] = defaultdict(list)
    by_id: dict[str, Position] = {}
    findings = []
    for record in records:
        by_slug[record.slug].append(record)
        for name, line in record.ids:
            place = Position(shown(record.path), line, 1)
            if by_id.setdefault(name, place) is not place:
                message = f'the id "{name}" is already that of {by_id[name]}; give this block its own: {{#…}}'
                findings.append(Finding(place, message, "block-id"))
    for slug, alike in by_slug.items():
        for record, other in [(one, other) for one in alike for other in alike if one is not other]:
            message = f"the address /p/{slug}/ is also that of {shown(other.path)}; rename one of the two files"
            findings.append(Finding(Position(shown(record.path)), message, "issue-name"))
    if findings:
        raise IssueError(findings)


def plan_site(
    press: Press,
    records: Sequence[Record],
    standing: Sequence[Record],
    shown: Callable[[str], str],
    *,
    has_search: bool,
) -> list[Planned]:
    """Plan every file of the archive but those of the search.

    `records` are the issues that readers may see, `standing` the pages of no day, `shown` a path as messages name it.

    Raises:
        IssueError: an asset of the theme is a link to somewhere else, or a page has the name of another.
        ConfigError: a page of the archive is to lead elsewhere.
    """
    newest_first = sorted(records, key=lambda record: (record.date, record.slug), reverse=True)
    tags = _tags(newest_first)
    kinds = sorted({entry.kind for record in newest_first for entry in record.entries})
    assets = list(plan_assets(press))
    told = told_in(records)
    nav = ["issues", *(["episodes"] if told else []), *(f"{kind}s" for kind in kinds), *(["tags"] if tags else [])]
    common = {"nav": nav, "policy": found.policy(), "feeds": ("",), "has_search": has_search}
    press = replace(press, common={**common, "pages": seen_pages(standing), **shown_assets(press, assets)})
    pages = [
        _front(press, newest_first, tags, told),
        *_issues(press, newest_first, tags),
        *_index(press, newest_first),
        *_tag_pages(press, tags),
        *(page for kind in kinds for page in _directory(press, kind, newest_first)),
        *plan_episodes(press, told),
    ]
    days = {f"p/{record.slug}/index.html": record.date for record in newest_first}
    more = list(plan_pages(press, standing, shown))
    addresses = [
        (page.path.removesuffix("index.html"), days.get(page.path, ""))
        for page in (*pages, *more)
        if page.path.endswith("index.html")
    ]
    files = [
        *pages,
        *more,
        _not_found(press),
        *(page for channel in _channels(press, newest_first, tags) for page in feed_files(press, channel)),
        *(page for record in newest_first for page in _beside(press, record)),
        *plan_podcast(press, told),
        press.file("sitemap.xml", partial(found.sitemap, press.site, addresses), repr(addresses)),
        press.file("robots.txt", partial(found.robots, press.site)),
        *assets,
    ]
    return [*files, *plan_redirects(press, {file.path for file in files})]


def _words(press: Press) -> Callable[[str], str]:
    return catalogue(press.language).gettext


def view(press: Press, record: Record) -> SimpleNamespace:
    """Return what templates see of an issue in a list; it stands in many, and is put together once."""
    if record.slug not in press.seen:
        press.seen[record.slug] = _view(press, record)
    return press.seen[record.slug]


def _view(press: Press, record: Record) -> SimpleNamespace:
    return SimpleNamespace(
        slug=record.slug,
        subject=record.subject,
        preheader=record.preheader,
        date=record.day,
        day=record.day_text,
        language=record.language,
        minutes=record.minutes,
        web_url=f"{press.site}/p/{record.slug}/",
    )


def _front(press: Press, records: Sequence[Record], tags: Sequence[Tag], told: Sequence[Told]) -> Planned:
    context = {
        "issues": [view(press, record) for record in records[:ON_FRONT]],
        "has_more": len(records) > ON_FRONT,
        "tags": [_seen(tag) for tag in tags],
        "episode": episode_seen(told[0]) if told else None,
        "picture": Markup(absolute(records[0].picture, f"p/{records[0].slug}/")) if records else "",  # noqa: S704 - of our own page
        "structured": found.structured(found.website(press)),
    }
    return press.page("index.html", "web/index.html.j2", context)


def _issues(press: Press, records: Sequence[Record], tags: Sequence[Tag]) -> Iterator[Planned]:
    by_slug = {tag.slug: tag for tag in tags}
    pairs = _pairs(records)
    alike = related(records, (tag.records for tag in tags))
    zone = press.settings.newsletter.timezone
    for number, record in enumerate(records):
        card = f"{press.site}/p/{record.slug}/{CARD}" if press.settings.archive.cards else press.common["card"]
        when = published(record, zone).isoformat()
        trail = [(press.settings.newsletter.name, ""), (_words(press)("Issues"), "issues/")]
        crumbs = found.breadcrumbs(press, [*trail, (record.subject, f"p/{record.slug}/")])
        context = {
            "issue": view(press, record),
            "newer": view(press, records[number - 1]) if number else None,
            "older": view(press, records[number + 1]) if number + 1 < len(records) else None,
            "tags": [_seen(by_slug[_slug(tag)]) for tag in record.tags],
            "related": [view(press, one) for one in alike.get(record.slug, ())],
            "alternates": pairs.get(record.slug, ()),
            "published": when,
            "thread": thread_below(press.settings, f"p/{record.slug}/"),
            "card": card,
            "structured": found.structured(found.news_article(press, record, when, card), crumbs),
        }
        if record.hosts:
            context["policy"] = found.policy(record.hosts)
        path = f"p/{record.slug}/index.html"
        yield press.page(path, "web/issue.html.j2", context, language=record.language, article=record.article)


def _pairs(records: Sequence[Record]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return, for each issue that stands here in another language too, the languages with their slugs.

    Two files are one issue where the name of one is that of the other with its own language behind it: `asml.md` and
    `asml-en.md`.
    """
    by_slug = {record.slug: record for record in records}
    pairs: dict[str, tuple[tuple[str, str], ...]] = {}
    for record in records:
        original = by_slug.get(record.slug.removesuffix(f"-{record.language}"))
        if original and original is not record and original.language != record.language:
            pair = ((original.language, original.slug), (record.language, record.slug))
            pairs |= {original.slug: pair, record.slug: pair}
    return pairs


def _index(press: Press, records: Sequence[Record]) -> Iterator[Planned]:
    """The newest issues with the years, and a list for each year."""
    by_year: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_year[record.date[:4]].append(record)
    years = [SimpleNamespace(name=year, count=len(of_year)) for year, of_year in by_year.items()]
    title = _words(press)("Issues")
    yield _list(press, "issues/", title, records[:PER_PAGE], {"years": years})
    for year, of_year in by_year.items():
        trail = [(title, "issues/"), (year, f"issues/{year}/")]
        for leaf in leaves(of_year):
            context = {"years": years, "year": year, "newer": leaf.newer, "older": leaf.older, "trail": trail}
            yield _list(press, f"issues/{year}/", year, leaf.items, context, leaf.path)


def _list(
    press: Press, folder: str, title: str, records: Sequence[Record], context: dict[str, Any], leaf: str = ""
) -> Planned:
    """Plan one page of a list of issues; `leaf` is its own folder below that of the list."""
    trail = context.get("trail", [(title, folder)])
    whole = {
        "title": title,
        "issues": [view(press, record) for record in records],
        "list": folder,
        "structured": found.structured(found.breadcrumbs(press, [(press.settings.newsletter.name, ""), *trail])),
    }
    return press.page(f"{folder}{leaf}index.html", "web/list.html.j2", {**whole, **context})


@lru_cache(maxsize=1024)
def _slug(tag: str) -> str:
    return slugify(tag) or digest(tag)[:8]


def _tags(records: Sequence[Record]) -> list[Tag]:
    """Return the tags by their names; those that would have one address are one."""
    names: dict[str, str] = {}
    by_slug: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        for slug, tag in {_slug(tag): tag for tag in record.tags}.items():
            names.setdefault(slug, tag)
            by_slug[slug].append(record)
    tags = (Tag(names[slug], slug, tuple(filed)) for slug, filed in by_slug.items())
    return sorted(tags, key=lambda tag: tag.slug)


def _seen(tag: Tag) -> SimpleNamespace:
    return SimpleNamespace(name=tag.name, path=f"tags/{tag.slug}/", count=len(tag.records))


def _tag_pages(press: Press, tags: Sequence[Tag]) -> Iterator[Planned]:
    if not tags:
        return
    title = _words(press)("Tags")
    crumbs = found.breadcrumbs(press, [(press.settings.newsletter.name, ""), (title, "tags/")])
    context = {"title": title, "tags": [_seen(tag) for tag in tags], "structured": found.structured(crumbs)}
    yield press.page("tags/index.html", "web/tags.html.j2", context)
    for tag in tags:
        folder = f"tags/{tag.slug}/"
        trail = [(title, "tags/"), (tag.name, folder)]
        for leaf in leaves(tag.records):
            more = {"newer": leaf.newer, "older": leaf.older, "trail": trail, "feeds": ("", folder), "tag": tag.name}
            yield _list(press, folder, tag.name, leaf.items, more, leaf.path)


def _directory(press: Press, kind: str, records: Sequence[Record]) -> Iterator[Planned]:
    """Plan the pages that list all tips, or all tools, each with the issue that it stands in."""
    entries = [(entry, record) for record in records for entry in record.entries if entry.kind == kind]
    folder = f"{kind}s/"
    name = press.settings.newsletter.name
    for leaf in leaves(entries):
        context = {
            "kind": kind,
            "list": folder,
            "entries": [_entry_view(entry, record, press) for entry, record in leaf.items],
            "newer": leaf.newer,
            "older": leaf.older,
            "structured": found.structured(found.breadcrumbs(press, [(name, ""), (folder.strip("/"), folder)])),
        }
        yield press.page(f"{folder}{leaf.path}index.html", "web/directory.html.j2", context)


def _entry_view(entry: Entry, record: Record, press: Press) -> SimpleNamespace:
    return SimpleNamespace(
        id=entry.id,
        title=entry.title,
        excerpt=entry.excerpt,
        url=entry.url,
        tags=entry.tags,
        issue=view(press, record),
    )


def _channels(press: Press, records: Sequence[Record], tags: Sequence[Tag]) -> Iterator[Channel]:
    """The feeds: of everything, of each tag, and of each language where there is more than one."""
    name = press.settings.newsletter.name
    yield Channel(name, "", press.language, tuple(records))
    languages = sorted({record.language for record in records})
    for language in languages if len(languages) > 1 else ():
        in_it = tuple(record for record in records if record.language == language)
        yield Channel(f"{name} ({language})", f"{language}/", language, in_it)
    for tag in tags:
        yield Channel(f"{name}: {tag.name}", f"tags/{tag.slug}/", press.language, tag.records)


def _beside(press: Press, record: Record) -> Iterator[Planned]:
    """What is published beside an issue's page."""
    folder = f"p/{record.slug}/"
    if press.settings.archive.cards:
        yield plan_card(press, f"{folder}{CARD}", record.subject, record.day_text)
    yield from press.copies([(f"{folder}{file.name}", file.digest) for file in record.files])


def _not_found(press: Press) -> Planned:
    """The page for addresses that lead nowhere: it may be shown at any of them, so its links begin at the top."""
    root = f"{urlsplit(press.site).path}/"
    return press.page("404.html", "web/404.html.j2", {"root": root, "canonical": ""})
