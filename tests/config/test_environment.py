"""Secrets and overrides: newsletter.toml, then `.env`, then the environment, where the last one wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.config import Secret
from tests.config.workspaces import REQUIRED, faults_of, settings_of

if TYPE_CHECKING:
    from pathlib import Path

KEY = "0123456789abcdef0123456789abcdef"


def test_every_variable_has_its_setting(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        environ={
            "NEWSLETTER_STORE_URL": "postgresql://proef:geheim@localhost/proef",
            "NEWSLETTER_TRANSPORT": "smtp",
            "NEWSLETTER_SMTP_HOST": "mail.example.org",
            "NEWSLETTER_SMTP_PORT": "2525",
            "NEWSLETTER_SMTP_SECURITY": "tls",
            "NEWSLETTER_SMTP_USERNAME": "proef",
            "NEWSLETTER_SMTP_PASSWORD": "geheim",
            "NEWSLETTER_SECRET_KEY": KEY,
        },
    )
    assert settings.store_url == Secret("postgresql://proef:geheim@localhost/proef")
    assert settings.delivery.transport == "smtp"
    smtp = settings.smtp
    assert (smtp.host, smtp.port, smtp.security) == ("mail.example.org", 2525, "tls")
    assert (smtp.username, smtp.password) == ("proef", Secret("geheim"))
    assert settings.secret_key == Secret(KEY)


def test_the_environment_wins_from_dotenv_and_dotenv_from_newsletter_toml(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        f'{REQUIRED}[smtp]\nhost = "toml.example.org"\nport = 1\nusername = "toml"\n',
        dotenv="NEWSLETTER_SMTP_HOST=dotenv.example.org\nNEWSLETTER_SMTP_PORT=2\n",
        environ={"NEWSLETTER_SMTP_HOST": "environment.example.org"},
    )
    smtp = settings.smtp
    assert (smtp.host, smtp.port, smtp.username) == ("environment.example.org", 2, "toml")


def test_an_empty_variable_is_not_set(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path, dotenv="NEWSLETTER_SMTP_PASSWORD=\nNEWSLETTER_SECRET_KEY=''\nNEWSLETTER_SMTP_PORT=\n"
    )
    assert (settings.smtp.password, settings.secret_key, settings.smtp.port) == (None, None, 587)


def test_an_empty_variable_in_the_environment_undoes_one_in_dotenv(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        f'{REQUIRED}[delivery]\ntransport = "directory"\n',
        dotenv="NEWSLETTER_TRANSPORT=smtp\nNEWSLETTER_SMTP_PASSWORD=geheim\n",
        environ={"NEWSLETTER_TRANSPORT": "", "NEWSLETTER_SMTP_PASSWORD": ""},
    )
    assert (settings.delivery.transport, settings.smtp.password) == ("directory", None)


def test_a_value_in_newsletter_toml_is_judged_even_where_a_variable_wins(tmp_path: Path) -> None:
    toml = f"{REQUIRED}[smtp]\nport = 0\n"
    (fault,) = faults_of(tmp_path, toml, environ={"NEWSLETTER_SMTP_PORT": "25"})
    assert fault.startswith("newsletter.toml:9:1: smtp.port: found 0, ")


@pytest.mark.parametrize(
    ("written", "password"),
    [
        ("pa$$word", "pa$$word"),
        ("${HOME}", "${HOME}"),
        ("$NEWSLETTER_SMTP_HOST", "$NEWSLETTER_SMTP_HOST"),
        ('"a${b}c"', "a${b}c"),
        ("'a b # c'", "a b # c"),
        ("'it\\'s \\\\'", "it's \\"),
        ('"a\\"b"', 'a"b'),
        ("a#b", "a#b"),
        ("geheim   # a comment", "geheim"),
        ("  geheim  ", "geheim"),
        ("a=b", "a=b"),
        ("grüße", "grüße"),
    ],
)
def test_a_value_in_dotenv_is_taken_as_it_stands(written: str, password: str, tmp_path: Path) -> None:
    dotenv = f"NEWSLETTER_SMTP_HOST=mail.example.org\nNEWSLETTER_SMTP_PASSWORD={written}\n"
    settings = settings_of(tmp_path, dotenv=dotenv, environ={"b": "x", "HOME": "x"})
    assert settings.smtp.password == Secret(password)


def test_a_value_in_the_environment_is_taken_as_it_stands(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, environ={"NEWSLETTER_SMTP_PASSWORD": " $a '#' \"b\" \\n "})
    assert settings.smtp.password == Secret(" $a '#' \"b\" \\n ")


def test_the_dotenv_of_a_folder_above_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NEWSLETTER_SMTP_PASSWORD=geheim\n", encoding="utf-8")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    assert settings_of(workspace).smtp.password is None


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    dotenv = "MAILGUN_API_KEY=sleutel\nexport OTHER='x'\nnewsletter_smtp_port=x\n"
    assert settings_of(tmp_path, dotenv=dotenv, environ={"PATH": "\udcff", "XNEWSLETTER_A": "x"}).samples == ()


def test_the_line_of_a_variable_counts_blank_lines_comments_and_windows_line_ends(tmp_path: Path) -> None:
    dotenv = "\r\n# one\r\n\r\nOTHER='a\r\nb'\r\n\r\n\r\n  export NEWSLETTER_TRANSPORT=pigeon\r\n"
    (fault,) = faults_of(tmp_path, dotenv=dotenv)
    expected = "directory, smtp, null or a provider such as esp:mailgun"
    assert fault == f'.env:8: NEWSLETTER_TRANSPORT: found "pigeon", expected {expected}'


def test_the_last_of_two_lines_wins_as_in_a_shell(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, dotenv="NEWSLETTER_SMTP_PORT=1\nNEWSLETTER_SMTP_PORT=2\n")
    assert settings.smtp.port == 2


@pytest.mark.parametrize("line", ["=value", "NEWSLETTER_SMTP_PORT", "geheim", "A B=c", "A='open", 'A="open', "A='b' c"])
def test_a_line_of_dotenv_that_cannot_be_read_is_told_but_not_shown(line: str, tmp_path: Path) -> None:
    expected = "expected NAME=value, in quotes if the value holds spaces, quotes or #"
    assert faults_of(tmp_path, dotenv=f"# comment\n{line}\n") == [f".env:2: not understood: {expected}"]


def test_unknown_variables_are_told_in_the_order_of_the_alphabet(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, environ=dict.fromkeys(("NEWSLETTER_B", "NEWSLETTER_C", "NEWSLETTER_A"), "x"))
    assert [fault.split(": ")[1] for fault in faults] == ["NEWSLETTER_A", "NEWSLETTER_B", "NEWSLETTER_C"]


def test_bytes_that_are_no_utf8_are_refused_in_every_variable(tmp_path: Path) -> None:
    environ = {
        "NEWSLETTER_SMTP_USERNAME": "a\udcff",
        "NEWSLETTER_SMTP_PASSWORD": "geheim\udcff",
        "NEWSLETTER_\udcff": "x",
    }
    name, username, password = faults_of(tmp_path, environ=environ)
    assert name.startswith('environment: "NEWSLETTER_\\udcff": unknown variable (')
    assert username.startswith('environment: NEWSLETTER_SMTP_USERNAME: found "a\\udcff", expected ')
    assert password.startswith("environment: NEWSLETTER_SMTP_PASSWORD: expected one line of text ")
    assert all(fault.isprintable() for fault in (name, username, password))


@pytest.mark.parametrize("number", ["0", "65536", "-1", "+25", " 25", "25 ", "2_5", "٢٥", "25.0", "9" * 5000])
def test_a_port_must_be_a_plain_number_in_range(number: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, environ={"NEWSLETTER_SMTP_PORT": number})
    assert fault.endswith("expected a whole number from 1 to 65535")


@pytest.mark.parametrize("characters", [32, 33, 200])
def test_a_secret_key_of_32_characters_is_enough(characters: int, tmp_path: Path) -> None:
    key = "k" * characters
    assert settings_of(tmp_path, environ={"NEWSLETTER_SECRET_KEY": key}).secret_key == Secret(key)


def test_a_secret_key_of_31_characters_is_refused(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, environ={"NEWSLETTER_SECRET_KEY": KEY[:31]})
    hint = "(its value is not shown here)"
    assert fault == f"environment: NEWSLETTER_SECRET_KEY: expected at least 32 characters {hint}"


@pytest.mark.parametrize(
    "url",
    ["sqlite:///newsletter.db", "sqlite:////var/lib/n.db", "postgresql://h/n", "postgresql+psycopg://u:p@h/n"],
)
def test_a_database_of_a_known_kind_is_accepted(url: str, tmp_path: Path) -> None:
    assert settings_of(tmp_path, environ={"NEWSLETTER_STORE_URL": url}).store_url == Secret(url)


@pytest.mark.parametrize("url", ["newsletter.db", "mysql://h/n", "sqlite://", "postgres://h/n", "xsqlite:///n"])
def test_a_database_of_another_kind_is_refused(url: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, environ={"NEWSLETTER_STORE_URL": url})
    assert "NEWSLETTER_STORE_URL: expected an address that begins with sqlite:/// or postgresql://" in fault
    assert url not in fault.replace("sqlite:///", "")
