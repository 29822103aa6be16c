from __future__ import annotations

import threading

import pytest

from newsletter.fetch.hosts import is_public, resolved_within


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "::10.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "100::1",
    ],
)  # fmt: skip
def test_a_number_that_leads_inwards_is_not_public(number: str) -> None:
    assert not is_public(number)


@pytest.mark.parametrize(
    "number", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_number_of_the_open_web_is_public(number: str) -> None:
    assert is_public(number)


def test_a_name_service_that_does_not_answer_is_left_behind() -> None:
    never = threading.Event()

    def silent(host: str, port: int) -> list[str]:
        never.wait()
        return []

    with pytest.raises(TimeoutError):
        resolved_within(silent, "a.example", 80, 0.05)
    never.set()


def test_a_name_that_stands_for_nothing_is_told() -> None:
    with pytest.raises(OSError, match="no such name"):
        resolved_within(lambda _host, _port: [], "a.example", 80, 1)
