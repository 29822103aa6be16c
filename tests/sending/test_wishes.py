"""Wishes to leave that are kept while the database is away."""

from __future__ import annotations

import resource
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from newsletter.audience.consent import Proof, Step, consents_of, record
from newsletter.audience.tokens import Purpose, Token, sign
from newsletter.delivery.memory import MemoryTransport, accept
from newsletter.errors import StoreError
from newsletter.sending.engine import End
from newsletter.sending.wishes import Wishes, wishes_of
from newsletter.store import reading, writing
from newsletter.store.schema import delivery_event, subscriber
from tests.audience.lists import KEY, NOW_MS, newsletter
from tests.sending.at_work import work
from tests.sending.mailings import T0, add_readers, addresses, begun, enlisted
from tests.web.public.sites import person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from newsletter.delivery.base import Message
    from newsletter.model import Outcome


@pytest.fixture
def wishes(tmp_path: Path) -> Wishes:
    return wishes_of(newsletter(tmp_path, key=KEY))


@pytest.fixture
def anna(engine: Engine) -> int:
    with writing(engine) as connection:
        added = subscriber.insert().values(person("anna@example.org")).returning(subscriber.c.id)
        return int(connection.execute(added).scalar_one())


def token(wishes: Wishes, subscriber_id: int, purpose: Purpose = Purpose.UNSUBSCRIBE, about: int = 0) -> str:
    return sign(wishes.keys, wishes.list_id, Token(purpose, subscriber_id, about))


def status(engine: Engine, subscriber_id: int) -> tuple[str, int | None]:
    with reading(engine) as connection:
        chosen = select(subscriber.c.status, subscriber.c.unsubscribed_at_ms).where(subscriber.c.id == subscriber_id)
        found, at_ms = connection.execute(chosen).one()
        return found, at_ms


def test_what_is_kept_tells_who_leaves_to_those_who_have_the_key_only(wishes: Wishes, anna: int) -> None:
    wishes.keep(token(wishes, anna), NOW_MS)
    (file,) = (wishes.folder / "leaving").iterdir()
    assert (file.name, file.read_text()) == (token(wishes, anna), str(NOW_MS))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_wish_is_done_as_of_the_moment_of_the_first_press_and_then_gone(
    engine: Engine, wishes: Wishes, anna: int
) -> None:
    wishes.keep(token(wishes, anna), NOW_MS)
    wishes.keep(token(wishes, anna), NOW_MS + 1000)
    assert wishes.take_in(engine) == 1
    assert status(engine, anna) == ("unsubscribed", NOW_MS)
    with reading(engine) as connection:
        (step,) = consents_of(connection, anna)
    assert (step.step, step.form_url, step.language, step.client) == ("left", wishes.form_url, "", "")
    assert wishes.waiting() == []
    assert wishes.take_in(engine) == 0


def test_done_twice_is_done_once(engine: Engine, wishes: Wishes, anna: int) -> None:
    """As when a process died after the database had it, and before the file was gone."""
    for _ in range(2):
        wishes.keep(token(wishes, anna), NOW_MS)
        wishes.take_in(engine)
    with reading(engine) as connection:
        assert len(consents_of(connection, anna)) == 1


@pytest.mark.parametrize("step", [Step.CONFIRMED, Step.RETURNED])
def test_whoever_came_back_since_stays(engine: Engine, wishes: Wishes, anna: int, step: Step) -> None:
    wishes.keep(token(wishes, anna), NOW_MS)
    with writing(engine) as connection:
        record(connection, anna, step, Proof(NOW_MS + 1, "nl", "", ""))
    wishes.take_in(engine)
    assert status(engine, anna)[0] == "active"
    assert wishes.waiting() == []


def test_whoever_wants_to_stay_is_let_go(engine: Engine, wishes: Wishes, anna: int) -> None:
    wishes.keep(token(wishes, anna), NOW_MS)
    wishes.forget(token(wishes, anna))
    wishes.forget(token(wishes, anna))
    assert wishes.take_in(engine) == 0
    assert status(engine, anna)[0] == "active"


def test_what_others_put_there_does_nothing(engine: Engine, wishes: Wishes, anna: int) -> None:
    wishes.keep(token(wishes, anna, Purpose.PREFERENCES), NOW_MS)
    wishes.keep("a" * 40, NOW_MS)
    folder = wishes.folder / "leaving"
    (folder / token(wishes, anna)).write_text("yesterday", "utf-8")
    (folder / f"{token(wishes, anna)}.77.78").write_text("17", "utf-8")
    wishes.take_in(engine)
    assert status(engine, anna)[0] == "active"
    assert wishes.waiting() == []


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_that_it_cannot_be_kept_is_told_and_nothing_is_left_of_it(wishes: Wishes, anna: int) -> None:
    with full_disk(), pytest.raises(StoreError, match=r"leaving: no wish to leave can be kept: File too large$"):
        wishes.keep(token(wishes, anna), NOW_MS)
    assert wishes.waiting() == []
    wishes.keep(token(wishes, anna), NOW_MS)
    assert wishes.waiting() == [token(wishes, anna)]


def test_many_wishes_are_done_and_each_is_noted_with_its_mail(engine: Engine, wishes: Wishes) -> None:
    add_readers(engine, addresses(130))
    sending = begun(engine)
    for number in range(1, 121):
        wishes.keep(token(wishes, number, about=sending.id), NOW_MS)
    assert wishes.take_in(engine) == 120
    with reading(engine) as connection:
        left = select(subscriber.c.id).where(subscriber.c.status == "unsubscribed")
        assert len(connection.execute(left).all()) == 120
        assert {row.kind for row in connection.execute(select(delivery_event))} == {"left"}


def test_a_sending_takes_them_in_before_each_claim(engine: Engine, wishes: Wishes) -> None:
    readers = 60
    add_readers(engine, addresses(readers))
    sending = begun(engine)
    taken: list[str] = []

    def answer(message: Message) -> Outcome:
        if not taken:
            for number in range(readers - 10, readers):
                wishes.keep(token(wishes, number + 1, about=sending.id), T0)
        taken.append(message.recipient)
        return accept(message)

    desk = enlisted(engine, sending, "one")
    assert work(desk, MemoryTransport(answer), before_claim=lambda: wishes.take_in(engine)) is End.DONE
    assert sorted(taken) == addresses(readers)[:-10]
