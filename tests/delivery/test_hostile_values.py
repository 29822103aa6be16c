"""Whatever a value holds, a message has exactly its own headers, or there is no message."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from string import ascii_letters, ascii_lowercase, digits
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import DeliveryError, UnsafeValueError
from newsletter.render.personal import evaluate, personal_values
from tests.delivery.attacks import ATTACKS
from tests.delivery.letters import ANNA, FIRST_NAME, HEADERS, IDENTITY, STAMP, email, filled

if TYPE_CHECKING:
    from email.message import Message as OldMessage

    from newsletter.delivery.base import Message


SETTINGS = {
    "from_address": lambda text: replace(IDENTITY, from_address=f"a{text}@aireport.example"),
    "reply_to": lambda text: replace(IDENTITY, reply_to=text and f"a@aireport.example{text}"),
    "envelope_sender": lambda text: replace(IDENTITY, envelope_sender=f"b{text}@aireport.example"),
    "list_id": lambda text: replace(IDENTITY, list_id=f"news.example{text}"),
    "site": lambda text: replace(IDENTITY, site=f"https://aireport.example{text}"),
}

hostile = st.lists(
    st.sampled_from(ATTACKS)
    | st.text(max_size=40)
    | st.text(st.sampled_from('=?utf-8qb_\r\n <>@,;:"\\ é'), max_size=20),
    min_size=1,
    max_size=5,
).map("".join)


def views(message: Message) -> tuple[EmailMessage, OldMessage]:
    """The message as both of Python's parsers see it, after it was found to hold its headers and no others."""
    new = message_from_bytes(message.content, policy=policy.default)
    old = message_from_bytes(message.content, policy=policy.compat32)
    assert isinstance(new, EmailMessage)
    assert tuple(new.keys()) == tuple(old.keys()) == HEADERS
    assert [part.get_content_type() for part in old.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert message.content.count(b"\r\n\r\n") >= 3
    return new, old


def decoded(old: OldMessage, name: str) -> str:
    return str(make_header(decode_header(old[name].replace("\r\n", ""))))


@given(hostile)
def test_a_subject(text: str) -> None:
    try:
        message = filled(email(subject=(text,)))
    except UnsafeValueError as error:
        assert str(error).startswith("Subject: ")  # noqa: PT017 - both ends are allowed, and each is looked at
        return
    new, old = views(message)
    assert new["Subject"] == text
    assert decoded(old, "Subject") == text


@given(hostile)
def test_a_readers_name_in_the_subject_and_in_the_text(name: str) -> None:
    reader = replace(ANNA, fields={"first_name": name})
    mail = email(subject=("Voor ", FIRST_NAME, "!"), text=("Dag ", FIRST_NAME, "!"))
    try:
        message = filled(mail, reader)
    except UnsafeValueError as error:
        assert str(error).startswith(("Subject: ", "issue.md:12:3: "))  # noqa: PT017 - as above
        return
    new, old = views(message)
    shown = evaluate(FIRST_NAME, personal_values(mail, reader, IDENTITY.site))
    assert new["Subject"] == f"Voor {shown}!"
    assert decoded(old, "Subject") == f"Voor {shown}!"
    text = next(new.iter_parts()).get_payload(decode=True)
    assert text == f"Dag {shown}!".encode()


@given(hostile)
def test_the_name_of_the_sender(name: str) -> None:
    try:
        message = filled(identity=replace(IDENTITY, from_name=name))
    except UnsafeValueError as error:
        assert str(error).startswith("From, display name: ")  # noqa: PT017 - as above
        return
    new, old = views(message)
    (address,) = new["From"].addresses
    assert address.addr_spec == IDENTITY.from_address
    quoted_name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    shown = name if "=?" in old["From"] else quoted_name
    assert decoded(old, "From") == (f"{shown} <{IDENTITY.from_address}>" if name else IDENTITY.from_address)


@given(hostile)
def test_the_name_of_the_list(name: str) -> None:
    try:
        message = filled(identity=replace(IDENTITY, list_name=name))
    except UnsafeValueError as error:
        assert str(error).startswith("List-Id, display name: ")  # noqa: PT017 - as above
        return
    _, old = views(message)
    assert old["List-Id"].split()[-1] == f"<{IDENTITY.list_id}>"


@given(st.sampled_from(sorted(SETTINGS)), hostile)
def test_every_other_setting_of_the_sender(setting: str, text: str) -> None:
    identity = SETTINGS[setting](text)
    try:
        message = filled(identity=identity)
    except DeliveryError:
        return
    names = HEADERS if not identity.reply_to else (*HEADERS[:2], "Reply-To", *HEADERS[2:])
    assert tuple(message_from_bytes(message.content).keys()) == names
    assert not set(message.sender) & set("\r\n\0<> ")


@given(hostile | st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=9))
def test_a_token(text: str) -> None:
    try:
        message = filled(reader=replace(ANNA, token=text))
    except DeliveryError as error:
        assert str(error).startswith(("the reader's token: ", "delivery.envelope_sender: "))  # noqa: PT017 - as above
        return
    views(message)
    assert message.sender == f"bounces+{text}@aireport.example"
    assert set(text) <= set(ascii_letters + digits + "-_")


@given(hostile | st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=9))
def test_a_slug(text: str) -> None:
    try:
        message = filled(email(slug=text))
    except UnsafeValueError as error:
        assert str(error).startswith(("the issue's slug: ", "Archived-At: "))  # noqa: PT017 - as above
        return
    _, old = views(message)
    assert old["Archived-At"] == f"<https://aireport.example/p/{text}/>"
    assert set(text) <= set(ascii_lowercase + digits + "-")


@given(hostile)
def test_an_address(text: str) -> None:
    try:
        message = filled(reader=replace(ANNA, address=f"{text}@example.org"))
    except UnsafeValueError as error:
        assert str(error).startswith("To: ")  # noqa: PT017 - as above
        return
    _, old = views(message)
    assert message.recipient == f"{text}@example.org"
    if message.recipient.isascii():
        assert old["To"] == message.recipient


@given(hostile)
def test_a_message_id(text: str) -> None:
    try:
        message = filled(stamp=replace(STAMP, message_id=f"<{text}@example.org>"))
    except UnsafeValueError as error:
        assert str(error).startswith(("the Message-ID: ", "Message-ID: "))  # noqa: PT017 - as above
        return
    _, old = views(message)
    assert old["Message-ID"] == message.message_id == f"<{text}@example.org>"


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if not attack.isprintable() or "=?" in attack])
def test_the_known_attacks_are_refused_in_a_subject(attack: str) -> None:
    with pytest.raises(UnsafeValueError, match=r"^Subject: "):
        filled(email(subject=(f"Hoi{attack}",)))
