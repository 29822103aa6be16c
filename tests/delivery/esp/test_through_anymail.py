"""What leaves the door to anymail, and what comes back through it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from anymail.backends.sparkpost import EmailBackend
from anymail.message import AnymailMessage

from newsletter.delivery.esp.calls import Reply
from newsletter.delivery.esp.providers import PROVIDERS
from newsletter.delivery.esp.through_anymail import AnymailDialect, refuse_open_list
from newsletter.delivery.mime import Stamp
from newsletter.errors import DeliveryError
from newsletter.model import Embedded, Form, Picture, Recipient, Scope, Verdict
from tests.delivery.letters import STAMP, email, filled

if TYPE_CHECKING:
    from newsletter.delivery.base import Message

TWO = ["anna@example.org", "bram@example.org"]


def dialect(name: str) -> AnymailDialect:
    return AnymailDialect(name, PROVIDERS[name], {"api_key": "the-key"}, {}, tag="newsletter")


def letter(address: str) -> Message:
    token = address.partition("@")[0].encode().hex()
    return filled(None, Recipient(address, "nl", token), stamp=Stamp(STAMP.date, f"<{token}.asml@aireport.example>"))


def passes(told: AnymailMessage) -> None:
    payload = EmailBackend(api_key="k").build_message_payload(told, {})
    payload.get_request_params("https://api.example.org")
    refuse_open_list(told, payload)


def test_a_list_on_which_each_would_see_the_others_does_not_pass() -> None:
    told = AnymailMessage(to=TWO)
    with pytest.raises(DeliveryError) as caught:
        passes(told)
    assert str(caught.value) == ("a request was made in which readers would see each other's address; nothing was sent")
    told.merge_metadata = {address: {} for address in TWO}
    passes(told)


@pytest.mark.parametrize(
    "told",
    [
        AnymailMessage(to=TWO, merge_metadata={TWO[0]: {}}),
        AnymailMessage(to=TWO[:1], cc=TWO[1:]),
        AnymailMessage(to=TWO[:1], bcc=TWO[1:]),
        AnymailMessage(to=[TWO[0], TWO[0]], merge_metadata={TWO[0]: {}}),
        AnymailMessage(to=[]),
    ],
    ids=["one of two has his own", "a copy", "a blind copy", "the same twice", "nobody"],
)
def test_nor_does_any_other_request_for_more_than_one(told: AnymailMessage) -> None:
    with pytest.raises(DeliveryError, match="would see each other's address"):
        passes(told)


def test_an_international_domain_is_the_same_in_every_part_of_a_request() -> None:
    """Or its reader would get a mail without his values: providers look them up by the address."""
    call = dialect("sparkpost").call((letter("anna@bücher.example"), letter("bram@example.org")))
    told = json.loads(call.body)
    first = told["recipients"][0]
    assert first["address"]["email"] == "anna@xn--bcher-kva.example"
    assert first["substitution_data"]["v1"].endswith(b"anna".hex())


def test_a_request_holds_no_key_where_somebody_prints_it() -> None:
    call = dialect("mandrill").call((letter("anna@example.org"),))
    assert "the-key" in call.body.decode()
    assert "the-key" not in repr(call)


@pytest.mark.parametrize(
    ("status", "verdict", "scope"),
    [
        ("sent", Verdict.ACCEPTED, None),
        ("queued", Verdict.ACCEPTED, None),
        ("rejected", Verdict.REFUSED, Scope.SOFT),
        ("invalid", Verdict.REFUSED, Scope.SOFT),
        ("scheduled", Verdict.UNCERTAIN, None),
    ],
)
def test_what_is_said_of_a_mail_is_understood(status: str, verdict: Verdict, scope: Scope | None) -> None:
    mandrill = dialect("mandrill")
    call = mandrill.call((letter("anna@example.org"),))
    told = [{"email": "anna@example.org", "status": status, "_id": "x1"}]
    outcomes = mandrill.read(call, Reply(200, {}, json.dumps(told).encode()))
    assert outcomes
    (outcome,) = outcomes
    assert (outcome.verdict, outcome.code) == (verdict, "200")
    assert scope in {None, outcome.scope}
    assert outcome.remote_id == ("x1" if verdict is Verdict.ACCEPTED else "")


def test_who_is_not_spoken_of_is_in_doubt() -> None:
    mandrill = dialect("mandrill")
    call = mandrill.call((letter("anna@example.org"),))
    outcomes = mandrill.read(call, Reply(200, {}, b'[{"email": "other@example.org", "status": "sent"}]'))
    assert outcomes
    assert [(outcome.verdict, outcome.reply) for outcome in outcomes] == [
        (Verdict.UNCERTAIN, "its answer does not say whether it took this one")
    ]


@pytest.mark.parametrize("body", [b"", b"null", b"[]x", b"{}", b"17", b'["a"]', b'{"results": 3}', b"\xff" * 40])
@pytest.mark.parametrize("name", sorted({"mailgun", "mailjet", "mandrill", "sparkpost", "unisender_go"}))
def test_no_answer_is_taken_for_something_that_it_is_not(name: str, body: bytes) -> None:
    keys = {"api_key": "k"} | ({"secret_key": "s"} if name == "mailjet" else {})
    options = {"api_url": "https://api.example.org"} if name == "unisender_go" else {}
    spoken = AnymailDialect(name, PROVIDERS[name], keys, options, tag="")
    call = spoken.call((letter("anna@example.org"),))
    outcomes = spoken.read(call, Reply(200, {"content-type": "application/json"}, body)) or ()
    assert {outcome.verdict for outcome in outcomes} <= {Verdict.UNCERTAIN}


def test_a_mail_that_a_provider_cannot_be_told_is_no_doubt() -> None:
    """Scaleway has no pictures in a mail."""
    keys = {"secret_key": "s", "project_id": "p"}
    scaleway = AnymailDialect("scaleway", PROVIDERS["scaleway"], keys, {}, tag="")
    picture = Embedded("a.png@aireport.example", Picture("a.png", 1, 1, "image/png", b"\x89PNG"))
    with pytest.raises(DeliveryError) as caught:
        scaleway.call((filled(replace(email(), embedded=(picture,))),))
    assert str(caught.value) == ("Scaleway cannot be told this mail: Scaleway does not support inline attachments")


@pytest.mark.parametrize("name", ["mailgun", "sparkpost"])
def test_mails_of_our_own_say_nothing_of_a_list(name: str) -> None:
    """Two together too: none of them sees the address of the other."""
    mail = replace(email(), form=Form(on_web=False, can_leave=False))
    letters = tuple(
        filled(mail, Recipient(to, "nl", f"t{n}"), stamp=Stamp(STAMP.date, f"<t{n}.asml@aireport.example>"))
        for n, to in enumerate(TWO)
    )
    for messages in (letters, letters[:1]):
        body = dialect(name).call(messages).body
        assert b"Auto-Submitted" in body
        assert b"List-Unsubscribe" not in body
        assert b"List-Id" not in body
