"""What a domain wants done with mail in its name that is not signed by it: its DMARC record, and whose it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.doctor.tags import read_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.doctor.names import Names

_MOST_STEPS = 8
"""Of the walk up a domain's names, so that a long name costs no more."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The record that holds for a domain."""

    author: str
    """The domain in question."""
    domain: str
    """Where it stands: that domain, or one above it; empty where there is none."""
    organisation: str
    """The domain below which names belong together; the domain itself where nobody says."""
    tags: Mapping[str, str]
    records: int
    """At that place; more than one count as none."""

    def covers(self, other: str, mode: str) -> bool:
        """Tell whether `other` stands for the author's domain; `mode` is `adkim` or `aspf`."""
        if self.tags.get(mode, "r").lower() == "s":
            return self.author == other
        return other == self.organisation or other.endswith(f".{self.organisation}")

    @property
    def request(self) -> str:
        """What is to be done with mail that fails: `none`, `quarantine` or `reject`; empty where it is not said."""
        of_all = self.tags.get("p", "")
        wanted = (of_all if self.domain == self.author else self.tags.get("sp", of_all)).lower()
        return wanted if wanted in {"none", "quarantine", "reject"} else ""


def read_dmarc(names: Names, author: str) -> Policy:
    """Return the policy for mail from a domain, found by walking up its names to the top.

    The list of public suffixes that RFC 7489 leans on changes every week; the walk asks the domains themselves.

    Raises:
        UnansweredError: no name server answers.
    """
    found = [(domain, records) for domain in _walk(author) if (records := _records(names, domain))]
    organisation = author
    for domain, records in found:
        tags = read_tags(records[0])
        if tags.get("psd", "").lower() == "y":  # a registry's own: whoever is one name below is an organisation
            break
        organisation = domain
        if tags.get("psd", "").lower() == "n":
            break
    if not found:
        return Policy(author, "", author, {}, 0)
    domain, records = found[0] if found[0][0] == author else (organisation, _records(names, organisation))
    return Policy(author, domain, organisation, read_tags(records[0]) if records else {}, len(records))


def _walk(author: str) -> list[str]:
    labels = author.split(".")
    above = [".".join(labels[start:]) for start in range(1, len(labels))]
    return [author, *above[-(_MOST_STEPS - 1) :]]


def _records(names: Names, domain: str) -> list[str]:
    return [text for text in names.texts(f"_dmarc.{domain}") if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text)]
