"""What became of one message at a transport."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What became of one message at a transport."""

    ACCEPTED = "accepted"
    """The server took it over."""
    DEFERRED = "deferred"
    """Certainly not taken; trying again later may help."""
    REFUSED = "refused"
    """Certainly not taken; trying again will not help."""
    UNCERTAIN = "uncertain"
    """The line was lost after the last byte was written and before an answer: nobody knows."""


class Scope(StrEnum):
    """What the reason of an outcome is about; it decides who has to wait, and who is to be spared."""

    SESSION = "session"
    """The server or the line, now: it says nothing of this reader. Slow down; no try of his is counted."""
    ROW = "row"
    """This reader's mail, now: try again later, until the issue's own deadline."""
    OURS = "ours"
    """The sender or the message: it would befall every reader. Nobody's address is to blame."""
    HARD = "hard"
    """The address does not exist, or takes no mail for good: never again."""
    SOFT = "soft"
    """The address takes no mail for a while, such as a full mailbox: not this issue."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a transport for one message."""

    address: str
    verdict: Verdict
    code: str = ""
    """The reply's code, such as `250` or `550 5.1.1`; empty where the server said nothing."""
    reply: str = ""
    """The server's words, cleaned of control characters, at most 512 characters."""
    scope: Scope = Scope.ROW
    """What the reason is about; of no meaning where the message was accepted."""
    remote_id: str = ""
    """By which a provider knows the message from now on; empty where it gives no such thing."""
