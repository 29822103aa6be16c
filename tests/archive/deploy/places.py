"""Where a site can be published, each the real thing on this machine: programs, servers, a store of objects."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Protocol

from tests.archive.deploy.s3_server import Store, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

IDENTITY = {
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
BUCKET = "brief"
FILES = {
    "index.html": b"front",
    "feed.xml": b"<rss/>",
    "assets/style.css": b"p{}",
    "p/een/index.html": b"een",
    "p/een/een.3f9c2a1b.png": b"PNG",
}
"""The site."""
DAEMON = Path("/usr/sbin/sshd")


class Place(Protocol):
    """What a test wants to know of a place, and do there behind the program's back."""

    target: str
    program: str
    environment: dict[str, str]

    def files(self) -> dict[str, bytes]: ...
    def put(self, path: str, content: bytes) -> None: ...


@dataclass
class Directory:
    """A folder that some server writes in."""

    target: str
    program: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def files(self) -> dict[str, bytes]:
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in found}

    def put(self, path: str, content: bytes) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(content)


@dataclass
class Repository:
    """A bare repository with a branch `pages`."""

    folder: Path
    target: str = "git:origin#pages"
    program: str = "git"
    environment: dict[str, str] = field(default_factory=lambda: dict(IDENTITY))

    def files(self) -> dict[str, bytes]:
        if not git(self.folder, "branch", "--list", "pages"):
            return {}
        names = git(self.folder, "ls-tree", "-r", "--name-only", "pages").split()
        return {name: git(self.folder, "show", f"pages:{name}").encode() for name in names}

    def put(self, path: str, content: bytes) -> None:
        there = self.folder.with_name("other")
        if not there.exists():
            git(self.folder.parent, "clone", "--quiet", str(self.folder), str(there))
        has_branch = git(self.folder, "branch", "--list", "pages")
        git(there, "fetch", "--quiet")
        git(there, "checkout", "--quiet", *(["-B", "pages", "origin/pages"] if has_branch else ["--orphan", "pages"]))
        (there / path).parent.mkdir(parents=True, exist_ok=True)
        (there / path).write_bytes(content)
        git(there, "add", "--force", path)
        git(there, "commit", "--quiet", "--allow-empty", "-m", "By hand")
        git(there, "push", "--quiet", "origin", "pages")


@dataclass
class Bucket:
    """A part of a bucket."""

    target: str
    program: str
    store: Store
    environment: dict[str, str]

    def files(self) -> dict[str, bytes]:
        return {key.removeprefix("www/"): content for key, content in self.store.files(BUCKET).items()}

    def put(self, path: str, content: bytes) -> None:
        self.store.put(BUCKET, f"www/{path}", content)


def git(folder: Path, *arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True,
                         env={**os.environ, **IDENTITY})  # fmt: skip
    return ran.stdout


@contextmanager
def _branch(scratch: Path, root: Path) -> Iterator[Repository]:
    git(scratch, "init", "--quiet", "--bare", "remote.git")
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "remote", "add", "origin", str(scratch / "remote.git"))
    yield Repository(scratch / "remote.git")


@contextmanager
def _folder(scratch: Path, _: Path) -> Iterator[Directory]:
    yield Directory(f"rsync:{scratch}/there/", "rsync", scratch / "there")


