"""The newsletter.toml and .env.example of this repository are the reference: they are whole, and they are right."""

from __future__ import annotations

import re
from pathlib import Path

from newsletter.config import load
from newsletter.config.env import VARIABLES
from tests.config.workspaces import LEFT_OUT, REQUIRED, faults_of, settings_of

ROOT = Path(__file__).parent.parent.parent
TOML = (ROOT / "newsletter.toml").read_text(encoding="utf-8")
DOTENV = (ROOT / ".env.example").read_text(encoding="utf-8")

EVERY_KEY = {
    "newsletter": (
        "name description url language languages timezone from_name from_address reply_to list_id schedule "
        "postal_address"
    ),
    "theme": "logo logo_dark font radius_px footer",
    "theme.light": "background card text muted accent on_accent border tint",
    "theme.dark": "background card text muted accent on_accent border tint",
    "pictures": "in_mail",
    "podcast": "feed moment",
    "delivery": "transport directory envelope_sender",
    "smtp": (
        "host security port username auth timeout_s connections messages_per_connection rate_per_second pipeline_depth"
    ),
    "esp": "api_url region domain stream tag rate_per_second concurrency batch timeout_s",
    "dkim": "domain selector key_file ed25519_selector ed25519_key_file",
    "sending": "retry_after_s give_up_after_s most_unknown_percent",
    "preview": "editor",
    "discussion": "kind url server",
    "archive": "out cards podcast publish",
    "site": (
        "host port proxies parts client_address confirm_within_hours forget_unconfirmed_after_days most_sign_ups "
        "most_sign_ups_from_network most_sign_ups_for_host"
    ),
    "checks": "clients sentence_words dictionary",
    "subscribers": "fields",
}


def test_the_settings_of_this_repository_load() -> None:
    settings = load(ROOT, {})
    assert settings.newsletter.name == "AI Report"
    assert settings.newsletter.url == "https://aireport.email"
    assert settings.delivery.transport == "directory"
    assert [sample.fields.get("first_name") for sample in settings.samples] == ["Anna", "Bram", None, "Chloé"]
    assert [sample.language for sample in settings.samples] == ["nl", "nl", "nl", "en"]
    assert all(sample.address.endswith("@example.org") for sample in settings.samples)


def test_every_value_shown_for_a_setting_left_out_is_its_default(tmp_path: Path) -> None:
    said_in_full, shown = LEFT_OUT.subn("", TOML)
    assert shown > 20
    as_shipped = settings_of(tmp_path, TOML)
    assert settings_of(tmp_path, said_in_full) == as_shipped


def test_every_setting_is_shown() -> None:
    shown: dict[str, dict[str, None]] = {}
    table = ""
    for line in LEFT_OUT.sub("", TOML).splitlines():
        if header := re.match(r"\[(\w[\w.]*)\]", line):
            table = header[1]
        elif key := re.match(r"(\w+)(\.\w+)? = ", line):
            shown.setdefault(table, {})[key[1]] = None
        elif line.startswith("[["):
            break
    assert {table: list(keys) for table, keys in shown.items()} == {t: keys.split() for t, keys in EVERY_KEY.items()}
    for table in ("theme.social", "podcast.apps", "archive.redirects", "site.titles"):
        assert f"\n[{table}]\n" in TOML, "whose keys are names that people choose"


def test_no_other_setting_is_known(tmp_path: Path) -> None:
    """Each table is given a key that cannot be; the fault lists the keys that can."""
    others = [f"[{table}]\n'?' = 1\n" for table in EVERY_KEY if table != "newsletter"]
    faults = faults_of(tmp_path, f"{REQUIRED}'?' = 1\n{''.join(others)}")
    known = [set(fault.split("(known here: ")[1].rstrip(")").split(", ")) for fault in faults]
    assert [keys - {"light", "dark", "redirects", "social", "apps", "titles"} for keys in known] == [
        set(keys.split()) for keys in EVERY_KEY.values()
    ]


def test_every_variable_is_in_the_example_of_dotenv() -> None:
    shown = re.findall(r"^#(NEWSLETTER_\w+)=", DOTENV, re.MULTILINE)
    assert sorted(shown) == sorted(VARIABLES)


def test_the_example_of_dotenv_changes_nothing_even_when_every_line_is_used(tmp_path: Path) -> None:
    as_shipped = settings_of(tmp_path)
    used = re.sub("^#(?=NEWSLETTER_)", "", DOTENV, flags=re.MULTILINE)
    assert settings_of(tmp_path, dotenv=DOTENV) == as_shipped
    assert settings_of(tmp_path, dotenv=used) == as_shipped


def test_no_secret_is_shipped() -> None:
    values = re.findall(r"^#?NEWSLETTER_(?:SECRET_KEY|SMTP_PASSWORD)=(.*)$", DOTENV, re.MULTILINE)
    assert values == ["", ""]
