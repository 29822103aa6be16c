"""What a reader gets: language, parts, a pause.

The link stands in every mail, and a mail may be forwarded. So the page shows and changes nothing personal; for that, it
sends a fresh link to the reader's own mailbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from newsletter.audience.preferences import Choice, choose
from newsletter.audience.subscribers import find_id
from newsletter.audience.tokens import Purpose, Token, sign
from newsletter.audience.values import to_ms
from newsletter.i18n import format_date
from newsletter.sending.own_mails import OwnMail, post, posted_since
from newsletter.store import reading, writing
from newsletter.web.public.forms import read_form
from newsletter.web.public.links import masked, no_such_link, token_of
from newsletter.web.public.pages import language_of, page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from newsletter.audience.subscribers import Subscriber
    from newsletter.web.public.site import Site

PAUSES_WEEKS = (2, 4, 8, 12)
ACCESS_MAILS_A_DAY = 5
"""To one reader: whoever has a mail that was forwarded can ask for them, too."""
DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS


async def show(site: Site, request: Request) -> Response:
    """Show what somebody gets."""
    token = token_of(site, request, Purpose.PREFERENCES)
    if token is None:
        return no_such_link(site, request)
    person = await run_in_threadpool(_find, site, token)
    language = language_of(site, request, person.language if person else "")
    if person is None or person.status != "active":
        return page(site, "gone", language, {"is_known": person is not None})
    return _page(site, language, token, person)


async def press(site: Site, request: Request) -> Response:
    """Keep what somebody chose, or send them the link to what is personal."""
    token = token_of(site, request, Purpose.PREFERENCES)
    if token is None:
        return no_such_link(site, request)
    said = await read_form(request)
    if said.get("do") == "access":
        return await send_access(site, request, token)
    person = await run_in_threadpool(_choose, site, token, said)
    language = language_of(site, request, person.language if person else "")
    if person is None:
        return page(site, "gone", language, {})
    return _page(site, language, token, person, is_saved=True)


async def send_access(site: Site, request: Request, token: Token) -> Response:
    """Send a fresh link to what is personal; at most one in a quarter of an hour, and a few in a day."""
    person = await run_in_threadpool(_find, site, token)
    language = language_of(site, request, person.language if person else "")
    if person is None:
        return page(site, "gone", language, {})
    await run_in_threadpool(_post_access, site, token)
    return page(site, "mailed", language, {"masked": masked(person.address)}, 202)


def _page(site: Site, language: str, token: Token, person: Subscriber, *, is_saved: bool = False) -> Response:
    newsletter = site.settings.newsletter
    until = person.paused_until
    is_paused = until is not None and to_ms(until) > site.now_ms()
    leaving = Token(Purpose.UNSUBSCRIBE, token.subscriber_id, token.about)
    said = {
        "is_saved": is_saved,
        "languages": newsletter.languages,
        "chosen_language": person.language,
        "parts": [
            {"name": part.name, "title": part.titles[language], "is_chosen": part.is_for(person.tags)}
            for part in site.settings.site.parts
        ],
        "pauses": PAUSES_WEEKS,
        "paused_until": format_date(until.astimezone(newsletter.timezone), language) if until and is_paused else "",
        "leave": sign(site.keys, newsletter.list_id, leaving),
    }
    return page(site, "preferences", language, said)


def _find(site: Site, token: Token) -> Subscriber | None:
    with reading(site.engine) as connection:
        return find_id(connection, token.subscriber_id, site.now_ms())


def _choose(site: Site, token: Token, said: Mapping[str, str]) -> Subscriber | None:
    """Keep a choice; return whose it is, as they are now, or None where they get no mail."""
    now_ms = site.now_ms()
    with writing(site.engine) as connection:
        person = find_id(connection, token.subscriber_id, now_ms)
        if person is None or person.status != "active":
            return None
        choose(connection, person.id, _choice(site, said, person, now_ms))
        return find_id(connection, person.id, now_ms)


def _choice(site: Site, said: Mapping[str, str], person: Subscriber, now_ms: int) -> Choice:
    """Return what a form chooses; a language or a pause that it does not say, or says wrong, stays as it is."""
    language = said.get("language", "")
    tags = {
        part.tag: (said.get(f"part-{part.name}") == "yes") == part.chosen_by_tag for part in site.settings.site.parts
    }
    pauses = {"none": None, **{str(weeks): now_ms + weeks * WEEK_MS for weeks in PAUSES_WEEKS}}
    now = to_ms(person.paused_until) if person.paused_until else None
    return Choice(
        language if language in site.settings.newsletter.languages else person.language,
        tags,
        pauses.get(said.get("pause", ""), now),
    )


def _post_access(site: Site, token: Token) -> None:
    now_ms = site.now_ms()
    with writing(site.engine) as connection:
        of_today = posted_since(connection, OwnMail.ACCESS, token.subscriber_id, now_ms - DAY_MS)
        is_posted = of_today < ACCESS_MAILS_A_DAY and post(connection, OwnMail.ACCESS, token.subscriber_id, now_ms)
    if is_posted:
        site.post_soon()
