"""SPF records, with the vectors of RFC 7208 in mind: what they say of an address, and what breaks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.doctor import Names
from newsletter.doctor.spf import read_spf

if TYPE_CHECKING:
    from tests.doctor.name_server import Zone

V4, V6 = "192.0.2.10", "2001:db8::10"


@pytest.fixture(autouse=True)
def neighbours(zone: Zone) -> None:
    zone.add("mail.example", "A", V4)
    zone.add("mail.example", "AAAA", V6)
    zone.add("proef.example", "MX", "10 mail.example.")
    zone.add("good.example", "TXT", "v=spf1 ip4:192.0.2.0/24 -all")
    zone.add("bad.example", "TXT", "v=spf1 -all")
    zone.add("macro.example", "TXT", "v=spf1 exists:%{i}.list.example -all")


@pytest.mark.parametrize(
    ("record", "four", "six"),
    [
        ("v=spf1 ip4:192.0.2.10 -all", "pass", "fail"),
        ("v=spf1 ip4:192.0.2.0/28 ~all", "pass", "softfail"),
        ("v=spf1 ip6:2001:db8::/32 ?all", "neutral", "pass"),
        ("v=spf1 -ip4:192.0.2.10 +all", "fail", "pass"),
        ("v=spf1 a:mail.example -all", "pass", "pass"),
        ("v=spf1 a:mail.example/24//64 -all", "pass", "pass"),
        ("v=spf1 mx -all", "pass", "pass"),
        ("v=spf1 MX:proef.example//128 -all", "pass", "pass"),
        ("v=spf1 include:good.example -all", "pass", "fail"),
        ("v=spf1 include:bad.example ~all", "softfail", "softfail"),
        ("v=spf1 redirect=good.example", "pass", "fail"),
        ("v=spf1 ip6:2001:db8::10 redirect=good.example", "pass", "pass"),
        ("v=spf1 ~all redirect=good.example", "softfail", "softfail"),
        ("v=spf1 exists:mail.example -all", "pass", "pass"),
        ("v=spf1 exp=why.example", "neutral", "neutral"),
        ("v=spf1", "neutral", "neutral"),
        ("v=spf1 ptr -all", "unknown", "unknown"),
        ("v=spf1 exists:%{i}.list.example -all", "unknown", "unknown"),
        ("v=spf1 include:macro.example -all", "unknown", "unknown"),
        ("v=spf1 redirect=%{d}.example", "unknown", "unknown"),
    ],
)
def test_what_a_record_says_of_an_address(record: str, four: str, six: str, zone: Zone) -> None:
    zone.add("proef.example", "TXT", record, "another=thing")

    read = read_spf(zone.names(), "proef.example", [V4, V6])

    assert (read.record, read.faults) == (record, ())
    assert read.results == {V4: four, V6: six}


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        ("v=spf1 ipv4:192.0.2.1 -all", 'proef.example has the term "ipv4:192.0.2.1", which SPF does not know'),
        ("v=spf1 ip4:192.0.2.300 -all", 'proef.example has the term "ip4:192.0.2.300", which is no network'),
        ("v=spf1 ip4:2001:db8::1 -all", 'proef.example has the term "ip4:2001:db8::1", which is no network'),
        *(
            (f"v=spf1 {term} ~all", f'proef.example has the term "{term}", which SPF does not know')
            for term in (
                "a:mail.example/99",
                "mx//129",
                "all:mail.example",
                "-all/8",
                "include",
                "include:good.example/24",
                "exists",
                "a:museum",
                "a:mail.example:25",
                "a:192.0.2.1",
                "ip4",
                "ip4:192.0.2.1/032",
                "a:%(d).example",
            )
        ),
        *(
            (
                f"v=spf1 {term} ~all",
                f'proef.example has "{term.split()[-1]}", which SPF does not know so, or knows once',
            )
            for term in ("redirect=", "exp=-all", "exp=good.example exp=bad.example", "other=%x")
        ),
        ("v=spf1 include:none.example -all", 'it includes "none.example", which has no SPF record'),
        ("v=spf1 include:proef.example -all", "proef.example includes itself"),
        (
            f"v=spf1 {' '.join(['a:mail.example'] * 11)} -all",
            "it asks the DNS 11 times, and may 10 times",
        ),
        (
            "v=spf1 a:x.example a:y.example exists:z.example -all",
            "it names 3 hosts that are not there, and may 2",
        ),
        (f"v=spf1 {' '.join(['ip4:192.0.2.1'] * 300)} -all", "it has more than 200 terms"),
    ],
)
def test_what_breaks_a_record_is_told(record: str, fault: str, zone: Zone) -> None:
    zone.add("proef.example", "TXT", record)

    assert read_spf(zone.names(), "proef.example", [V4, V6]).faults == (fault,)


class Nothing(Names):
    """A name service that knows one record."""

    def __init__(self, record: str) -> None:
        super().__init__(["127.0.0.1"])
        self._record = record

    def texts(self, name: str) -> list[str]:
        return [self._record] if name == "proef.example" else []

    def numbers(self, host: str) -> list[str]:
        return []

    def mail_servers(self, domain: str) -> list[str]:
        return []


TERMS = st.sampled_from(
    ["a", "mx", "ip4:", "ip6:", "include:", "exists:", "redirect=", "all", "ptr", "%{i}", "/", "-", "?"]
)


@given(st.lists(st.one_of(TERMS, st.text(max_size=12)), max_size=12), st.sampled_from(["", " "]))
def test_whatever_stands_in_a_record_is_read(pieces: list[str], between: str) -> None:
    read = read_spf(Nothing(f"v=spf1 {between.join(pieces)}"), "proef.example", [V4, V6])

    assert set(read.results.values()) <= {"pass", "fail", "softfail", "neutral", "unknown"}
    assert all(fault.isprintable() for fault in read.faults)


def test_look_ups_are_counted_through_all_that_is_included(zone: Zone) -> None:
    for number in range(9):
        zone.add(f"{number}.example", "TXT", f"v=spf1 include:{number + 1}.example -all")
    zone.add("9.example", "TXT", "v=spf1 a:mail.example -all")
    zone.add("proef.example", "TXT", "v=spf1 include:0.example -all")

    read = read_spf(zone.names(), "proef.example", [])

    assert (read.lookups, read.faults) == (11, ("it asks the DNS 11 times, and may 10 times",))


def test_two_records_are_one_too_many(zone: Zone) -> None:
    zone.add("proef.example", "TXT", "v=spf1 -all", "V=SPF1 ~all")

    assert read_spf(zone.names(), "proef.example", []).faults == ("proef.example has 2 SPF records, and may have one",)


def test_too_many_mail_servers_are_told(zone: Zone) -> None:
    zone.add("many.example", "MX", *(f"10 m{number}.example." for number in range(11)))
    for number in range(11):
        zone.add(f"m{number}.example", "A", V4)
    zone.add("proef.example", "TXT", "v=spf1 mx:many.example -all")

    fault = "proef.example asks for the 11 mail servers of many.example, and may for 10"
    assert read_spf(zone.names(), "proef.example", []).faults == (fault,)


def test_no_record_is_no_fault_of_one(zone: Zone) -> None:
    zone.add("proef.example", "TXT", "v=spf10 -all", "spf")

    read = read_spf(zone.names(), "proef.example", [V4])

    assert (read.record, read.faults, read.results) == ("", (), {})
