"""What a newcomer does on the first day, with the installed command and nothing else."""

from __future__ import annotations

import os
import subprocess
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

from tests.cli.commands import COMMAND
from tests.delivery.servers import Inbox, real_server

if TYPE_CHECKING:
    from pathlib import Path


def read(content: bytes) -> tuple[str, str, str]:
    """For whom a mail is, its subject, and the first words of its text."""
    mail = message_from_bytes(content, EmailMessage, policy=policy.default)
    body = mail.get_body(("plain",))
    assert body
    greeting = next(line for line in body.get_content().splitlines() if line.startswith("Goedemorgen"))
    return mail["To"], mail["Subject"], greeting


def test_from_an_empty_folder_to_a_mail_a_page_on_the_web_and_a_rehearsal(tmp_path: Path) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}

    def newsletter(*arguments: str, cwd: Path, **settings: str) -> str:
        result = subprocess.run(
            [COMMAND, *arguments], cwd=cwd, env=environment | settings, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr
        assert result.stdout == ""
        return result.stderr

    said = newsletter("init", "mijn-nieuws", "--name", "Mijn nieuws", "--language", "nl", cwd=here)
    assert said.endswith("Next: cd mijn-nieuws && newsletter render latest\n")
    workspace = here / "mijn-nieuws"

    newsletter("render", "latest", cwd=workspace)
    assert "Hallo van Mijn nieuws" in (workspace / "out" / "hello.html").read_text("utf-8")

    inbox = Inbox()
    with real_server(inbox) as port:
        said = newsletter(
            *("send", "latest", "--test", "ik@example.org"),
            cwd=workspace,
            NEWSLETTER_TRANSPORT="smtp",
            NEWSLETTER_SMTP_HOST="127.0.0.1",
            NEWSLETTER_SMTP_PORT=str(port),
            NEWSLETTER_SMTP_SECURITY="none",
        )
    assert said == "sent ik@example.org\n"
    (content,) = inbox.contents
    assert read(content) == ("ik@example.org", "[TEST] Hallo van Mijn nieuws", "Goedemorgen lezer,")

    (issue,) = (workspace / "issues").iterdir()
    issue.write_text(issue.read_text("utf-8").replace("status: draft", "status: ready"), "utf-8")
    assert newsletter("archive", "build", cwd=workspace).startswith("built out/site 1 issue, ")
    assert "Hallo van Mijn nieuws" in (workspace / "out" / "site" / "index.html").read_text("utf-8")
    assert "Goedemorgen lezer," in (workspace / "out" / "site" / "p" / "hello" / "index.html").read_text("utf-8")

    newsletter("subscribers", "add", "anna@example.org", "--first-name", "Anna", cwd=workspace)
    said = newsletter("rehearse", "latest", cwd=workspace)
    assert "hello done 1 planned · 1 sent\n1 mail, " in said
    _, _, content = (workspace / "out" / "hello.mbox").read_bytes().partition(b"\n")
    assert read(content) == ("anna@example.org", "Hallo van Mijn nieuws", "Goedemorgen Anna,")

    assert list(home.iterdir()) == [], "nothing is kept outside the workspace"
    assert [path.name for path in here.iterdir()] == ["mijn-nieuws"]
