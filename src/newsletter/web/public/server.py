"""The site as a program: a port, the server, the postman, what is done now and then, and the end of all of them."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from newsletter.audience.tokens import keys_of
from newsletter.delivery.all_backends import OWN_MAILS_SHARE, open_transport
from newsletter.delivery.dkim import load_signer
from newsletter.errors import FaultsError, UsageError
from newsletter.sending.clock import start_clock
from newsletter.sending.own_mails import OwnMail, OwnSending
from newsletter.sending.policy import Retry
from newsletter.sending.senders import Role, this_process
from newsletter.web.public.app import build_app
from newsletter.web.public.gate import Told
from newsletter.web.public.letters import OwnLetters
from newsletter.web.public.postman import Office, Postman
from newsletter.web.public.site import open_site
from newsletter.web.public.upkeep import keep_up, keep_wishes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine
    from starlette.types import ASGIApp
    from uvicorn.protocols.http.h11_impl import RequestResponseCycle

    from newsletter.config import Settings
    from newsletter.render import Theme

HEAD_WITHIN_S = 10.0
"""So long the lines before a body may take, from the first byte of the connection or the end of the answer before."""
_MOST_HEAD_BYTES = 16 * 1024
_IDLE_S = 10
_END_WITHIN_S = 10
_MOST_CONNECTIONS = 1000
_SWITCH_S = 0.0005
"""How long a thread keeps Python's lock. By default it is ten times as long, and the loop, which answers everybody,
waits so long behind each sign-up that is being taken in."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run of the site needs to know."""

    settings: Settings
    theme: Theme
    engine: Engine
    """For the pages: it waits for other writers only as long as a reader does."""
    postmans_engine: Engine
    lease: Callable[[], str]
    """A random text, another one each time."""
    log: Callable[[str], None]
    """Takes a line for each request."""
    warn: Callable[[str], None]
    """Takes what the one who runs the site has to know; an empty text says that it is over."""
    bug: Callable[[BaseException], None]
    """Takes what nobody expected."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address of this machine; port 0 takes any free one.

    Raises:
        UsageError: the address cannot be used.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        message = f"port {port} of {host} cannot be used: {error.strerror}; choose with --host and --port"
        raise UsageError(message) from error
    listening.listen(2048)
    return listening


def address_of(listening: socket.socket) -> str:
    """Return the address of a socket, as a browser takes it."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(plan: Plan, listening: socket.socket, ready: Callable[[], None]) -> int:
    """Serve until ^C, or until the system says so; return the number of the signal that ended it.

    `ready` is called once the site can be asked.

    Raises:
        NewsletterError: a text or the look of the own mails has faults, or a key is missing; nothing was served.
    """
    sys.setswitchinterval(_SWITCH_S)
    return asyncio.run(_serve(plan, listening, ready))


async def _serve(plan: Plan, listening: socket.socket, ready: Callable[[], None]) -> int:
    settings, stop = plan.settings, asyncio.Event()
    letters = OwnLetters(settings, plan.theme, keys_of(settings.secret_key), load_signer(settings.dkim))
    _try(letters, plan.warn)
    postman = Postman(_office(plan, letters))
    site = open_site(plan.engine, settings, _now_ms, postman.wake)
    app = build_app(site, Told(_now_ms, plan.log, plan.bug), lambda: postman.trouble)
    server = _Server(app, stop, ready)
    async with asyncio.TaskGroup() as group:
        group.create_task(postman.run(stop))
        group.create_task(keep_up(plan.engine, settings, _now_ms, stop, plan.warn))
        group.create_task(keep_wishes(plan.engine, site.wishes, stop, plan.warn))
        await server.serve(sockets=[listening])
        stop.set()
    return server.ended_by


def _try(letters: OwnLetters, warn: Callable[[str], None]) -> None:
    """Make all own mails once, so that a mistake in one is told now. One in a welcome keeps nobody from the site.

    Raises:
        NewsletterError: one that the site cannot do without cannot be made.
    """
    for mail in OwnMail:
        try:
            letters.composer(OwnSending(0, mail, None), _now_ms)
        except FaultsError as error:
            if mail is not OwnMail.WELCOME:
                raise
            warn(str(error))


def _office(plan: Plan, letters: OwnLetters) -> Office:
    settings = plan.settings
    return Office(
        engine=plan.postmans_engine,
        journal=settings.root / ".newsletter",
        letters=letters,
        open_transport=lambda: open_transport(settings, share=OWN_MAILS_SHARE),
        me=lambda: this_process(plan.lease(), Role.OWN_MAILS),
        clock=start_clock(time.time(), time.monotonic),
        retry=Retry(settings.sending.retry_after_s, give_up_s=settings.sending.give_up_after_s),
        told=plan.warn,
        bug=plan.bug,
    )


def _now_ms() -> int:
    return round(time.time() * 1000)


class _Patient(H11Protocol):
    """A connection that must say within a time what it wants: not a byte now and then for ever."""

    _alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is called with no other
        """Begin, with an eye on the time."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take some bytes; once they make a whole head, there is time for the answer."""
        if self._is_between():
            self._wait()
        super().data_received(data)
        if not self._is_between():
            self._wait_no_more()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _is_between(self) -> bool:
        """Say whether no request is at work."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _wait(self) -> None:
        if self._alarm is None:
            self._alarm = self.loop.call_later(HEAD_WITHIN_S, self._give_up)

    def _wait_no_more(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _give_up(self) -> None:
        self._alarm = None
        if self._is_between():
            self.transport.close()


class _Server(uvicorn.Server):
    """A server that the first signal ends in order: what was asked is answered, what is in hand is put back."""

    def __init__(self, app: ASGIApp, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Patient,
                log_level="critical",
                access_log=False,
                lifespan="off",
                ws="none",
                proxy_headers=False,
                server_header=False,
                limit_concurrency=_MOST_CONNECTIONS,
                h11_max_incomplete_event_size=_MOST_HEAD_BYTES,
                timeout_keep_alive=_IDLE_S,
                timeout_graceful_shutdown=_END_WITHIN_S,
            )
        )
        self.ended_by = 0
        """The number of the signal."""
        self._stop = stop
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve; from here on, a signal ends it in order."""
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals in the loop and keep them: raised again, as the library does, they would end the postman."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._end, number)
        yield

    def _end(self, number: int) -> None:
        if self.ended_by:
            # Asked twice. The ledger knows of every mail what a process that is gone may have done with it.
            os._exit(128 + number)
        self.ended_by = number
        self.should_exit = True
        self._stop.set()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Take a signal that came another way."""
        del frame
        self._end(sig)
