"""A name server on 127.0.0.1 that knows what a test tells it."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from newsletter.doctor import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_IN_UDP = 512
"""Octets (RFC 1035 section 4.2.1); a longer answer is fetched over TCP."""


@dataclass(frozen=True, slots=True)
class Zone:
    """What it knows, and what it was asked."""

    port: int
    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    """Names at which it answers SERVFAIL."""
    silent: set[str] = field(default_factory=set)
    """Names at which it answers nothing."""
    asked: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, kind: str, *values: str) -> None:
        """Add records in the form of a zone file; a TXT as it is."""
        shown = [_quoted(value) for value in values] if kind == "TXT" else values
        self.records.setdefault((name, kind), []).extend(shown)

    def names(self, patience_s: float = 5.0) -> Names:
        return Names(["127.0.0.1"], self.port, patience_s)

    def answer(self, wire: bytes) -> bytes:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        reply = dns.message.make_response(query)
        if name in self.silent:
            return b""
        if name in self.failing:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif values := self.records.get((name, kind)):
            reply.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, values))
        elif not any(known == name for known, _ in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire(max_size=65535)


def _quoted(text: str) -> str:
    """Write a text as strings of at most 255 octets."""
    pieces = [text[start : start + 255] for start in range(0, len(text), 255)] or [""]
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)


def _cut(wire: bytes) -> bytes:
    """Say that the answer is too long for here."""
    reply = dns.message.from_wire(wire)
    reply.answer.clear()
    reply.flags |= dns.flags.TC
    return reply.to_wire()


def _serve_udp(line: socket.socket, zone: Zone) -> None:
    with suppress(OSError):  # the test is over
        while True:
            wire, sender = line.recvfrom(4096)
            if not wire:
                return
            if reply := zone.answer(wire):
                line.sendto(reply if len(reply) <= MOST_IN_UDP else _cut(reply), sender)


def _serve_tcp(listening: socket.socket, zone: Zone) -> None:
    with suppress(OSError):
        while True:
            line, _ = listening.accept()
            with line:
                size = line.recv(2)
                if size:
                    reply = zone.answer(line.recv(struct.unpack("!H", size)[0]))
                    line.sendall(struct.pack("!H", len(reply)) + reply)


def _at_one_port() -> tuple[socket.socket, socket.socket]:
    """Open two lines at a port that is free for both."""
    while True:
        udp, tcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.create_server(("127.0.0.1", 0))
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            udp.close()
            tcp.close()
        else:
            return udp, tcp


@contextmanager
def running_name_server() -> Iterator[Zone]:
    udp, tcp = _at_one_port()
    with udp, tcp:
        port = tcp.getsockname()[1]
        zone = Zone(port)
        threads = [
            threading.Thread(target=_serve_udp, args=(udp, zone)),
            threading.Thread(target=_serve_tcp, args=(tcp, zone)),
        ]
        for thread in threads:
            thread.start()
        try:
            yield zone
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", ("127.0.0.1", port))
            tcp.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()
