"""Readers: what a mail needs of a subscriber."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert

from newsletter.audience.readers import mailable_readers
from newsletter.audience.segments import EVERYBODY
from newsletter.store import reading, writing
from newsletter.store.schema import subscriber
from tests.audience.lists import NOW_MS, row

if TYPE_CHECKING:
    from sqlalchemy import Engine

ANNA = "reader1@example.org"


def test_a_reader_has_what_is_known_and_nothing_else(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(insert(subscriber), [row(1, first_name="Anna", attributes={"company": "Acme", "city": ""})])

    with reading(engine) as connection:
        (found,) = mailable_readers(connection, EVERYBODY, NOW_MS)

    assert (found.id, found.address, found.address_key, found.language) == (
        1,
        "reader1@example.org",
        "reader1@example.org",
        "nl",
    )
    assert dict(found.fields) == {"first_name": "Anna", "company": "Acme"}
