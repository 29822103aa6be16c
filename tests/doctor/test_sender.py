"""The sender in the DNS, for a workspace that sends by a server of its own or of a provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.doctor.sender import examine_answers, examine_dmarc, examine_reverse, examine_spf

if TYPE_CHECKING:
    from tests.doctor.surroundings import Surroundings

SMTP = '[delivery]\ntransport = "smtp"\n[smtp]\nhost = "mail.proef.example"\n'
SIGNED = '[dkim]\nselector = "nl2026"\nkey_file = "dkim.pem"\n'


def test_spf_lets_the_server_send(around: Surroundings) -> None:
    around.zone.add("mail.proef.example", "A", "192.0.2.10")
    around.zone.add("proef.example", "TXT", "v=spf1 a:mail.proef.example ~all")

    assert around.examined(examine_spf, SMTP) == {
        "SPF": ("ok", 'proef.example: "v=spf1 a:mail.proef.example ~all", 1 look-up of the 10 that it may take', ""),
        "SPF and the server": ("ok", "proef.example lets mail.proef.example send (192.0.2.10)", ""),
    }


def test_the_domain_of_the_envelope_is_the_one_that_counts(around: Surroundings) -> None:
    around.zone.add("bounces.example", "TXT", "v=spf1 ip4:192.0.2.7 ~all")
    toml = '[delivery]\ntransport = "smtp"\nenvelope_sender = "b@bounces.example"\n[smtp]\nhost = "192.0.2.7"\n'

    assert around.examined(examine_spf, toml)["SPF and the server"] == (
        "ok",
        "bounces.example lets 192.0.2.7 send (192.0.2.7)",
        "",
    )


def test_a_server_that_spf_does_not_name_may_hand_mail_on(around: Surroundings) -> None:
    around.zone.add("mail.proef.example", "A", "192.0.2.10")
    around.zone.add("proef.example", "TXT", "v=spf1 ptr ip4:192.0.2.99 ~all")

    assert around.examined(examine_spf, SMTP)["SPF and the server"] == (
        "unknown",
        (
            "proef.example does not name mail.proef.example (192.0.2.10: unknown), which may hand mail on to others "
            "that it names; its macros, and ptr, are judged for each mail"
        ),
        "ask your provider which include: it wants, or send a test to Gmail and look for SPF: PASS",
    )


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        ("", 'mail goes by "directory", so no server of yours is known to send'),
        (
            '[delivery]\ntransport = "smtp"\n',
            "which address localhost sends from cannot be seen from here",
        ),
    ],
)
def test_what_cannot_be_known_of_the_server_is_said(toml: str, why: str, around: Surroundings) -> None:
    around.zone.add("proef.example", "TXT", "v=spf1 mx ~all")
    around.zone.add("proef.example", "MX", "10 mail.proef.example.")
    around.zone.add("mail.proef.example", "A", "192.0.2.10")

    verdict, found, _ = around.examined(examine_spf, toml)["SPF and the server"]

    assert (verdict, found) == ("unknown", why)


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (
            "",
            (
                "error",
                "proef.example has no SPF record",
                (
                    'publish one TXT record at proef.example, such as "v=spf1 include:… ~all", with what your provider '
                    "names"
                ),
            ),
        ),
        (
            "v=spf1 include:none.example ~all",
            (
                "error",
                'proef.example: it includes "none.example", which has no SPF record',
                "mend the record: as it is, receivers take it for broken and trust nobody by it",
            ),
        ),
        (
            "v=spf1 +all",
            (
                "error",
                'proef.example: "v=spf1 +all"',
                "end it with ~all or -all: as it is, anybody may send in your name",
            ),
        ),
    ],
)
def test_a_record_that_does_not_help_is_told(record: str, told: tuple[str, ...], around: Surroundings) -> None:
    around.zone.add("proef.example", "TXT", record)

    assert around.examined(examine_spf, SMTP) == {"SPF": told}


def test_dmarc_and_both_proofs_stand_for_the_sender(around: Surroundings) -> None:
    around.zone.add("_dmarc.proef.example", "TXT", "v=DMARC1; p=reject; rua=mailto:d@proef.example")

    assert around.examined(examine_dmarc, SIGNED) == {
        "DMARC": ("ok", "_dmarc.proef.example says p=reject", ""),
        "alignment": (
            "ok",
            "the signature's proef.example and the envelope's proef.example stand for proef.example in From",
            "",
        ),
    }


def test_a_policy_of_the_organisation_holds_below_it(around: Surroundings) -> None:
    around.zone.add("_dmarc.proef.example", "TXT", "v=DMARC1; p=reject; sp=quarantine")
    toml = '[delivery]\nenvelope_sender = "b@bounces.proef.example"\n'

    assert around.examined(examine_dmarc, toml, sender="redactie@news.proef.example") == {
        "DMARC": ("ok", "_dmarc.proef.example says p=quarantine", ""),
        "alignment": ("ok", "the envelope's bounces.proef.example stands for news.proef.example in From", ""),
    }


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ([], "proef.example has no DMARC record, and neither have the domains above it"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "_dmarc.proef.example has 2 records, which count as none"),
        (["v=DMARC1; rua=mailto:a@b.example"], "_dmarc.proef.example says no p= of none, quarantine or reject"),
    ],
)
def test_a_missing_or_broken_policy_is_told(records: list[str], told: str, around: Surroundings) -> None:
    if records:
        around.zone.add("_dmarc.proef.example", "TXT", *records)

    assert around.examined(examine_dmarc)["DMARC"] == (
        "error",
        told,
        'publish one TXT record at _dmarc.proef.example, such as "v=DMARC1; p=none; rua=mailto:…"',
    )


OTHER = '[delivery]\nenvelope_sender = "b@provider.example"\n'


@pytest.mark.parametrize(
    ("policy", "toml", "told"),
    [
        (
            "v=DMARC1; p=none",
            OTHER,
            (
                "unknown",
                (
                    "the envelope's provider.example does not stand for proef.example in From; the server's signature "
                    "has to"
                ),
                "send a test to Gmail and look for DMARC: PASS",
            ),
        ),
        (
            "v=DMARC1; p=none",
            OTHER + SIGNED,
            (
                "warning",
                (
                    "the signature's proef.example stands for proef.example in From, and the envelope's "
                    "provider.example does not"
                ),
                "let both be of one organisation: Microsoft wants both to pass",
            ),
        ),
        (
            "v=DMARC1; p=none; adkim=s; aspf=s",
            OTHER + SIGNED + 'domain = "news.proef.example"\n',
            (
                "error",
                (
                    "neither the signature's news.proef.example nor the envelope's provider.example stands for "
                    "proef.example in From"
                ),
                "set dkim.domain or delivery.envelope_sender to the domain of from_address, or to one below it",
            ),
        ),
    ],
)
def test_what_does_not_stand_for_the_sender_is_told(
    policy: str, toml: str, told: tuple[str, ...], around: Surroundings
) -> None:
    around.zone.add("_dmarc.proef.example", "TXT", policy)

    assert around.examined(examine_dmarc, toml)["alignment"] == told


def test_what_a_provider_does_shows_in_a_mail_alone(around: Surroundings) -> None:
    around.zone.add("_dmarc.proef.example", "TXT", "v=DMARC1; p=none")
    by_provider = {"NEWSLETTER_TRANSPORT": "esp:resend"}

    assert around.examined(examine_spf, **by_provider) == {
        "SPF": (
            "unknown",
            "bounces go where esp:resend wants them, whose domain has a record of its own",
            "send a test to Gmail and look for SPF: PASS",
        )
    }
    assert around.examined(examine_dmarc, **by_provider)["alignment"] == (
        "unknown",
        "the signature of esp:resend has to stand for proef.example in From",
        "set proef.example up in its pages, send a test to Gmail and look for DMARC: PASS",
    )


@pytest.mark.parametrize(("tag", "covers"), [("n", "ok"), ("y", "unknown")])
def test_a_registry_says_where_an_organisation_ends(tag: str, covers: str, around: Surroundings) -> None:
    """With psd=y at a registry, its children are strangers to each other; with psd=n they are one house."""
    around.zone.add("_dmarc.gov.example", "TXT", f"v=DMARC1; p=reject; psd={tag}")
    toml = '[delivery]\nenvelope_sender = "b@tax.gov.example"\n'

    assert around.examined(examine_dmarc, toml, sender="redactie@police.gov.example")["alignment"][0] == covers


def test_mail_servers_of_all_addresses_are_there(around: Surroundings) -> None:
    around.zone.add("proef.example", "MX", "10 mx.proef.example.")
    around.zone.add("bounces.example", "MX", *(f"{number} m{number}.example." for number in range(1, 5)))
    around.zone.add("mx.proef.example", "AAAA", "2001:db8::1")
    around.zone.add("m1.example", "A", "192.0.2.2")

    assert around.examined(examine_answers, '[delivery]\nenvelope_sender = "b@bounces.example"\n') == {
        "from_address": ("ok", "MX of proef.example, for from_address: mx.proef.example", ""),
        "envelope_sender": (
            "ok",
            "MX of bounces.example, for envelope_sender: m1.example, m2.example, m3.example, …",
            "",
        ),
    }


@pytest.mark.parametrize(
    ("records", "verdict", "told", "mend"),
    [
        ({}, "error", "there is none, and no such host", "publish an MX record at proef.example: {}"),
        (
            {("proef.example", "A"): "192.0.2.1"},
            "warning",
            "there is none, so its own host is asked",
            "publish an MX record at proef.example: {}",
        ),
        (
            {("proef.example", "MX"): "10 gone.example."},
            "error",
            "none of gone.example is there",
            "mend the MX records of proef.example",
        ),
        (
            {("proef.example", "MX"): "0 ."},
            "error",
            "it says that it takes no mail (RFC 7505)",
            "use an address of a domain that takes mail: {}",
        ),
    ],
)
def test_a_domain_that_cannot_be_answered_is_told(
    records: dict[tuple[str, str], str], verdict: str, told: str, mend: str, around: Surroundings
) -> None:
    for (name, kind), value in records.items():
        around.zone.add(name, kind, value)

    assert around.examined(examine_answers) == {
        "from_address": (
            verdict,
            f"MX of proef.example, for from_address and envelope_sender: {told}",
            mend.format("many servers refuse a sender that cannot be answered"),
        )
    }


def test_the_name_of_the_server_leads_back_to_it(around: Surroundings) -> None:
    around.zone.add("mail.proef.example", "A", "192.0.2.10")
    around.zone.add("10.2.0.192.in-addr.arpa", "PTR", "mail.proef.example.")

    assert around.examined(examine_reverse, SMTP) == {
        "PTR of the server": ("ok", "192.0.2.10 of mail.proef.example has a name that leads back to it", "")
    }


@pytest.mark.parametrize("claimed", ["", "mail.other.example."])
def test_a_server_without_a_name_of_its_own_is_told(claimed: str, around: Surroundings) -> None:
    around.zone.add("mail.proef.example", "A", "192.0.2.10")
    around.zone.add("mail.other.example", "A", "192.0.2.99")
    if claimed:
        around.zone.add("10.2.0.192.in-addr.arpa", "PTR", claimed)

    assert around.examined(examine_reverse, SMTP)["PTR of the server"] == (
        "warning",
        "192.0.2.10 of mail.proef.example has no name that leads back to it",
        "if it hands mail to receivers itself, let who gives you the address set it: Gmail refuses mail without",
    )


def test_of_no_server_no_name_is_asked(around: Surroundings) -> None:
    local = '[delivery]\ntransport = "smtp"\n[smtp]\nhost = "127.0.0.1"\n'

    assert around.examined(examine_reverse)["PTR of the server"][:2] == (
        "unknown",
        'mail goes by "directory", so no server of yours is known to send',
    )
    assert around.examined(examine_reverse, local)["PTR of the server"] == (
        "unknown",
        "under which address 127.0.0.1 is seen by others is not known here",
        "if it hands mail to receivers itself, see that its public address has a name that leads back to it",
    )
    assert around.examined(examine_reverse, SMTP)["PTR of the server"] == (
        "error",
        'there is no host "mail.proef.example"',
        "look at smtp.host",
    )
    assert around.zone.asked == [("mail.proef.example", "A")]
