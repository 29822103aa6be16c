"""Signatures, as other programs verify them: dkimpy, on the system's own Python, and rspamd."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.config.settings import Dkim
from newsletter.delivery.dkim import Signer, load_signer
from newsletter.errors import DeliveryError, UnsafeValueError
from tests.delivery.letters import filled, message
from tests.delivery.rspamd import rspamd, symbols

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.delivery.base import Message

LINE = b"A line of fifty octets, more or less, or so.....\r\n"
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
PYTHON = "/usr/bin/python3"

VERIFY = """
import base64, json, sys, dkim
asked = json.load(sys.stdin)
def dns(name, timeout=5):
    return asked["dns"].get(name.decode().rstrip("."), "").encode()
def verified(octets):
    verifier = dkim.DKIM(octets)
    count = sum(1 for name, _ in verifier.headers if name.lower() == b"dkim-signature")
    try:
        return [verifier.verify(idx=index, dnsfunc=dns) for index in range(count)]
    except dkim.DKIMException as error:
        return [str(error)]
print(json.dumps([verified(base64.b64decode(octets)) for octets in asked["messages"]]))
"""


@pytest.fixture(scope="module")
def rsa() -> RSAPrivateKey:
    return generate_rsa_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def ed25519() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def dns(rsa: RSAPrivateKey, ed25519: Ed25519PrivateKey) -> dict[str, str]:
    public = base64.b64encode(rsa.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    short = base64.b64encode(ed25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    return {
        "nl2026._domainkey.aireport.example": f"v=DKIM1; k=rsa; p={public}",
        "nl2026e._domainkey.aireport.example": f"v=DKIM1; k=ed25519; p={short}",
    }


def written(path: Path, key: object, mode: int = 0o600, password: bytes = b"") -> Path:
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))  # type: ignore[attr-defined]
    path.chmod(mode)
    return path


@pytest.fixture(scope="module")
def signer(rsa: RSAPrivateKey, ed25519: Ed25519PrivateKey, tmp_path_factory: pytest.TempPathFactory) -> Signer:
    folder = tmp_path_factory.mktemp("keys")
    made = load_signer(
        Dkim(
            "aireport.example",
            "nl2026",
            written(folder / "rsa.pem", rsa),
            "nl2026e",
            written(folder / "ed25519.pem", ed25519),
        )
    )
    assert made
    return made


def verified(messages: list[bytes], dns: dict[str, str]) -> list[list[bool | str]]:
    """What dkimpy makes of each message's signatures."""
    if subprocess.run([PYTHON, "-c", "import dkim, nacl"], capture_output=True, check=False).returncode:
        pytest.skip("needs dkimpy and PyNaCl on the system's Python: apt install python3-dkim python3-nacl")
    asked = {"dns": dns, "messages": [base64.b64encode(octets).decode() for octets in messages]}
    done = subprocess.run([PYTHON, "-c", VERIFY], input=json.dumps(asked), capture_output=True, text=True, check=True)
    answer: list[list[bool | str]] = json.loads(done.stdout)
    return answer


def with_body(body: bytes) -> Message:
    head, _, _ = filled().content.partition(b"\r\n\r\n")
    return message(head + b"\r\n\r\n" + body)


BODIES = [
    b"",
    b"\r\n",
    b"\r\n\r\n\r\n",
    b"Hello\r\n",
    b"Hello\r\n\r\n\r\n",
    b"Hello  \t \r\n  there\r\n",
    b" \r\n",
    b".\r\n..\r\n",
    "Één\r\n".encode(),
]


def test_both_signatures_are_valid_whatever_the_body_is(signer: Signer, dns: dict[str, str]) -> None:
    signed = [signer.sign(letter, NOW).content for letter in (filled(), *map(with_body, BODIES))]

    assert verified(signed, dns) == [[True, True]] * len(signed)


def test_a_message_is_the_same_behind_its_signatures(signer: Signer) -> None:
    before, after = filled(), signer.sign(filled(), NOW)

    assert after.content.endswith(before.content)
    assert replace(after, pieces=before.pieces) == before
    assert signer.sign(filled(), NOW) == after
    assert all(len(line) <= 100 for line in after.content.removesuffix(before.content).split(b"\r\n"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: ", b"Subject: not "),
        (b"\r\nTo: ", b"\r\nSubject: another\r\nTo: "),
        (b"\r\nTo: ", b"\r\nFrom: <eve@bad.test>\r\nTo: "),
        (b"\r\nTo: ", b"\r\nReply-To: <eve@bad.test>\r\nTo: "),
        (b"\r\nTo: ", b"\r\nList-Unsubscribe: <https://bad.test>\r\nTo: "),
        (b"List-Unsubscribe: <https://", b"List-Unsubscribe: <https://bad.test/"),
        (b"List-Unsubscribe-Post: ", b"X-Post: "),
        (b"Feedback-ID: ", b"Feedback-ID: a"),
        (b"multipart/alternative", b"multipart/mixed"),
    ],
)
def test_a_header_that_was_changed_or_added_breaks_them(
    signer: Signer, dns: dict[str, str], old: bytes, new: bytes
) -> None:
    signed = signer.sign(filled(), NOW).content
    assert signed.count(old) == 1

    ((first, *_),) = verified([signed.replace(old, new)], dns)

    assert first is not True


