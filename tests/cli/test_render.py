"""`newsletter render`: what one reader would get, in three files."""

from __future__ import annotations

import base64
import io
import re
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from tests.cli.commands import ROOT, TOML, Newsletter, add_issue, installed

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("html", "txt", "eml")


def rendered(folder: Path, slug: str = "proef") -> dict[str, bytes]:
    return {kind: (folder / f"{slug}.{kind}").read_bytes() for kind in KINDS}


def mail(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def today() -> date:
    return datetime.now(ZoneInfo("Europe/Amsterdam")).date()


def test_three_files_are_written_and_named(newsletter: Newsletter, workspace: Path) -> None:
    ran = newsletter("render", "proef")
    assert (ran.status, ran.out) == (0, "")
    files = rendered(workspace / "out")
    assert ran.err == "".join(f"wrote out/proef.{kind} {len(files[kind]) / 1000:.1f} kB\n" for kind in KINDS)
    assert {path.name for path in (workspace / "out").iterdir()} == {f"proef.{kind}" for kind in KINDS}


def test_the_files_stand_in_json(newsletter: Newsletter, workspace: Path) -> None:
    ran = newsletter("render", "proef", "--out", "there/deep", "--json")
    files = rendered(workspace / "there" / "deep")
    assert (ran.status, ran.err) == (0, "")
    assert ran.document == {
        "issue": "proef",
        "subject": "Een proef",
        "html": "there/deep/proef.html",
        "text": "there/deep/proef.txt",
        "eml": "there/deep/proef.eml",
        "html_bytes": len(files["html"]),
        "text_bytes": len(files["txt"]),
        "eml_bytes": len(files["eml"]),
        "not_for": {},
    }


def test_a_sample_who_could_not_get_the_mail_is_named(newsletter: Newsletter, workspace: Path) -> None:
    add_issue(workspace, "2026-11-25-veld", body="Dag {{ subscriber.last_name }}\n")
    with (workspace / "newsletter.toml").open("a") as toml:
        toml.write('last_name = "O\'Neill"\n')
    ran = newsletter("render", "veld", "--subscriber", "chloe@example.org")
    reason = (
        'issues/2026-11-25-veld.md:6:5: "{{ subscriber.last_name }}" has no value for this reader; '
        'give one for readers without: {{ subscriber.last_name | default("…") }}'
    )
    assert ran.status == 1
    assert ran.err.splitlines()[-1] == f"warning: not for anna@example.org: {reason}"
    assert newsletter("render", "veld", "--subscriber", "chloe@example.org", "--json").document["not_for"] == {
        "anna@example.org": reason
    }


@pytest.mark.parametrize("issue", ["asml", "three-text-files", "proef"])
def test_the_parts_of_the_mail_are_the_files_byte_for_byte(issue: str, newsletter: Newsletter, workspace: Path) -> None:
    root = workspace if issue == "proef" else ROOT
    ran = newsletter("-C", root, "render", issue, "--out", workspace / "out")
    assert ran.status == 0, ran.err
    files = rendered(workspace / "out", issue)
    message = mail(files["eml"])
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    for part, kind in ((text, "txt"), (html, "html")):
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        # On the wire lines end in CRLF (RFC 5322 section 2.3); in a file, as files here do.
        assert content.count(b"\n") == content.count(b"\r\n")
        assert content.replace(b"\r\n", b"\n") == files[kind]


def test_the_same_issue_gives_the_same_bytes(newsletter: Newsletter, workspace: Path) -> None:
    """At any time, in any process, from any folder."""
    newsletter("render", "proef")
    first = rendered(workspace / "out")
    newsletter("render", "proef")
    assert rendered(workspace / "out") == first
    for seed in ("1", "2"):
        ran = installed("render", "proef", "--out", f"out-{seed}", cwd=workspace / "issues", PYTHONHASHSEED=seed)
        assert ran.status == 0, ran.err
        assert rendered(workspace / "issues" / f"out-{seed}") == first


def test_it_is_dated_when_it_is_meant_to_go_out(newsletter: Newsletter, workspace: Path) -> None:
    newsletter("render", "proef")
    assert mail(rendered(workspace / "out")["eml"])["Date"] == "Tue, 24 Nov 2026 00:00:00 +0100"
    add_issue(workspace, "2026-07-01-zomer", send_at="2026-07-01 07:30")
    newsletter("render", "zomer")
    assert mail(rendered(workspace / "out", "zomer")["eml"])["Date"] == "Wed, 01 Jul 2026 07:30:00 +0200"


@pytest.mark.parametrize(
    ("arguments", "address", "greeting"),
    [
        ([], "anna@example.org", "Dag Anna,"),
        (["--subscriber", "chloe@example.org"], "chloe@example.org", "Dag Chloé,"),
        (["--subscriber", "Anna@Example.ORG"], "anna@example.org", "Dag Anna,"),
        (["--subscriber", "nobody@example.org"], "nobody@example.org", "Dag lezer,"),
        (["--subscriber", "nobody@bücher.example"], "nobody@xn--bcher-kva.example", "Dag lezer,"),
    ],
)
def test_it_is_for_one_reader(
    arguments: list[str], address: str, greeting: str, newsletter: Newsletter, workspace: Path
) -> None:
    ran = newsletter("render", "proef", *arguments)
    assert ran.status == 0, ran.err
    files = rendered(workspace / "out")
    assert mail(files["eml"])["To"] == address
    assert greeting in files["txt"].decode()
    assert greeting in files["html"].decode()


def test_without_samples_it_is_for_the_newsletter_itself(newsletter: Newsletter, workspace: Path) -> None:
    (workspace / "newsletter.toml").write_text(TOML.partition("[[sample]]")[0], "utf-8")
    newsletter("render", "proef")
    assert mail(rendered(workspace / "out")["eml"])["To"] == "redactie@proef.example"


@pytest.mark.parametrize(
    "address", ["nobody", "a@b@c", "Anna <anna@example.org>", "a@x.org,b@x.org", "a@x.org\nBcc: b@x.org"]
)
def test_a_reader_who_is_no_address_is_refused(address: str, newsletter: Newsletter, workspace: Path) -> None:
    ran = newsletter("render", "proef", "--subscriber", address)
    assert ran.status == 2
    assert " is not a mail address: " in ran.err
    assert ran.err.count("\n") == 1
    assert not (workspace / "out").exists()


def test_a_reader_without_a_value_and_no_default_is_told(newsletter: Newsletter, workspace: Path) -> None:
    add_issue(workspace, "2026-11-25-zonder", "Dag {{ subscriber.first_name }},\n")
    assert newsletter("render", "zonder").status == 0
    ran = newsletter("render", "zonder", "--subscriber", "nobody@example.org")
    assert ran.status == 2
    assert "issues/2026-11-25-zonder.md:6:5" in ran.err
    assert "first_name" in ran.err


def test_a_broken_issue_is_told_at_its_places_and_nothing_is_written(newsletter: Newsletter, workspace: Path) -> None:
    add_issue(workspace, "2026-11-25-stuk", "::: tipp\n:::\n\n[x](y)\n")
    ran = newsletter("render", "stuk")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        'issues/2026-11-25-stuk.md:6:5: error: unknown block "tipp" (did you mean "tip"?)\n'
        'issues/2026-11-25-stuk.md:9:5: error: the link "y" is not a whole address; begin it with https://\n'
    )
    assert not (workspace / "out").exists()


