"""The `[esp]` table, and the keys of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.config import Esp, Secret, load
from newsletter.config.esp import api_url, transport
from newsletter.config.faults import RefusedError
from newsletter.config.providers import KEYS, key_names, variable
from newsletter.config.settings import TRANSPORTS
from tests.config.workspaces import REQUIRED

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_said_of_a_provider_is_read(tmp_path: Path) -> None:
    table = """
[delivery]
transport = "esp:scaleway"
[esp]
api_url = "https://api.example.org/v1/"
region = "nl-ams"
domain = "Mail.Aireport.example"
stream = "broadcast"
tag = ""
rate_per_second = 0.5
concurrency = 2
batch = 50
timeout_s = 10
"""
    (tmp_path / "newsletter.toml").write_text(REQUIRED + table, "utf-8")
    (tmp_path / ".env").write_text("NEWSLETTER_SCALEWAY_SECRET_KEY=sk\n", "utf-8")
    settings = load(tmp_path, {"NEWSLETTER_SCALEWAY_PROJECT_ID": "p1"})
    assert settings.delivery.transport == "esp:scaleway"
    assert settings.esp == Esp(
        api_url="https://api.example.org/v1",
        region="nl-ams",
        domain="mail.aireport.example",
        stream="broadcast",
        tag="",
        rate_per_second=0.5,
        concurrency=2,
        batch=50,
        timeout_s=10,
        keys={"scaleway_secret_key": Secret("sk"), "scaleway_project_id": Secret("p1")},
    )
    assert "sk" not in repr(settings)


def test_every_key_has_a_variable_of_its_own() -> None:
    variables = [f"NEWSLETTER_{name.upper()}" for name in key_names()]
    assert len(set(variables)) == len(variables)
    assert variable("unisender_go", "api_key") == "NEWSLETTER_UNISENDER_GO_API_KEY"
    assert all(f"esp:{name}" in TRANSPORTS for name in KEYS)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://api.eu.mailgun.net/v3", "https://api.eu.mailgun.net/v3"),
        ("https://api.scaleway.com/v1/regions/{region}/", "https://api.scaleway.com/v1/regions/{region}"),
        ("http://127.0.0.1:8025", "http://127.0.0.1:8025"),
        ("http://localhost/x", "http://localhost/x"),
        ("http://[::1]:8025", "http://[::1]:8025"),
    ],
)
def test_a_provider_is_called_where_its_address_says(given: str, read: str) -> None:
    assert api_url(given) == read


@pytest.mark.parametrize(
    "given",
    [
        "http://api.mailgun.net",
        "http://127.0.0.1.example.org",
        "ftp://127.0.0.1",
        "https://api.example.org/?key=x",
        "https://api.example.org/#x",
        "api.example.org",
        "https://",
        "",
    ],
)
def test_no_key_is_sent_to_anywhere_else(given: str) -> None:
    with pytest.raises(RefusedError, match=r"^an https address such as .*; http only to a server on this machine$"):
        api_url(given)


def test_a_password_in_an_address_is_not_shown() -> None:
    with pytest.raises(RefusedError, match="no user name in it") as caught:
        api_url("https://api:hunter2@api.example.org")
    assert caught.value.hidden


def test_the_nearest_provider_is_named() -> None:
    with pytest.raises(RefusedError, match=r'\(did you mean "esp:sparkpost"\?\)$'):
        transport("esp:sparkpots")
    with pytest.raises(RefusedError, match=r"^esp: and one of amazon_ses, brevo, mailersend, "):
        transport("esp:x")
