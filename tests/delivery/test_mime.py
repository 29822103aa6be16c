from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.delivery.mime import Stamp, prepare
from newsletter.delivery.verify import Lines
from newsletter.errors import DeliveryError, PersonalFieldError, UnsafeValueError
from newsletter.model import Conditional, Context, Embedded, Form, PersonalField, Picture, Position, Recipient
from newsletter.render.personal import fill, personal_values
from tests.delivery.letters import (
    ANNA,
    FIRST_NAME,
    FIRST_NAME_IN_HTML,
    HEADERS,
    IDENTITY,
    STAMP,
    email,
    filled,
    hole,
    parsed,
    part_of,
    with_crlf,
)

if TYPE_CHECKING:
    from newsletter.delivery.base import Message
    from newsletter.model import Segments

GOLDEN = Path(__file__).parent.parent / "golden/delivery"
CONDITIONS = [PersonalField(text, Position("issue.md", 3, 4)) for text in ("subscriber.first_name", "subscriber.no")]
DORTE = Recipient("dörte@sörensen.example", "nl", "D-1", MappingProxyType({"first_name": "Dörte"}))

literals = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
pieces = literals | st.just(FIRST_NAME)
optional = st.builds(Conditional, st.sampled_from(CONDITIONS), st.lists(pieces).map(tuple))
segments = st.lists(pieces | optional).map(tuple)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("anna.eml", filled()),
        ("no-name.eml", filled(reader=replace(ANNA, fields={}))),
        ("reply-to.eml", filled(identity=replace(IDENTITY, reply_to="lezers@aireport.example"))),
        ("smtputf8.eml", filled(reader=DORTE, identity=replace(IDENTITY, from_name="Één & Co, “AI Report”"))),
    ],
)
def test_the_message_is_as_a_reviewer_approved_it(name: str, message: Message) -> None:
    assert message.content == (GOLDEN / name).read_bytes()


def test_the_headers_are_these_in_this_order() -> None:
    mail = parsed(filled())

    assert tuple(mail.keys()) == HEADERS
    assert dict(mail.items()) == {
        "From": "AI Report <redactie@aireport.example>",
        "To": "anna@example.org",
        "Subject": "ASML is de gouden troef van Één",
        "Date": "Tue, 24 Nov 2026 07:00:00 +0100",
        "Message-ID": "<Zq3v7w_K-a.asml@aireport.example>",
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{mail.get_boundary()}"',
        "Content-Language": "nl",
        "List-Id": '"AI Report" <newsletter.aireport.example>',
        "List-Unsubscribe": "<https://aireport.example/u/Zq3v7w_K-a>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Archived-At": "<https://aireport.example/p/asml/>",
        "Feedback-ID": "asml:newsletter:newsletter.aireport.example:aireportexample",
    }


def test_reply_to_stands_after_to_where_it_is_set() -> None:
    mail = parsed(filled(identity=replace(IDENTITY, reply_to="lezers@aireport.example")))

    assert tuple(mail.keys()) == (*HEADERS[:2], "Reply-To", *HEADERS[2:])
    assert mail["Reply-To"] == "lezers@aireport.example"


def test_the_text_comes_first_and_both_parts_are_quoted_printable() -> None:
    parts = list(parsed(filled()).iter_parts())

    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part["Content-Transfer-Encoding"] for part in parts] == ["quoted-printable"] * 2
    assert [part.get_content_charset() for part in parts] == ["utf-8"] * 2


def test_both_parts_say_what_the_mail_says_for_this_reader() -> None:
    mail, message = email(), filled()
    values = personal_values(mail, ANNA, IDENTITY.site)

    assert part_of(message, "plain") == with_crlf(fill(mail.text, values))
    assert part_of(message, "html") == with_crlf(fill(mail.html, values))


@given(segments, segments, st.text(st.characters(codec="utf-8"), max_size=120))
@example((".", "\n.", FIRST_NAME, ".\nFrom ", FIRST_NAME, " \n", FIRST_NAME), (), "From .")
@example((FIRST_NAME, FIRST_NAME), (" ",), "x" * 500)
def test_any_text_arrives_as_it_was(text: Segments, html: Segments, name: str) -> None:
    reader = replace(ANNA, fields={"first_name": name})
    mail = email(text=text, html=html)
    values = personal_values(mail, reader, IDENTITY.site)

    message = filled(mail, reader)

    assert part_of(message, "plain") == with_crlf(fill(text, values))
    assert part_of(message, "html") == with_crlf(fill(html, values))
    Lines(message.content)  # or it raises
    assert message.content.endswith(b"--\r\n")
    assert max(map(len, message.content.split(b"\r\n"))) <= 76


