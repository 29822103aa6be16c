"""A line to a mail server on which each answer comes later: slow_line.py PORT DELAY_MS prints its own port."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import suppress


def _confirm(line: socket.socket) -> None:
    """Confirm at once what came: a server that writes two short answers waits up to 40 ms for that in between."""
    if sys.platform == "linux":
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


async def carry(
    reader: asyncio.StreamReader, source: socket.socket, writer: asyncio.StreamWriter, delay_s: float
) -> None:
    """Carry octets one way, each so long after it came from the line `source`."""
    loop = asyncio.get_running_loop()
    with suppress(ConnectionError):
        while octets := await reader.read(65536):
            _confirm(source)
            if delay_s:
                loop.call_later(delay_s, writer.write, octets)
            else:
                writer.write(octets)
                await writer.drain()
    loop.call_later(delay_s, writer.close)


async def serve(port: int, delay_s: float) -> None:
    """Take connections until the process is ended."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        ends = (writer.get_extra_info("socket"), back.get_extra_info("socket"))
        await asyncio.gather(carry(reader, ends[0], back, 0.0), carry(there, ends[1], writer, delay_s))

    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    server = await asyncio.start_server(connected, sock=listening)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]) / 1000))
