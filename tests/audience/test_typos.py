"""Slips of the fingers in the names of large mail hosts."""

from __future__ import annotations

import pytest

from newsletter.audience.typos import HOSTS, host_meant


@pytest.mark.parametrize(
    ("host", "meant"),
    [
        ("gmial.com", "gmail.com"),  # two letters in the wrong order
        ("gmai.com", "gmail.com"),  # one too few
        ("gmaill.com", "gmail.com"),  # one too many
        ("gnail.com", "gmail.com"),  # a wrong one
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmail.ocm", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmail.nk", "hotmail.nl"),
        ("outlok.com", "outlook.com"),
        ("iclod.com", "icloud.com"),
        ("zigo.nl", "ziggo.nl"),
        ("kpnmial.nl", "kpnmail.nl"),
        ("example.org", ""),
        ("gmx.at", ""),
        ("live.eu", ""),
        ("gmail.example.com", ""),
        ("g.com", ""),
        ("", ""),
    ],
)
def test_a_slip_is_one_letter_away(host: str, meant: str) -> None:
    assert host_meant(host) == meant


def test_a_large_host_is_right_however_near_it_is_to_another() -> None:
    assert {host_meant(host) for host in HOSTS} == {""}
