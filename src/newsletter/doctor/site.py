"""The site at `newsletter.url`: where readers read, and where they leave."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import replace
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.audience.tokens import Purpose, Token, keys_of, sign
from newsletter.doctor.examined import error, ok, unknown, warning
from newsletter.doctor.outside import DEADLINE_S, is_alone
from newsletter.doctor.transport import certificate
from newsletter.errors import FetchError
from newsletter.fetch import Limits, exchange, shown_url
from newsletter.fetch.wire import UnknownHostError
from newsletter.render.links import unsubscribe_url
from newsletter.wording import counted, quoted

if TYPE_CHECKING:
    from newsletter.config import Settings
    from newsletter.doctor.examined import Examined
    from newsletter.doctor.outside import Outside
    from newsletter.fetch import Exchanged

_DISCUSSION = "discussion"
_SITE, _CERTIFICATE, _REDIRECT, _ONE_CLICK, _CLOCK = "site", "site's certificate", "http", "one-click", "clock"
_OK, _MOVED, _REFUSED = 200, 300, 400
_HTTPS = 443
_LIMITS = Limits(max_bytes=5_000_000, deadline_s=DEADLINE_S)
_CLOCK_WARNS, _CLOCK_FAILS = timedelta(seconds=30), timedelta(minutes=5)
_SERVE = "run newsletter serve at newsletter.url: Gmail and Yahoo want their button to work"
NOBODY = 0
"""The id of no subscriber."""


def examine_site(settings: Settings, outside: Outside) -> tuple[Examined, ...]:
    """Ask the site for its first page: the answer, the certificate, and the time that it has."""
    url = settings.newsletter.url
    try:
        answer = _ask(outside, f"{url}/")
    except FetchError as failed:
        if is_alone(failed):
            return (unknown(_SITE, str(failed)),)
        mend = "the links in each mail lead there: see that a web server answers at it"
        return (error(_SITE, str(failed), mend),)
    rows = [_page(url, answer)]
    if answer.certificate_ends:
        host = str(urlsplit(url).hostname)
        rows.append(certificate(_CERTIFICATE, host, answer.certificate_ends, outside.now))
    return (*rows, _clock(settings, answer, outside))


def _ask(outside: Outside, url: str, *, method: str = "GET", form: str = "") -> Exchanged:
    # It stands in newsletter.toml, so it may be a machine of this network.
    named = replace(outside.web, named_hosts=frozenset({str(urlsplit(url).hostname)}))
    return exchange(url, _LIMITS, web=named, method=method, form=form)


def _page(url: str, answer: Exchanged) -> Examined:
    if answer.status == _OK:
        return ok(_SITE, f"{url}/ answers")
    moved = f" to {quoted(answer.headers['location'])}" if "location" in answer.headers else ""
    mend = "build and publish the archive, or set newsletter.url to where it is: the links in each mail lead there"
    return warning(_SITE, f"{url}/ answers {answer.status}{moved}", mend)


def _clock(settings: Settings, answer: Exchanged, outside: Outside) -> Examined:
    host = str(urlsplit(settings.newsletter.url).hostname)
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", "")).replace(tzinfo=UTC)
    except ValueError:
        return unknown(_CLOCK, f"{host} does not say what time it has")
    if _is_here(host, outside):
        return unknown(_CLOCK, f"{host} is on this machine, so its clock says nothing of ours")
    apart = abs(theirs - outside.now)
    shown = f"the clock here is {counted(round(apart.total_seconds()), 'second')} from that of {host}"
    mend = "set it by NTP: links that end, signatures and providers' keys go by it"
    if apart > _CLOCK_FAILS:
        return error(_CLOCK, shown, mend)
    return warning(_CLOCK, shown, mend) if apart > _CLOCK_WARNS else ok(_CLOCK, shown)


def _is_here(host: str, outside: Outside) -> bool:
    """Tell whether a host that answered is this machine: its number is one that a socket here can have."""
    for number in outside.web.resolve(host, _HTTPS):
        try:
            with socket.socket(socket.AF_INET6 if ":" in number else socket.AF_INET, socket.SOCK_DGRAM) as line:
                line.bind((number, 0))
        except OSError:
            continue
        return True
    return False


def examine_plain_http(settings: Settings, outside: Outside) -> tuple[Examined, ...]:
    """See that who types the address without https comes to it all the same."""
    parsed = urlsplit(settings.newsletter.url)
    if parsed.port:
        return (unknown(_REDIRECT, f"newsletter.url has the port {parsed.port}, so nobody comes to it by http"),)
    return (plain_http(f"http://{parsed.hostname}/", outside),)


def plain_http(url: str, outside: Outside) -> Examined:
    """See that an address with http leads to one with https."""
    try:
        answer = _ask(outside, url)
    except FetchError as failed:
        if is_alone(failed) or isinstance(failed.__cause__, UnknownHostError):
            return unknown(_REDIRECT, str(failed))
        return warning(_REDIRECT, str(failed), "let port 80 lead to https: some programs still try it first")
    where = answer.headers.get("location", "")
    if _MOVED <= answer.status < _REFUSED and where.lower().startswith("https://"):
        return ok(_REDIRECT, f"{url} leads to {quoted(where)}")
    mend = "let it lead to https with 301 or 308: what is read in clear can be read along, and changed"
    return warning(_REDIRECT, f"{url} answers {answer.status}, and does not lead to https", mend)


def has_isso(settings: Settings) -> bool:
    """Tell whether the discussion is at Isso."""
    return settings.discussion.kind == "isso"


def examine_discussion(settings: Settings, outside: Outside) -> tuple[Examined, ...]:
    """Ask Isso whether it is of this site, and shows nothing before somebody agreed."""
    discussion, url = settings.discussion, settings.newsletter.url
    try:
        answer = _ask(outside, f"{discussion.server}/info")
        said = json.loads(answer.content)
        origin, is_moderated = str(said["origin"]), bool(said["moderation"])
    except FetchError as failed:
        return (error(_DISCUSSION, str(failed), "start Isso, as docs/how-to/discussion.md says"),)
    except (ValueError, LookupError, TypeError):
        mend = "set discussion.server to where Isso listens"
        return (error(_DISCUSSION, f"{discussion.server} answers, and is no Isso", mend),)
    if not f"{url}/".startswith(f"{origin.rstrip('/')}/"):
        mend = f"set host in its settings to {quoted(url)}"
        return (error(_DISCUSSION, f"Isso is set up for {quoted(origin)}, and refuses comments from here", mend),)
    if not is_moderated:
        mend = "set enabled = true in [moderation] of its settings"
        return (warning(_DISCUSSION, "Isso shows each comment before anybody looked at it", mend),)
    return (ok(_DISCUSSION, f"Isso answers at {discussion.server}, and asks before it shows a comment"),)


def examine_one_click(settings: Settings, outside: Outside) -> tuple[Examined, ...]:
    """Leave as a mail program does for its reader, in the name of nobody (RFC 8058).

    The token is a true one, of a subscriber that cannot be: the server has to take it, and has nothing to change.
    """
    if settings.secret_key is None:
        return (unknown(_ONE_CLICK, "without NEWSLETTER_SECRET_KEY there are no links to leave by"),)
    token = sign(keys_of(settings.secret_key), settings.newsletter.list_id, Token(Purpose.UNSUBSCRIBE, NOBODY, 0))
    url = unsubscribe_url(settings.newsletter.url, token)
    shown = unsubscribe_url(settings.newsletter.url, "…")
    try:
        posted = _ask(outside, url, method="POST", form="List-Unsubscribe=One-Click")
        seen = _ask(outside, url)
    except FetchError as failed:
        told = f"{shown} {str(failed).removeprefix(f'{shown_url(url)} ')}"
        return (unknown(_ONE_CLICK, told) if is_alone(failed) else error(_ONE_CLICK, told, _SERVE),)
    return (_one_click(shown, posted, seen),)


def _one_click(shown: str, posted: Exchanged, seen: Exchanged) -> Examined:
    faults = {
        f"a POST of One-Click is answered with {posted.status}, and has to be with 200": posted.status != _OK,
        "the answer to it sets a cookie": "set-cookie" in posted.headers,
        f"a GET is answered with {seen.status}, and has to be with a page that asks": seen.status != _OK,
        "that page has no button: no form that posts": seen.status == _OK and not _asks(seen.content),
    }
    found = [fault for fault, is_there in faults.items() if is_there]
    if found:
        return error(_ONE_CLICK, f"{shown}: {'; '.join(found)}", _SERVE)
    return ok(_ONE_CLICK, f"{shown} lets readers leave by one POST, and asks who only looks")


def _asks(page: bytes) -> bool:
    return re.search(rb"<form\b[^>]*\bmethod\s*=\s*[\"']?post\b", page, re.IGNORECASE) is not None
