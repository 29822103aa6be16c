"""The form that records of DKIM and DMARC have in the DNS: `tag=value; tag=value` (RFC 6376 section 3.2)."""

from __future__ import annotations


def read_tags(record: str) -> dict[str, str]:
    """Return the tags of a record, in lower case, with their values; of a tag that stands twice the first."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
    return found
