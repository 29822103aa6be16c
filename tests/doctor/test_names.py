"""What the DNS says, from a real name server."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from newsletter.doctor import Names
from newsletter.doctor.names import UnansweredError

if TYPE_CHECKING:
    from tests.doctor.name_server import Zone


def test_records_of_each_kind_are_read(zone: Zone) -> None:
    zone.add("proef.example", "TXT", "v=spf1 -all", "é" * 2)
    zone.add("proef.example", "A", "192.0.2.1")
    zone.add("proef.example", "AAAA", "2001:db8::1")
    zone.add("proef.example", "MX", "20 Later.proef.example.", "10 First.proef.example.")
    zone.add("1.2.0.192.in-addr.arpa", "PTR", "Mail.proef.example.")
    names = zone.names()

    assert sorted(names.texts("proef.example")) == ["v=spf1 -all", "éé"]
    assert names.numbers("proef.example") == ["192.0.2.1", "2001:db8::1"]
    assert names.mail_servers("proef.example") == ["first.proef.example", "later.proef.example"]
    assert names.hosts("192.0.2.1") == ["mail.proef.example"]


def test_a_long_record_comes_whole(zone: Zone) -> None:
    zone.add("long.example", "TXT", "p=" + "x" * 2000)

    assert zone.names().texts("long.example") == ["p=" + "x" * 2000]


@pytest.mark.parametrize("name", ["none.example", "proef.example", "x" * 64 + ".example", "a..example"])
def test_what_is_not_there_is_an_empty_answer(name: str, zone: Zone) -> None:
    zone.add("proef.example", "A", "192.0.2.1")

    assert zone.names().texts(name) == []


def test_a_name_server_that_fails_says_nothing_of_the_name(zone: Zone) -> None:
    zone.failing.add("proef.example")

    with pytest.raises(UnansweredError, match=r'^the name servers fail at TXT of "proef.example"$'):
        zone.names().texts("proef.example")


def test_silence_is_not_waited_for(zone: Zone) -> None:
    zone.silent.add("proef.example")

    with pytest.raises(UnansweredError, match=r'^no name server answered when asked for MX of "proef.example"$'):
        zone.names(patience_s=0.2).mail_servers("proef.example")


def test_nobody_at_the_other_end_is_no_answer() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    with pytest.raises(UnansweredError, match=r'^no name server answered when asked for A of "proef.example"$'):
        Names(["127.0.0.1"], port, 0.3).numbers("proef.example")


def test_the_same_question_is_asked_once(zone: Zone) -> None:
    zone.add("proef.example", "TXT", "v=spf1 -all")
    names = zone.names()

    assert names.texts("proef.example") == names.texts("proef.example")
    assert zone.asked == [("proef.example", "TXT")]
