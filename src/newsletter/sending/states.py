"""The table of states: what may happen to one reader's mail, and in which order.

Two facts about the world decide the shape of this table.

*A database and a mail server cannot be changed in one step.* Between the last byte of a message and the note that it
was taken there is a moment at which a process can die, a line can be cut, a power supply can fail. Whoever notes before
sending loses readers at that moment, and whoever notes after it mails them twice. So the intention is noted first
(`wire`), then the message is written, then its fate is noted; and a row that is found at `wire` with nobody behind it
is not guessed about. It is `in_doubt`: listed by name, and left to evidence or to the editor.

*A process that is silent is not always dead.* It may have been stopped and wake up later. So a row is never changed
because somebody believes to hold it; it is changed by an UPDATE that names the state, and the holder, that it must be
in. Whoever comes too late changes no row, learns it from the count, and writes nothing to the wire.

    pending --claim--> claimed --wire--> wire --accept----------> sent
      ^  ^                |               | |--refuse, expire--> failed
      |  '----release-----'---------------| '--lose, abandon---> in_doubt --answer, prove, confirm, assume, lapse-> sent
      |-----------defer-------------------'                         |
      '-----------resend--------------------------------------------'

    pending --skip--> skipped      pending --cancel--> cancelled      claimed --unfit--> failed
    failed --retry--> pending

Each arrow has a name. `ARROWS` is the only place that says which there are; the ledger makes its UPDATEs from it, and
the log of changes keeps the name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(StrEnum):
    """Where one reader's mail stands."""

    PENDING = "pending"
    """Nobody has it in hand; due at its `next_at`."""
    CLAIMED = "claimed"
    """A sender has it in hand and has written nothing yet."""
    WIRE = "wire"
    """A sender may be writing it, now. From here on the server may have it."""
    SENT = "sent"
    """A server took it over."""
    FAILED = "failed"
    """No server has it, and none is asked again but by the editor."""
    IN_DOUBT = "in_doubt"
    """Its last byte may have been written, and no answer is known."""
    SKIPPED = "skipped"
    """The reader left, or may not be mailed, after the plan was made."""
    CANCELLED = "cancelled"
    """The editor stopped the sending first."""


HELD = frozenset({State.CLAIMED, State.WIRE})
"""The states in which a row belongs to one sender, and to no other."""

UNFINISHED = frozenset({State.PENDING, *HELD})
"""The states that a finished sending has no row in."""


class Arrow(StrEnum):
    """Why a row changes its state."""

    CLAIM = "claim"
    """A sender takes it in hand. Durable: it is on the disk before anything is written to a wire."""
    SKIP = "skip"
    """It is due, and its reader is not to be mailed any more."""
    RELEASE = "release"
    """A sender that stops, or is known to be dead, lets go of what it certainly has not begun to write."""
    UNFIT = "unfit"
    """It cannot be composed for this reader."""
    WIRE = "wire"
    """It is handed to the transport."""
    ACCEPT = "accept"
    """The server took it: 2xx after the final dot."""
    REFUSE = "refuse"
    """The server will not take it: 5xx."""
    DEFER = "defer"
    """Certainly not taken: 4xx, or the line was lost before the final dot. Tried again at `next_at`."""
    EXPIRE = "expire"
    """Certainly not taken, and the time for further tries is over."""
    LOSE = "lose"
    """The line was lost between the final dot and the answer."""
    ABANDON = "abandon"
    """Its sender died, and may have written it."""
    ANSWER = "answer"
    """The sender that was believed dead has had the server's 2xx after all."""
    PROVE = "prove"
    """The log of the mail server says that it took the mail."""
    CONFIRM = "confirm"
    """The provider, asked with the very same request once more, says that it took the mail, then or now: once."""
    ASSUME = "assume"
    """The editor takes it as sent."""
    LAPSE = "lapse"
    """It is a mail of the newsletter's own that its reader can ask for again, and its time is over: taken as sent."""
    RESEND = "resend"
    """The editor has it sent again, with the same Message-ID."""
    CANCEL = "cancel"
    """The editor stops the sending."""
    RETRY = "retry"
    """The editor does not believe a refusal, and has it tried again."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an arrow leads from and to."""

    sources: frozenset[State]
    target: State


def _change(target: State, *sources: State) -> Change:
    return Change(frozenset(sources), target)


ARROWS: Mapping[Arrow, Change] = MappingProxyType(
    {
        Arrow.CLAIM: _change(State.CLAIMED, State.PENDING),
        Arrow.SKIP: _change(State.SKIPPED, State.PENDING),
        Arrow.RELEASE: _change(State.PENDING, *HELD),
        Arrow.UNFIT: _change(State.FAILED, State.CLAIMED),
        # From `wire` too: a sender whose commit was lost on its way to a server marks its own rows again.
        Arrow.WIRE: _change(State.WIRE, *HELD),
        # Fates from `claimed` too: a database that went down and came back may have lost the mark, not the mail.
        Arrow.ACCEPT: _change(State.SENT, *HELD),
        Arrow.REFUSE: _change(State.FAILED, *HELD),
        Arrow.DEFER: _change(State.PENDING, *HELD),
        Arrow.EXPIRE: _change(State.FAILED, *HELD),
        Arrow.LOSE: _change(State.IN_DOUBT, *HELD),
        # From `claimed` where the machine went down: the mark may have been lost with it, for the same reason.
        Arrow.ABANDON: _change(State.IN_DOUBT, *HELD),
        Arrow.ANSWER: _change(State.SENT, State.IN_DOUBT),
        Arrow.PROVE: _change(State.SENT, State.IN_DOUBT),
        Arrow.CONFIRM: _change(State.SENT, State.IN_DOUBT),
        Arrow.ASSUME: _change(State.SENT, State.IN_DOUBT),
        Arrow.LAPSE: _change(State.SENT, State.IN_DOUBT),
        Arrow.RESEND: _change(State.PENDING, State.IN_DOUBT),
        Arrow.CANCEL: _change(State.CANCELLED, State.PENDING),
        Arrow.RETRY: _change(State.PENDING, State.FAILED),
    }
)
"""Every change there is. A change that is not here does not happen."""
