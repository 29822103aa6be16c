"""What an editor is told of a provider before a mail goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.config import load
from newsletter.delivery.esp.cautions import cautions, way
from newsletter.model import Embedded, Picture, Severity
from tests.config.workspaces import REQUIRED
from tests.delivery.letters import FIRST_NAME, UNSUBSCRIBE, email

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.config import Settings
    from newsletter.model import Email


def settings(folder: Path, transport: str, esp: str = "") -> Settings:
    toml = f'{REQUIRED}\n[delivery]\ntransport = "{transport}"\n[esp]\n{esp}\n'
    (folder / "newsletter.toml").write_text(toml, "utf-8")
    return load(folder, {})


def told(folder: Path, transport: str, mail: Email | None = None, esp: str = "") -> list[str]:
    return [str(finding) for finding in cautions(settings(folder, transport, esp), mail or email())]


def test_there_is_nothing_to_say_of_a_mail_server(tmp_path: Path) -> None:
    assert told(tmp_path, "smtp") == []
    assert told(tmp_path, "directory") == []
    assert told(tmp_path, "esp:mailgun") == []


def test_a_header_that_a_provider_does_not_take_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, "esp:mailjet") == ["newsletter.toml: esp:mailjet: Mailjet takes no List-Id of yours"]
    (lost,) = told(tmp_path, "esp:sparkpost")
    assert lost.startswith("newsletter.toml: esp:sparkpost: puts a List-Unsubscribe of its own in the place of yours")


def test_a_caution_that_was_heeded_is_not_repeated(tmp_path: Path) -> None:
    assert told(tmp_path, "esp:postmark") == [
        "newsletter.toml: esp:postmark: a newsletter belongs into a message stream for broadcasts: set esp.stream"
    ]
    assert told(tmp_path, "esp:postmark", esp='stream = "broadcast"') == []


def test_pictures_in_a_mail_that_a_provider_cannot_take_forbid_it(tmp_path: Path) -> None:
    picture = Embedded("a.png@aireport.example", Picture("a.png", 1, 1, "image/png", b"x"))
    mail = email()
    with_picture = type(mail)(
        mail.slug, mail.date, mail.language, mail.subject, mail.preheader, mail.html, mail.text, (picture,)
    )
    found = cautions(settings(tmp_path, "esp:scaleway"), with_picture)
    assert [(finding.severity, finding.message) for finding in found] == [
        (
            Severity.ERROR,
            'esp:scaleway: Scaleway takes no mail with pictures in it: write pictures.in_mail = "linked"',
        )
    ]
    assert cautions(settings(tmp_path, "esp:mailgun"), with_picture) == ()


SLOW = "cannot merge this mail, so each reader's goes in a request of its own: slower"


@pytest.mark.parametrize(
    ("transport", "mail", "why"),
    [
        ("esp:mailgun", email(text=("Write %recipient.name% there. ", UNSUBSCRIBE)), "words that are the provider's"),
        ("esp:sparkpost", email(html=("<p>{{ name }}</p>",)), "words that are the provider's"),
        ("esp:mailjet", email(subject=("Dag ", FIRST_NAME)), "a field stands in the subject"),
    ],
)
def test_a_mail_that_cannot_be_merged_is_told_to_be_slower(
    transport: str, mail: Email, why: str, tmp_path: Path
) -> None:
    last = told(tmp_path, transport, mail)[-1]
    assert SLOW in last
    assert why in last


def test_how_mail_would_go_is_said_in_a_few_words(tmp_path: Path) -> None:
    assert way(settings(tmp_path, "esp:resend")) == "esp:resend, up to 100 mails in a request"
    assert way(settings(tmp_path, "esp:postmark", "batch = 500")) == "esp:postmark, up to 500 mails in a request"
    assert way(settings(tmp_path, "esp:brevo")) == "esp:brevo, a request for each mail"
    assert way(settings(tmp_path, "directory")) == "directory"
