"""Slips of the fingers in the names of large mail hosts."""

from __future__ import annotations

from itertools import chain

HOSTS = frozenset(
    {
        "aol.com", "caiway.nl", "casema.nl", "chello.nl", "email.com", "fastmail.com", "gmail.com", "gmx.com",
        "gmx.de", "gmx.net", "googlemail.com", "hetnet.nl", "home.nl", "hotmail.be", "hotmail.co.uk", "hotmail.com",
        "hotmail.de", "hotmail.fr", "hotmail.nl", "icloud.com", "kpnmail.nl", "kpnplanet.nl", "live.be", "live.com",
        "live.nl", "mac.com", "mail.com", "me.com", "msn.com", "online.nl", "outlook.be", "outlook.com", "planet.nl",
        "proton.me", "protonmail.com", "proximus.be", "quicknet.nl", "skynet.be", "solcon.nl", "telenet.be",
        "telfort.nl", "upcmail.nl", "web.de", "xs4all.nl", "yahoo.co.uk", "yahoo.com", "ymail.com", "zeelandnet.nl",
        "ziggo.nl", "zoho.com",
    }
)  # fmt: skip
"""Hosts at which many readers have their mail; each is right as it is, however near it is to another."""

_LEAST_CHARACTERS = 5
"""Of a name: of a shorter one too many others are one slip away."""
_OFTEN_MISSPELT = tuple(sorted(host for host in HOSTS if len(host.partition(".")[0]) >= _LEAST_CHARACTERS))
"""Shorter names have too many neighbours that are right."""


def host_meant(host: str) -> str:
    """Return the large mail host that was most likely meant by one that is a slip away from it; mostly empty.

    A slip is a letter too few, too many, wrong, or two in the wrong order: in its name, or in the part behind it.
    """
    if host in HOSTS:
        return ""
    return next((right for right in _OFTEN_MISSPELT if _shares_a_part(host, right) and _one_slip(host, right)), "")


def _shares_a_part(found: str, right: str) -> bool:
    name, _, end = right.partition(".")
    return found.startswith(f"{name}.") or found.endswith(f".{end}")


def _one_slip(found: str, right: str) -> bool:
    """Say whether one slip makes `found` of `right`."""
    start = next((i for i, (a, b) in enumerate(zip(found, right, strict=False)) if a != b), min(len(found), len(right)))
    left, wanted = found[start:], right[start:]
    slips = chain(
        [(left[1:], wanted)],  # a letter too many
        [(left, wanted[1:])],  # one too few
        [(left[1:], wanted[1:])],  # a wrong one
        [(left[2:], wanted[2:])] if left[:2] == wanted[1::-1] and len(left) > 1 else [],  # two in the wrong order
    )
    return any(a == b for a, b in slips)
