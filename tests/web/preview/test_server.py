"""The preview as a program: who may ask, what it holds, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from newsletter.errors import UsageError
from newsletter.web.preview.server import free_port
from tests.cli.commands import BODY, Newsletter, add_issue, installed, issue_text
from tests.render.drawings import encoded, photo
from tests.web.preview.desks import CANARY, NAME, Running, previewed, save, workspace_in

if TYPE_CHECKING:
    from collections.abc import Iterator

C_LIBRARIES = ("PIL", "cssutils", "jinja2", "lxml", "mjml", "premailer", "sqlalchemy")


@pytest.fixture
def newsletter(capsys: pytest.CaptureFixture[str]) -> Newsletter:
    return Newsletter(capsys)


def test_a_stream_says_what_there_is_and_what_is_saved_then(preview: Running, root: Path) -> None:
    events = preview.events(issue="proef", shows="mail,text")
    first = next(events)
    assert (first.kind, first.document["issue"]["subject"]) == ("look", "Een proef")
    save(root / "issues" / f"{NAME}.md", issue_text(BODY, subject='"Iets anders"'))
    subjects = (event.document["issue"]["subject"] for event in events)
    assert next(subject for subject in subjects if subject != "Een proef") == "Iets anders"


def test_what_the_checks_find_follows_when_nothing_is_saved(preview: Running, root: Path) -> None:
    add_issue(root, NAME, "Klik [hier](http://example.org/).\n")
    events = preview.events(issue="proef", shows="mail")
    findings = next(event for event in events if event.kind == "findings").document["findings"]
    assert {finding["line"] for finding in findings if finding["path"] == f"issues/{NAME}.md"} >= {6}
    rows = (event.document["issues"][0] for event in preview.events())
    counted = next(row for row in rows if "warnings" in row)
    assert counted["warnings"] == sum(finding["severity"] == "warning" for finding in findings)


def test_a_picture_is_served_as_what_it_is(preview: Running, root: Path) -> None:
    path = add_issue(root, NAME, '::: image {src="foto.png" alt="Een foto"}\n:::\n')
    (path.parent / "foto.png").write_bytes(encoded(photo(600, 400), "PNG"))
    mail = next(event for event in preview.events(issue="proef", shows="mail") if event.kind == "look").document["mail"]
    (shown,) = {piece for piece in mail.split('"') if piece.startswith("foto.")}
    picture = preview.get(f"site/p/proef/{shown}")
    assert (picture.status, picture.headers["content-type"].partition("/")[0]) == (200, "image")
    assert "sandbox" in picture.headers["content-security-policy"]


def test_what_is_wrong_is_said_and_what_was_good_stays(preview: Running, root: Path) -> None:
    path = root / "issues" / f"{NAME}.md"
    events = preview.events(issue="proef", shows="mail")
    assert next(events).kind == "look"
    save(path, issue_text("::: tipp\n:::\n"))
    problem = next(event for event in events if event.kind == "problem")
    assert problem.document["findings"][0]["message"] == 'unknown block "tipp" (did you mean "tip"?)'
    # Who comes now gets what was good last, and then what is wrong.
    late = preview.events(issue="proef", shows="mail")
    assert [next(late).kind, next(late).kind] == ["look", "problem"]
    save(path, issue_text())
    assert next(events).kind == "look"


def test_a_crash_of_the_renderer_is_told_and_it_goes_on(preview: Running, root: Path) -> None:
    events = preview.events(issue="proef", shows="mail")
    assert next(events).kind == "look"
    (worker,) = preview.children()
    subprocess.run(["kill", "-KILL", str(worker)], check=True)
    save(root / "issues" / f"{NAME}.md", issue_text(BODY, subject='"Daarna"'))
    kinds = [next(events).kind]
    if kinds == ["problem"]:
        save(root / "issues" / f"{NAME}.md", issue_text(BODY, subject='"Nog later"'))
        kinds.append(next(event for event in events if event.kind == "look").kind)
    assert kinds[-1] == "look"
    assert preview.children() != [worker]


def test_a_template_without_an_end_is_stopped_by_the_next_save(preview: Running, root: Path) -> None:
    events = preview.events(issue="proef", shows="mail")
    assert next(events).kind == "look"
    template = root / "templates/email/header.mjml.j2"
    template.parent.mkdir(parents=True)
    hang = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    save(template, hang)
    began = time.monotonic()
    save(template, "<mj-section><mj-column><mj-text>Kop</mj-text></mj-column></mj-section>")
    look = next(event for event in events if event.kind == "look" and "Kop" in event.document["mail"])
    assert "Kop" in look.document["mail"]
    assert time.monotonic() - began < 9, "it was waited for until the deadline"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:{port}"}, 200),
        ({"Host": "LOCALHOST:{port}"}, 200),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({"Sec_Fetch_Site": "same-origin"}, 200),
        ({"Sec_Fetch_Site": "none"}, 200),
        ({"Host": "evil.example:{port}"}, 421),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Host": "127.0.0.1.evil.example:{port}"}, 421),
        ({"Host": "[::1]:{port}"}, 421),
        ({"Host": ""}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "http://127.0.0.1:{port}.evil.example"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
    ],
)
def test_only_the_page_itself_is_answered(shared: Running, headers: dict[str, str], status: int) -> None:
    filled = {name: value.format(port=shared.port) for name, value in headers.items()}
    answer = shared.get(**filled)
    assert answer.status == status
    assert answer.headers["cache-control"] == "no-store"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with previewed(workspace_in(tmp_path_factory.mktemp("shared"))) as running:
        yield running


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"])
def test_nothing_but_looking_is_allowed(shared: Running, method: str) -> None:
    assert shared.get(method=method).status == 405


@pytest.mark.parametrize("path", ["/", "", "/x/", "/{half}/", "/{token}", "/%2e/{token}/", "//", "/{token}x/", "*"])
def test_without_the_token_there_is_nothing(shared: Running, path: str) -> None:
    token = shared.path.strip("/")
    answer = shared.ask(path.format(token=token, half=token[:-1]) or "/")
    assert answer.status == 404
    assert b"<" not in answer.body


def test_each_run_has_another_token(root: Path, shared: Running) -> None:
    with previewed(root) as other:
        assert other.path != shared.path
        assert len(other.path) > 20


@pytest.mark.parametrize(
    "path",
    ["site/p/proef/..%2f..%2f..%2f.env", "site/../.env", "static/..%2fguard.py", "static/page.html", "site/.env"],
)
def test_no_path_leads_out(shared: Running, path: str) -> None:
    answer = shared.get(path)
    assert answer.status == 404
    assert CANARY.encode() not in answer.body


def test_every_answer_is_kept_by_nobody_and_framed_by_nobody(shared: Running) -> None:
    page = shared.get()
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    frame = shared.get("site/p/proef/")
    assert "script-src" not in frame.headers["content-security-policy"]
    assert "default-src 'none'" in frame.headers["content-security-policy"]
    assert "sandbox allow-same-origin" in frame.headers["content-security-policy"]
    assert "img-src 'none'" in shared.get("site/p/proef/?pictures=off").headers["content-security-policy"]


@pytest.mark.parametrize(
    ("accepted", "word"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "Zij aan zij"),
        ("en-GB", "Side by side"),
        ("fr,en;q=0.4,nl;q=0.6", "Zij aan zij"),
        ("fr", "Zij aan zij"),
    ],
)
def test_the_page_speaks_the_language_of_the_browser_or_else_of_the_newsletter(
    shared: Running, accepted: str, word: str
) -> None:
    assert word in shared.get(Accept_Language=accepted).body.decode()


def test_neither_process_holds_a_secret_and_the_server_loads_nothing_that_renders(root: Path) -> None:
    with previewed(root, NEWSLETTER_SMTP_PASSWORD=CANARY, SOME_API_KEY=CANARY) as running:
        assert next(running.events(issue="proef", shows="source")).kind == "look"
        (worker,) = running.children()
        for secret in (CANARY.encode(), b"NEWSLETTER_"):
            assert secret not in Path(f"/proc/{worker}/environ").read_bytes()
    modules = "import newsletter.web.preview.server, newsletter.cli.preview, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", modules], capture_output=True, text=True, check=True).stdout.split()
    assert not {name.partition(".")[0] for name in loaded} & set(C_LIBRARIES)
    assert not [name for name in loaded if name.startswith(("newsletter.delivery", "newsletter.store"))]


def test_it_ends_at_once_whoever_still_listens(root: Path) -> None:
    with previewed(root) as running:
        streams = [running.events(issue="proef", shows="mail") for _ in range(3)]
        assert all(next(stream).kind == "look" for stream in streams)
        (worker,) = running.children()
        began = time.monotonic()
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(10) == 130
        assert time.monotonic() - began < 2
        assert not Path(f"/proc/{worker}").exists()


def test_a_port_that_is_taken_is_said_and_the_next_one_used(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with previewed(root, "--port", str(port)) as running:
            assert port < running.port <= port + 20


def test_where_no_port_is_free_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr("newsletter.web.preview.server._PORTS_TRIED", 0)
        with pytest.raises(UsageError) as told:
            free_port(port)
    assert str(told.value) == (
        f"no port from {port} to {port} of 127.0.0.1 can be used: Address already in use; choose with --port"
    )


def test_it_listens_on_this_machine_only(shared: Running) -> None:
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    # Addresses stand there as the machine holds them, from the last byte to the first; 0A is a socket that listens.
    listening = [row[1] for row in rows if row[1].endswith(f":{shared.port:04X}") and row[3] == "0A"]
    assert listening == [f"0100007F:{shared.port:04X}"]


def test_the_issue_that_was_saved_last_is_shown_unless_one_is_named(root: Path) -> None:
    add_issue(root, "2025-01-01-oud")
    add_issue(root, "2025-02-02-ouder").touch()
    for arguments, name in (((), "ouder"), (("oud",), "oud")):
        process = subprocess.Popen(
            [sys.executable, "-m", "newsletter", "preview", "--no-open", "--json", "--port", "0", *arguments],
            cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert process.stdout
        document = "".join(iter(process.stdout.readline, "}\n")) + "}"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
        assert json.loads(document)["url"].endswith(f"/#issue={name}")


def test_a_workspace_with_faults_is_previewed_all_the_same(root: Path) -> None:
    toml = root / "newsletter.toml"
    good = toml.read_text("utf-8")
    toml.write_text("[newsletter]\nname = 1\n", "utf-8")
    with previewed(root) as running:
        events = running.events(issue="proef", shows="mail")
        assert next(events).document["findings"][0]["path"] == "newsletter.toml"
        assert running.get().status == 200
        save(toml, good)
        assert next(event for event in events if event.kind == "look").document["issue"]["slug"] == "proef"


def test_no_workspace_and_no_such_issue_are_said(root: Path, tmp_path: Path) -> None:
    for folder, arguments, said in (
        (tmp_path, (), "error: no newsletter.toml in"),
        (root, ("nergens",), 'error: there is no issue "nergens" in issues/'),
    ):
        ran = installed("preview", "--no-open", *arguments, cwd=folder)
        assert ran.status == 2
        assert ran.err.startswith(said)


def test_a_file_called_newsletter_in_the_workspace_is_not_run(root: Path) -> None:
    (root / "newsletter.py").write_text("raise SystemExit('run!')\n", "utf-8")
    with previewed(root) as running:
        assert next(running.events(issue="proef", shows="mail")).kind == "look"


def test_a_template_that_takes_all_memory_is_told_and_mended(preview: Running, root: Path) -> None:
    events = preview.events(issue="proef", shows="mail")
    assert next(events).kind == "look"
    template = root / "templates/email/header.mjml.j2"
    template.parent.mkdir(parents=True)
    save(template, "{% set all = 'a' * 3000000000 %}")
    problem = next(event for event in events if event.kind == "problem").document
    assert "MemoryError" in str(problem)
    save(template, "<mj-section><mj-column><mj-text>Kop</mj-text></mj-column></mj-section>")
    assert next(event.kind for event in events if "Kop" in event.document.get("mail", "")) == "look"
