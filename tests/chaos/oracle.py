"""Does a ledger tell the truth? Held against the log of the server, which knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from newsletter.store import reading
from newsletter.store.schema import delivery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine


def states_of(engine: Engine) -> dict[str, str]:
    """The state of every reader, by his address."""
    with reading(engine) as connection:
        rows = connection.execute(select(delivery.c.address, delivery.c.state)).all()
    return {row.address: row.state for row in rows}


def is_refused(address: str) -> bool:
    """Whether the server refuses every mail to an address: those whose local part begins with `p-`."""
    return address.startswith("p-")


def faults_of(states: Mapping[str, str], copies: Mapping[str, int]) -> list[str]:
    """What the ledger says of readers, and the server knows better."""
    found = [f"{address} is a stranger" for address in copies.keys() - states.keys()]
    for address, state in states.items():
        has = copies.get(address, 0)
        wrong = {
            "has it twice": has > 1,
            "is said to have it, and has not": state == "sent" and not has,
            "is said not to get it, and has it": state in {"failed", "skipped", "cancelled"} and has > 0,
            "was left over": state in {"pending", "claimed", "wire"},
            "was refused, or not, against the server's word": (state == "failed") is not is_refused(address)
            and state not in {"in_doubt", "skipped", "cancelled"},
        }
        found += [f"{address} ({state}) {what}" for what, is_so in wrong.items() if is_so]
    return found
