"""Mail servers on this machine: a real one that keeps what it takes, and one that plays a script byte by byte."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from select import select
from typing import TYPE_CHECKING, Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from newsletter.config.secret import Secret
from newsletter.config.settings import Smtp
from newsletter.delivery.smtp import Patience, SmtpTransport

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Sequence

    from newsletter.delivery.base import Message, Transport
    from newsletter.model import Outcome

PASSWORD = "p@ss wörd=hunter2"
NEVER_S = 20.0
"""How long a test waits for what should come at once."""


class Inbox:
    """What a real server took, and how it answers."""

    def __init__(self, password: str = PASSWORD) -> None:
        self._password = password
        self.envelopes: list[Envelope] = []
        self._arrived = threading.Semaphore(0)
        self.log_ins: list[tuple[str, bytes, bytes]] = []
        self.was_encrypted: list[bool] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        self.envelopes.append(envelope)
        assert server.transport is not None
        self.was_encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        self._arrived.release()
        return "250 2.0.0 Ok: queued as 4XyZ"

    def wait_for(self, count: int) -> None:
        """Wait until so many more have arrived."""
        for _ in range(count):
            assert self._arrived.acquire(timeout=NEVER_S)

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.log_ins.append((mechanism, data.login, data.password))
        return AuthResult(success=data.password == self._password.encode(), handled=False)

    @property
    def contents(self) -> list[bytes]:
        return [content for envelope in self.envelopes if isinstance(content := envelope.content, bytes)]


class RealServer(Controller):
    """aiosmtpd on a port of the system's choice."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd is typed in part


@contextmanager
def real_server(inbox: Inbox, **options: Any) -> Iterator[int]:
    """Run a real server and give its port."""
    controller = RealServer(
        inbox,
        hostname="127.0.0.1",
        port=0,
        server_hostname="mail.example",
        authenticator=inbox.authenticate,
        **options,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


class Line:
    """A script's end of one connection; every word that it hears is kept."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._unread = b""
        self.heard = b""

    def say(self, *replies: str | bytes) -> None:
        """Write the replies, all at once."""
        lines = (reply if isinstance(reply, bytes) else f"{reply}\r\n".encode() for reply in replies)
        self._connection.sendall(b"".join(lines))

    def hear(self, start: str) -> None:
        """Read one line, which starts so."""
        line = self._until(b"\r\n")
        assert line.upper().startswith(start.upper().encode()), f"heard {line!r} and not {start}"

    def hear_exactly(self, octets: bytes) -> None:
        """Read so many octets, which are these, and nothing behind them."""
        while len(self._unread) < len(octets):
            self._more()
        heard, self._unread = self._unread, b""
        assert heard == octets

    def hear_content(self) -> bytes:
        """Read a message with its final dot."""
        return self._until(b"\r\n.\r\n")

    def hear_some(self, octets: int) -> None:
        """Read a part of a message."""
        while len(self._unread) < octets:
            self._more()
        self._unread = b""

    def hear_the_end(self) -> None:
        """Wait until the other side hangs up."""
        with suppress(ConnectionResetError):
            while self._received():
                pass

    def stall(self, seconds: float) -> None:
        """Say nothing for so long, or until the other side hangs up."""
        select([self._connection], [], [], seconds)

    def wait_until(self, event: threading.Event) -> None:
        """Leave everything unread until the test says so."""
        assert event.wait(NEVER_S)

    def close(self) -> None:
        self._connection.close()

    def cut(self) -> None:
        """Break the line at once: with a reset, not with a goodbye."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._connection.close()

    def encrypt(self, context: ssl.SSLContext) -> None:
        self._connection = context.wrap_socket(self._connection, server_side=True)

    def _until(self, end: bytes) -> bytes:
        while end not in self._unread:
            self._more()
        found, _, self._unread = self._unread.partition(end)
        return found + end

    def _more(self) -> None:
        received = self._received()
        assert received, f"the other side hung up after {self.heard[-60:]!r}"
        self._unread += received

    def _received(self) -> bytes:
        received = self._connection.recv(65536)
        self.heard += received
        return received


Script = Callable[[Line], None]
"""What happens on one connection."""


class ScriptedServer:
    """Plays one script for each connection, in their order, on a thread of its own."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = scripts
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(NEVER_S)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._failure: BaseException | None = None
        self.port: int = self._listening.getsockname()[1]
        self.heard: list[bytes] = []
        """What was heard, for each connection."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._thread.join(NEVER_S)
        self._listening.close()
        if kind is None:
            assert not self._thread.is_alive(), "the script did not come to its end"
            if self._failure:
                raise self._failure

    def _run(self) -> None:
        try:
            for script in self._scripts:
                connection, _ = self._listening.accept()
                connection.settimeout(NEVER_S)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with closing(Line(connection)) as line:
                    try:
                        script(line)
                    finally:
                        self.heard.append(line.heard)
        except BaseException as error:  # noqa: BLE001 - the thread hands it over to the test
            self._failure = error
        finally:
            self._listening.close()


def smtp_settings(port: int, **changes: Any) -> Smtp:
    """The settings of a server on this machine; it is not encrypted unless a change says so."""
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": "",
        "password": None,
        "timeout_s": 10,
        "connections": 1,
    }
    return Smtp(**(values | changes))


def with_log_in(port: int, **changes: Any) -> Smtp:
    return smtp_settings(port, **({"username": "redactie", "password": Secret(PASSWORD)} | changes))


class ListFeed:
    """Gives what is in a list; every message taken is settled once, and no more than is allowed is taken."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._left = [replace(message) for message in messages]  # each one of its own
        self._taken: list[Message] = []
        self.settled: list[tuple[Message, Outcome]] = []
        """In the order in which their fate was known."""

    async def take(self, most: int) -> Sequence[Message]:
        assert most > 0
        taken, self._left = self._left[:most], self._left[most:]
        self._taken += taken
        return taken

    def settle(self, message: Message, outcome: Outcome) -> None:
        assert self.in_the_air(message), f"settled twice: {message.recipient}"
        assert outcome.address == message.recipient
        self.settled.append((message, outcome))

    def in_the_air(self, message: Message) -> bool:
        return any(one is message for one in self._taken) and all(one is not message for one, _ in self.settled)

    @property
    def outcomes(self) -> list[Outcome]:
        """In the order in which they were taken; all of them are there."""
        assert len(self.settled) == len(self._taken)
        return [next(outcome for one, outcome in self.settled if one is message) for message in self._taken]


def smtp(
    settings: Smtp, *, context: ssl.SSLContext | None = None, patience: dict[str, float] | None = None
) -> SmtpTransport:
    """The transport, which pauses so shortly after a setback that no test waits for it."""
    return SmtpTransport(
        settings,
        ehlo_name="aireport.example",
        context=context,
        patience=Patience(**({"reply_s": float(settings.timeout_s), "server_s": NEVER_S} | (patience or {}))),
        first_pause_s=0.01,
    )


def deliver(transport: Transport, *messages: Message) -> list[Outcome]:
    """Run a transport, and return what became of the messages, in their order."""
    feed = ListFeed(messages)
    asyncio.run(transport.run(feed))
    return feed.outcomes
