"""Mailtrap, Postmark and Resend, spoken to by ourselves: what goes out, and what an answer says of each mail."""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from newsletter.config.esp import Esp
from newsletter.delivery.esp.calls import Reply
from newsletter.delivery.esp.mailtrap import MailtrapDialect
from newsletter.delivery.esp.postmark import PostmarkDialect
from newsletter.delivery.esp.providers import PROVIDERS
from newsletter.delivery.esp.resend import ResendDialect
from newsletter.delivery.mime import Stamp, prepare
from newsletter.model import Embedded, Form, Outcome, Picture, Recipient, Scope, Verdict
from newsletter.render.personal import personal_values
from tests.delivery.letters import ANNA, IDENTITY, STAMP, email

if TYPE_CHECKING:
    from newsletter.delivery.base import Message

POSTMARK = PostmarkDialect(PROVIDERS["postmark"], Esp(stream="broadcast", tag="nieuws"), "a-token")
MAILTRAP = MailtrapDialect(PROVIDERS["mailtrap"], Esp(tag="nieuws"), "a-token")
RESEND = ResendDialect(PROVIDERS["resend"], Esp(api_url="https://resend.example"), "a-key")
PICTURE = Embedded("a.png@aireport.example", Picture("a.png", 1, 1, "image/png", b"\x89PNG"))
ACCEPTED, REFUSED, UNCERTAIN = Verdict.ACCEPTED, Verdict.REFUSED, Verdict.UNCERTAIN


def letter(name: str, *, pictures: bool = False, **identity: str) -> Message:
    mail = replace(email(), embedded=(PICTURE,)) if pictures else email()
    who = replace(IDENTITY, **identity)  # type: ignore[arg-type]
    reader = Recipient(f"{name}@example.org", "nl", f"token-{name}", MappingProxyType({"first_name": name.title()}))
    stamp = Stamp(STAMP.date, f"<token-{name}.asml@aireport.example>")
    return prepare(mail, who).fill(reader, personal_values(mail, reader, who.site), stamp)


TWO = (letter("anna"), letter("bram"))


def said(status: int, told: Any) -> Reply:
    return Reply(status, {}, told if isinstance(told, bytes) else json.dumps(told).encode())


def by_postmark(status: int, told: Any) -> tuple[Outcome, ...] | None:
    return POSTMARK.read(POSTMARK.call(TWO), said(status, told))


def by_resend(status: int, told: Any, messages: tuple[Message, ...] = TWO) -> tuple[Outcome, ...] | None:
    return RESEND.read(RESEND.call(messages), said(status, told))


def by_mailtrap(status: int, told: Any) -> tuple[Outcome, ...] | None:
    return MAILTRAP.read(MAILTRAP.call(TWO), said(status, told))


def test_mailtrap_is_told_once_what_all_mails_say_and_each_mail_else() -> None:
    call = MAILTRAP.call(TWO)
    assert call.url == "https://bulk.api.mailtrap.io/api/batch"
    assert call.headers["Api-Token"] == "a-token"
    told = json.loads(call.body)
    assert told["base"] == {
        "from": {"email": "redactie@aireport.example", "name": IDENTITY.from_name},
        "category": "nieuws",
    }
    anna, bram = told["requests"]
    assert (anna["to"], bram["to"]) == ([{"email": "anna@example.org"}], [{"email": "bram@example.org"}])
    assert "Goedemorgen Anna," in anna["text"]
    assert "<p>Goedemorgen Bram,</p>" in bram["html"]
    assert bram["headers"]["List-Unsubscribe"] == "<https://aireport.example/u/token-bram>"
    assert anna["custom_variables"] == {"message_id": "<token-anna.asml@aireport.example>"}


def test_mailtrap_gets_mails_of_one_draft_together_with_its_pictures_once() -> None:
    one, other = letter("anna", pictures=True), letter("bram", reply_to="antwoord@aireport.example")
    assert MAILTRAP.groups((one, other, one)) == [(one, one), (other,)]
    (picture,) = json.loads(MAILTRAP.call((one,)).body)["base"]["attachments"]
    assert (picture["content_id"], picture["content"]) == ("a.png@aireport.example", "iVBORw==")
    assert json.loads(MAILTRAP.call((other,)).body)["base"]["reply_to"] == {"email": "antwoord@aireport.example"}


