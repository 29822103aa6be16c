"""One connection: a socket and a clock around a `Conversation`."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from newsletter.config.fields import is_loopback
from newsletter.delivery.smtp.opening import SPOILT, opening_error
from newsletter.delivery.smtp.states import Due

if TYPE_CHECKING:
    from newsletter.config.settings import Smtp
    from newsletter.delivery.base import Message
    from newsletter.delivery.smtp.protocol import Conversation, Settled
    from newsletter.model import Outcome

INTERRUPTED = "the sending was interrupted"

_LONGEST_S = {
    Due.GREETING: 300.0,
    Due.HELLO: 300.0,
    Due.STARTTLS: 120.0,
    Due.AUTH: 300.0,
    Due.RSET: 300.0,
    Due.MAIL: 300.0,
    Due.RCPT: 300.0,
    Due.DATA: 120.0,
    Due.TEXT: 180.0,
    Due.LONE_DOT: 300.0,
}
"""RFC 5321 section 4.5.3.2. A server that needs longer is given up; nothing was taken then."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited, in seconds."""

    reply_s: float = 300.0
    """For any answer but that to a final dot, and for the line to take one piece of a message."""
    final_reply_s: float = 600.0
    """For the answer to the final dot (RFC 5321 section 4.5.3.2.6). Giving up sooner makes doubt, not mail."""
    connect_s: float = 30.0
    """For a connection to be made."""
    goodbye_s: float = 2.0
    """For the answer to QUIT, and for what was begun when the run is cancelled."""
    idle_s: float = 60.0
    """Before a connection without work is given back."""
    server_s: float = 60.0
    """For a server that takes nothing, before the run is given up."""

    def limit_s(self, due: Due) -> float:
        """Return how long the server may take for what is due."""
        if due is Due.DOT:
            return self.final_reply_s
        if due is Due.QUIT:
            return self.goodbye_s
        if due is Due.NOTHING:
            return self.idle_s
        return min(self.reply_s, _LONGEST_S[due])


class Source(Protocol):
    """Where a connection gets its messages, and tells what became of them."""

    def next_message(self, conversation: Conversation) -> Message | None:
        """Return the next message, or None for none now."""
        ...

    def is_enough(self, conversation: Conversation) -> bool:
        """Say whether an idle conversation should end."""
        ...

    def settle(self, message: Message, outcome: Outcome) -> None:
        """Be told what became of a message."""
        ...


