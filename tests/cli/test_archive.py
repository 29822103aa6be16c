"""`newsletter archive`: build the site, and look at it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from datetime import date, timedelta
from http.client import RemoteDisconnected
from select import select
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from newsletter.archive import MARK
from tests.cli.commands import COMMAND, Newsletter, Ran, add_issue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEVER_S = 20


@pytest.fixture
def issues(workspace: Path) -> Path:
    """A workspace with a draft and two issues that are ready, one of them in the future."""
    add_issue(workspace, "2025-01-02-oud", "::: tip {#oude-tip} Oud\nTekst.\n:::\n", status="ready")
    later = date.today() + timedelta(days=400)  # noqa: DTZ011  # any day far enough will do
    add_issue(workspace, f"{later}-later", "::: tip {#latere-tip} Later\nTekst.\n:::\n", status="ready")
    return workspace


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def pages_in(site: dict[str, bytes]) -> set[str]:
    """The issues that have a page."""
    return {name.split("/")[1] for name in site if name.startswith("p/") and name.endswith("index.html")}


def test_issues_that_are_ready_are_built_and_drafts_and_those_of_later_left_out(
    newsletter: Newsletter, issues: Path
) -> None:
    ran = newsletter("archive", "build", "--no-search")
    site = files_in(issues / "out" / "site")
    sizes = [len(content) for name, content in site.items() if name != MARK]
    assert (ran.status, ran.out) == (0, "")
    assert re.sub(r"[0-9.]+ s$", "# s", ran.err.strip()) == (
        f"built out/site 1 issue, 1 draft and 1 of later left out, {sum(sizes) / 1000:.0f} kB; "
        f"{len(sizes)} files new, # s"
    )
    assert pages_in(site) == {"oud"}
    assert b"p/proef/" not in site["index.html"]
    assert b"p/later/" not in site["index.html"]


@pytest.mark.parametrize(
    ("options", "pages"),
    [
        (["--drafts"], {"oud", "proef"}),
        (["--future"], {"oud", "later"}),
        (["--drafts", "--future"], {"oud", "later", "proef"}),
    ],
    ids=["drafts", "later ones", "both"],
)
def test_drafts_and_issues_of_later_are_built_for_a_look(
    options: list[str], pages: set[str], newsletter: Newsletter, issues: Path
) -> None:
    add_issue(issues, "2026-01-01-proef")
    (issues / "issues" / "2026-11-24-proef.md").unlink()
    assert newsletter("archive", "build", "--no-search", *options).status == 0
    assert pages_in(files_in(issues / "out" / "site")) == pages


def test_what_was_built_stands_in_json(newsletter: Newsletter, issues: Path) -> None:
    add_issue(issues, "2025-02-03-nog-een-draft")
    ran = newsletter("archive", "build", "--out", "there/site", "--json", "--no-search")
    site = {name: content for name, content in files_in(issues / "there" / "site").items() if name != MARK}
    assert (ran.status, ran.err) == (0, "")
    document = ran.document
    assert document.pop("seconds") > 0
    assert sorted(document.pop("made")) == sorted(site)
    assert document == {
        "out": "there/site",
        "issues": ["oud"],
        "drafts": 2,
        "future": 1,
        "files": len(site),
        "bytes": sum(map(len, site.values())),
        "read": 4,
        "removed": [],
    }
    again = newsletter("archive", "build", "--out", "there/site", "--json", "--no-search").document
    assert (again["read"], again["made"], again["removed"]) == (0, [], [])


def test_only_what_depends_on_an_issue_is_made_again(newsletter: Newsletter, issues: Path) -> None:
    for day in range(1, 6):
        add_issue(issues, f"2025-03-0{day}-nummer-{day}", f"Tekst {day}.\n", status="ready")
    newsletter("archive", "build", "--no-search")
    add_issue(issues, "2025-03-03-nummer-3", "Andere tekst.\n", status="ready")
    made = newsletter("archive", "build", "--json", "--no-search").document["made"]
    assert sorted(made) == ["atom.xml", "feed.json", "feed.xml", "p/nummer-3/index.html"]


def test_full_makes_everything_anew_and_the_same(newsletter: Newsletter, issues: Path) -> None:
    newsletter("archive", "build", "--no-search")
    before = files_in(issues / "out" / "site")
    document = newsletter("archive", "build", "--json", "--full", "--no-search").document
    assert document["read"] == 3
    assert files_in(issues / "out" / "site") == before


def test_the_site_can_be_built_for_another_address(newsletter: Newsletter, issues: Path) -> None:
    newsletter("archive", "build", "--no-search", "--base-url", "https://elders.example/brief/")
    site = files_in(issues / "out" / "site")
    assert b'<link rel="canonical" href="https://elders.example/brief/p/oud/">' in site["p/oud/index.html"]
    assert b"https://proef.example" not in b"".join(content for name, content in site.items() if ".png" not in name)
    assert b'href="/brief/issues/"' in site["404.html"]


@pytest.mark.parametrize("address", ["elders.example", "http://elders.example", "https://elders.example/?a=b"])
def test_a_base_url_must_be_a_web_address(address: str, newsletter: Newsletter, issues: Path) -> None:
    ran = newsletter("archive", "build", "--base-url", address)
    assert ran.status == 2
    assert ran.err == (
        f'error: --base-url: found "{address}", expected an https address without query or fragment, '
        "such as https://example.org\n"
    )


def test_watching_and_one_document_do_not_go_together(newsletter: Newsletter, issues: Path) -> None:
    ran = newsletter("archive", "build", "--watch", "--json")
    assert ran.status == 2
    assert "--watch goes on for ever" in ran.err


def test_each_change_is_built_until_it_is_interrupted_and_a_mistake_goes_by(issues: Path) -> None:
    command = (COMMAND, "archive", "build", "--watch", "--no-search")
    with subprocess.Popen(command, cwd=issues, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stderr is not None
            lines = iter(process.stderr.readline, "")
            assert next(lines).startswith("built out/site 1 issue")
            assert next(lines).startswith("watching")
            add_issue(issues, "2025-03-01-fout", "::: tipp\n:::\n", status="ready")
            assert 'unknown block "tipp"' in next(lines)
            add_issue(issues, "2025-03-01-fout", "Goed.\n", status="ready")
            assert next(lines).startswith("built out/site 2 issues")
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=NEVER_S)
            assert process.returncode == 130
        finally:
            process.kill()
    assert pages_in(files_in(issues / "out" / "site")) == {"oud", "fout"}


def test_the_site_is_published_where_the_settings_or_an_option_say(
    newsletter: Newsletter, issues: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "A")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@example.org")
    for arguments in (
        ["init", "--quiet"],
        ["init", "--quiet", "--bare", "remote.git"],
        ["remote", "add", "up", "remote.git"],
    ):
        subprocess.run(["git", *arguments], cwd=issues, check=True)
    looked = newsletter("archive", "publish", "--to", "git:up#pages", "--dry-run")
    assert (looked.status, looked.out) == (0, "")
    lines = looked.err.splitlines()
    assert lines[-1].startswith("would be published to git:up#pages ")
    assert lines[-1].endswith(" added")
    assert "  + 404.html" in lines
    assert lines[-2].startswith("  + and ")
    with (issues / "newsletter.toml").open("a", encoding="utf-8") as toml:
        toml.write('[archive]\npublish = "git:up#pages"\n')
    document = newsletter("archive", "publish", "--json").document
    assert (document["target"], document["issues"], document["dry_run"]) == ("git:up#pages", 1, False)
    assert "p/oud/index.html" in document["added"]
    assert (document["changed"], document["removed"]) == ([], [])
    assert newsletter("archive", "publish").err.splitlines()[-1] == "nothing new for git:up#pages"


def test_publishing_asks_where_to(newsletter: Newsletter, issues: Path) -> None:
    ran = newsletter("archive", "publish")
    assert ran.status == 2
    assert ran.err.startswith("error: where to? Set archive.publish in newsletter.toml")
    ran = newsletter("archive", "publish", "--to", "ftp://host")
    assert ran.err == (
        'error: --to: found "ftp://host", expected git:REMOTE#BRANCH, rsync:HOST:FOLDER, s3://BUCKET '
        "or rclone:REMOTE:FOLDER\n"
    )


def test_the_served_site_has_headers_that_protect_and_its_own_page_of_404(newsletter: Newsletter, issues: Path) -> None:
    newsletter("archive", "build", "--no-search")
    with serving(issues) as served:
        with urlopen(served.url, timeout=NEVER_S) as answer:  # noqa: S310  # its own server
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        with pytest.raises(HTTPError, match="404") as caught:
            urlopen(f"{served.url}nergens/", timeout=NEVER_S)  # noqa: S310  # its own server
        assert caught.value.read() == (issues / "out/site/404.html").read_bytes()
        caught.value.close()
        served.interrupt()


def test_a_workspace_of_drafts_gives_an_empty_archive(newsletter: Newsletter, workspace: Path) -> None:
    ran = newsletter("archive", "build")
    assert ran.status == 0
    assert ran.err.startswith("built out/site 0 issues, 1 draft left out, ")


def test_an_issue_that_is_a_draft_again_is_gone(newsletter: Newsletter, issues: Path) -> None:
    newsletter("archive", "build")
    add_issue(issues, "2025-01-02-oud", status="draft")
    newsletter("archive", "build")
    site = files_in(issues / "out" / "site")
    assert pages_in(site) == set()


def test_faults_of_all_issues_are_told_and_the_old_site_stays(newsletter: Newsletter, issues: Path) -> None:
    newsletter("archive", "build")
    before = files_in(issues / "out")
    add_issue(issues, "2025-02-01-a", "::: tipp\n:::\n", status="ready")
    add_issue(issues, "2025-02-02-b", "::: tpi\n:::\n", status="ready")
    ran = newsletter("archive", "build")
    assert ran.status == 2
    assert [line.split(": ")[0] for line in ran.err.splitlines()] == [
        "issues/2025-02-01-a.md:7:5",
        "issues/2025-02-02-b.md:7:5",
    ]
    assert files_in(issues / "out") == before


def test_a_mistake_in_a_template_leaves_the_old_site(newsletter: Newsletter, issues: Path) -> None:
    newsletter("archive", "build")
    before = files_in(issues / "out")
    own = issues / "templates" / "web" / "style.css.j2"
    own.parent.mkdir(parents=True)
    own.write_text("{{ theme.nope }}\n", "utf-8")
    ran = newsletter("archive", "build")
    assert ran.status == 2
    assert ran.err.startswith("templates/web/style.css.j2:1: error: ")
    assert files_in(issues / "out") == before


def test_a_folder_with_other_files_is_never_replaced(newsletter: Newsletter, issues: Path) -> None:
    before = files_in(issues / "issues")
    ran = newsletter("archive", "build", "--out", "issues")
    assert ran.status == 2
    assert ran.err.startswith('error: issues holds "2025-01-02-oud.md", which no build put there')
    assert files_in(issues / "issues") == before


@pytest.mark.parametrize("arguments", [[], ["--out", "nowhere"], ["--out", "issues"]], ids=str)
def test_there_must_be_a_site_to_serve(arguments: list[str], newsletter: Newsletter, workspace: Path) -> None:
    ran = newsletter("archive", "serve", *arguments)
    folder = arguments[1] if arguments else "out/site"
    assert ran.status == 2
    assert ran.err == f"error: there is no site in {folder} yet; build it with: newsletter archive build\n"


def test_a_port_that_is_taken_is_told(newsletter: Newsletter, issues: Path) -> None:
    newsletter("archive", "build")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = newsletter("archive", "serve", "--port", str(port))
    assert ran.status == 2
    assert ran.err == (
        f"error: port {port} of 127.0.0.1 cannot be used: Address already in use; choose another with --port\n"
    )


class Served:
    """A site that is being served by the installed command."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self._process = process
        self.url = url
        self.port = int(url.rstrip("/").rpartition(":")[2])

    def has_spoken(self) -> bool:
        """Wait for words on standard output."""
        assert self._process.stdout is not None
        return bool(select([self._process.stdout], [], [], NEVER_S)[0])

    def interrupt(self) -> Ran:
        """Press ^C; return the exit status, standard output, and what was said since the address."""
        self._process.send_signal(signal.SIGINT)
        out, said = self._process.communicate(timeout=NEVER_S)
        return Ran(self._process.returncode, out, said)


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Served]:
    with subprocess.Popen(
        [COMMAND, "archive", "serve", "--port", "0", *arguments],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            yield Served(process, process.stderr.readline().split()[0])
        finally:
            process.kill()


def test_the_site_is_served_on_this_machine_alone_until_it_is_interrupted(newsletter: Newsletter, issues: Path) -> None:
    newsletter("archive", "build")
    site = files_in(issues / "out" / "site")
    with serving(issues) as served:
        for path, name in (("", "index.html"), ("p/oud/", "p/oud/index.html"), ("assets/style.css",) * 2):
            with urlopen(served.url + path, timeout=NEVER_S) as answer:  # noqa: S310  # its own server
                assert answer.read() == site[name]
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{served.url}../newsletter.toml", timeout=NEVER_S)  # noqa: S310  # its own server
        # All of 127.0.0.0/8 is this machine, and answers where a server listens on every address.
        elsewhere = f"import socket; socket.create_connection(('127.0.0.2', {served.port}), {NEVER_S})"
        refused = subprocess.run([sys.executable, "-c", elsewhere], capture_output=True, text=True, check=False)
        assert "ConnectionRefusedError" in refused.stderr
        ran = served.interrupt()
    assert (ran.status, ran.out) == (130, "")
    assert ran.err.endswith("\ninterrupted\n")
    assert "Traceback" not in ran.err


def test_the_address_stands_in_json(issues: Path, newsletter: Newsletter) -> None:
    newsletter("archive", "build")
    with serving(issues, "--json") as served:
        assert served.has_spoken()
        ran = served.interrupt()
    assert ran.document == {"url": served.url}


def test_an_address_that_no_file_can_have_leaves_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("hello", "utf-8")
    with serving(tmp_path, "--out", str(tmp_path)) as served:
        with pytest.raises(RemoteDisconnected):
            urlopen(f"{served.url}%00", timeout=NEVER_S)  # noqa: S310  # its own server
        with urlopen(served.url, timeout=NEVER_S) as answer:  # noqa: S310  # its own server
            assert answer.read() == b"hello"
        ran = served.interrupt()
    assert "error: a page could not be served: embedded null byte\n" in ran.err
    assert "Traceback" not in ran.err


def test_a_browser_that_hangs_up_leaves_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("hello", "utf-8")
    with (tmp_path / "large.bin").open("wb") as large:
        large.truncate(64_000_000)
    with serving(tmp_path, "--out", str(tmp_path)) as served:
        with socket.create_connection(("127.0.0.1", served.port), NEVER_S) as browser:
            browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # hang up with a reset
            browser.sendall(b"GET /large.bin HTTP/1.0\r\n\r\n")
            assert browser.recv(1)
        for _ in range(3):
            with urlopen(served.url, timeout=NEVER_S) as answer:  # noqa: S310  # its own server
                assert answer.read() == b"hello"
        ran = served.interrupt()
    assert ran.status == 130
    assert "Traceback" not in ran.err
