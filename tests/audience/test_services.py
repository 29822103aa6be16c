"""The exports of other services, as they write them: who they call active gets mail, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from newsletter.store import open_store
from tests.audience.lists import TOML, everybody, imported, newsletter, suppressions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from newsletter.audience.subscribers import Subscriber
    from newsletter.config import Settings

MAILCHIMP = "Email Address,First Name,Last Name,Company,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
MAILCHIMP_REST = "LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,"

BUTTONDOWN = (
    "regular", "premium", "gifted", "trialed", "unactivated", "unsubscribed", "removed", "undeliverable", "complained",
    "blocked", "past_due", "paused", "churning", "churned", "unpaid", "upcoming",
)  # fmt: skip
"""The types of its subscribers; the first four get mail."""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    yield opened
    opened.dispose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return newsletter(tmp_path, TOML.replace('["company"]', '["company", "role"]'))


def by_name(engine: Engine) -> dict[str, Subscriber]:
    """Everybody, by what stands before the @ of their address."""
    return {address.split("@")[0]: person for address, person in everybody(engine).items()}


def statuses(engine: Engine) -> dict[str, str]:
    return {name: person.suppressed_for or person.status for name, person in by_name(engine).items()}


def test_substack(engine: Engine, settings: Settings) -> None:
    imported(
        engine,
        settings,
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
        "anna@example.org,false,,other,false,2023-05-06T07:08:09.123Z,\n"
        "bram@example.org,true,2026-01-01T00:00:00.000Z,yearly,false,2023-05-07T07:08:09.123Z,\n"
        "chloe@example.org,false,,other,true,2023-05-08T07:08:09.123Z,\n",
    )

    assert statuses(engine) == {"anna": "active", "bram": "active", "chloe": "unsubscribed"}
    assert by_name(engine)["anna"].created_at == datetime(2023, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)


def test_ghost(engine: Engine, settings: Settings) -> None:
    imported(
        engine,
        settings,
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,"
        "tiers,gift_id\n"
        '1,anna@example.org,Anna de Vries,,true,false,,2023-05-06T07:08:09.000Z,,"vip,founder",,\n'
        "2,bram@example.org,,,false,false,,2023-05-06T07:08:09.000Z,,,,\n"
        "3,chloe@example.org,Chloé,,true,false,,2023-05-06T07:08:09.000Z,2024-01-01T00:00:00.000Z,,,\n",
    )

    people = by_name(engine)
    assert statuses(engine) == {"anna": "active", "bram": "unsubscribed", "chloe": "unsubscribed"}
    assert (people["anna"].first_name, people["anna"].last_name) == ("Anna", "de Vries")
    assert people["anna"].tags == ("founder", "vip")
    assert people["chloe"].unsubscribed_at == datetime(2024, 1, 1, tzinfo=UTC)


def test_mailchimp_subscribed(engine: Engine, settings: Settings) -> None:
    done = imported(
        engine,
        settings,
        f"{MAILCHIMP}{MAILCHIMP_REST}LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
        'anna@example.org,Anna,de Vries,Acme,2,"2023-05-06 07:08:09",192.0.2.1,"2023-05-06 07:10:00",192.0.2.1,'
        ',,,,,,,"2024-01-01 00:00:00",1,abc,,"""Founder"",""VIP"""\n',
    )

    anna = by_name(engine)["anna"]
    assert statuses(engine) == {"anna": "active"}
    assert anna.fields == {"first_name": "Anna", "last_name": "de Vries", "company": "Acme"}
    assert anna.tags == ("founder", "vip")
    assert anna.created_at == datetime(2023, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert anna.confirmed_at == datetime(2023, 5, 6, 7, 10, tzinfo=UTC)
    assert dict(anna.consent_evidence) == {
        "OPTIN_TIME": "2023-05-06 07:08:09",
        "OPTIN_IP": "192.0.2.1",
        "CONFIRM_TIME": "2023-05-06 07:10:00",
        "CONFIRM_IP": "192.0.2.1",
    }
    assert "NOTES" in done.left_out
    assert "OPTIN_IP" not in done.left_out


def test_mailchimp_unsubscribed(engine: Engine, settings: Settings) -> None:
    imported(
        engine,
        settings,
        f"{MAILCHIMP}{MAILCHIMP_REST}UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,"
        "UNSUB_REASON_OTHER,LEID,EUID,NOTES,TAGS\n"
        "anna@example.org,Anna,,,2,2023-05-06 07:08:09,,,,,,,,,,,2024-02-03 04:05:06,Nieuws 12,x,NORMAL,,1,abc,,\n",
    )

    assert statuses(engine) == {"anna": "unsubscribed"}
    assert by_name(engine)["anna"].unsubscribed_at == datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert by_name(engine)["anna"].consent_evidence["UNSUB_REASON"] == "NORMAL"


def test_mailchimp_cleaned(engine: Engine, settings: Settings) -> None:
    imported(
        engine,
        settings,
        f"{MAILCHIMP}{MAILCHIMP_REST}CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID,NOTES,TAGS\n"
        "anna@example.org,Anna,,,2,2023-05-06 07:08:09,,,,,,,,,,,2024-02-03 04:05:06,Nieuws 12,x,1,abc,,\n",
    )

    assert suppressions(engine) == {"anna@example.org": "hard_bounce"}
    assert everybody(engine) == {}


def test_mailchimp_in_another_language(engine: Engine, settings: Settings) -> None:
    imported(engine, settings, "Deine E-Mail Adresse,Vorname\nanna@example.org,Anna\n")

    assert statuses(engine) == {"anna": "active"}


def test_buttondown(engine: Engine, settings: Settings) -> None:
    rows = "".join(
        f"{number},x,{kind}@example.org,,{kind},,,,,2023-01-02 16:55:00+00:00,,2023-01-02 16:55:00.123456+00:00,,a;b,"
        f"\"{{'role': 'writer', 'shoes': 42}}\"\n"
        for number, kind in enumerate(BUTTONDOWN)
    )
    imported(
        engine,
        settings,
        "id,secondary_id,email,notes,subscriber_type,referrer_url,utm_source,utm_medium,utm_campaign,creation_date,"
        "ip_address,subscription_date,unsubscription_date,tags,metadata\n" + rows,
    )

    found = statuses(engine)
    assert {name for name, status in found.items() if status == "active"} == {"regular", "premium", "gifted", "trialed"}
    assert {name for name, status in found.items() if status == "pending"} == {"unactivated"}
    assert suppressions(engine) == {
        "undeliverable@example.org": "hard_bounce",
        "complained@example.org": "complaint",
        "blocked@example.org": "editor",
    }
    regular = by_name(engine)["regular"]
    assert (regular.tags, dict(regular.attributes)) == (("a", "b"), {"role": "writer"})
    assert regular.created_at == datetime(2023, 1, 2, 16, 55, tzinfo=UTC)


def test_listmonk(engine: Engine, settings: Settings) -> None:
    imported(
        engine,
        settings,
        'email,name,attributes\nanna@example.org,Anna de Vries,"{""company"": ""Acme"", ""age"": 5, ""more"": [1]}"\n',
    )

    anna = by_name(engine)["anna"]
    assert anna.fields == {"first_name": "Anna", "last_name": "de Vries", "company": "Acme"}


def test_beehiiv(engine: Engine, settings: Settings) -> None:
    imported(
        engine,
        settings,
        "email,First Name,Last Name,status,tier,created_at,stripe_customer_id,unsubscribed_at\n"
        "anna@example.org,Anna,,active,free,2023-05-06 07:08:09 UTC,,\n"
        "bram@example.org,Bram,,inactive,free,2023-05-06 07:08:09 UTC,,2024-05-06 07:08:09 UTC\n",
    )

    assert statuses(engine) == {"anna": "active", "bram": "unsubscribed"}


def test_a_dutch_spreadsheet(engine: Engine, settings: Settings) -> None:
    imported(
        engine,
        settings,
        "\ufeffE-mailadres;Voornaam;Achternaam;Taal;Labels;Uitgeschreven\r\n"
        "anna@example.org;Anna;de Vries;Engels;vip;nee\r\nbram@example.org;Bram;;;;ja\r\n",
    )

    assert statuses(engine) == {"anna": "active", "bram": "unsubscribed"}
    assert by_name(engine)["anna"].language == "en"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("Anna", "Anna", ""), ("Anna de  Vries", "Anna", "de Vries"), ("anna@example.org", "", ""), ("", "", "")],
)
def test_a_whole_name_is_taken_apart(engine: Engine, settings: Settings, name: str, first: str, last: str) -> None:
    imported(engine, settings, f"email,name\nanna@example.org,{name}\n")

    assert (by_name(engine)["anna"].first_name, by_name(engine)["anna"].last_name) == (first, last)


@pytest.mark.parametrize(
    ("column", "cell", "status"),
    [
        ("subscribed_to_emails", "FALSE", "unsubscribed"),
        ("subscribed_to_emails", "1", "active"),
        ("email_disabled", "ja", "unsubscribed"),
        ("email_disabled", "", "active"),
        ("unsubscribed", "false", "active"),
        ("unsubscribed", "true", "unsubscribed"),
        ("confirmed", "no", "pending"),
        ("confirmed", "yes", "active"),
        ("clean_time", "0", "active"),
        ("deleted_at", " ", "active"),
    ],
)
def test_yes_and_no_are_understood(engine: Engine, settings: Settings, column: str, cell: str, status: str) -> None:
    imported(engine, settings, f"email,{column}\nanna@example.org,{cell}\n")

    assert statuses(engine) == {"anna": status}