def test_faults_name_the_file_as_it_is_seen_from_here(
    newsletter: Newsletter, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_issue(workspace, "2026-11-25-stuk", "::: tipp\n:::\n")
    monkeypatch.chdir(workspace / "issues")
    assert newsletter("render", "stuk").err.startswith("2026-11-25-stuk.md:6:5: error: ")
    monkeypatch.chdir(workspace.parent)
    assert newsletter("-C", "ws", "render", "stuk").err.startswith("ws/issues/2026-11-25-stuk.md:6:5: error: ")


@pytest.mark.parametrize(
    ("name", "hint"),
    [("proeff", '(did you mean "proef"?)'), ("zomer", "(there is proef)"), ("issues", "(there is proef)")],
)
def test_an_issue_that_is_not_there_is_told_with_a_hint(
    name: str, hint: str, newsletter: Newsletter, workspace: Path
) -> None:
    ran = newsletter("render", name)
    assert (ran.status, ran.err) == (2, f'error: there is no issue "{name}" in issues/ {hint}\n')


@pytest.mark.parametrize(
    "name",
    ["proef", "2026-11-24-proef", "issues/2026-11-24-proef.md", "map", "2026-11-23-map", "issues/2026-11-23-map"],
)
def test_an_issue_is_named_by_its_path_or_its_name(name: str, newsletter: Newsletter, workspace: Path) -> None:
    add_issue(workspace, "2026-11-23-map/issue", date="2026-11-23")
    ran = newsletter("render", name, "--json")
    assert ran.status == 0, ran.err
    assert ran.document["issue"] == ("map" if "map" in name else "proef")


def test_the_latest_is_of_today_or_before_and_the_next_after_it(newsletter: Newsletter, workspace: Path) -> None:
    (workspace / "issues" / "2026-11-24-proef.md").unlink()
    for name, days in (("vroeger", -9), ("gisteren", -1), ("overmorgen", 2), ("later", 9)):
        add_issue(workspace, f"{today() + timedelta(days)}-{name}")
    assert newsletter("render", "latest", "--json").document["issue"] == "gisteren"
    assert newsletter("render", "next", "--json").document["issue"] == "overmorgen"


def test_it_is_told_where_there_is_no_latest_or_next(newsletter: Newsletter, workspace: Path) -> None:
    (workspace / "issues" / "2026-11-24-proef.md").rename(workspace / "issues" / "2001-01-01-proef.md")
    ran = newsletter("render", "next")
    assert ran.status == 2
    assert ran.err.startswith("error: there is no next issue in issues/: none is dated after ")


@pytest.mark.parametrize("out", ["newsletter.toml", "newsletter.toml/deep", "full"])
def test_a_folder_that_cannot_be_written_to_is_told(out: str, newsletter: Newsletter, workspace: Path) -> None:
    (workspace / "full" / "proef.html").mkdir(parents=True)
    ran = newsletter("render", "proef", "--out", out)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {out}")
    assert ran.err.count("\n") == 1


def test_a_file_in_the_place_of_the_folder_is_left_and_told(newsletter: Newsletter, workspace: Path) -> None:
    ran = newsletter("render", "proef", "--out", "newsletter.toml")

    assert ran.err == "error: newsletter.toml is there already, and is no folder; choose another place\n"
    assert (workspace / "newsletter.toml").is_file()


def test_a_mistake_in_a_template_of_ones_own_is_told_at_its_line(newsletter: Newsletter, workspace: Path) -> None:
    own = workspace / "templates" / "email" / "blocks" / "tip" / "text.txt.j2"
    own.parent.mkdir(parents=True)
    own.write_text("{{ block.title }}\n{{ block.titel }}\n", "utf-8")
    ran = newsletter("render", "proef")
    assert ran.status == 2
    assert ran.err.startswith("templates/email/blocks/tip/text.txt.j2:2: error: ")
    assert '(did you mean "title"?)' in ran.err


def test_an_embedded_picture_travels_in_the_mail_and_is_seen_in_a_browser(
    newsletter: Newsletter, workspace: Path
) -> None:
    add_issue(workspace, body="![Een vlak](vlak.png) Dag.\n")
    Image.new("RGB", (1200, 600), "#5b2be0").save(workspace / "issues" / "vlak.png")
    assert newsletter("render", "proef").status == 0
    linked = rendered(workspace / "out")
    (workspace / "newsletter.toml").write_text(f'{TOML}\n[pictures]\nin_mail = "embedded"\n', "utf-8")
    assert newsletter("render", "proef").status == 0
    files = rendered(workspace / "out")

    html, picture = (
        part for part in mail(files["eml"]).walk() if part.get_content_type() in {"text/html", "image/png"}
    )
    (cid,) = re.findall(r'src="(cid:[^"]*)"', str(html.get_content()))
    assert cid == f"cid:{picture['Content-ID'][1:-1]}"
    content = picture.get_content()
    assert Image.open(io.BytesIO(content)).size == (1072, 536)
    data = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    assert files["html"].decode().replace(data, cid) == str(html.get_content()).replace("\r\n", "\n")
    (address,) = re.findall(r'src="(https:[^"]*)"', linked["html"].decode())
    assert re.fullmatch(r"https://proef\.example/p/proef/vlak\.[0-9a-f]{8}\.png", address)
    assert files["txt"] == linked["txt"]


@pytest.mark.parametrize("command", [("render", "proef"), ("archive", "build"), ("send", "proef", "--test", "a@b.nl")])
def test_every_command_says_the_same_of_a_picture_that_cannot_be_used(
    command: tuple[str, ...], newsletter: Newsletter, workspace: Path
) -> None:
    add_issue(workspace, body="![Een vlak](vlak.png)\n", status="ready")
    Image.new("RGB", (12, 6)).save(workspace / "issues" / "echt.png")
    (workspace / "issues" / "vlak.png").symlink_to("echt.png")
    ran = newsletter(*command)
    assert ran.status == 2
    assert ran.err == (
        'issues/2026-11-24-proef.md:7:13: error: the picture "vlak.png" is a link to another place; '
        "put the file itself there, as it will be published\n"
    )