class Connection(asyncio.Protocol):
    """Moves octets between a conversation and the line, and keeps the time."""

    def __init__(self, conversation: Conversation, patience: Patience, source: Source) -> None:
        self.conversation = conversation
        self._patience = patience
        self._source = source
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        """What is written to; None where nothing may be written any more."""
        self._line: asyncio.Transport | None = None
        """The line itself, which is also below TLS."""
        self._is_full = False
        """The line has not yet taken the last piece."""
        self._is_finishing = False
        self._deadline = 0.0
        self._timed = (-1, Due.NOTHING)
        self._timer: asyncio.TimerHandle | None = None
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self.closed: asyncio.Future[None] = self._loop.create_future()

    @property
    def certificate_ends(self) -> datetime | None:
        """When the server's certificate does; None without TLS, or where the line is gone."""
        found = self._transport.get_extra_info("peercert") if self._transport else None
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(found["notAfter"]), UTC) if found else None

    # The line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over a line. Nothing is read from it before `begin`: it may have to be encrypted first."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for mypy; a stream it is
        transport.pause_reading()
        self._line = transport
        self._write_to(transport)

    def _write_to(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        # A piece that the line did not take at once is seen at once, and no other is written behind it.
        # (With 0 for 1, TLS in asyncio would call an empty buffer full.)
        transport.set_write_buffer_limits(high=1, low=0)

    async def begin(self) -> None:
        """Talk until there is something to do for others: TLS, messages, or nothing any more."""
        self._opened = self._loop.create_future()
        if self._transport:
            self._transport.resume_reading()
        self._go_on()
        await self._opened

    async def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Go over to TLS.

        Raises:
            OSError: no TLS can be had, or the certificate is not the host's.
        """
        if not self._transport:
            raise ConnectionResetError("the server closed the connection")
        transport = await self._loop.start_tls(self._transport, self, context, server_hostname=host)
        if not transport or self.conversation.has_ended:
            raise ConnectionResetError("the server closed the connection")
        self._write_to(transport)

    def data_received(self, data: bytes) -> None:
        """Read what arrived, and answer it."""
        self._tell(self.conversation.receive(data))
        self._go_on()
        if self._transport and self.conversation.due is Due.HANDSHAKE:
            # What follows in clear is TLS's to refuse.
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """Be told that the line did not take the last piece wholly."""
        self._is_full = True

    def resume_writing(self) -> None:
        """Be told that the line took it."""
        self._is_full = False
        self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """Be told that nothing more can be read or written."""
        words = exc.strerror or str(exc) if isinstance(exc, OSError) else str(exc)
        self._lose(f"the connection was lost ({words})" if exc else "the server closed the connection")

    # Work

    def wake(self) -> None:
        """Be told that there may be messages, or that it may be time to leave."""
        if self.conversation.is_ready and not self.conversation.has_ended:
            self._go_on()

    def finish(self) -> None:
        """Begin and write no further message: hear the answer to a dot that was written, then hang up."""
        self._is_finishing = True
        self._go_on()

    def give_up(self, reason: str) -> None:
        """Cut the line, whatever is on it."""
        self._lose(reason)

    def _go_on(self) -> None:
        """Begin as many messages as there can be, and write whatever can be written."""
        conversation = self.conversation
        if self._is_finishing and conversation.is_decided and not conversation.is_idle and not conversation.is_leaving:
            self._tell(conversation.lose(INTERRUPTED))
        # A line that is closing sends what it still has in hand, so nothing may be given to it any more.
        while self._transport and not (self._is_full or conversation.has_ended or self._is_closing()):
            self._begin_messages()
            piece = conversation.next_piece()
            if not piece:
                break
            self._transport.write(piece)
            if self._is_closing():
                # The system refused the piece: it is written at once, and only what follows a success is buffered.
                self._tell(conversation.lose("the connection was lost", took_last_piece=False))
        if conversation.has_ended:
            self._close()
        elif conversation.is_ready or conversation.due is Due.HANDSHAKE:
            self._tell_open()
        self._keep_time()

    def _is_closing(self) -> bool:
        return self._line is None or self._line.is_closing()

    def _begin_messages(self) -> None:
        conversation = self.conversation
        while not self._is_finishing and conversation.wants_message:
            message = self._source.next_message(conversation)
            if not message:
                break
            self._tell(conversation.submit(message))
        if conversation.is_idle and (self._is_finishing or self._source.is_enough(conversation)):
            conversation.leave()

    def _tell(self, settled: list[Settled]) -> None:
        for message, outcome in settled:
            self._source.settle(message, outcome)

    def _tell_open(self) -> None:
        if not self._opened.done():
            self._opened.set_result(None)

    def _lose(self, reason: str) -> None:
        self._tell(self.conversation.lose(reason))
        self._close()

    def _close(self) -> None:
        """Cut the line: octets that it has not taken yet must not follow."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._transport:
            self._transport.abort()
            self._transport = None
        self._tell_open()
        if not self.closed.done():
            self.closed.set_result(None)

    # Time

    def _keep_time(self) -> None:
        """Give the server its time anew after each answer and each piece, but not for a part of an answer."""
        conversation = self.conversation
        state = (conversation.progress, conversation.due)
        if conversation.has_ended or state == self._timed or conversation.due is Due.HANDSHAKE:
            return
        self._timed = state
        self._deadline = self._loop.time() + self._patience.limit_s(conversation.due)
        # A timer that rings too early costs less than one that is set anew for each answer.
        if self._timer is None or self._timer.when() > self._deadline:
            if self._timer:
                self._timer.cancel()
            self._timer = self._loop.call_at(self._deadline, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._ring)
        elif self.conversation.is_idle:
            self.conversation.leave()
            self._go_on()
        elif self._is_full:
            self._lose("the server stopped reading")
        else:
            self._lose("the server did not answer in time")


async def open_connection(connection: Connection, settings: Smtp, context: ssl.SSLContext, patience: Patience) -> None:
    """Connect, encrypt and log in.

    Raises:
        OpeningError: one of these is not possible; said with the server's name and what to do about it.
    """
    if settings.security == "none" and not is_loopback(settings.host):
        fault = 'smtp.security "none" is for this machine alone, and nothing was sent'
        raise opening_error(settings, fault, 'set it to "tls" or "starttls"')
    conversation, connect_s = connection.conversation, min(patience.connect_s, patience.reply_s)
    try:
        async with asyncio.timeout(connect_s):
            await _connect(connection, settings)
            if settings.security == "tls":
                await connection.encrypt(context, settings.host)
        await connection.begin()
        if conversation.due is Due.HANDSHAKE:
            async with asyncio.timeout(connect_s):
                await connection.encrypt(context, settings.host)
            conversation.encrypted()
            await connection.begin()
    except (OSError, UnicodeError) as error:
        connection.give_up(str(error))
        raise opening_error(settings, *_explained(error)) from error
    except asyncio.CancelledError:
        connection.give_up(INTERRUPTED)
        raise
    if conversation.has_ended:
        raise conversation.fault or opening_error(settings, conversation.reason, SPOILT)


async def _connect(connection: Connection, settings: Smtp) -> None:
    """Connect to the first of the host's addresses that answers."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    for number, (family, _, _, _, address) in enumerate(found, start=1):
        try:
            await loop.create_connection(lambda: connection, str(address[0]), settings.port, family=family)
        except OSError:
            if number == len(found):
                raise
        else:
            return


def _explained(error: OSError | UnicodeError) -> tuple[str, str]:
    """Say what kept a connection from being made, and how to mend it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        fault = f"its certificate was refused ({error.verify_message})"
        return fault, "use the host name that the certificate is made out to, or have it renewed"
    if isinstance(error, ssl.SSLError):
        fault = f"TLS could not be begun ({error.reason or error})"
        return fault, 'smtp.security is "tls" where TLS starts at once, mostly port 465, and else "starttls"'
    if isinstance(error, socket.gaierror | UnicodeError):  # the latter where a name cannot be a host's
        return "there is no such host", "look at smtp.host"
    if isinstance(error, TimeoutError):
        return "nothing answers", "look at smtp.host and smtp.port, or at a firewall on the way"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there", "look at smtp.host and smtp.port, or start the server"
    return f"no connection ({error.strerror or error})", "look at smtp.host and smtp.port"
