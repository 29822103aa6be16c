from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from newsletter.config import load
from newsletter.config.settings import TRANSPORTS
from newsletter.delivery.all_backends import BACKENDS, open_transport
from newsletter.delivery.directory import DirectoryTransport
from newsletter.delivery.mime import identity_of
from newsletter.delivery.smtp import SmtpTransport
from newsletter.errors import UsageError
from newsletter.model import Verdict
from tests.delivery.letters import filled
from tests.delivery.servers import ScriptedServer, deliver

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.config.settings import Settings
    from tests.delivery.servers import Line

TOML = """
[newsletter]
name = "AI Report"
language = "nl"
url = "https://aireport.example"
from_name = "De redactie van AI Report"
from_address = "redactie@aireport.example"
postal_address = "AI Report, Straat 1, 1000 AA Amsterdam"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "newsletter.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


def settings_of(workspace: Path, **environ: str) -> Settings:
    return load(workspace, environ)


def test_the_settings_choose_the_transport_and_a_name_overrides_them(workspace: Path) -> None:
    settings = settings_of(workspace, NEWSLETTER_TRANSPORT="directory")

    assert isinstance(open_transport(settings), DirectoryTransport)
    assert isinstance(open_transport(settings, "smtp"), SmtpTransport)


def test_every_transport_of_the_settings_has_a_backend() -> None:
    assert set(BACKENDS) == set(TRANSPORTS)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("smpt", '(did you mean "smtp"?)'),
        ("Directory", '(did you mean "directory"?)'),
        ("pigeon", f"(there is {', '.join(sorted(BACKENDS))})"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_one(workspace: Path, name: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_transport(settings_of(workspace), name)

    assert str(caught.value) == f'there is no transport "{name}" {hint}'


def test_a_message_goes_the_way_that_the_settings_say(workspace: Path) -> None:
    (workspace / "newsletter.toml").write_text(
        TOML + '[delivery]\ntransport = "directory"\ndirectory = "out/mail"\n', encoding="utf-8"
    )
    settings = settings_of(workspace)

    (outcome,) = deliver(open_transport(settings), filled(identity=identity_of(settings)))

    assert outcome.verdict is Verdict.ACCEPTED
    assert (workspace / "out/mail" / outcome.reply).exists()


def test_the_transport_to_nowhere_takes_everything_and_keeps_nothing(workspace: Path) -> None:
    outcomes = deliver(open_transport(settings_of(workspace), "null"), *([filled()] * 250))

    assert [outcome.verdict for outcome in outcomes] == [Verdict.ACCEPTED] * 250
    assert [path.name for path in workspace.iterdir()] == ["newsletter.toml"]


def test_a_server_is_greeted_with_the_name_of_the_senders_domain(workspace: Path) -> None:
    def greet(line: Line) -> None:
        line.say("220 mail.example")
        line.hear("EHLO aireport.example")
        line.say("250 mail.example")
        line.hear("QUIT")

    with ScriptedServer(greet) as server:
        settings = settings_of(
            workspace,
            NEWSLETTER_SMTP_HOST="127.0.0.1",
            NEWSLETTER_SMTP_PORT=str(server.port),
            NEWSLETTER_SMTP_SECURITY="none",
        )
        deliver(open_transport(settings, "smtp"))

    assert server.heard


def test_the_identity_is_what_the_settings_say(workspace: Path) -> None:
    identity = identity_of(settings_of(workspace))

    assert (identity.site, identity.list_name) == ("https://aireport.example", "AI Report")
    assert (identity.from_name, identity.from_address) == ("De redactie van AI Report", "redactie@aireport.example")
    assert identity.reply_to == ""
    assert identity.list_id == "newsletter.aireport.example"


def test_the_token_goes_into_the_sender_only_where_bounces_have_their_own_mailbox(workspace: Path) -> None:
    assert identity_of(settings_of(workspace)).verp is False

    (workspace / "newsletter.toml").write_text(
        TOML + '[delivery]\nenvelope_sender = "bounces@aireport.example"\n', encoding="utf-8"
    )
    identity = identity_of(settings_of(workspace))
    assert identity.verp is True
    assert filled(identity=identity).sender == "bounces+Zq3v7w_K-a@aireport.example"


def test_no_transport_is_loaded_before_it_is_chosen() -> None:
    program = "import sys, newsletter.delivery.all_backends; print(*sorted(sys.modules))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    loaded = result.stdout.split()
    assert "newsletter.delivery.all_backends" in loaded
    assert not {"newsletter.delivery.smtp", "newsletter.delivery.directory", "asyncio", "ssl"} & set(loaded)
