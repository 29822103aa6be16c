"""Subscribing: what is asked, what is kept, and what a stranger can learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from newsletter.audience.consent import consents_of
from newsletter.store import reading
from newsletter.store.schema import delivery, send, subscriber
from tests.web.public.sites import hidden, words

if TYPE_CHECKING:
    from typing import Any

    from tests.web.public.sites import Desk


def mails(desk: Desk) -> list[tuple[str, str]]:
    """The mails of our own that wait: what each is, and to whom it goes."""
    with reading(desk.site.engine) as connection:
        chosen = select(send.c.issue_id, delivery.c.address).join(delivery, delivery.c.send_id == send.c.id)
        return [(row.issue_id.split(":")[1], row.address) for row in connection.execute(chosen.order_by(delivery.c.id))]


def everybody(desk: Desk) -> list[Any]:
    with reading(desk.site.engine) as connection:
        return list(connection.execute(select(subscriber).order_by(subscriber.c.id)))


def test_somebody_new_is_kept_as_pending_and_asked_to_confirm(desk: Desk) -> None:
    answer = desk.fill_in("Anna@Example.org")

    (anna,) = everybody(desk)
    assert answer.status_code == 202
    assert "Anna@example.org" in words(answer.text)
    assert (anna.address, anna.status, anna.language) == ("Anna@example.org", "pending", "nl")
    assert mails(desk) == [("confirm", "Anna@example.org")]
    assert desk.posted == ["post"]
    with reading(desk.site.engine) as connection:
        (asked,) = consents_of(connection, anna.id)
    assert (asked.step, asked.language, asked.client) == ("asked", "nl", "192.0.2.0/24")
    assert asked.wording == "Ja, stuur me Proef per mail, tot ik dat stop met de link in elke mail."
    assert asked.form_url == "https://example.org/subscribe/"