def test_a_long_html_line_is_broken() -> None:
    message = filled(email(html=("<p>" + "één lange regel " * 4000 + "</p>",)))

    assert max(map(len, message.content.split(b"\r\n"))) <= 76
    assert part_of(message, "html") == "<p>" + "één lange regel " * 4000 + "</p>"


def test_a_value_is_escaped_for_the_part_that_it_stands_in() -> None:
    reader = replace(ANNA, fields={"first_name": '<b>O\'Brien & "Co"</b> {{ 7*7 }}'})
    message = filled(reader=reader)

    assert '<b>O\'Brien & "Co"</b> {{ 7*7 }}' in part_of(message, "plain")
    assert "&lt;b&gt;O&#39;Brien &amp; &#34;Co&#34;&lt;/b&gt; {{ 7*7 }}" in part_of(message, "html")


def test_a_field_in_the_subject_is_filled() -> None:
    mail = email(subject=("Voor ", FIRST_NAME, ": één"))

    assert parsed(filled(mail))["Subject"] == "Voor Anna: één"
    assert parsed(filled(mail, replace(ANNA, fields={})))["Subject"] == "Voor lezer: één"


def test_a_missing_value_is_told_and_no_message_is_made() -> None:
    mail = email(text=("Hoi ", hole("subscriber.first_name", Context.PLAIN)))

    with pytest.raises(PersonalFieldError, match=r"^issue\.md:12:3: "):
        filled(mail, replace(ANNA, fields={}))


def test_the_boundary_comes_from_the_texts_and_cannot_stand_in_them() -> None:
    boundary = parsed(filled()).get_boundary()
    other = parsed(filled(email(text=("Iets anders",)))).get_boundary()

    assert boundary == parsed(filled(reader=replace(ANNA, token="another"))).get_boundary()
    assert boundary != other
    assert boundary
    assert boundary.startswith("=_")


@pytest.mark.parametrize(
    "smuggled", [b"Bcc: eve@bad.test\r\n", b"To: eve@bad.test\r\n", b"X: y\r\n", b"\r\n", b"X: y\n"]
)
def test_a_head_that_is_not_as_it_was_meant_never_becomes_a_message(smuggled: bytes) -> None:
    mail = email()
    spoilt = replace(prepare(mail, IDENTITY), after_to=smuggled)

    with pytest.raises(UnsafeValueError):
        spoilt.fill(ANNA, personal_values(mail, ANNA, IDENTITY.site), STAMP)


def test_the_same_reader_gets_the_same_bytes_again() -> None:
    assert filled() == filled()


def test_the_envelope_sender_carries_the_token() -> None:
    message = filled()

    assert message.sender == "bounces+Zq3v7w_K-a@aireport.example"
    assert message.recipient == "anna@example.org"
    assert message.message_id == "<Zq3v7w_K-a.asml@aireport.example>"
    assert filled(identity=replace(IDENTITY, verp=False)).sender == "bounces@aireport.example"


def test_an_envelope_sender_without_room_for_the_token_is_told() -> None:
    identity = replace(IDENTITY, envelope_sender="b" * 54 + "@aireport.example")

    shorter = replace(identity, envelope_sender="b" * 53 + "@aireport.example")
    assert filled(identity=shorter).sender == "b" * 53 + "+Zq3v7w_K-a@aireport.example"
    with pytest.raises(DeliveryError, match=r"^delivery\.envelope_sender: .* more than 64 octets before its @"):
        filled(identity=identity)


def test_an_address_beyond_ascii_is_kept_and_marked() -> None:
    message = filled(reader=DORTE)

    assert message.needs_smtputf8
    assert message.recipient == DORTE.address
    assert b"\r\nTo: " + DORTE.address.encode() + b"\r\n" in message.content
    assert not filled().needs_smtputf8
    assert filled().content.isascii()