@contextmanager
def _server(scratch: Path, _: Path) -> Iterator[Directory]:
    """A machine that is reached by ssh: this one, with a daemon of its own."""
    for key in ("host", "mine"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", scratch / key], check=True)
    port = free_port()
    options = [f"AuthorizedKeysFile={scratch}/mine.pub", "ListenAddress=127.0.0.1", "PidFile=none", "StrictModes=no",
               "UsePAM=no", f"HostKey={scratch}/host"]  # fmt: skip
    command = [str(DAEMON), "-D", "-e", "-p", str(port), "-f", "/dev/null", *_each("-o", options)]
    client = [
        "BatchMode=yes",
        "StrictHostKeyChecking=no",
        "UserKnownHostsFile=/dev/null",
        "LogLevel=ERROR",
        f"ControlPath={scratch}/line",
        "ControlMaster=auto",
        "ControlPersist=60",
    ]  # a log-in takes a second
    shell = " ".join(["ssh", "-F", "none", "-p", str(port), "-i", str(scratch / "mine"), *_each("-o", client)])
    with served(command, port):
        target = f"rsync:{getpass.getuser()}@127.0.0.1:{scratch}/there"
        yield Directory(target, "rsync", scratch / "there", {"RSYNC_RSH": shell})


@contextmanager
def _module(scratch: Path, _: Path) -> Iterator[Directory]:
    """A server of rsync's own."""
    port, there = free_port(), scratch / "there"
    there.mkdir()
    owner = f"uid = {os.getuid()}\ngid = {os.getgid()}\n" if os.geteuid() == 0 else ""
    config = scratch / "rsyncd.conf"
    config.write_text(f"use chroot = false\n[www]\npath = {there}\nread only = false\n{owner}", "utf-8")
    command = ["rsync", "--daemon", "--no-detach", f"--config={config}", "--address=127.0.0.1", f"--port={port}"]
    with served(command, port):
        yield Directory(f"rsync:rsync://127.0.0.1:{port}/www/", "rsync", there)


@contextmanager
def _by_aws(scratch: Path, _: Path) -> Iterator[Bucket]:
    with running() as store:
        store.new_bucket(BUCKET)
        settings = {**KEYS, "AWS_ENDPOINT_URL": store.url, "AWS_CONFIG_FILE": f"{scratch}/aws", "AWS_MAX_ATTEMPTS": "1"}
        yield Bucket(f"s3://{BUCKET}/www", "aws", store, settings)


@contextmanager
def _by_rclone(scratch: Path, _: Path) -> Iterator[Bucket]:
    with running() as store:
        store.new_bucket(BUCKET)
        told = [f"{name.lower().removeprefix('aws_')} = {value}" for name, value in KEYS.items()][:2]
        yield Bucket(f"rclone:there:{BUCKET}/www", "rclone", store, _remote(scratch, "s3", [
            "provider = Other", f"endpoint = {store.url}", *told]))  # fmt: skip


@contextmanager
def _without_checksums(scratch: Path, _: Path) -> Iterator[Directory]:
    """A server of WebDAV, which knows neither checksums nor times."""
    port, there = free_port(), scratch / "there"
    there.mkdir()
    with served(
        ["rclone", "serve", "webdav", str(there), "--addr", f"127.0.0.1:{port}", "--dir-cache-time", "0s"], port
    ):
        settings = _remote(scratch, "webdav", [f"url = http://127.0.0.1:{port}", "vendor = other"])
        yield Directory("rclone:there:", "rclone", there, settings)


def _remote(scratch: Path, kind: str, lines: Sequence[str]) -> dict[str, str]:
    config = scratch / "rclone.conf"
    config.write_text("\n".join(["[there]", f"type = {kind}", *lines, ""]), "utf-8")
    return {"RCLONE_CONFIG": str(config), "RCLONE_RETRIES": "1", "RCLONE_LOW_LEVEL_RETRIES": "1"}


PLACES: dict[str, Callable[[Path, Path], AbstractContextManager[Place]]] = {
    "git": _branch,
    "rsync": _folder,
    "rsync-ssh": _server,
    "rsync-daemon": _module,
    "aws": _by_aws,
    "rclone-s3": _by_rclone,
    "rclone-webdav": _without_checksums,
}


def is_missing(name: str) -> bool:
    """Whether the programs are not on this machine."""
    needed = name.partition("-")[0]
    return not shutil.which(needed) or (name == "rsync-ssh" and not (DAEMON.is_file() and os.geteuid() == 0))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def served(command: Sequence[str], port: int) -> Iterator[None]:
    """Run a server until the test is done; it is ready when its port is."""
    Path("/run/sshd").mkdir(exist_ok=True) if command[0] == str(DAEMON) else None
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended by itself"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            Event().wait(0.01)  # nothing tells when it is
        else:
            return
    message = f"nothing answers at port {port}"
    raise TimeoutError(message)


def silent(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


def _each(option: str, values: Sequence[str]) -> list[str]:
    return [word for value in values for word in (option, value)]