@pytest.mark.parametrize(
    ("told", "verdict", "scope"),
    [
        ({"success": True, "message_ids": ["1df37d17"]}, ACCEPTED, None),
        ({"success": False, "errors": ["'to' address 'Bram@example.org' is suppressed"]}, REFUSED, Scope.SOFT),
        ({"success": False, "errors": ["'subject' is required", "no"]}, REFUSED, Scope.OURS),
        ({"success": False, "errors": []}, UNCERTAIN, None),
        ({"success": False, "message_ids": ["1df37d17"]}, UNCERTAIN, None),
        ({"success": True, "message_ids": []}, UNCERTAIN, None),
        ({"success": True, "message_ids": ["1df37d17"], "errors": ["but"]}, UNCERTAIN, None),
        ({}, UNCERTAIN, None),
        ("what?", UNCERTAIN, None),
    ],
)
def test_mailtrap_says_of_each_what_became_of_it(told: object, verdict: Verdict, scope: Scope | None) -> None:
    fine = {"success": True, "message_ids": ["b7bc2f4a"]}
    one, other = by_mailtrap(200, {"success": True, "responses": [fine, told]}) or ()
    assert (one.verdict, one.remote_id) == (ACCEPTED, "b7bc2f4a")
    assert other.verdict is verdict
    assert scope is None or other.scope is scope


@pytest.mark.parametrize("told", [{"success": True}, {"responses": [{}]}, [], b"<html>", {"responses": {"0": {}}}])
def test_of_an_answer_that_is_not_mailtraps_nothing_is_read(told: object) -> None:
    assert by_mailtrap(200, told) is None
    assert by_mailtrap(401, {"responses": [{}, {}]}) is None


def test_a_mail_of_our_own_says_nothing_of_a_list() -> None:
    mail = replace(email(), form=Form(on_web=False, can_leave=False))
    values = personal_values(mail, ANNA, IDENTITY.site)
    (told,) = json.loads(POSTMARK.call((prepare(mail, IDENTITY).fill(ANNA, values, STAMP),)).body)
    headers = {header["Name"]: header["Value"] for header in told["Headers"]}
    assert not {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Archived-At"} & set(headers)
    assert headers["Auto-Submitted"] == "auto-generated"


def test_postmark_is_told_each_mail_whole() -> None:
    call = POSTMARK.call(TWO)
    assert call.url == "https://api.postmarkapp.com/email/batch"
    assert call.headers["X-Postmark-Server-Token"] == "a-token"
    anna, bram = json.loads(call.body)
    assert (anna["To"], bram["To"]) == ("anna@example.org", "bram@example.org")
    assert "Goedemorgen Anna," in anna["TextBody"]
    assert "<p>Goedemorgen Bram,</p>" in bram["HtmlBody"]
    assert {"Name": "List-Unsubscribe", "Value": "<https://aireport.example/u/token-bram>"} in bram["Headers"]
    assert (anna["MessageStream"], anna["Tag"], anna["TrackOpens"], anna["TrackLinks"]) == (
        "broadcast",
        "nieuws",
        False,
        "None",
    )
    assert anna["Metadata"] == {"message_id": "<token-anna.asml@aireport.example>"}
    assert "ReplyTo" not in anna


def test_resend_is_told_each_mail_whole() -> None:
    call = RESEND.call(TWO)
    assert call.url == "https://resend.example/emails/batch"
    assert call.headers["Authorization"] == "Bearer a-key"
    anna, bram = json.loads(call.body)
    assert (anna["to"], bram["to"]) == (["anna@example.org"], ["bram@example.org"])
    assert "Goedemorgen Anna," in anna["text"]
    assert bram["headers"]["List-Unsubscribe"] == "<https://aireport.example/u/token-bram>"
    assert RESEND.call(TWO[:1]).url == "https://resend.example/emails"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("AI Report", "AI Report <redactie@aireport.example>"),
        ("Één, twee", '"Één, twee" <redactie@aireport.example>'),
        ('De "echte" \\ redactie', '"De \\"echte\\" \\\\ redactie" <redactie@aireport.example>'),
    ],
)
def test_who_a_mail_is_from_is_one_address(name: str, shown: str) -> None:
    message = (letter("anna", from_name=name, reply_to="antwoord@aireport.example"),)
    (postmark,), resend = json.loads(POSTMARK.call(message).body), json.loads(RESEND.call(message).body)
    assert (postmark["From"], resend["from"]) == (shown, shown)
    assert (postmark["ReplyTo"], resend["reply_to"]) == ("antwoord@aireport.example", ["antwoord@aireport.example"])


