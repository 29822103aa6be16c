"""The SMTP transport against a real server."""

from __future__ import annotations

import base64
import re
import ssl
from dataclasses import replace
from socket import create_server
from typing import TYPE_CHECKING

import pytest
import trustme

from newsletter.errors import DeliveryError
from newsletter.model import Outcome, Recipient, Scope, Verdict
from tests.delivery.letters import ANNA, email, filled, message
from tests.delivery.servers import PASSWORD, Inbox, deliver, real_server, smtp, smtp_settings, with_log_in

if TYPE_CHECKING:
    from newsletter.config.settings import Smtp
    from newsletter.delivery.base import Message

QUEUED = Outcome("anna@example.org", Verdict.ACCEPTED, "250 2.0.0", "Ok: queued as 4XyZ")


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trust(authority: trustme.CA) -> ssl.SSLContext:
    """What a client needs to know of the authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(scope="module")
def certified(authority: trustme.CA) -> ssl.SSLContext:
    """A server's context, with a certificate for 127.0.0.1."""
    return server_context(authority, "127.0.0.1")


def server_context(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def secrets_in(error: BaseException) -> list[str]:
    """The forms of the password that an error, or any cause of it, lets out."""
    plain = f"\0redactie\0{PASSWORD}"
    forms = ["hunter2", *(base64.b64encode(words.encode()).decode() for words in (PASSWORD, plain))]
    said = ""
    cause: BaseException | None = error
    while cause:
        said += f"{cause} {cause!r}"
        cause = cause.__cause__ or cause.__context__
    return [form for form in forms if form in said]


def test_a_message_arrives_as_it_was_made(inbox: Inbox) -> None:
    sent = filled()
    with real_server(inbox) as port:
        assert deliver(smtp(smtp_settings(port)), sent) == [QUEUED]

    (envelope,) = inbox.envelopes
    assert envelope.content == sent.content
    assert envelope.mail_from == "bounces+Zq3v7w_K-a@aireport.example"
    assert envelope.rcpt_tos == ["anna@example.org"]


def test_many_messages_go_over_one_connection(inbox: Inbox) -> None:
    readers = [Recipient(f"reader-{number}@example.org", "nl", f"T{number}") for number in range(20)]
    with real_server(inbox) as port:
        outcomes = deliver(smtp(smtp_settings(port)), *(filled(reader=reader) for reader in readers))

    assert {outcome.verdict for outcome in outcomes} == {Verdict.ACCEPTED}
    assert [envelope.rcpt_tos for envelope in inbox.envelopes] == [[reader.address] for reader in readers]


@pytest.mark.parametrize(
    "form",
    [
        "\n.\n", "\n.\r\n", "\n.\r", "\r.\n", "\r.\r\n", "\r.\r", "\r\n.\n", "\r\n.\r", "\r\n.\r\n",
    ],
)  # fmt: skip
def test_no_form_of_the_end_smuggles_a_second_message(inbox: Inbox, form: str) -> None:
    smuggled = f"Hallo{form}MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n\r\nhi{form}.{form}"
    sent = filled(email(text=(smuggled,), html=(smuggled,)))
    with real_server(inbox) as port:
        assert deliver(smtp(smtp_settings(port)), sent) == [QUEUED]

    assert inbox.contents == [sent.content]


@pytest.mark.parametrize("content", [b".\r\n", b"..a\r\n\r\n.\r\n..\r\nb.\r\n", b"A: b\r\n\r\n.\r\n.\r\n"])
def test_lines_of_dots_survive(inbox: Inbox, content: bytes) -> None:
    with real_server(inbox) as port:
        assert deliver(smtp(smtp_settings(port)), message(content)) == [QUEUED]

    assert inbox.contents == [content]


@pytest.mark.parametrize(
    "address",
    ["a@x>\r\nRCPT TO:<eve@bad.test", "a b@x", "<a@x", "a@x>", "a@x\0", "a@x> NOTIFY=SUCCESS", "", "a@x\u2028"],
)
def test_an_unsafe_recipient_is_refused_before_the_wire(inbox: Inbox, address: str) -> None:
    with real_server(inbox) as port:
        (outcome,) = deliver(smtp(smtp_settings(port)), message(recipient=address))

    assert (outcome.verdict, outcome.scope) == (Verdict.REFUSED, Scope.HARD)
    assert outcome.reply.startswith("the envelope recipient: ")
    assert outcome.reply.isprintable()
    assert inbox.envelopes == []


def test_an_unsafe_sender_is_refused_as_no_readers_fault(inbox: Inbox) -> None:
    unsafe = replace(message(), sender="a@x>\r\nRCPT TO:<eve@bad.test")
    with real_server(inbox) as port:
        (outcome,) = deliver(smtp(smtp_settings(port)), unsafe)

    assert (outcome.verdict, outcome.scope) == (Verdict.REFUSED, Scope.OURS)
    assert outcome.reply.startswith("the envelope sender: ")
    assert inbox.envelopes == []


def international() -> Message:
    return filled(reader=replace(ANNA, address="dörte@sörensen.example"))


def test_an_international_address_goes_to_a_server_that_takes_it(inbox: Inbox) -> None:
    with real_server(inbox, enable_SMTPUTF8=True) as port:
        (outcome,) = deliver(smtp(smtp_settings(port)), international())

    assert outcome.verdict is Verdict.ACCEPTED

    (envelope,) = inbox.envelopes
    assert envelope.rcpt_tos == ["dörte@sörensen.example"]
    assert envelope.smtp_utf8
    assert envelope.content == international().content


def test_an_international_address_is_refused_where_the_server_cannot_take_it(inbox: Inbox) -> None:
    with real_server(inbox, enable_SMTPUTF8=False) as port:
        outcome, taken = deliver(smtp(smtp_settings(port)), international(), message())

    assert (outcome.verdict, outcome.scope) == (Verdict.REFUSED, Scope.ROW)
    assert taken == QUEUED
    assert "SMTPUTF8" in outcome.reply
    assert inbox.contents == [message().content]


def test_an_address_beyond_ascii_needs_no_mark_to_be_seen(inbox: Inbox) -> None:
    with real_server(inbox, enable_SMTPUTF8=False) as port:
        (outcome,) = deliver(smtp(smtp_settings(port)), message(recipient="dörte@sörensen.example"))

    assert outcome.verdict is Verdict.REFUSED
    assert "SMTPUTF8" in outcome.reply


@pytest.mark.parametrize("excluded", ["LOGIN", "PLAIN"])
def test_starttls_then_log_in_then_mail(
    inbox: Inbox, trust: ssl.SSLContext, certified: ssl.SSLContext, excluded: str
) -> None:
    options = {"tls_context": certified, "require_starttls": True, "auth_required": True}
    with real_server(inbox, auth_exclude_mechanism=[excluded], **options) as port:
        assert deliver(smtp(with_log_in(port, security="starttls"), context=trust), message()) == [QUEUED]

    (log_in,) = inbox.log_ins
    assert log_in[1:] == (b"redactie", PASSWORD.encode())
    assert log_in[0] != excluded
    assert inbox.was_encrypted == [True]


def test_tls_from_the_first_octet(inbox: Inbox, trust: ssl.SSLContext, certified: ssl.SSLContext) -> None:
    with real_server(inbox, ssl_context=certified) as port:
        assert deliver(smtp(smtp_settings(port, security="tls"), context=trust), filled()) == [QUEUED]

    assert inbox.contents == [filled().content]
    assert inbox.was_encrypted == [True]


def test_a_log_in_without_tls_goes_to_this_machine_alone(inbox: Inbox) -> None:
    with real_server(inbox, auth_require_tls=False) as port:
        deliver(smtp(with_log_in(port)))
        assert [password for *_, password in inbox.log_ins] == [PASSWORD.encode()]

    with pytest.raises(DeliveryError) as caught:
        deliver(smtp(with_log_in(25, host="192.0.2.1")))
    assert str(caught.value) == (
        '192.0.2.1:25: smtp.security "none" is for this machine alone, and nothing was sent; '
        'set it to "tls" or "starttls"'
    )


def opening_fails(settings: Smtp, context: ssl.SSLContext | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        deliver(smtp(settings, context=context), message())
    assert str(caught.value).startswith(f"{settings.host}:{settings.port}: ")
    assert secrets_in(caught.value) == []
    return caught.value


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_for_another_name_is_refused(
    inbox: Inbox, authority: trustme.CA, trust: ssl.SSLContext, security: str
) -> None:
    context = server_context(authority, "mail.example")
    options = {"ssl_context": context} if security == "tls" else {"tls_context": context}
    with real_server(inbox, **options) as port:
        error = opening_fails(with_log_in(port, security=security), trust)

    assert re.search(r"its certificate was refused \(.*127\.0\.0\.1.*\); use the host name", str(error))
    assert inbox.log_ins == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_of_nobody_is_refused_by_default(inbox: Inbox, certified: ssl.SSLContext, security: str) -> None:
    options = {"ssl_context": certified} if security == "tls" else {"tls_context": certified}
    with real_server(inbox, **options) as port:
        error = opening_fails(with_log_in(port, security=security))

    assert "its certificate was refused (unable to get local issuer certificate)" in str(error)
    assert inbox.log_ins == []


def test_tls_towards_a_server_that_expects_starttls_is_told(inbox: Inbox, trust: ssl.SSLContext) -> None:
    with real_server(inbox) as port:
        error = opening_fails(with_log_in(port, security="tls"), trust)

    assert "TLS could not be begun" in str(error)
    assert 'and else "starttls"' in str(error)


def test_a_wrong_password_is_told_without_it(trust: ssl.SSLContext, certified: ssl.SSLContext) -> None:
    with real_server(Inbox(password="another"), ssl_context=certified, auth_require_tls=False) as port:
        error = opening_fails(with_log_in(port, security="tls"), trust)

    assert 'it answered the log-in of "redactie" with 535 5.7.8' in str(error)
    assert str(error).endswith("; look at smtp.username and the password")


def test_a_server_without_log_in_is_told(inbox: Inbox) -> None:
    with real_server(inbox, auth_require_tls=True) as port:
        error = opening_fails(with_log_in(port))

    assert "it offers no log-in with PLAIN or LOGIN, but none at all; empty smtp.username" in str(error)


def test_nobody_listening_is_told() -> None:
    with create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert str(opening_fails(with_log_in(port))).endswith(
        "nothing listens there; look at smtp.host and smtp.port, or start the server"
    )


@pytest.mark.parametrize("host", ["localhost..", "a" * 64 + ".example"])
def test_a_name_that_is_no_hosts_is_told(host: str) -> None:
    error = opening_fails(with_log_in(25, host=host, security="starttls"))

    assert "there is no such host; look at smtp.host" in str(error)


def test_the_password_is_not_in_any_picture_of_the_transport() -> None:
    made = smtp(with_log_in(25))

    assert "hunter2" not in f"{made} {made!r} {vars(made)}"
