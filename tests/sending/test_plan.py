"""What would be sent: hashes over it, and what speaks against it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from newsletter.audience.readers import Reader
from newsletter.audience.tokens import Purpose, keys_of, verify
from newsletter.config import Dkim, Secret
from newsletter.delivery.dkim import load_signer
from newsletter.delivery.mime import prepare
from newsletter.model import Conditional, Context, PersonalField, Position, Recipient, Severity
from newsletter.sending.letters import Letters, recipient_of
from newsletter.sending.plan import (
    MAX_MESSAGE_BYTES,
    ReadersHash,
    content_sha256,
    field_findings,
    plan_hash,
    size_findings,
)
from tests.delivery.letters import FIRST_NAME, IDENTITY, STAMP, email, hole
from tests.render.issues import issue_of

if TYPE_CHECKING:
    from pathlib import Path

FOUNDERS = PersonalField("subscriber.company", Position("issue.md", 5, 9))
BASE = content_sha256(prepare(email(), IDENTITY))


def test_the_same_mail_has_the_same_hash() -> None:
    assert content_sha256(prepare(email(), IDENTITY)) == BASE


@pytest.mark.parametrize(
    "mail",
    [
        email(subject=("Een ander onderwerp",)),
        email(subject=("Dag ", FIRST_NAME)),
        email(html=("<p>Een ander woord</p>\n",)),
        email(text=("Een ander woord\n",)),
        email(text=("Dag ", hole("subscriber.last_name", Context.PLAIN), "\n")),
        email(html=("<p>x</p>", Conditional(FOUNDERS, ("<p>y</p>",)), "\n")),
        email(slug="andere"),
        replace(email(), language="en"),
    ],
    ids=["subject", "personal subject", "html", "text", "field", "condition", "slug", "language"],
)
def test_whatever_a_reader_could_see_changes_the_hash(mail: object) -> None:
    assert content_sha256(prepare(mail, IDENTITY)) != BASE  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "identity",
    [
        replace(IDENTITY, from_name="Iemand anders"),
        replace(IDENTITY, reply_to="antwoord@aireport.example"),
        replace(IDENTITY, envelope_sender="b@aireport.example"),
        replace(IDENTITY, verp=False),
        replace(IDENTITY, site="https://elders.example"),
    ],
)
def test_who_it_is_from_changes_the_hash(identity: object) -> None:
    assert content_sha256(prepare(email(), identity)) != BASE  # type: ignore[arg-type]


def test_a_piece_cannot_be_taken_for_two() -> None:
    """What stands in a condition is not what stands beside it."""
    inside = email(html=("<p>x</p>", Conditional(FOUNDERS, ("<p>y</p>", "<p>z</p>")), "\n"))
    beside = email(html=("<p>x</p>", Conditional(FOUNDERS, ("<p>y</p>",)), "<p>z</p>\n"))
    assert content_sha256(prepare(inside, IDENTITY)) != content_sha256(prepare(beside, IDENTITY))


def test_the_hash_of_readers_follows_who_they_are() -> None:
    def hashed(*keys: str) -> str:
        found = ReadersHash()
        for key in keys:
            found.add(key)
        assert found.readers == len(keys)
        return found.hexdigest()

    assert len({hashed(), hashed("a"), hashed("a", "b"), hashed("ab"), hashed("b", "a")}) == 5


def test_a_plans_hash_follows_all_of_it() -> None:
    hashes = {
        plan_hash(*parts)
        for parts in (
            ("asml", "all", "c", "r"),
            ("asml", "founders", "c", "r"),
            ("asml", "all", "d", "r"),
            ("asml", "all", "c", "s"),
            ("tsmc", "all", "c", "r"),
        )
    }
    assert len(hashes) == 5
    assert {len(found) for found in hashes} == {16}


def test_too_large_a_message_is_refused() -> None:
    issue = issue_of("Hallo.\n")
    assert size_findings(issue, MAX_MESSAGE_BYTES) == ()
    (large,) = size_findings(issue, MAX_MESSAGE_BYTES + 1)
    assert (large.rule, large.severity) == ("send-size", Severity.ERROR)
    assert large.message == (
        "a message of it has 1,000,001 bytes, and 1,000,000 is the most; shorten it, or divide it over two issues"
    )


def test_readers_without_a_value_are_counted_and_the_first_is_named() -> None:
    field = PersonalField("subscriber.first_name", Position("issue.md", 7, 5))
    mail = email(text=("Dag ", hole("subscriber.first_name", Context.PLAIN), "\n"))
    readers = [Recipient(f"r{n}@example.org", "nl", "t", {"first_name": "x"} if n % 2 else {}) for n in range(5)]
    other = replace(hole("subscriber.first_name", Context.PLAIN).field, position=Position("issue.md", 12, 3))
    (finding,) = field_findings(mail, [field, other], readers, "https://x.example")
    assert finding.position == Position("issue.md", 12, 3)
    assert finding.message.endswith("(so for 3 readers, r0@example.org the first)")


KEYS = keys_of(Secret("a-secret-key-of-more-than-32-characters"))


def test_a_readers_tokens_are_each_for_one_purpose() -> None:
    person = Reader(7, "anna@example.org", "anna@example.org", "nl", {})
    reader = recipient_of(KEYS, "news.example", 3)(person)
    tokens = (reader.token, reader.preferences_token, reader.envelope_token)
    purposes = (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.ENVELOPE)
    for token, purpose in zip(tokens, purposes, strict=True):
        found = {wanted: verify(KEYS, "news.example", wanted, token) for wanted in purposes}
        assert [wanted for wanted, said in found.items() if said] == [purpose]
        said = found[purpose]
        assert said
        assert (said.subscriber_id, said.about) == (7, 3)


def test_a_letter_is_the_same_at_every_attempt() -> None:
    letters = Letters(email(), prepare(email(), IDENTITY), STAMP.date, None)
    reader = Recipient("anna@example.org", "nl", "unsubscribe", {"first_name": "Anna"}, "preferences", "envelope")
    first, second = letters.to(reader), letters.to(reader)
    assert first == second
    assert first.message_id == "<envelope.asml@aireport.example>"
    assert first.sender == "bounces+envelope@aireport.example"
    assert b"/u/unsubscribe" in first.content
    assert b"Message-ID: <envelope" in first.content


def test_a_signature_is_the_same_at_every_attempt_too(tmp_path: Path) -> None:
    """It bears the date of the sending, and not that of the attempt."""
    key = tmp_path / "dkim.pem"
    key.touch(mode=0o600)
    key.write_bytes(
        rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    signer = load_signer(Dkim("aireport.example", "nl2026", key, "", None))
    letters = Letters(email(), prepare(email(), IDENTITY), STAMP.date, signer)
    reader = Recipient("anna@example.org", "nl", "token", {"first_name": "Anna"})
    first, second = letters.to(reader), letters.to(reader)
    assert first.content == second.content
    assert first.content.startswith(b"DKIM-Signature: ")
    assert f"t={STAMP.date.timestamp():.0f}".encode() in first.content
