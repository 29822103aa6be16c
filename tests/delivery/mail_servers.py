"""Real mail servers, each an instance of its own in a folder of its own, that relay to a port on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import trustme

OPENSMTPD = Path(__file__).parents[2] / ".venv" / "opensmtpd"
HERE = Path(__file__).parent
INSTALL = "run .ci/mail-servers as root"

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
myhostname = mail.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{relay_to}
disable_dns_lookups = yes
smtputf8_enable = yes
smtpd_recipient_restrictions = check_recipient_access inline:{{{{unknown@example.org=550 5.1.1 No such user}}}}, permit
smtpd_tls_security_level = may
smtpd_tls_chain_files = {folder}/chain.pem
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
"""
MASTER_CF = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def postfix(relay_to: int, authority: trustme.CA) -> Iterator[int]:
    """Run a Postfix of its own; give its port."""
    with TemporaryDirectory() as name, postfix_in(Path(name), relay_to, authority) as port:
        yield port


@contextmanager
def postfix_in(folder: Path, relay_to: int, authority: trustme.CA) -> Iterator[int]:
    """Run a Postfix in a folder, where its log is; give its port."""
    if os.getuid() or not shutil.which("postfix"):
        pytest.skip(f"needs root and Postfix: {INSTALL}")
    folder.chmod(0o755)  # its parts run as other users
    port, etc = free_port(), folder / "etc"
    etc.mkdir()
    (folder / "spool").mkdir()
    (folder / "data").mkdir()
    shutil.chown(folder / "data", "postfix")
    certificate = authority.issue_cert("127.0.0.1")
    pems = [certificate.private_key_pem, *certificate.cert_chain_pems]
    (folder / "chain.pem").write_bytes(b"".join(pem.bytes() for pem in pems))
    (etc / "main.cf").write_text(MAIN_CF.format(folder=folder, relay_to=relay_to), encoding="utf-8")
    (etc / "master.cf").write_text(MASTER_CF.format(port=port), encoding="utf-8")
    subprocess.run(["postfix", "-c", etc, "start"], check=True, capture_output=True)
    try:
        wait_for(port)
        yield port
    finally:
        subprocess.run(["postfix", "-c", etc, "stop"], check=True, capture_output=True)


@contextmanager
def opensmtpd(relay_to: int) -> Iterator[int]:
    """Run an OpenSMTPD in a mount namespace of its own; give its port."""
    if os.getuid() or not (OPENSMTPD / "usr/sbin/smtpd").exists():
        pytest.skip(f"needs root and OpenSMTPD: {INSTALL}")
    with TemporaryDirectory() as name:
        yield from _opensmtpd(Path(name), relay_to)


def _opensmtpd(folder: Path, relay_to: int) -> Iterator[int]:
    port, configuration = free_port(), folder / "smtpd.conf"
    configuration.write_text(
        f"listen on 127.0.0.1 port {port}\n"
        f'action "out" relay host smtp://127.0.0.1:{relay_to}\n'
        'match from any for any action "out"\n',
        encoding="utf-8",
    )
    configuration.chmod(0o600)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            ["unshare", "--mount", HERE / "opensmtpd.sh", OPENSMTPD, configuration],
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        wait_for(port)
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(10)


def wait_for(port: int, patience_s: float = 20.0) -> None:
    """Wait until something listens there."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except ConnectionRefusedError:
            Event().wait(0.05)  # nothing tells when it is ready
    pytest.fail(f"nothing listens on port {port}")
