"""Who asks: by the word of our own proxies, and by nobody else's."""

from __future__ import annotations

import pytest

from newsletter.web.public.forwarded import networks, who_asks

OURS = networks(["10.0.0.0/8", "2001:db8::/32"])


def asked(peer: str, *said: tuple[str, str]) -> tuple[str, str]:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in said]
    return who_asks(peer, "http", headers, OURS)


def test_a_stranger_says_nothing_of_himself() -> None:
    said = (("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https"))
    assert asked("192.0.2.1", *said) == ("192.0.2.1", "http")
    headers = [(name.encode(), value.encode()) for name, value in said]
    assert who_asks("10.0.0.1", "http", headers, ()) == ("10.0.0.1", "http")


@pytest.mark.parametrize(
    ("said", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("1.1.1.1, 192.0.2.7", "192.0.2.7"),  # the left one is what the client claims
        ("192.0.2.7, 10.1.2.3", "192.0.2.7"),
        ("10.9.9.9, 192.0.2.7, 10.1.2.3 ,10.4.5.6", "192.0.2.7"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("[2001:db9::1]:4711", "2001:db9::1"),
        ("2001:db9::1", "2001:db9::1"),
        ("unknown", "10.0.0.1"),
        ("192.0.2.7, secret", "10.0.0.1"),
        ("192.0.2.7, secret, 10.1.1.1", "10.1.1.1"),
        ("", "10.0.0.1"),
        ("10.1.1.1, 10.1.1.2", "10.1.1.1"),
        ("\xff\x00, 192.0.2.7", "192.0.2.7"),
    ],
)
def test_the_list_is_read_from_the_right_past_our_own(said: str, client: str) -> None:
    assert asked("10.0.0.1", ("x-forwarded-for", said)) == (client, "http")


def test_several_headers_are_one_list() -> None:
    assert asked("10.0.0.1", ("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "192.0.2.7"))[0] == "192.0.2.7"


@pytest.mark.parametrize("peer", ["::ffff:10.0.0.1", "2001:db8::7"])
def test_a_proxy_is_known_in_every_spelling(peer: str) -> None:
    assert asked(peer, ("x-forwarded-for", "192.0.2.7"))[0] == "192.0.2.7"


@pytest.mark.parametrize(
    ("said", "scheme"),
    [
        ("https", "https"),
        ("HTTPS", "https"),
        ("https, http", "http"),
        ("http, https", "https"),
        ("ftp", "http"),
        ("", "http"),
    ],
)
def test_the_nearest_proxy_says_how_it_was_asked(said: str, scheme: str) -> None:
    assert asked("10.0.0.1", ("x-forwarded-proto", said))[1] == scheme


def test_a_peer_without_an_address_is_nobody() -> None:
    """As one on a socket of the file system."""
    assert asked("", ("x-forwarded-for", "192.0.2.7")) == ("", "http")


def test_a_list_without_end_is_read_in_part() -> None:
    said = ", ".join(["192.0.2.7"] + ["10.0.0.2"] * 10_000)
    assert asked("10.0.0.1", ("x-forwarded-for", said)) == ("10.0.0.2", "http")