def test_a_body_that_was_changed_or_added_to_breaks_them(signer: Signer, dns: dict[str, str]) -> None:
    signed = signer.sign(filled(), NOW).content
    changed = [signed.replace(b"troef", b"kroef"), signed + b"more\r\n"]

    assert all(True not in answers for answers in verified(changed, dns))


def test_headers_may_be_folded_anew_on_the_way(signer: Signer, dns: dict[str, str]) -> None:
    signed = signer.sign(filled(), NOW).content
    folded = signed.replace(b"\r\nSubject: ", b"\r\nSUBJECT:\r\n\t  ")
    assert folded != signed

    assert verified([folded], dns) == [[True, True]]


@pytest.mark.timeout(120)
def test_a_spam_filter_finds_them_as_a_receiver_does(signer: Signer, dns: dict[str, str]) -> None:
    signed = signer.sign(filled(), NOW).content
    with rspamd(dns) as port:
        found, broken = symbols(port, signed), symbols(port, signed.replace(b"troef", b"kroef"))

    selectors = ["aireport.example:s=nl2026", "aireport.example:s=nl2026e"]
    assert found["R_DKIM_ALLOW"] == selectors
    assert broken["R_DKIM_REJECT"] == selectors


def test_what_is_signed_is_named(signer: Signer) -> None:
    signature = signer.sign(filled(), NOW).content.partition(b"\r\nDKIM-Signature")[0].decode()
    flat = signature.replace("\r\n", "").replace("\t", "").replace(" ", "")

    assert flat.startswith("DKIM-Signature:v=1;a=rsa-sha256;c=relaxed/simple;")
    assert ";d=aireport.example;s=nl2026;t=1795500000;" in flat
    assert "h=from:from:to:to:reply-to:subject:subject:date:date:message-id:" in flat
    assert ":list-id:list-unsubscribe:list-unsubscribe:list-unsubscribe-post:list-unsubscribe-post:" in flat
    assert ":feedback-id;" in flat
    assert ";l=" not in flat


lines = st.lists(st.text(st.characters(codec="ascii", exclude_characters="\r\n\0"), max_size=80).map(str.encode))


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(lines, min_size=10, max_size=10))
def test_any_body_of_whole_lines_verifies(signer: Signer, dns: dict[str, str], bodies: list[list[bytes]]) -> None:
    letters = [with_body(b"".join(line + b"\r\n" for line in body)) for body in bodies]

    assert verified([signer.sign(letter, NOW).content for letter in letters], dns) == [[True, True]] * len(letters)


def test_a_signature_takes_well_under_a_millisecond(signer: Signer) -> None:
    alone = replace(signer, keys=signer.keys[:1])
    letter = message(filled().content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + LINE * 1000)
    best_s = float("inf")
    for _ in range(5):
        began = time.process_time()
        for _ in range(20):
            alone.sign(letter, NOW)
        best_s = min(best_s, (time.process_time() - began) / 20)

    assert best_s < 0.003  # 0.5 ms on a quiet machine


def test_without_headers_there_is_nothing_to_sign(signer: Signer) -> None:
    with pytest.raises(UnsafeValueError, match=r"^the message has no empty line after its headers$"):
        signer.sign(message(b"A: b\r\n"), NOW)


def test_without_a_selector_nothing_signs() -> None:
    assert load_signer(Dkim("example.org", "", None, "", None)) is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o777, 0o601])
def test_a_key_that_others_can_get_at_is_refused(tmp_path: Path, rsa: RSAPrivateKey, mode: int) -> None:
    path = written(tmp_path / "dkim.pem", rsa, mode)

    assert refusal(path) == f"{path}: others on this machine can read this key; chmod 600 {path}"


def refusal(path: Path) -> str:
    with pytest.raises(DeliveryError) as caught:
        load_signer(Dkim("example.org", "nl2026", path, "", None))
    assert "PRIVATE" not in str(caught.value)
    return str(caught.value)


def test_a_file_that_is_no_usable_key_is_told(tmp_path: Path, rsa: RSAPrivateKey, ed25519: Ed25519PrivateKey) -> None:
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("-----BEGIN PRIVATE KEY-----\nhunter2\n", encoding="ascii")
    garbage.chmod(0o600)
    no_pem = "this is no private key in PEM without a passphrase; look at the file"

    assert refusal(garbage) == f"{garbage}: {no_pem}"
    locked = written(tmp_path / "locked.pem", rsa, password=b"hunter2")
    assert refusal(locked) == f"{locked}: {no_pem}"
    other = written(tmp_path / "ec.pem", generate_private_key(SECP256R1()))
    assert refusal(other).startswith(f"{other}: this is no RSA key; ")
    missing = tmp_path / "missing.pem"
    assert refusal(missing) == f"{missing}: cannot be read: No such file or directory; look at dkim in newsletter.toml"
    rsa_file = written(tmp_path / "rsa.pem", rsa)
    with pytest.raises(DeliveryError, match=r"this is no Ed25519 key; "):
        load_signer(Dkim("example.org", "", None, "e", rsa_file))
    weak = written(tmp_path / "weak.pem", weak_key())
    assert refusal(weak) == f"{weak}: an RSA key of 512 bits is too weak; make one of 2048 bits"


def weak_key() -> RSAPrivateKey:
    """A key of 512 bits; the library makes none, so that it comes from OpenSSL."""
    made = subprocess.run(["openssl", "genrsa", "512"], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("needs openssl")
    key = load_pem_private_key(made.stdout, None)
    assert isinstance(key, RSAPrivateKey)
    return key
