"""What is done now and then while the site is served."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from newsletter.audience.consent import Proof, Step, record
from newsletter.sending.own_mails import DAY_MS, KEPT_MS, OwnMail, post
from newsletter.store import open_store, reading, writing
from newsletter.store.schema import delivery, send, subscriber
from newsletter.web.public import upkeep
from tests.audience.lists import KEY, NOW_MS, newsletter
from tests.web.public.sites import person

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from sqlalchemy import Engine


def run_until(engine: Engine, root: Path, now_ms: int, is_enough: Callable[[list[str]], bool]) -> list[str]:
    """Let it go on until what it has said is enough; return that."""
    said: list[str] = []

    async def main() -> None:
        stop = asyncio.Event()

        def warn(words: str) -> None:
            said.append(words)
            if is_enough(said):
                stop.set()

        def now() -> int:
            if not said and is_enough(said):  # nothing will be said
                stop.set()
            return now_ms

        await asyncio.wait_for(upkeep.keep_up(engine, newsletter(root, key=KEY), now, stop, warn), 20)

    asyncio.run(main())
    return said


def test_what_is_too_old_goes_and_doubts_lapse(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        row = person("anna@example.org", status="pending", created_at_ms=NOW_MS)
        anna = connection.execute(subscriber.insert().values(row).returning(subscriber.c.id)).scalar_one()
        record(connection, anna, Step.ASKED, Proof(NOW_MS, "nl", "https://example.org/subscribe/", "", "Ja"))
        assert post(connection, OwnMail.CONFIRM, anna, NOW_MS)
        connection.execute(update(delivery).values(state="in_doubt"))

    assert run_until(engine, tmp_path, NOW_MS + 3 * DAY_MS, lambda _: True) == []
    with reading(engine) as connection:
        assert connection.scalars(select(delivery.c.state)).all() == ["sent"]
        assert connection.scalars(select(subscriber.c.id)).all() == [anna]

    assert run_until(engine, tmp_path, NOW_MS + 3 * DAY_MS + KEPT_MS, lambda _: True) == []
    with reading(engine) as connection:
        for table in (delivery, send, subscriber):
            assert connection.execute(select(table)).all() == []


def test_a_database_that_is_away_is_told_and_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "AGAIN_S", 0.01)
    engine = open_store("sqlite:///newsletter.db", tmp_path, fresh_id="x")
    engine.dispose()
    (tmp_path / "newsletter.db").write_bytes(b"no database any more" * 100)
    said = run_until(engine, tmp_path, NOW_MS, lambda said: len(said) == 2)
    assert len(set(said)) == 1
    assert said[0].endswith("this is no SQLite database; name another file in NEWSLETTER_STORE_URL")
