"""Whether addresses answer: each is asked once, and its host is never asked for two at a time.

An address is asked by HEAD, and by GET where that fails, as some servers know only that; nothing of a body is read.
What answered well is kept for a day.
"""

from __future__ import annotations

import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.errors import FetchError
from newsletter.fetch.fetching import Limits, Web, fetch, shown_url
from newsletter.fetch.wire import UnknownHostError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HOSTS_AT_ONCE = 8
PAUSE_S = 0.25
"""Between two questions to one host."""

_WEB = Web()
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_LIMITS = Limits(deadline_s=10.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one address."""

    status: int
    """Of the last answer; 0 where nothing answered."""
    reason: str = ""
    """What was wrong, as what follows the address in a message; empty where it answered as a page does."""
    moved_to: str = ""
    """Where it leads for good; empty where it stands."""
    is_gone: bool = False
    """The server says that there is nothing (404, 410), or there is no such host."""


def ask_all(
    urls: Iterable[str], web: Web = _WEB, pause_s: float = PAUSE_S, told: Callable[[int], None] = lambda _: None
) -> dict[str, Asked]:
    """Return what became of each address; `told` hears how many have been asked."""
    by_host: dict[str, list[str]] = defaultdict(list)
    for url in dict.fromkeys(urls):
        by_host[_host(url)].append(url)
    asked: dict[str, Asked] = {}
    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        waiting = [pool.submit(_ask_host, host, web, pause_s) for host in by_host.values()]
        for done in as_completed(waiting):
            asked |= done.result()
            told(len(asked))
    if any(one.status for one in asked.values()):
        return asked
    # Nobody answered: it is this machine that is alone.
    return {url: replace(one, is_gone=False) for url, one in asked.items()}


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:  # whoever fetches it says so
        return ""


def _ask_host(urls: list[str], web: Web, pause_s: float) -> dict[str, Asked]:
    return dict(_one_by_one(urls, web, pause_s))


def _one_by_one(urls: list[str], web: Web, pause_s: float) -> Iterator[tuple[str, Asked]]:
    for number, url in enumerate(urls):
        if number:
            time.sleep(pause_s)
        yield url, _ask(url, web)


def _ask(url: str, web: Web) -> Asked:
    try:
        return _answered(url, web, "HEAD")
    except FetchError as error:
        if not error.status:
            return _failed(url, error)
    try:
        return _answered(url, web, "GET")
    except FetchError as error:
        return _failed(url, error)


def _answered(url: str, web: Web, method: str) -> Asked:
    found = fetch(url, _LIMITS, web=web, method=method, with_body=False)
    return Asked(found.status, moved_to=found.moved_to)


def _failed(url: str, error: FetchError) -> Asked:
    reason = str(error).removeprefix(f"{shown_url(url)} ")
    return Asked(error.status, reason, is_gone=error.status in _GONE or isinstance(error.__cause__, UnknownHostError))