def test_pictures_travel_along() -> None:
    mails = (letter("anna", pictures=True), letter("bram", pictures=True))
    (anna, _) = json.loads(POSTMARK.call(mails).body)
    (picture,) = anna["Attachments"]
    assert (picture["ContentID"], picture["Content"]) == ("cid:a.png@aireport.example", "iVBORw==")
    # Of Resend's requests, only one for a single mail takes them.
    assert RESEND.groups(mails) == [(mails[0],), (mails[1],)]
    (picture,) = json.loads(RESEND.call(mails[:1]).body)["attachments"]
    assert (picture["content_id"], picture["content"]) == ("a.png@aireport.example", "iVBORw==")


def test_a_key_of_a_request_is_that_of_its_mails_alone() -> None:
    def key(*messages: Message) -> str:
        return RESEND.call(messages).headers["Idempotency-Key"]

    assert key(*TWO) == key(letter("anna"), letter("bram"))
    assert len({key(*TWO), key(TWO[0]), key(TWO[1]), key(letter("anna"), letter("chloe"))}) == 4
    assert len(key(*TWO)) < 256


def test_postmark_says_of_each_what_became_of_it() -> None:
    told = [
        {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a", "To": "anna@example.org"},
        {"ErrorCode": 406, "Message": "You tried to send to a recipient that has been marked as inactive."},
    ]
    one, other = by_postmark(200, told) or ()
    assert (one.verdict, one.remote_id) == (ACCEPTED, "b7bc2f4a")
    assert (other.verdict, other.code, other.scope) == (REFUSED, "406", Scope.SOFT)
    assert other.reply.startswith("You tried to send")


@pytest.mark.parametrize(
    ("told", "verdict", "scope"),
    [
        ({"ErrorCode": 300, "Message": "Invalid 'To' address: 'bram@example.org'."}, REFUSED, Scope.SOFT),
        ({"ErrorCode": 300, "Message": "Error parsing 'To': Illegal email domain"}, REFUSED, Scope.SOFT),
        ({"ErrorCode": 300, "Message": "Invalid 'From' address: 'x'."}, REFUSED, Scope.OURS),
        ({"ErrorCode": 405, "Message": "Not allowed to send"}, REFUSED, Scope.OURS),
        ({"Message": "accepted, but delivery may be delayed", "MessageID": "b7"}, ACCEPTED, None),
        ({"ErrorCode": 0, "Message": "OK"}, UNCERTAIN, None),
        ({"ErrorCode": "0", "Message": "OK", "MessageID": "b7"}, UNCERTAIN, None),
        ({}, UNCERTAIN, None),
        ("what?", UNCERTAIN, None),
        (None, UNCERTAIN, None),
    ],
)
def test_what_postmark_says_of_one_mail(told: Any, verdict: Verdict, scope: Scope | None) -> None:
    other = {"ErrorCode": 0, "Message": "OK", "MessageID": "b6"}
    found = (by_postmark(200, [other, told]) or ())[1]
    assert found.verdict is verdict
    assert scope in {None, found.scope}


@pytest.mark.parametrize("told", [b"", b"<html>", [], [{}], {"ErrorCode": 0}, [1, 2, 3], None, "OK"])
def test_what_is_no_answer_of_postmark_says_nothing(told: Any) -> None:
    assert by_postmark(200, told) is None


def test_resend_says_by_what_each_is_known() -> None:
    outcomes = by_resend(200, {"data": [{"id": "ae2014de"}, {"id": "faccb7a5"}]}) or ()
    assert [(one.verdict, one.remote_id) for one in outcomes] == [(ACCEPTED, "ae2014de"), (ACCEPTED, "faccb7a5")]
    (only,) = by_resend(200, {"id": "49a3999c"}, TWO[:1]) or ()
    assert only.remote_id == "49a3999c"


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"<html>",
        [],
        {"data": []},
        {"data": [{"id": "x"}]},
        {"data": [{"id": "x"}, {}]},
        {"data": [1, 2]},
        {"id": "x"},
    ],
)
def test_what_is_no_answer_of_resend_says_nothing(told: Any) -> None:
    assert by_resend(200, told) is None


def test_a_request_whose_mails_have_changed_stays_in_doubt() -> None:
    outcomes = by_resend(409, {"name": "invalid_idempotent_request", "message": "different payload"}) or ()
    assert {outcome.verdict for outcome in outcomes} == {UNCERTAIN}
    assert by_resend(409, {"name": "concurrent_idempotent_requests"}) is None
