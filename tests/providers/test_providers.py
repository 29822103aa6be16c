"""What the providers here do, as seen by django-anymail, which was tried on the real ones, and by plain requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import pytest
from anymail.exceptions import AnymailAPIError
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.providers.account import KEY, Account
from tests.providers.amazon_ses import KEY_ID, REGION
from tests.providers.by_anymail import INLINE, SENDER, WITHOUT_BATCHES, connection, message
from tests.providers.every import PROVIDERS
from tests.providers.faults import FAULTS
from tests.providers.post import Letter, Request
from tests.providers.server import NEVER_S, ProviderServer
from tests.providers.unisender_go import FOOT

if TYPE_CHECKING:
    from collections.abc import Iterator

ANNA, BRAM, COR = "anna@example.org", "bram@example.org", "cor@example.org"
UNREAD = ("unread", "reader")
"""The one that cannot be: a reader stands in the body."""
BY_REQUESTS = sorted(PROVIDERS.keys() - {"amazon_ses"})
"""Those that anymail speaks to by itself, and not by boto3."""
IN_BATCHES = sorted(set(BY_REQUESTS) - WITHOUT_BATCHES)


@pytest.fixture(params=BY_REQUESTS)
def server(request: pytest.FixtureRequest) -> Iterator[ProviderServer]:
    with ProviderServer(request.param) as running:
        yield running


def name_of(server: ProviderServer) -> str:
    return server.account.provider.name


def test_one_mail_arrives_as_it_was_written(server: ProviderServer) -> None:
    name = name_of(server)
    mail = message(name, ANNA)
    mail.extra_headers = {"List-Id": "<newsletter.aireport.example>"}
    mail.reply_to = ["antwoord@aireport.example"]
    with connection(name, server.url) as anymail:
        assert anymail.send_messages([mail]) == 1

    (letter,) = server.letters
    foot = FOOT if name == "unisender_go" else ""
    subject = "Subject " if name == "mailjet" else "Subject who"
    assert (letter.recipient, letter.to, letter.subject) == (ANNA, (ANNA,), subject)
    assert (letter.text, letter.html) == (f"Text who{foot}", f"<p>HTML who</p>{foot}")
    assert letter.sender == SENDER
    assert letter.headers["List-Id"] == "<newsletter.aireport.example>"
    assert letter.headers["Reply-To"] == "antwoord@aireport.example"
    assert {status.status for status in mail.anymail_status.recipients.values()} <= {"queued", "sent"}


@pytest.mark.parametrize("name", IN_BATCHES)
def test_of_a_batch_each_gets_his_own_and_sees_nobody_else(name: str) -> None:
    with ProviderServer(name) as server, connection(name, server.url) as anymail:
        anymail.send_messages([message(name, ANNA, BRAM, COR, batch=True)])

    assert [letter.recipient for letter in server.letters] == [ANNA, BRAM, COR]
    for letter in server.letters:
        assert letter.visible() == {letter.recipient}
        if name in INLINE:
            who = letter.recipient.partition("@")[0]
            assert letter.text.startswith(f"Text {who}")
            assert letter.html.startswith(f"<p>HTML {who}</p>")
    assert len(server.requests) == 1


def test_a_list_of_readers_without_anything_of_their_own_is_seen_by_all(server: ProviderServer) -> None:
    """The fault that every batch has to be kept from, and that a test must be able to see."""
    name = name_of(server)
    mail = message(name, ANNA, BRAM)
    with connection(name, server.url) as anymail:
        anymail.send_messages([mail])

    assert all(letter.visible() == {ANNA, BRAM} for letter in server.letters)


def test_a_key_that_is_not_known_lets_nobody_in(server: ProviderServer) -> None:
    other = Account(server.account.provider)
    name = name_of(server)
    with connection(name, server.url) as anymail:
        anymail.send_messages([message(name, ANNA)])
    (request,) = server.requests
    text = request.body.replace(KEY.encode(), b"another")
    headers = {name: value for name, value in request.headers.items() if KEY not in value and name != "authorization"}

    assert other.receive(Request(request.path, headers, text)) == other.provider.refusal()
    assert other.letters == []


@pytest.mark.parametrize(
    ("name", "refused", "statuses", "taken"),
    [
        ("brevo", "invalid-1@example.org", None, []),
        ("mailersend", "invalid-1@example.org", {"unknown"}, [ANNA, BRAM]),
        ("mailgun", "invalid-1@example.org", None, []),
        ("mailjet", "invalid-1@example.org", {"sent", "failed"}, [ANNA, BRAM]),
        ("mailtrap", "invalid-1@example.org", {"queued", "failed"}, [ANNA, BRAM]),
        ("mandrill", "invalid-1@example.org", {"queued", "invalid"}, [ANNA, BRAM]),
        ("mandrill", "suppressed-1@example.org", {"queued", "rejected"}, [ANNA, BRAM]),
        ("postmark", "invalid-1@example.org", {"sent", "invalid"}, [ANNA, BRAM]),
        ("postmark", "suppressed-1@example.org", {"sent", "rejected"}, [ANNA, BRAM]),
        ("resend", "invalid-1@example.org", None, []),
        ("sendgrid", "invalid-1@example.org", None, []),
        ("sparkpost", "invalid-1@example.org", {"unknown"}, [ANNA, BRAM]),
        ("unisender_go", "invalid-1@example.org", {"queued", "invalid"}, [ANNA, BRAM]),
        ("unisender_go", "suppressed-1@example.org", {"queued", "rejected"}, [ANNA, BRAM]),
    ],
)
def test_one_of_a_batch_is_refused(name: str, refused: str, statuses: set[str] | None, taken: list[str]) -> None:
    mail = message(name, ANNA, refused, BRAM, batch=True)
    with ProviderServer(name) as server, connection(name, server.url) as anymail:
        if statuses is None:
            with pytest.raises(AnymailAPIError):
                anymail.send_messages([mail])
        else:
            anymail.send_messages([mail])
            assert mail.anymail_status.status == statuses

    assert [letter.recipient for letter in server.letters] == taken


def resend(server: ProviderServer, subject: str, key: str = "", **headers: str) -> httpx.Response:
    mail = {"from": SENDER, "to": [ANNA], "subject": subject, "text": "x"}
    headers |= {"Authorization": f"Bearer {KEY}"} | ({"Idempotency-Key": key} if key else {})
    return httpx.post(f"{server.url}/emails/batch", json=[mail], headers=headers)


def test_resend_knows_a_request_again_for_a_day() -> None:
    hours = [0.0]
    account = Account(PROVIDERS["resend"], clock=lambda: hours[0] * 3600)
    with ProviderServer("resend", account=account) as server:
        first = resend(server, "one", "key")
        hours[0] = 23.9
        assert resend(server, "one", "key").json() == first.json()
        changed = resend(server, "two", "key")
        assert (changed.status_code, changed.json()["name"]) == (409, "invalid_idempotent_request")
        assert len(server.letters) == 1
        hours[0] = 24.1
        assert resend(server, "two", "key").status_code == 200
        assert [letter.subject for letter in server.letters] == ["one", "two"]
        assert resend(server, "three", 257 * "k").status_code == 400


def test_brevo_refuses_a_request_that_it_knows_and_does_not_tell_its_answer() -> None:
    minutes = [0.0]
    account = Account(PROVIDERS["brevo"], clock=lambda: minutes[0] * 60)
    mail: dict[str, Any] = {"sender": {"email": SENDER}, "to": [{"email": ANNA}], "subject": "x", "textContent": "x"}
    mail["headers"] = {"idempotencyKey": "b52dbf81-dd4a-4b08-b807-085c00000000"}
    with ProviderServer("brevo", account=account) as server:
        answers = []
        for minutes[0] in (0, 29, 31):
            answers.append(httpx.post(f"{server.url}/smtp/email", json=mail, headers={"api-key": KEY}))

    assert [answer.status_code for answer in answers] == [201, 400, 201]
    assert answers[1].json()["code"] == "duplicate_parameter"
    assert [letter.headers for letter in server.letters] == [{}, {}]


@pytest.mark.parametrize(
    ("fault", "by"), [(fault, by) for fault in sorted(FAULTS) for by in ("reader", "request") if (fault, by) != UNREAD]
)
def test_a_fault_strikes_once_and_as_it_says(fault: str, by: str) -> None:
    address = f"{fault}1-7@example.org" if by == "reader" else ANNA
    mail = {"From": SENDER, "To": address, "Subject": "x", "TextBody": "x"}
    struck = FAULTS[fault]
    with ProviderServer("postmark", *([] if by == "reader" else [struck])) as server:
        patience_s = 0.2 if struck.line == "silent" else NEVER_S

        def post() -> httpx.Response:
            key = {"X-Postmark-Server-Token": KEY}
            return httpx.post(f"{server.url}/email", json=mail, headers=key, timeout=patience_s)

        if struck.answer:
            told = post()
            assert (told.status_code, told.content) == (struck.answer.status, struck.answer.body)
        else:
            with pytest.raises(httpx.TransportError):
                post()
        assert len(server.letters) == struck.takes
        assert len(server.requests) == (fault != "unread")
        assert post().json()["ErrorCode"] == 0


def test_a_throttled_request_is_told_when_to_come_again() -> None:
    with ProviderServer("resend", FAULTS["busy"]) as server:
        assert resend(server, "x").headers["Retry-After"] == "1"


def test_what_is_visible_in_a_mail() -> None:
    letter = Letter(ANNA, SENDER, (ANNA, BRAM), "x", "", "<a href='mailto:cor@example.org'>", {"X": "<dirk@x.nl>"})
    assert letter.visible() == {ANNA, BRAM, COR, "dirk@x.nl"}


def test_sparkpost_escapes_between_two_braces_and_not_between_three() -> None:
    content = {"from": SENDER, "subject": "{{a}}", "text": "{{a}} {{{a}}} {{none}}", "html": "{{a}} {{{a}}}"}
    body = {"content": content, "recipients": [{"address": {"email": ANNA}, "substitution_data": {"a": "<&{{b}}>"}}]}
    account = Account(PROVIDERS["sparkpost"])
    request = Request("/api/v1/transmissions", {"authorization": KEY}, json.dumps(body).encode())
    assert account.receive(request).status == 200
    (letter,) = account.letters
    assert letter.subject == "<&{{b}}>"
    assert letter.text == "<&{{b}}> <&{{b}}> "
    assert letter.html == "&lt;&amp;{{b}}&gt; <&{{b}}>"

    content["text"] = "an editor's {{ 1 + 1 }}"
    request = Request("/api/v1/transmissions", {"authorization": KEY}, json.dumps(body).encode())
    assert account.receive(request).status == 422


def ses(url: str, **changes: Any) -> Any:
    return boto3.client(
        "sesv2",
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=changes.get("key", KEY_ID),
        aws_secret_access_key=changes.get("secret", KEY),
        config=Config(retries={"total_max_attempts": changes.get("attempts", 1)}),
    )


def raw(sender: str = SENDER) -> dict[str, Any]:
    mail = f"From: {sender}\r\nTo: {ANNA}\r\nSubject: =?utf-8?q?=C3=89=C3=A9n?=\r\n\r\nHallo\r\n"
    return {"Destination": {"ToAddresses": [ANNA]}, "Content": {"Raw": {"Data": mail.encode()}}}


def test_amazon_takes_a_signed_mail_of_a_verified_sender_and_does_no_bulk() -> None:
    with ProviderServer("amazon_ses") as server:
        assert ses(server.url).send_email(**raw())["MessageId"]
        with pytest.raises(ClientError, match="Did not have authority"):
            ses(server.url).send_email(**raw("somebody@else.example"))
        for wrong in ({"key": "another"}, {"secret": "another"}):
            with pytest.raises(ClientError, match="not known"):
                ses(server.url, **wrong).send_email(**raw())
        bulk = {"DefaultContent": {"Template": {"TemplateName": "x", "TemplateData": "{}"}}}
        with pytest.raises(ClientError, match="404"):
            ses(server.url).send_bulk_email(BulkEmailEntries=[{"Destination": {"ToAddresses": [ANNA]}}], **bulk)
    (letter,) = server.letters
    assert (letter.recipient, letter.to, letter.subject, letter.text) == (ANNA, (ANNA,), "Één", "Hallo\r\n")


def test_boto_asks_again_what_amazon_has_taken_unless_it_is_told_not_to() -> None:
    """Why its own way to send is not used."""
    with ProviderServer("amazon_ses", *[FAULTS["cut_after"]] * 3) as server, pytest.raises(ConnectionClosedError):
        ses(server.url, attempts=3).send_email(**raw())
    assert len(server.letters) == 3
