"""rspamd with a configuration of its own, and the name server that it asks; both on this machine."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import dns.message
import dns.rcode
import dns.rrset
import pytest

from tests.delivery.mail_servers import INSTALL, free_port, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONFIGURATION = """\
options {{
    pidfile = "{folder}/pid"; control_socket = "{folder}/control mode=0600"; tempdir = "{folder}";
    cache_file = "{folder}/cache"; dynamic_conf = "{folder}/dynamic"; history_file = "{folder}/history";
    url_tld = "{folder}/suffixes";
    filters = "dkim";
    dns {{ nameserver = ["127.0.0.1:{dns_port}"]; timeout = 2s; sockets = 2; retransmits = 3; }}
}}
logging {{ type = "file"; filename = "{folder}/log"; level = "warning"; }}
worker "normal" {{ bind_socket = "127.0.0.1:{port}"; mime = true; count = 1; }}
dkim {{ check_local = true; }}
"""


@contextmanager
def name_server(records: Mapping[str, str]) -> Iterator[int]:
    """Answer questions for TXT records with these, until the end; give the port (UDP)."""

    def answer(octets: bytes) -> bytes:
        asked = dns.message.from_wire(octets)
        told = dns.message.make_response(asked)
        question = asked.question[0]
        text = records.get(question.name.to_text(omit_final_dot=True).lower(), "")
        if text:
            parts = " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text), 255))
            told.answer.append(dns.rrset.from_text(question.name, 60, "IN", "TXT", parts))
        else:
            told.set_rcode(dns.rcode.NXDOMAIN)
        return told.to_wire()

    def serve() -> None:
        while True:
            octets, client = listening.recvfrom(4096)
            if octets == b"end":
                return
            listening.sendto(answer(octets), client)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.sendto(b"end", listening.getsockname())
            thread.join()


@contextmanager
def rspamd(records: Mapping[str, str]) -> Iterator[int]:
    """Run rspamd; give the port on which it looks at messages."""
    if os.getuid() or not shutil.which("rspamd"):
        pytest.skip(f"needs root and rspamd: {INSTALL}")
    with TemporaryDirectory() as name, name_server(records) as dns_port, ExitStack() as running:
        folder, port = Path(name), free_port()
        folder.chmod(0o777)  # it gives up root's rights
        (folder / "suffixes").write_text("example\norg\n", encoding="ascii")
        configuration = folder / "rspamd.conf"
        configuration.write_text(CONFIGURATION.format(folder=folder, port=port, dns_port=dns_port), encoding="utf-8")
        server = subprocess.Popen(
            ["rspamd", "-u", "_rspamd", "-g", "_rspamd", "-f", "-c", configuration],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        running.callback(server.wait, 20)
        running.callback(server.terminate)
        wait_for(port, patience_s=40)
        yield port


def symbols(port: int, message: bytes) -> dict[str, list[str]]:
    """What rspamd finds in a message: each symbol, and what it is about."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/checkv2", message, timeout=20) as answer:
        found = json.load(answer)["symbols"]
    return {name: symbol.get("options", []) for name, symbol in found.items()}
