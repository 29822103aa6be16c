"""The record of the key that signs, against the key itself."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from newsletter.delivery.dkim import Key
from newsletter.doctor.signature import examine_signature

if TYPE_CHECKING:
    from tests.doctor.surroundings import Said, Surroundings

TOML = '[dkim]\nselector = "nl"\nkey_file = "dkim.pem"\n'
PLACE = "nl._domainkey.proef.example"
KEYS = {bits: rsa.generate_private_key(65537, bits) for bits in (1024, 2048)}
RECORDS = {bits: Key("nl", key).record for bits, key in KEYS.items()}
ELLIPTIC = ed25519.Ed25519PrivateKey.generate()


def write(around: Surroundings, key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey, name: str = "dkim.pem") -> None:
    path = around.root / name
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)


def told(around: Surroundings, *records: str, bits: int = 2048) -> Said:
    write(around, KEYS[bits])
    if records:
        around.zone.add(PLACE, "TXT", *records)
    return around.examined(examine_signature, TOML)["DKIM nl"]


def test_the_record_is_the_key_that_signs(around: Surroundings) -> None:
    assert told(around, RECORDS[2048]) == ("ok", f"{PLACE} is the key that signs (RSA, 2048 bits)", "")


@pytest.mark.parametrize(
    "record",
    [
        RECORDS[2048].partition("; k=rsa; ")[2],
        RECORDS[2048].replace("p=", "h=sha1:sha256; s=email; t=s; p=").replace("; ", ";"),
        RECORDS[2048][:100] + " " + RECORDS[2048][100:] + ";",
    ],
    ids=["bare", "all tags", "spaces in the key"],
)
def test_a_record_may_be_written_in_more_ways(record: str, around: Surroundings) -> None:
    assert told(around, record)[0] == "ok"


def test_ed25519_has_a_record_of_its_own(around: Surroundings) -> None:
    write(around, ELLIPTIC, "short.pem")
    around.zone.add("nle._domainkey.proef.example", "TXT", Key("nle", ELLIPTIC).record)

    assert around.examined(examine_signature, '[dkim]\ned25519_selector = "nle"\ned25519_key_file = "short.pem"\n') == {
        "DKIM nle": ("ok", "nle._domainkey.proef.example is the key that signs (Ed25519)", "")
    }
    assert len(base64.b64decode(Key("nle", ELLIPTIC).public)) == 32


OTHER = RECORDS[1024]
CUT = RECORDS[2048].partition("p=")[2][:-9]


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        (OTHER, "is another key than the one that signs"),
        (RECORDS[2048][:-7], "has a p= that is no base64; a long one is often cut or glued wrongly"),
        (f"p={CUT[: len(CUT) // 4 * 4]}", "has a p= that is no RSA key; a long one is often cut or glued wrongly"),
        ("v=DKIM1; k=rsa; p=", "says that the key was withdrawn: its p= is empty"),
        ("v=DKIM1; k=rsa", "has no p="),
        ("v=DKIM2; p=x", 'is of version "DKIM2", and not DKIM1'),
        (RECORDS[2048].replace("k=rsa", "k=ed25519"), 'is a key of kind "ed25519", and rsa signs'),
        (RECORDS[2048].replace("p=", "h=sha1; p="), 'allows only "sha1", and sha256 signs'),
        (RECORDS[2048].replace("p=", "s=tlsrpt; p="), 'is for "tlsrpt", and not for mail'),
        ("v=DKIM1; p=\x1b[31m", "has a p= that is no base64; a long one is often cut or glued wrongly"),
    ],
)
def test_a_record_of_another_key_is_told_with_the_right_one(record: str, fault: str, around: Surroundings) -> None:
    assert told(around, record) == (
        "error",
        f"{PLACE} {fault}",
        f"publish one TXT record at {PLACE}: {RECORDS[2048]}",
    )


def test_a_missing_record_and_two_of_them_are_told(around: Surroundings) -> None:
    mend = f"publish one TXT record at {PLACE}: {RECORDS[2048]}"

    assert told(around) == ("error", f"{PLACE} has no record, so the signature cannot be verified", mend)
    assert told(around, RECORDS[2048], "v=DKIM1; p=") == (
        "error",
        f"{PLACE} has 2 records, and receivers take any of them",
        mend,
    )


def test_what_is_weak_is_a_warning(around: Surroundings) -> None:
    assert told(around, RECORDS[1024], bits=1024) == (
        "warning",
        f"{PLACE} is the key that signs, of 1024 bits, and short",
        "make a key of 2048 bits with a new selector, as docs/how-to/sign-with-dkim.md says",
    )
    around.zone.records.clear()
    assert told(around, RECORDS[2048].replace("p=", "t=y:s; p=")) == (
        "warning",
        f"{PLACE} says t=y",
        "take t=y out of it: it says that you are only trying, and receivers may ignore the signature",
    )


def test_a_key_that_others_can_read_is_told_before_any_record(around: Surroundings) -> None:
    write(around, KEYS[2048])
    path = around.root / "dkim.pem"
    path.chmod(0o640)

    assert around.examined(examine_signature, TOML) == {
        "DKIM": (
            "error",
            f"{path}: others on this machine can read this key",
            f"chmod 600 {path}",
        )
    }
    assert around.zone.asked == []


def test_whether_a_server_signs_is_not_known(around: Surroundings) -> None:
    assert around.examined(examine_signature) == {
        "DKIM": (
            "unknown",
            "mail is not signed here; whether your server signs it shows in a mail alone",
            "send a test to Gmail and look for DKIM: PASS with your domain, or sign here: [dkim] in newsletter.toml",
        )
    }
