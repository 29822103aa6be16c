"""A list of readers in a database, and an issue for them that needs no rendering."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from newsletter.audience.segments import EVERYBODY, select_for
from newsletter.delivery.base import Message
from newsletter.delivery.mime import prepare
from newsletter.delivery.verify import Lines
from newsletter.sending.ledger import Ledger
from newsletter.sending.plan import Plan, ReadersHash, content_sha256
from newsletter.sending.policy import Retry
from newsletter.sending.rows import Fate
from newsletter.sending.senders import DEAD_AFTER_MS, Machine, Sender, enlist
from newsletter.sending.sendings import Sending, freeze, go_on
from newsletter.sending.states import Arrow
from newsletter.store import reading, writing
from newsletter.store.schema import delivery, subscriber
from tests.delivery.letters import IDENTITY, email

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.sending.rows import Row

T0 = 1_764_000_000_000
"""When everything begins, in milliseconds since 1970."""
LATER = T0 + DEAD_AFTER_MS + 1
"""When a sender that was last heard of at T0 counts as dead."""
SLUG = "asml"
READERS = select_for(EVERYBODY, T0)


def add_readers(engine: Engine, addresses: list[str]) -> None:
    rows = [
        {
            "address": address,
            "address_key": address.casefold(),
            "status": "active",
            "language": "nl",
            "first_name": "Anna",
            "created_at_ms": T0,
            "consent_source": "a test",
        }
        for address in addresses
    ]
    with writing(engine) as connection:
        connection.execute(insert(subscriber), rows)


def addresses(many: int) -> list[str]:
    return [f"reader-{number:05d}@example.org" for number in range(many)]


def plan_for(engine: Engine) -> Plan:
    """The plan of an issue to all readers there are."""
    with reading(engine) as connection:
        found = [row.address_key for row in connection.execute(READERS)]
    readers = ReadersHash()
    for key in found:
        readers.add(key)
    return Plan(
        slug=SLUG,
        audience="all",
        language="nl",
        readers=readers.readers,
        content_sha256=content_sha256(prepare(email(), IDENTITY)),
        readers_sha256=readers.hexdigest(),
        message_bytes=1000,
        findings=(),
    )


def begun(engine: Engine, retry: Retry | None = None, now_ms: int = T0) -> Sending:
    """An issue that is frozen for all readers there are."""
    return freeze(engine, plan_for(engine), READERS, retry or Retry(), now_ms)


def letter(row: Row) -> Message:
    """A small message for one reader."""
    return Message(
        sender=f"bounces+token{row.reader.id}@aireport.example",
        recipient=row.reader.address,
        message_id=f"<token{row.reader.id}.{SLUG}@aireport.example>",
        pieces=(Lines(f"Subject: x\r\nTo: {row.reader.address}\r\n\r\nHello\r\n".encode()),),
        needs_smtputf8=False,
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """One sender at one ledger."""

    engine: Engine
    sender: Sender
    sending: Sending
    journal: Path
    transport: str = ""

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.engine, self.sending.id, self.sender.lease, journal=self.journal, transport=self.transport)


ANOTHER = Machine("another-machine", "its boot", is_running=lambda _: True)


def enlisted(engine: Engine, sending: Sending, lease: str, now_ms: int = T0, machine: Machine = ANOTHER) -> Desk:
    """A sender that has begun its work; by default on a machine that is not this one.

    Its journal lies beside the database; that of a server lies where nobody else looks.
    """
    me = Sender(lease, 4711, machine)
    enlist(engine, me, now_ms)
    beside = Path(str(engine.url.database)).parent if engine.dialect.name == "sqlite" else Path(mkdtemp())
    return Desk(engine, me, go_on(engine, sending, Retry(), now_ms), beside / ".newsletter")


def states(engine: Engine) -> dict[str, str]:
    """The state of every row, by its reader's local part."""
    with reading(engine) as connection:
        rows = connection.execute(select(delivery.c.address, delivery.c.state).order_by(delivery.c.id)).all()
    return {row.address.partition("@")[0]: row.state for row in rows}


def column(engine: Engine, name: str, address: str) -> object:
    """What stands in one column of a reader's row."""
    with reading(engine) as connection:
        return connection.scalar(select(delivery.c[name]).where(delivery.c.address == address))


def accepted(row: Row) -> Fate:
    """What is noted of a row whose mail a server took."""
    return Fate(row.id, Arrow.ACCEPT, 1, code="250 2.0.0", reply="queued as 4XyZ")