def test_a_site_without_tls_has_no_one_click_address() -> None:
    with pytest.raises(DeliveryError, match=r"^newsletter\.url: .*RFC 8058"):
        prepare(email(), replace(IDENTITY, site="http://aireport.example"))


@pytest.mark.parametrize(
    ("from_address", "sender_id"),
    [
        ("a@aireport.email", "aireportemail"),
        ("a@x.nl", "00xnl"),
        ("a@nieuws.een-lange-naam.example", "langenaamexample"[-15:]),
    ],
)
def test_the_feedback_id_ends_in_a_sender_of_5_to_15_characters(from_address: str, sender_id: str) -> None:
    feedback_id = parsed(filled(identity=replace(IDENTITY, from_address=from_address)))["Feedback-ID"]

    assert feedback_id == f"asml:newsletter:newsletter.aireport.example:{sender_id}"
    assert 5 <= len(sender_id) <= 15


def test_nothing_in_the_feedback_id_depends_on_the_reader() -> None:
    other = Recipient("eve@example.net", "nl", "E-2")

    assert parsed(filled())["Feedback-ID"] == parsed(filled(reader=other))["Feedback-ID"]


def test_a_stamp_has_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Stamp(datetime(2026, 11, 24, 7, 0), "<a@b>")  # noqa: DTZ001 - the mistake in question
    stamp = replace(STAMP, date=datetime(2026, 11, 24, 6, 0, tzinfo=UTC))
    assert parsed(filled(stamp=stamp))["Date"] == "Tue, 24 Nov 2026 06:00:00 +0000"


@pytest.mark.parametrize("message_id", ["", "a@b", "<a@b", "<a>", "<a b@c>", "<a@b>\r\nBcc: c", "<a@b@c>", "<é@b>"])
def test_a_message_id_is_one_plain_identifier(message_id: str) -> None:
    with pytest.raises(UnsafeValueError, match=r"^the Message-ID: "):
        filled(stamp=replace(STAMP, message_id=message_id))


@pytest.mark.parametrize("character", ["\0", "\ud83d"])
def test_what_no_mail_can_carry_is_refused_with_its_place(character: str) -> None:
    with pytest.raises(UnsafeValueError, match=r"^the mail's text part: character 1 "):
        prepare(email(text=(character,)), IDENTITY)
    with pytest.raises(UnsafeValueError, match=r"^the mail's HTML part: character 1 "):
        prepare(email(html=(character,)), IDENTITY)


def test_a_value_that_no_mail_can_carry_is_refused_with_its_place() -> None:
    reader = replace(ANNA, fields={"first_name": "\ud83d"})

    with pytest.raises(UnsafeValueError, match=r"^issue\.md:12:3: the value of subscriber\.first_name"):
        filled(email(text=(FIRST_NAME,), html=(FIRST_NAME_IN_HTML,)), reader)


LOGO = Embedded("logo.1.png@aireport.example", Picture("logo.1.png", 80, 80, "image/png", b"\x89PNG" + bytes(300)))
COVER = Embedded("cover.2.jpg@aireport.example", Picture("cover.2.jpg", 8, 6, "image/jpeg", bytes(range(256)) * 9))
ILLUSTRATED = replace(
    email(html=(f'<img src="cid:{LOGO.content_id}"> Dag ', FIRST_NAME_IN_HTML, f'<img src="cid:{COVER.content_id}">')),
    embedded=(LOGO, COVER),
)


def test_embedded_pictures_stand_beside_the_html_within_the_alternative() -> None:
    mail = parsed(filled(ILLUSTRATED))
    text, related = mail.iter_parts()
    assert (mail.get_content_type(), text.get_content_type()) == ("multipart/alternative", "text/plain")
    assert related.get_content_type() == "multipart/related"
    assert related.get_param("type") == "text/html"  # RFC 2387 section 3.1
    assert isinstance(related, EmailMessage)
    html, *pictures = related.iter_parts()
    assert html.get_content_type() == "text/html"
    assert "Dag Anna" in str(html.get_content())
    found = {
        f"cid:{str(part['Content-ID'])[1:-1]}": (part.get_content_type(), part.get_filename(), part.get_content())
        for part in pictures
    }
    assert found == {
        f"cid:{part.content_id}": (part.picture.media_type, part.picture.file, part.picture.content)
        for part in (LOGO, COVER)
    }
    assert set(re.findall(r'src="([^"]*)"', str(html.get_content()))) == set(found)
    assert [part["Content-Transfer-Encoding"] for part in pictures] == ["base64"] * 2
    assert [part.get_content_disposition() for part in pictures] == ["inline"] * 2


