"""One conversation with a mail server, without a socket and without a clock.

In: the octets that arrive, and messages. Out: the octets to write, in pieces, and what became of each message.
`states.py` says what its states are and what an answer means. A `Conversation` raises nothing while messages
are under way: whatever goes wrong ends it, and every message in it has its outcome.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from newsletter.delivery.headers import check_address
from newsletter.delivery.replies import clean_reply, split_enhanced_code
from newsletter.delivery.scopes import scope_of
from newsletter.delivery.smtp.opening import SPOILT, Offer, open_conversation, opening_error, secrets_of
from newsletter.delivery.smtp.states import CLOSING, FATES, VERDICTS, Due, Meaning, Step, meaning_of
from newsletter.delivery.smtp.wire import DOT, OutOfStepError, Reply, ReplyReader, command
from newsletter.errors import DeliveryError, UnsafeValueError
from newsletter.model import Outcome, Scope, Verdict

if TYPE_CHECKING:
    from newsletter.config.settings import Smtp
    from newsletter.delivery.base import Message

PIECE_OCTETS = 65536
"""Of a text, handed to the line at once. The dot leaves with the last piece, after the line took the others."""

OUT_OF_TURN = "the server talked out of turn"

Settled = tuple["Message", Outcome]


class _Transaction:
    """One message on its way."""

    __slots__ = ("commands", "message", "step", "text", "written")

    def __init__(self, message: Message, commands: list[tuple[Due, bytes]]) -> None:
        self.message = message
        self.commands = deque(commands)
        """Those that were not yet written."""
        self.step = Step.ENVELOPE
        self.text = b"".join([piece.stuffed for piece in message.pieces])
        self.written = 0
        """Octets of the text that were handed to the line."""


class Conversation:
    """The client's side of one connection, from the greeting on."""

    def __init__(self, settings: Smtp, ehlo_name: str) -> None:
        self.progress = 0
        """Grows with each answer and with each piece that is handed out."""
        self.is_ready = False
        """Whether it is open for messages."""
        self.has_ended = False
        """Whether nothing can follow on this line; it is to be closed at once."""
        self.is_leaving = False
        """Whether it has said goodbye."""
        self.accepted = 0
        """Messages that the server took."""
        self.begun = 0
        """Messages that it was given."""
        self.fault: DeliveryError | None = None
        """Why it never became ready."""
        self.reason = ""
        """Why it ended; empty where it was ended by a goodbye."""
        self._settings = settings
        self._secrets = secrets_of(settings)
        self._reader = ReplyReader()
        self._opening = open_conversation(settings, ehlo_name)
        self._offer = Offer()
        self._awaited: deque[tuple[Due, _Transaction | None]] = deque()
        self._out: list[bytes] = []
        self._text: _Transaction | None = None
        """The one whose text is being written."""
        self._dotted: _Transaction | None = None
        """The one whose dot is in the last piece."""
        self._next: _Transaction | None = None
        """The one whose envelope follows that text's dot."""
        self._needs_reset = False
        self._settled: list[Settled] = []
        self._say(next(self._opening))

    # What happens

    def receive(self, octets: bytes) -> list[Settled]:
        """Read what arrived; return the messages whose fate it decides."""
        try:
            for reply in self._reader.read(octets):
                if self.has_ended:
                    break
                self._hear(reply)
        except OutOfStepError as error:
            self._end(str(error))
        return self._told()

    def submit(self, message: Message) -> list[Settled]:
        """Begin a message; only while `wants_message`. One that cannot be sent so is told of at once."""
        if outcome := self._refusal(message):
            return [(message, outcome)]
        self.begun += 1
        transaction = _Transaction(message, self._envelope(message))
        if self._text:
            self._next = transaction
        else:
            self._begin(transaction)
        return self._told()

    def leave(self) -> None:
        """Say goodbye; only while `is_idle`."""
        self.is_leaving = True
        self._write(Due.QUIT, command("QUIT"), None)

    def lose(self, reason: str, *, took_last_piece: bool = True) -> list[Settled]:
        """Be told that the line is gone, or is given up; return what became of the messages on it.

        `took_last_piece` is false only where it is certain that not one octet of the last piece left.
        """
        if self._dotted and not took_last_piece and self._dotted.step is Step.DOT:
            self._dotted.step = Step.TEXT
        self._end(reason)
        return self._told()

    def encrypted(self) -> None:
        """Be told that TLS stands. What was read in clear is forgotten (RFC 3207 section 4.2)."""
        self._reader = ReplyReader()
        self._awaited.clear()
        self._continue_opening(Reply(0, b""))

    # What can be asked

    @property
    def offer(self) -> Offer:
        """What the server can do, once the conversation is ready."""
        return self._offer

    @property
    def due(self) -> Due:
        """What the server has to do next; who keeps the time gives it so long."""
        if self._awaited:
            return self._awaited[0][0]
        return Due.TEXT if self._text else Due.NOTHING

    @property
    def wants_message(self) -> bool:
        """Whether another message may begin now."""
        if not self.is_ready or self.has_ended or self.is_leaving or self._next:
            return False
        if "PIPELINING" in self._offer.extensions:
            # Behind a text or its dot; while an envelope is under way it is not known what comes next.
            return all(due is Due.DOT for due, _ in self._awaited)
        return self.is_idle

    @property
    def is_idle(self) -> bool:
        """Whether it is ready and no message is on its way."""
        return self.is_ready and not self.has_ended and not (self._awaited or self._text)

    @property
    def is_decided(self) -> bool:
        """Whether no message is in doubt: none has its dot written and no answer yet."""
        return all(due is not Due.DOT for due, _ in self._awaited)

    def next_piece(self) -> bytes:
        """Return what to write now; empty for nothing. Ask again only after the line took it wholly."""
        if self.has_ended:
            return b""
        self._dotted = None
        piece = self._take_text() if self._text else self._take_commands()
        self.progress += bool(piece)
        return piece

    # Writing

    def _say(self, say: tuple[Due, bytes]) -> None:
        due, octets = say
        self._write(due, octets, None)

    def _write(self, due: Due, octets: bytes, transaction: _Transaction | None) -> None:
        self._out.append(octets)
        self._awaited.append((due, transaction))

    def _take_commands(self) -> bytes:
        octets, self._out = b"".join(self._out), []
        return octets

    def _take_text(self) -> bytes:
        """Return the next piece of the text; with the last one its dot and the envelope that follows."""
        transaction = self._text
        assert transaction is not None  # noqa: S101 - for mypy; `next_piece` asked
        start, end = transaction.written, transaction.written + PIECE_OCTETS
        transaction.written = end
        if end < len(transaction.text):
            return transaction.text[start:end]
        transaction.step = Step.DOT
        self._text, self._dotted = None, transaction
        self._awaited.append((Due.DOT, transaction))
        if self._next:
            following, self._next = self._next, None
            self._begin(following)
        last = transaction.text[start:] if start else transaction.text
        return b"".join((last, DOT, self._take_commands()))

    def _begin(self, transaction: _Transaction) -> None:
        if self._needs_reset:
            self._needs_reset = False
            transaction.commands.appendleft((Due.RSET, command("RSET")))
        self._go_on(transaction)

    def _go_on(self, transaction: _Transaction) -> None:
        """Write the next command of an envelope, or all of them where the server reads ahead."""
        pipelining = "PIPELINING" in self._offer.extensions
        while transaction.commands:
            due, octets = transaction.commands.popleft()
            self._write(due, octets, transaction)
            if not pipelining:
                break

    def _envelope(self, message: Message) -> list[tuple[Due, bytes]]:
        utf8 = _needs_smtputf8(message)
        parameters = []
        if "SIZE" in self._offer.extensions:
            parameters.append(f" SIZE={message.size}")
        if utf8:
            parameters.append(" SMTPUTF8")
        if not message.is_ascii:
            parameters.append(" BODY=8BITMIME")
        return [
            (Due.MAIL, command("MAIL", f"FROM:<{message.sender}>{''.join(parameters)}", utf8=utf8)),
            (Due.RCPT, command("RCPT", f"TO:<{message.recipient}>", utf8=utf8)),
            (Due.DATA, command("DATA")),
        ]

    def _refusal(self, message: Message) -> Outcome | None:
        """Return the outcome of a message that this line cannot carry; nothing of it is written."""
        try:
            check_address("the envelope sender", message.sender)
        except UnsafeValueError as error:
            return Outcome(message.recipient, Verdict.REFUSED, reply=str(error), scope=Scope.OURS)
        try:
            check_address("the envelope recipient", message.recipient)
        except UnsafeValueError as error:
            return Outcome(message.recipient, Verdict.REFUSED, reply=str(error), scope=Scope.HARD)
        if _needs_smtputf8(message) and not {"SMTPUTF8", "8BITMIME"} <= self._offer.extensions:
            reply = "the server offers no SMTPUTF8, which this message's addresses need (RFC 6531)"
            return Outcome(message.recipient, Verdict.REFUSED, reply=reply, scope=Scope.ROW)
        if 0 < self._offer.max_octets < message.size:
            reply = f"the server takes {self._offer.max_octets} octets, and the message has {message.size}"
            return Outcome(message.recipient, Verdict.REFUSED, reply=reply, scope=Scope.OURS)
        return None

    # Reading

    def _hear(self, reply: Reply) -> None:
        self.progress += 1
        if not self.is_ready:
            self._hear_opening(reply)
        elif reply.code == CLOSING and not self.is_leaving:
            self._close(reply)
        elif self._awaited:
            due, transaction = self._awaited.popleft()
            self._answer(due, transaction, reply)
        elif self._text and meaning_of(Due.TEXT, reply.code) is not Meaning.OUT_OF_STEP:
            # It will not hear the text to its end, and says why. No word may follow.
            self._settle(self._text, VERDICTS[meaning_of(Due.TEXT, reply.code)], reply, Due.DATA)
            self._end("the server answered inside the message")
        else:
            self._end(OUT_OF_TURN)

    def _answer(self, due: Due, transaction: _Transaction | None, reply: Reply) -> None:
        meaning = meaning_of(due, reply.code)
        if meaning is Meaning.OUT_OF_STEP:
            if transaction and transaction.step is not Step.OVER:
                self._settle(transaction, FATES[transaction.step], reply, due)
            self._end(f"the server answered {due} with {reply.code}")
        elif transaction is None:  # the goodbye alone belongs to no message
            self._end("")
        elif meaning is Meaning.YES:
            self._agree(due, transaction, reply)
        else:
            self._refuse(due, transaction, meaning, reply)

    def _agree(self, due: Due, transaction: _Transaction, reply: Reply) -> None:
        if due is Due.DOT:
            self.accepted += 1
            self._settle(transaction, Verdict.ACCEPTED, reply, due)
        elif due is not Due.DATA:
            self._go_on(transaction)
        elif transaction.step is Step.OVER:
            # It waits for a text, though the envelope was refused.
            self._write(Due.LONE_DOT, DOT, transaction)
        else:
            transaction.step = Step.TEXT
            self._text = transaction

    def _refuse(self, due: Due, transaction: _Transaction, meaning: Meaning, reply: Reply) -> None:
        self._needs_reset = self._needs_reset or due is not Due.DOT
        transaction.commands.clear()
        if transaction.step is not Step.OVER:
            self._settle(transaction, VERDICTS[meaning], reply, due)

    def _hear_opening(self, reply: Reply) -> None:
        due, _ = self._awaited.popleft()
        if due is Due.HANDSHAKE or (due is Due.STARTTLS and not self._reader.is_between_replies):
            self._end(f"{OUT_OF_TURN} before TLS began")
        else:
            self._continue_opening(reply)

    def _continue_opening(self, reply: Reply) -> None:
        try:
            self._say(self._opening.send(reply))
        except StopIteration as done:
            self._offer = done.value
            self.is_ready = True
        except DeliveryError as error:
            self.fault = error
            self._end(str(error))

    # The end

    def _close(self, reply: Reply) -> None:
        """Take the server's word that it closes the line; it is the answer to what was due."""
        for due, transaction in (*self._awaited, *(((Due.DATA, self._text),) if self._text else ())):
            if transaction and transaction.step is not Step.OVER:
                self._settle(transaction, Verdict.DEFERRED, reply, due)
                break
        self._end("the server closed the connection")

    def _end(self, reason: str) -> None:
        """Settle whatever is left by how far it came; nothing is written any more."""
        if self.has_ended:
            return
        self.has_ended = True
        self.reason = reason
        self._out.clear()
        places: dict[_Transaction, str] = {}
        for due, transaction in self._awaited:
            if transaction:
                places.setdefault(transaction, f"at {due}")
        for transaction in (self._text, self._next):
            if transaction:
                places.setdefault(transaction, "at MAIL")
        for transaction, place in places.items():
            if transaction.step is not Step.OVER:
                self._settle_lost(transaction, reason, place)
        self._awaited.clear()
        if not (self.is_ready or self.fault or self.is_leaving):
            self.fault = opening_error(self._settings, reason, SPOILT)

    def _settle_lost(self, transaction: _Transaction, reason: str, place: str) -> None:
        where = {
            Step.TEXT: "inside the message and before its final dot",
            Step.DOT: "after the final dot and before an answer",
        }.get(transaction.step, place)
        verdict = FATES[transaction.step]
        transaction.step = Step.OVER
        address = transaction.message.recipient
        outcome = Outcome(address, verdict, reply=f"{reason}, {where}", scope=Scope.SESSION)
        self._settled.append((transaction.message, outcome))

    def _settle(self, transaction: _Transaction, verdict: Verdict, reply: Reply, due: Due) -> None:
        transaction.step = Step.OVER
        code, words = split_enhanced_code(reply.code, reply.words)
        shown = clean_reply(words, self._secrets)
        scope = Scope.ROW
        if verdict is Verdict.UNCERTAIN or meaning_of(due, reply.code) is Meaning.OUT_OF_STEP:
            scope = Scope.SESSION
        elif verdict is not Verdict.ACCEPTED:
            scope = scope_of(code, shown, due)
        outcome = Outcome(transaction.message.recipient, verdict, code, shown, scope)
        self._settled.append((transaction.message, outcome))

    def _told(self) -> list[Settled]:
        settled, self._settled = self._settled, []
        return settled


def _needs_smtputf8(message: Message) -> bool:
    return message.needs_smtputf8 or not (message.is_ascii and (message.sender + message.recipient).isascii())
