"""The states of a conversation and of the messages in it, as tables.

Two rules hold for this file: every state that the engine (`protocol.py`) can be in has a name here, and what
an answer means is looked up here and decided nowhere else.

**Answers.** A server answers commands in their order (RFC 5321 section 4.1.1), several of them at once where
it offers PIPELINING (RFC 2920). So all that has to be remembered of the commands that were written is a queue
of what is `Due`, and an answer belongs to its head. `MEANINGS` says what the first digit of an answer means
to what is due: yes, no, or that client and server are out of step, as 250 is where 354 was due. Out of step
is for ever: from then on each answer could belong to another message than it seems to. The line is left.

**Messages.** Each is at one `Step`:

    ENVELOPE ──354──► TEXT ──its last piece, with the dot, is handed to the line──► DOT ──250──► (accepted)
        └──────no──────┴──no──────────────────────────────────────────────────────────┴─no─► (refused, deferred)

and when the line is lost, its step alone says what became of it (`FATES`). A server takes a message over by
answering its final dot (RFC 5321 section 6.1): before the dot it cannot have done so, after it nobody knows.
The border is where the dot leaves this program's hands, not where it reaches the other side, so that an error
in our own knowledge can only make a doubt, and never a second copy.

With PIPELINING the next message's envelope travels behind the dot of this one: one message in DOT, one in
ENVELOPE, and so one round trip for each message. The next one's text waits for its 354, which a server gives
after it has answered that dot. So of all messages on a line at most one can ever be in doubt.

**A refused envelope.** Where MAIL and DATA were pipelined around a refused RCPT, a server should refuse DATA.
One that answers 354 is waiting for a text: it gets a dot alone, which it should refuse (RFC 2920 section
3.1). Then RSET clears what was left of the transaction, in one write with the next envelope.
"""

from __future__ import annotations

from enum import Enum, StrEnum, auto
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


class Due(StrEnum):
    """What the next answer is to."""

    GREETING = "the greeting"
    HELLO = "EHLO"
    STARTTLS = "STARTTLS"
    HANDSHAKE = "TLS"
    AUTH = "AUTH"
    RSET = "RSET"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    TEXT = "the message"
    """No answer: that the line takes more of the text."""
    DOT = "the final dot"
    LONE_DOT = "a dot alone"
    QUIT = "QUIT"
    NOTHING = "nothing"
    """No answer: a message."""


class Meaning(Enum):
    """What an answer says."""

    YES = auto()
    LATER = auto()
    NO = auto()
    OUT_OF_STEP = auto()


class Step(Enum):
    """How far a message has come."""

    ENVELOPE = auto()
    TEXT = auto()
    DOT = auto()
    OVER = auto()
    """It was told what became of it; answers that are still due to its commands change nothing."""


CLOSING = 421
"""The server will close the line, whatever it was asked (RFC 5321 section 3.8)."""

_YES, _LATER, _NO = Meaning.YES, Meaning.LATER, Meaning.NO

MEANINGS: Mapping[Due, Mapping[int, Meaning]] = MappingProxyType(
    {
        Due.MAIL: {2: _YES, 4: _LATER, 5: _NO},
        Due.RCPT: {2: _YES, 4: _LATER, 5: _NO},
        Due.DATA: {3: _YES, 4: _LATER, 5: _NO},
        Due.DOT: {2: _YES, 4: _LATER, 5: _NO},
        # A server that takes a dot for a message, or will not start again, is not to be trusted with another.
        Due.LONE_DOT: {4: _YES, 5: _YES},
        Due.RSET: {2: _YES},
        Due.QUIT: {2: _YES, 3: _YES, 4: _YES, 5: _YES},
        # What was not asked for can only be a refusal to go on.
        Due.TEXT: {4: _LATER, 5: _NO},
        Due.NOTHING: {},
    }
)
"""By what is due, and the first digit of the answer. What is not in it is out of step."""

FATES: Mapping[Step, Verdict] = MappingProxyType(
    {Step.ENVELOPE: Verdict.DEFERRED, Step.TEXT: Verdict.DEFERRED, Step.DOT: Verdict.UNCERTAIN}
)
"""What became of a message at that step when no answer can come any more."""

VERDICTS: Mapping[Meaning, Verdict] = MappingProxyType({Meaning.LATER: Verdict.DEFERRED, Meaning.NO: Verdict.REFUSED})
"""What became of a message that was answered so."""


def meaning_of(due: Due, code: int) -> Meaning:
    """Say what an answer means to what was due."""
    return MEANINGS[due].get(code // 100, Meaning.OUT_OF_STEP)
