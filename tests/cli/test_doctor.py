"""`newsletter doctor`, on a workspace that is all well, and on one that is not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from newsletter.audience.tokens import Purpose, Token, keys_of, sign
from newsletter.config import Secret
from newsletter.delivery.dkim import Key
from newsletter.store import open_store
from tests.cli.commands import Ran, installed, on_a_terminal
from tests.cli.mailings import KEY
from tests.delivery.servers import PASSWORD, Inbox, real_server
from tests.doctor.name_server import running_name_server
from tests.doctor.surroundings import as_server
from tests.golden_files import GOLDEN, hold
from tests.web_server import running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.commands import Newsletter
    from tests.doctor.name_server import Zone
    from tests.web_server import WebServer

TOML = """\
[newsletter]
name = "Proef"
url = "https://localhost:{site}"
language = "nl"
from_name = "De redactie"
from_address = "redactie@proef.example"
postal_address = "Straat 1, Stad"

[delivery]
transport = "smtp"

[smtp]
host = "localhost"
port = {smtp}
username = "redactie"

[dkim]
selector = "nl2026"
key_file = "dkim.pem"
"""
ASKS = b'<form method="post"><button>Uitschrijven</button></form>'


@dataclass(frozen=True, slots=True)
class Practice:
    """A workspace in which all is well, with its servers."""

    root: Path
    zone: Zone
    site: WebServer
    inbox: Inbox
    arguments: tuple[str, ...]
    environment: dict[str, str]

    def __call__(self, *more: str) -> Ran:
        return installed(*self.arguments, *more, cwd=self.root, **self.environment)


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    authority, inbox = trustme.CA(), Inbox()
    server = as_server(authority, "localhost")
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    root = tmp_path / "ws"
    root.mkdir()
    with (
        running_name_server() as zone,
        running_server(server) as site,
        real_server(inbox, tls_context=server, require_starttls=True, auth_require_tls=True) as port,
    ):
        (root / "newsletter.toml").write_text(TOML.format(site=site.port, smtp=port), "utf-8")
        (root / ".env").write_text(f"NEWSLETTER_SECRET_KEY={KEY}\nNEWSLETTER_SMTP_PASSWORD='{PASSWORD}'\n", "utf-8")
        (root / ".env").chmod(0o600)
        open_store("sqlite:///newsletter.db", root, fresh_id="a-test").dispose()
        publish(zone, write_key(root / "dkim.pem"))
        site.serve("/", b"<html>")
        token = sign(keys_of(Secret(KEY)), "newsletter.localhost", Token(Purpose.UNSUBSCRIBE, 0, 0))
        site.serve(f"/u/{token}", ASKS)
        arguments = ("doctor", "--dns", f"127.0.0.1:{zone.port}")
        yield Practice(root, zone, site, inbox, arguments, {"SSL_CERT_FILE": str(tmp_path / "authority.pem")})


def write_key(path: Path) -> rsa.RSAPrivateKey:
    key = rsa.generate_private_key(65537, 2048)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return key


def publish(zone: Zone, key: rsa.RSAPrivateKey) -> None:
    zone.add("proef.example", "TXT", "v=spf1 ip4:192.0.2.7 ~all")
    zone.add("proef.example", "MX", "10 mx.proef.example.")
    zone.add("mx.proef.example", "A", "192.0.2.7")
    zone.add("nl2026._domainkey.proef.example", "TXT", Key("nl2026", key).record)
    zone.add("_dmarc.proef.example", "TXT", "v=DMARC1; p=quarantine")


def settled(shown: str, root: Path) -> str:
    """Without what differs from run to run."""
    text = shown.replace(str(root), "WS")
    text = re.sub(r"(localhost:|the port )\d+", r"\1PORT", text)
    return re.sub(r"holds\s+for\s+[\d,]+\s+days,\s+until\s+[\d-]+", "holds for N days", text)


def test_a_workspace_in_which_all_is_well(practice: Practice, *, update_golden: bool) -> None:
    ran = practice("--json")

    verdicts = {row["name"]: row["verdict"] for row in ran.document["examinations"]}
    not_seen = {"PTR of the server", "SPF and the server", "clock", "http"}
    assert {name for name, verdict in verdicts.items() if verdict != "ok"} == not_seen, ran.out
    assert {verdicts[name] for name in not_seen} == {"unknown"}
    assert (ran.status, ran.err) == (0, "")
    assert {name: ran.document[name] for name in ("ok", "warning", "error", "unknown")} == {
        "ok": len(verdicts) - 4,
        "warning": 0,
        "error": 0,
        "unknown": 4,
    }
    assert practice.inbox.envelopes == []

    told = practice()
    assert (told.status, told.err) == (0, "all is well (4 that cannot be seen from here)\n")
    hold(GOLDEN / "doctor-well.txt", settled(told.out, practice.root), update=update_golden)


def test_nothing_is_changed(practice: Practice) -> None:
    def state() -> dict[str, tuple[int, int, bytes]]:
        files = [path for path in sorted(practice.root.rglob("*")) if path.is_file()]
        return {str(path): (path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes()) for path in files}

    before = state()
    assert practice().status == 0

    assert state() == before


def test_what_is_wrong_is_told_with_its_mend(practice: Practice) -> None:
    practice.zone.records["proef.example", "TXT"] = ['"v=spf1 +all"']
    practice.zone.records["nl2026._domainkey.proef.example", "TXT"] = ['"v=DKIM1; p="']
    (practice.root / ".env").chmod(0o644)

    ran = practice()

    assert (ran.status, ran.err) == (1, "3 errors (3 that cannot be seen from here)\n")
    lines = ran.out.splitlines()
    assert "  ✗ files               other users of this machine get at .env (644)" in lines
    assert "                          chmod go= .env" in lines
    (record,) = (line for line in lines if "v=DKIM1; k=rsa; p=MII" in line)
    assert record.startswith(" " * 26 + "v=DKIM1")
    assert len(record) > 400


def test_words_from_outside_steer_no_terminal(practice: Practice) -> None:
    practice.zone.records["_dmarc.proef.example", "TXT"] = ['"v=DMARC1; p=none"']
    practice.zone.records["proef.example", "TXT"] = ['"v=spf1 \\027]0;owned\\007 \\155\\226 include:\\027[31m ~all"']

    ran = practice()

    assert ran.status == 1
    assert all(character.isprintable() or character == "\n" for character in ran.out)
    assert "owned" in ran.out


def test_a_terminal_gets_colours_and_lines_that_fit(practice: Practice) -> None:
    practice.zone.records["proef.example", "TXT"] = ['"v=spf1 +all"']
    environment = practice.environment | {"COLUMNS": "80"}

    shown = on_a_terminal(*practice.arguments, cwd=practice.root, stream="stdout", **environment)

    assert "\x1b[32m✓\x1b[0m" in shown
    assert "\x1b[31m✗\x1b[0m" in shown
    plain = re.sub(r"\x1b\[\d+m", "", shown)
    assert max(len(line) for line in plain.splitlines()) <= 80


def test_offline_nobody_is_asked(practice: Practice) -> None:
    ran = practice("--offline")

    assert (ran.status, ran.err) == (0, "all is well (9 that cannot be seen from here)\n")
    assert (practice.zone.asked, practice.site.log, practice.inbox.log_ins) == ([], [], [])


def test_faults_of_the_settings_are_told_at_their_line(practice: Practice) -> None:
    with (practice.root / ".env").open("a") as file:
        file.write("NEWSLETTER_SMTP_PASWORD=x\n")

    ran = practice()

    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        ".env:3: error: NEWSLETTER_SMTP_PASWORD: unknown variable (did you mean NEWSLETTER_SMTP_PASSWORD?)\n"
    )


@pytest.mark.parametrize("written", ["dns.example", "127.0.0.1:x", "127.0.0.1:99999", "[::1", ""])
def test_a_name_server_is_named_by_its_number(written: str, newsletter: Newsletter, workspace: Path) -> None:
    ran = newsletter("doctor", "--offline", "--dns", written)

    if written:
        assert ran.status == 2
        assert ran.err == f'error: --dns: found "{written}", expected the number of a name server, such as 9.9.9.9\n'
    else:
        assert ran.status == 1


@pytest.mark.parametrize("written", ["9.9.9.9", "127.0.0.1:5353", "::1", "[::1]:5353"])
def test_a_name_server_may_have_a_port(written: str, newsletter: Newsletter, workspace: Path) -> None:
    assert newsletter("doctor", "--offline", "--dns", written).status == 1
