"""Programs that open every link, and people who try addresses: nothing is changed, and nothing is learnt."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from newsletter.audience.readers import Reader
from newsletter.audience.tokens import HOUR_MS, MINUTE_MS, Purpose
from newsletter.render import links
from newsletter.sending.letters import recipient_of
from tests.audience.lists import NOW_MS
from tests.web.public.sites import desk_in, hidden, served

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.public.sites import Desk

METHODS = ("GET", "HEAD", "OPTIONS")
PATIENT = [pytest.mark.long, pytest.mark.timeout(1200)]


def links_of_mails(desk: Desk, mails: int) -> list[str]:
    """The paths of all links of a reader's own in so many mails: of issues, and of our own."""
    newsletter = desk.site.settings.newsletter
    of_issue = recipient_of(desk.site.keys, newsletter.list_id, 1)
    found = []
    for number in range(mails):
        id_ = desk.add(f"reader{number}@example.org", status=("active", "pending")[number % 2])
        recipient = of_issue(Reader(id_, f"reader{number}@example.org", "", "nl", {}))
        hour, minute = desk.clock.now_ms // HOUR_MS, desk.clock.now_ms // MINUTE_MS
        found += [
            links.unsubscribe_url("", recipient.token),
            links.preferences_url("", recipient.preferences_token),
            links.confirm_url("", desk.token(Purpose.CONFIRM, id_, hour)),
            links.access_url("", desk.token(Purpose.ACCESS, id_, minute)),
        ]
    return found


async def open_all(desk: Desk, visits: list[tuple[str, str]]) -> set[int]:
    """Ask for each of them as a server passes it on, one after the other; return the statuses."""
    statuses: set[int] = set()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        statuses.add(message.get("status", 0))

    for method, path in visits:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "scheme": "https",
            "query_string": b"do=erase&sure=yes&List-Unsubscribe=One-Click",
            "headers": [(b"host", b"example.org")],
            "client": ("192.0.2.7", 1),
            "server": ("example.org", 443),
            "http_version": "1.1",
        }
        await desk.browser.app(scope, receive, send)
    return statuses - {0}


@pytest.mark.parametrize(("mails", "times"), [(10, 3), pytest.param(1000, 50, marks=PATIENT)])
def test_a_program_that_opens_every_link_changes_no_row(tmp_path: Path, mails: int, times: int) -> None:
    desk = desk_in(tmp_path)
    visits = [(METHODS[turn % 3], path) for path in links_of_mails(desk, mails) for turn in range(times)]
    random.Random(7).shuffle(visits)
    before = desk.dump()

    statuses = asyncio.run(open_all(desk, visits))

    assert statuses == {200, 405}
    assert desk.dump() == before
    assert desk.posted == []


@pytest.mark.parametrize("many", [30, pytest.param(1000, marks=PATIENT)])
def test_the_answer_takes_as_long_for_whoever_is_known(tmp_path: Path, many: int) -> None:
    limits = "most_sign_ups = 1000000\nmost_sign_ups_from_network = 1000000\nmost_sign_ups_for_host = 1000000\n"
    desk = desk_in(tmp_path, more=f"[site]\n{limits}")
    for number in range(many):
        desk.add(f"known{number:06d}@example.org")
    addresses = [f"{who}{number:06d}@example.org" for number in range(many) for who in ("known", "other")]
    fields = hidden(desk.browser.get("/subscribe/").text)
    desk.clock.now_ms = NOW_MS + 5000
    random.Random(7).shuffle(addresses)
    took_ms: dict[str, list[float]] = {"known": [], "other": []}
    said: set[str] = set()

    with served(desk) as url, httpx.Client(base_url=url, timeout=30) as line, ThreadPoolExecutor(4) as threads:

        def ask(address: str) -> None:
            began_s = time.perf_counter()
            answer = line.post("/subscribe/", data=fields | {"email": address})
            took_ms[address[:5]].append((time.perf_counter() - began_s) * 1000)
            assert answer.status_code == 202
            said.add(answer.text.replace(address, "ADDRESS"))

        list(threads.map(ask, addresses))

    medians = {who: statistics.median(times) for who, times in took_ms.items()}
    assert abs(medians["known"] - medians["other"]) < 5, medians
    assert len(said) == 1
    assert len(desk.posted) == many