def test_a_mail_with_embedded_pictures_is_made_of_whole_lines() -> None:
    content = filled(ILLUSTRATED).content
    Lines(content)  # or it raises
    assert max(map(len, content.split(b"\r\n"))) <= 78
    outer, inner = re.findall(rb'boundary="([^"]*)"', content)
    assert not outer.startswith(inner)
    assert not inner.startswith(outer)
    assert (content.count(b"--" + outer), content.count(b"--" + inner)) == (3, 4)


@pytest.mark.parametrize("size", [0, 1, 57, 58, 76])
def test_a_picture_of_any_size_comes_out_as_it_went_in(size: int) -> None:
    part = replace(COVER, picture=replace(COVER.picture, content=bytes(size)))
    message = filled(replace(ILLUSTRATED, embedded=(part, LOGO)))
    found = [leaf.get_content() for leaf in parsed(message).walk() if leaf.get_content_type() == "image/jpeg"]
    assert found == [bytes(size)]


@pytest.mark.parametrize(
    ("content_id", "file"),
    [
        ("a>\r\nBcc: <b@example.org", "cover.2.jpg"),
        ("cover.2.jpg@aireport.example", 'x"\r\nX: y'),
        ("cover", "cover.2.jpg"),
    ],
)
def test_a_name_that_would_break_out_of_its_header_is_refused(content_id: str, file: str) -> None:
    part = Embedded(content_id, replace(COVER.picture, file=file))
    with pytest.raises(UnsafeValueError, match=r"^a picture's (name|file): "):
        prepare(replace(ILLUSTRATED, embedded=(part,)), IDENTITY)


def test_pictures_are_encoded_once_for_all_readers() -> None:
    prepared = prepare(ILLUSTRATED, IDENTITY)
    pieces = [piece.octets for piece in prepared.body if isinstance(piece, Lines)]
    assert sum(b"Content-ID: " in piece for piece in pieces) == 1, "all of them stand in the one piece at the end"
    assert pieces[-1].count(b"Content-ID: ") == 2


@pytest.mark.parametrize("is_test", [False, True])
def test_a_message_brings_what_it_was_made_of(*, is_test: bool) -> None:
    """For a transport that is told fields: they say what the octets do."""
    identity = replace(IDENTITY, reply_to="antwoord@aireport.example", list_name="Één lijst")
    mail = email()
    message = prepare(mail, identity, is_test=is_test).fill(ANNA, personal_values(mail, ANNA, identity.site), STAMP)
    draft, by_octets = message.draft, parsed(message)
    assert draft is not None
    assert fill(draft.email.subject, message.values) == by_octets["Subject"]
    assert (draft.from_name, draft.from_address, draft.reply_to) == (
        "AI Report",
        "redactie@aireport.example",
        by_octets["Reply-To"],
    )
    written = dict(message_from_bytes(message.content).items())
    assert {name: re.sub(r"\r?\n", "", written[name]) for name in draft.headers} == draft.headers
    assert set(HEADERS) - set(draft.headers) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
        "List-Unsubscribe",
    }


# Mails that are no issues


def names_of(form: Form, *, is_test: bool = False) -> list[str]:
    mail = replace(email(), form=form)
    message = prepare(mail, IDENTITY, is_test=is_test).fill(ANNA, personal_values(mail, ANNA, IDENTITY.site), STAMP)
    return [name.lower() for name in message_from_bytes(message.content)]


def test_a_mail_that_is_not_on_the_web_says_no_address_there() -> None:
    issue, welcome = names_of(Form()), names_of(Form(on_web=False))
    assert [name for name in issue if name not in welcome] == ["archived-at"]
    assert "auto-submitted" not in issue + welcome


def test_a_mail_to_nobody_on_the_list_says_nothing_of_a_list_and_that_it_is_automatic() -> None:
    found = names_of(Form(on_web=False, can_leave=False))
    assert not {"list-id", "list-unsubscribe", "list-unsubscribe-post", "archived-at"} & set(found)
    assert found.count("auto-submitted") == 1
    assert set(found) - {"auto-submitted"} < set(names_of(Form()))
