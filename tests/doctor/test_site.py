"""The site at newsletter.url, on a real server under TLS."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from newsletter.audience.tokens import Purpose, Token, keys_of, sign
from newsletter.config import Secret
from newsletter.doctor.site import (
    examine_discussion,
    examine_one_click,
    examine_plain_http,
    examine_site,
    has_isso,
    plain_http,
)
from newsletter.fetch import Web
from tests.doctor.surroundings import KEY, as_server, said
from tests.web_server import running_server

if TYPE_CHECKING:
    import trustme

    from newsletter.config import Settings
    from tests.doctor.surroundings import Said, Surroundings
    from tests.web_server import Asked, Route

KEYED = {"NEWSLETTER_SECRET_KEY": KEY}
ASKS = b'<form action="" method="post"><button>Uitschrijven</button></form>'


def test_the_site_answers_under_a_good_certificate(around: Surroundings) -> None:
    around.site.serve("/", b"<html>")

    found = around.examined(examine_site)

    assert found["site"] == ("ok", f"{around.url}/ answers", "")
    assert found["site's certificate"][0] == "ok"
    assert found["site's certificate"][1].startswith("the certificate of proef.example holds for ")
    assert found["clock"][0] == "ok"


@pytest.mark.parametrize(
    ("route", "told"),
    [
        (lambda asked: asked.answer(404), "answers 404"),
        (
            lambda asked: asked.answer(301, Location="https://www.proef.example/\x1b[31m"),
            'answers 301 to "https://www.proef.example/\\u001b[31m"',
        ),
    ],
)
def test_a_site_without_a_first_page_is_told(route: Route, told: str, around: Surroundings) -> None:
    around.site.routes["/"] = route

    assert around.examined(examine_site)["site"] == (
        "warning",
        f"{around.url}/ {told}",
        "build and publish the archive, or set newsletter.url to where it is: the links in each mail lead there",
    )


def test_a_certificate_of_another_host_is_an_error(around: Surroundings, authority: trustme.CA) -> None:
    with running_server(as_server(authority, "other.example")) as other:
        found = said(examine_site(at_port(around, other.port), around.outside()))

    url = f"https://proef.example:{other.port}/"
    words = "its certificate is not valid (Hostname mismatch, certificate is not valid for 'proef.example'.)"
    assert found == {
        "site": (
            "error",
            f'"{url}" cannot be reached: {words}',
            "the links in each mail lead there: see that a web server answers at it",
        )
    }


def at_port(around: Surroundings, port: int) -> Settings:
    settings = around.settings()
    return replace(settings, newsletter=replace(settings.newsletter, url=f"https://proef.example:{port}"))


def test_a_certificate_that_ends_soon_is_told(around: Surroundings, authority: trustme.CA) -> None:
    ends = datetime.now(UTC) + timedelta(days=1, hours=1)
    with running_server(as_server(authority, "proef.example", not_after=ends)) as other:
        other.serve("/", b"")
        found = said(examine_site(at_port(around, other.port), around.outside()))

    assert found["site's certificate"][:2] == (
        "warning",
        f"the certificate of proef.example ends in 1 day, on {ends:%Y-%m-%d}",
    )


@pytest.mark.parametrize(
    ("apart", "verdict", "told"),
    [
        (timedelta(seconds=20), "ok", "20 seconds"),
        (timedelta(minutes=-2), "warning", "120 seconds"),
        (timedelta(hours=1), "error", "3,600 seconds"),
    ],
)
def test_the_clock_is_compared_with_that_of_the_site(
    apart: timedelta, verdict: str, told: str, around: Surroundings
) -> None:
    moment = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
    around.site.routes["/"] = lambda asked: answer_at(asked, "Fri, 27 Nov 2026 07:00:00 GMT")

    found = said(examine_site(around.settings(), around.outside(now=moment + apart)))["clock"]

    mend = "set it by NTP: links that end, signatures and providers' keys go by it"
    assert found == (
        verdict,
        f"the clock here is {told} from that of proef.example",
        "" if verdict == "ok" else mend,
    )


def answer_at(asked: Asked, date: str) -> None:
    asked.send_response_only(200)
    if date:
        asked.send_header("Date", date)
    asked.send_header("Content-Length", "0")
    asked.end_headers()


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_a_site_that_does_not_know_the_time_says_nothing_of_ours(date: str, around: Surroundings) -> None:
    around.site.routes["/"] = lambda asked: answer_at(asked, date)

    assert around.examined(examine_site)["clock"] == ("unknown", "proef.example does not say what time it has", "")


def test_a_site_on_this_machine_has_the_same_clock(around: Surroundings) -> None:
    around.site.serve("/", b"")
    here = Web(resolve=lambda _host, _port: ["127.0.0.1"], trust=around.trust)

    found = said(examine_site(around.settings(), around.outside(web=here)))

    assert found["clock"] == ("unknown", "proef.example is on this machine, so its clock says nothing of ours", "")


def test_http_leads_to_https(around: Surroundings) -> None:
    with running_server() as plain:
        plain.redirect("/", "https://proef.example/", 308)
        row = plain_http(plain.url("/"), around.outside())
        plain.serve("/", b"<html>")
        bare = plain_http(plain.url("/"), around.outside())
    gone = plain_http(plain.url("/"), around.outside())

    assert said([row])["http"] == ("ok", f'{plain.url("/")} leads to "https://proef.example/"', "")
    assert said([bare])["http"] == (
        "warning",
        f"{plain.url('/')} answers 200, and does not lead to https",
        "let it lead to https with 301 or 308: what is read in clear can be read along, and changed",
    )
    assert said([gone])["http"] == (
        "warning",
        f'"{plain.url("/")}" cannot be reached: Connection refused',
        "let port 80 lead to https: some programs still try it first",
    )


def test_nobody_comes_by_http_to_another_port(around: Surroundings) -> None:
    assert around.examined(examine_plain_http)["http"][:2] == (
        "unknown",
        f"newsletter.url has the port {around.site.port}, so nobody comes to it by http",
    )


TOKEN = sign(keys_of(Secret(KEY)), "newsletter.proef.example", Token(Purpose.UNSUBSCRIBE, 0, 0))
MEND = "run newsletter serve at newsletter.url: Gmail and Yahoo want their button to work"


def one_click(around: Surroundings, post: Route, get: Route) -> Said:
    around.site.routes[f"/u/{TOKEN}"] = lambda asked: (post if asked.command == "POST" else get)(asked)
    found = around.examined(examine_one_click, **KEYED)
    assert TOKEN not in str(found)
    return found["one-click"]


def test_a_reader_can_leave_by_one_post(around: Surroundings) -> None:
    told = one_click(around, lambda asked: asked.answer(200), lambda asked: asked.answer(200, ASKS))

    assert told == ("ok", f"{around.url}/u/… lets readers leave by one POST, and asks who only looks", "")
    assert [(asked.command, asked.body) for asked in around.site.log] == [
        ("POST", b"List-Unsubscribe=One-Click"),
        ("GET", b""),
    ]
    assert around.site.log[0].headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert not any("Cookie" in asked.headers for asked in around.site.log)


@pytest.mark.parametrize(
    ("post", "get", "told"),
    [
        (
            lambda asked: asked.answer(302, Location="/done"),
            lambda asked: asked.answer(200, ASKS),
            "a POST of One-Click is answered with 302, and has to be with 200",
        ),
        (
            lambda asked: asked.answer(200, Set_Cookie="who=me"),
            lambda asked: asked.answer(200, ASKS),
            "the answer to it sets a cookie",
        ),
        (
            lambda asked: asked.answer(404),
            lambda asked: asked.answer(404),
            (
                "a POST of One-Click is answered with 404, and has to be with 200; a GET is answered with 404, and "
                "has to be with a page that asks"
            ),
        ),
        (
            lambda asked: asked.answer(200),
            lambda asked: asked.answer(200, b"<p>U bent uitgeschreven.</p>"),
            "that page has no button: no form that posts",
        ),
    ],
)
def test_a_way_out_that_is_not_one_is_an_error(post: Route, get: Route, told: str, around: Surroundings) -> None:
    assert one_click(around, post, get) == ("error", f"{around.url}/u/…: {told}", MEND)


def test_without_a_site_nobody_can_leave(around: Surroundings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    settings = at_port(around, port)

    found = said(examine_one_click(replace(settings, secret_key=Secret(KEY)), around.outside()))

    assert found["one-click"] == (
        "error",
        f"https://proef.example:{port}/u/… cannot be reached: Connection refused",
        MEND,
    )


def test_without_a_key_there_is_no_way_out(around: Surroundings) -> None:
    assert around.examined(examine_one_click)["one-click"] == (
        "unknown",
        "without NEWSLETTER_SECRET_KEY there are no links to leave by",
        "",
    )


def alone(_host: str, _port: int) -> list[str]:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def test_on_a_machine_that_reaches_nobody_nothing_is_known(around: Surroundings) -> None:
    outside = around.outside(web=Web(resolve=alone, trust=around.trust))
    settings = around.settings(**KEYED)

    rows = (*examine_site(settings, outside), *examine_one_click(settings, outside))
    rows = (*rows, plain_http("http://proef.example/", outside))

    reason = 'cannot be reached: there is no host "proef.example", or no connection'
    assert said(rows) == {
        "site": ("unknown", f'"{around.url}/" {reason}', ""),
        "one-click": ("unknown", f"{around.url}/u/… {reason}", ""),
        "http": ("unknown", f'"http://proef.example/" {reason}', ""),
    }


def discussed(around: Surroundings, answer: bytes, origin: str = "") -> Said:
    with running_server() as isso:
        isso.serve("/info", answer.replace(b"ORIGIN", (origin or around.url).encode()))
        toml = f'[discussion]\nkind = "isso"\nserver = "{isso.url("").rstrip("/")}"\n'
        verdict, found, mend = around.examined(examine_discussion, toml)["discussion"]
        return verdict, found.replace(str(isso.port), "PORT"), mend


def test_a_discussion_that_is_moderated_is_well(around: Surroundings) -> None:
    assert discussed(around, b'{"origin": "ORIGIN", "moderation": true}') == (
        "ok",
        "Isso answers at http://127.0.0.1:PORT, and asks before it shows a comment",
        "",
    )
    assert not has_isso(around.settings())


def test_a_discussion_that_is_set_up_wrongly_is_told(around: Surroundings) -> None:
    assert discussed(around, b'{"origin": "ORIGIN", "moderation": false}') == (
        "warning",
        "Isso shows each comment before anybody looked at it",
        "set enabled = true in [moderation] of its settings",
    )
    assert discussed(around, b'{"origin": "ORIGIN", "moderation": true}', "https://proef.exam") == (
        "error",
        'Isso is set up for "https://proef.exam", and refuses comments from here',
        f'set host in its settings to "{around.url}"',
    )
    assert discussed(around, b"<html>") == (
        "error",
        "http://127.0.0.1:PORT answers, and is no Isso",
        "set discussion.server to where Isso listens",
    )


def test_a_discussion_that_is_away_is_told(around: Surroundings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    toml = f'[discussion]\nkind = "isso"\nserver = "http://127.0.0.1:{port}"\n'

    assert around.examined(examine_discussion, toml)["discussion"] == (
        "error",
        f'"http://127.0.0.1:{port}/info" cannot be reached: Connection refused',
        "start Isso, as docs/how-to/discussion.md says",
    )
