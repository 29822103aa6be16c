"""The preview as a program: a port of this machine, the watch, the renderer, the server, and the end of all of them."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from newsletter.errors import UsageError
from newsletter.web.preview.app import make_app
from newsletter.web.preview.desk import Desk
from newsletter.web.preview.guard import Guard
from newsletter.web.preview.protocol import HOUSE
from newsletter.web.preview.renderer import Renderer
from newsletter.web.preview.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HOST = "127.0.0.1"
"""Nobody else's machine can look at a draft."""
_PORTS_TRIED = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run of the preview needs to know."""

    root: Path
    also: Path | None
    """An issue that stands elsewhere than in `issues/`."""
    command: Sequence[str]
    """Starts the process that renders."""
    environ: Mapping[str, str]
    """All that this process gets of the environment."""
    token: str
    """Unguessable, and another one in each run; the addresses of this run begin with it."""


def free_port(wanted: int) -> socket.socket:
    """Return a socket that listens at a port of this machine: the wanted one, or the next that is free.

    Raises:
        UsageError: neither it nor one of the next twenty can be used.
    """
    reason = ""
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65_535) + 1) if wanted else (0,):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except OSError as error:
            listening.close()
            reason = error.strerror or ""
            continue
        listening.listen()
        return listening
    message = f"no port from {wanted} to {wanted + _PORTS_TRIED} of {HOST} can be used: {reason}; choose with --port"
    raise UsageError(message)


def serve(plan: Plan, listening: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve until ^C; `ready` gets the address of the page once it can be opened.

    Raises:
        UsageError: the workspace cannot be watched.
        KeyboardInterrupt: ^C, after everything has ended.
    """
    asyncio.run(_serve(plan, listening, ready))


async def _serve(plan: Plan, listening: socket.socket, ready: Callable[[str], None]) -> None:
    renderer = Renderer(plan.command, plan.environ)
    desk = Desk(renderer)
    port = listening.getsockname()[1]
    watch = Watch(plan.root, plan.also, lambda more: desk.change(look_too=more))
    server = _Server(
        Guard(make_app(desk), plan.token, port), desk, lambda: ready(f"http://{HOST}:{port}/{plan.token}/")
    )
    watching = asyncio.create_task(watch.run())
    watching.add_done_callback(lambda _: server.end())
    logos = asyncio.create_task(_see_logos(desk, watch))
    try:
        await server.serve(sockets=[listening])
    finally:
        watch.close()
        desk.close()
        await renderer.close()
        await asyncio.gather(logos, return_exceptions=True)
    try:
        await watching
    except OSError as error:
        message = f"the workspace cannot be watched: {error}"
        raise UsageError(message) from error


async def _see_logos(desk: Desk, watch: Watch) -> None:
    """Tell the watch which logos there are, after each change of the settings."""
    epoch = -1
    while not desk.is_closing:
        version = desk.version
        if desk.epoch != epoch:
            epoch = desk.epoch
            house = await desk.answer({"do": HOUSE})
            if house.kind == HOUSE:
                watch.see_logos([Path(path) for path in json.loads(house.body)["logos"]])
        await desk.newer_than(version)


class _Server(uvicorn.Server):
    """Ends at once: open streams would be waited for."""

    def __init__(self, app: Any, desk: Desk, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app, log_level="critical", access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1
            )
        )
        self._desk = desk
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve; from here on, ^C ends it in order."""
        await super().startup(sockets)
        self._ready()

    def end(self) -> None:
        """Stop serving."""
        self.should_exit = True
        self._desk.close()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Take ^C or a SIGTERM: end the streams, then the server."""
        super().handle_exit(sig, frame)
        self._desk.close()
