"""What the process that renders answers: the mail as it is sent, or what is wrong with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from newsletter.cli.letters import TEST_TOKEN
from newsletter.cli.preview_worker import compose
from newsletter.web.preview.marks import without_marks
from newsletter.web.preview.studio import Stage, Studio
from tests.cli.commands import Newsletter, add_issue
from tests.render.drawings import encoded, photo
from tests.web.preview.desks import CANARY, NAME, workspace_in

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.web.preview.protocol import Answer

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALL = ["mail", "page", "source", "text"]
PICTURE = '::: image {src="foto.png" alt="Een foto"}\n:::\n'


class Asking:
    """A studio that is asked as the server does."""

    def __init__(self, root: Path, also: Path | None = None) -> None:
        self.studio = Studio(root, also, Stage(compose, TEST_TOKEN, NOON.astimezone))
        self.epoch = 0

    def ask(self, **request: Any) -> Answer:
        return self.studio.answer({"epoch": self.epoch, "reader": "", "client": "", "shows": ALL, **request})

    def look(self, issue: str = "proef", **asked: Any) -> dict[str, Any]:
        answer = self.ask(do="look", issue=issue, **asked)
        assert answer.kind == "look", answer.body
        document: dict[str, Any] = json.loads(answer.body)
        return document

    def problem(self, issue: str = "proef") -> dict[str, Any]:
        answer = self.ask(do="look", issue=issue)
        assert answer.kind == "problem"
        document: dict[str, Any] = json.loads(answer.body)
        return document


@pytest.fixture
def newsletter(capsys: pytest.CaptureFixture[str]) -> Newsletter:
    return Newsletter(capsys)


@pytest.mark.parametrize("reader", ["anna@example.org", "chloe@example.org"])
@pytest.mark.parametrize("in_mail", ["linked", "embedded"])
def test_what_is_previewed_is_what_is_sent(tmp_path: Path, newsletter: Newsletter, in_mail: str, reader: str) -> None:
    root = workspace_in(tmp_path, f'[pictures]\nin_mail = "{in_mail}"\n')
    (root / ".env").unlink()
    body = f'Dag {{{{ subscriber.first_name | default("lezer") }}}},\n\n{PICTURE}\n::: note\nTot *snel*.\n:::\n'
    path = add_issue(root, NAME, body)
    (path.parent / "foto.png").write_bytes(encoded(photo(1200, 800), "PNG"))
    seen = Asking(root).look(reader=f"sample:{reader}")
    assert newsletter("-C", root, "render", "proef", "--out", tmp_path / "out", "--subscriber", reader).status == 0
    sent = (tmp_path / "out" / "proef.eml").read_bytes().decode()
    assert seen["source"]["eml"].replace("\n", "\r\n") == sent
    assert seen["text"] == (tmp_path / "out" / "proef.txt").read_text("utf-8")
    html = (tmp_path / "out" / "proef.html").read_text("utf-8")
    if in_mail == "linked":
        assert seen["source"]["html"] == html
    # The preview's copy has marks, and its pictures are served from here; nothing else differs.
    (shown,) = {
        piece for piece in seen["mail"].split('"') if piece.startswith("foto.") and piece.endswith((".jpg", ".png"))
    }
    there = f"cid:{shown}@proef.example" if in_mail == "embedded" else f"https://proef.example/p/proef/{shown}"
    assert without_marks(seen["mail"]).replace(shown, there) == seen["source"]["html"]
    assert without_marks(seen["mail"]) != seen["mail"]


def test_a_page_gets_what_it_shows_and_no_more(root: Path) -> None:
    seen = Asking(root).look(shows=["text"])
    assert not {"mail", "page", "source"} & set(seen)
    assert seen["text"].startswith("Proef - dinsdag 24 november 2026")
    assert seen["inbox"] == {
        "sender": "De redactie",
        "subject": "Een proef",
        "preheader": "Waar het over gaat",
        "first_words": " ".join(seen["text"].split())[:200],
    }
    assert seen["issue"]["path"] == "issues/2026-11-24-proef.md"
    assert seen["file"] == str(root / "issues/2026-11-24-proef.md")
    assert seen["command"] == "newsletter send proef --test "


def test_each_block_has_its_share_of_the_size(root: Path) -> None:
    add_issue(root, NAME, "Hier.\n\n::: note {if=\"subscriber.language == 'en'\"} Only\nEnglish.\n:::\n")
    asking = Asking(root)
    dutch, english = (asking.look(reader=f"language:{language}") for language in ("nl", "en"))
    assert [(block["line"], block["kind"], block["is_shown"]) for block in dutch["size"]["blocks"]] == [
        (6, "text", True),
        (8, "note", False),
    ]
    assert dutch["size"]["blocks"][1] | {"bytes": 0} == dutch["size"]["blocks"][1]
    for seen in (dutch, english):
        size = seen["size"]
        assert size["around_bytes"] + sum(block["bytes"] for block in size["blocks"]) == size["bytes"]
        assert size["bytes"] == len(seen["source"]["html"].encode())
    assert english["size"]["bytes"] - dutch["size"]["bytes"] == english["size"]["blocks"][1]["bytes"] > 0


def test_faults_are_told_with_their_line(root: Path) -> None:
    path = add_issue(root, NAME, "::: tipp Een\nTekst.\n:::\n")
    assert Asking(root).problem() == {
        "message": "",
        "findings": [
            {
                "path": "issues/2026-11-24-proef.md",
                "line": 6,
                "column": 5,
                "message": 'unknown block "tipp" (did you mean "tip"?)',
                "rule": "block-unknown",
                "severity": "error",
                "file": str(path),
                "source": "::: tipp Een",
            }
        ],
        "editor": "vscode://file{path}:{line}:{column}",
    }


def test_the_editor_of_the_settings_is_named(root: Path) -> None:
    toml = root / "newsletter.toml"
    toml.write_text(toml.read_text("utf-8") + '[preview]\neditor = "none"\n', "utf-8")
    asking = Asking(root)
    assert asking.look()["editor"] == ""
    add_issue(root, NAME, "::: tipp Een\nTekst.\n:::\n")
    assert asking.problem()["editor"] == ""


def test_an_issue_that_is_gone_says_so_and_comes_back(root: Path) -> None:
    asking, path = Asking(root), root / "issues" / f"{NAME}.md"
    asking.look()
    path.rename(path.with_name("2026-11-24-anders.md"))
    assert asking.problem() == {
        "message": 'there is no issue "proef" any more: its file was renamed, moved or deleted. It is shown again as '
        "soon as it is back",
        "findings": [],
    }
    assert asking.look("anders")["issue"]["slug"] == "anders"
    # Another date is the same issue.
    path.with_name("2026-11-24-anders.md").rename(path.with_name("2026-11-25-proef.md"))
    assert asking.look()["issue"]["path"] == "issues/2026-11-25-proef.md"


def test_settings_and_templates_are_read_anew_when_they_change(root: Path) -> None:
    asking, toml = Asking(root), root / "newsletter.toml"
    before = toml.read_text("utf-8")
    toml.write_text(before.replace('"Proef"', '"Nieuw"'), "utf-8")
    assert "Nieuw" in asking.look()["text"]
    toml.write_text(before.replace('language = "nl"', 'language = "de"'), "utf-8")
    assert "Nieuw" in asking.look()["text"], "nobody has said yet that it changed"
    asking.epoch += 1
    (finding,) = asking.problem()["findings"]
    assert (finding["path"], finding["line"], finding["source"]) == ("newsletter.toml", 4, 'language = "de"')
    toml.write_text(before, "utf-8")
    template = root / "templates/email/blocks/tip/text.txt.j2"
    template.parent.mkdir(parents=True)
    template.write_text("{{ block.titel }}\n", "utf-8")
    asking.epoch += 1
    (finding,) = asking.problem()["findings"]
    assert (finding["path"], finding["line"]) == ("templates/email/blocks/tip/text.txt.j2", 1)
    assert finding["file"] == str(template)
    template.write_text("TIP {{ block.title }}\n", "utf-8")
    asking.epoch += 1
    assert "TIP Een tip" in asking.look()["text"]


def test_a_broken_picture_is_a_fault_and_the_good_ones_are_still_served(root: Path) -> None:
    asking, folder = Asking(root), root / "issues"
    (folder / "foto.png").write_bytes(encoded(photo(1200, 800), "PNG"))
    add_issue(root, NAME, PICTURE)
    (shown,) = {piece for piece in asking.look()["mail"].split('"') if piece.startswith("foto.")}
    good = asking.ask(do="file", path=f"p/proef/{shown}")
    assert (good.kind, good.media_type.partition("/")[0]) == ("file", "image")
    (folder / "foto.png").write_bytes(b"no picture")
    (finding,) = asking.problem()["findings"]
    assert (finding["rule"], finding["line"]) == ("picture-file", 6)
    assert asking.ask(do="file", path=f"p/proef/{shown}") == good


@pytest.mark.parametrize(
    "path",
    [
        "p/proef/../../.env",
        "../.env",
        ".env",
        "assets/../.env",
        "assets/../../newsletter.toml",
        "p/proef/2026-11-24-proef.md",
        "p/proef/",
        "assets/",
        "",
        "issues/2026-11-24-proef.md",
        "/etc/passwd",
        "p//etc/passwd",
    ],
)
def test_nothing_but_what_an_issue_shows_is_a_file(root: Path, path: str) -> None:
    assert Asking(root).ask(do="file", path=path).kind in {"missing", "problem"}


@pytest.mark.parametrize("issue", ["../ws/newsletter.toml", ".env", "issues/../.env", "/etc/passwd", "nergens"])
def test_nothing_but_an_issue_is_an_issue(root: Path, issue: str) -> None:
    assert Asking(root).problem(issue)["findings"] == []


def test_the_look_has_its_files(root: Path) -> None:
    style = Asking(root).ask(do="file", path="assets/style.css")
    assert (style.kind, style.media_type) == ("file", "text/css")
    assert b"prefers-color-scheme" in style.body


def test_an_issue_may_stand_elsewhere_where_the_editor_says_so(root: Path, tmp_path: Path) -> None:
    elsewhere = add_issue(tmp_path, "2026-11-24-elders").rename(tmp_path / "elders.md")
    seen = Asking(root, elsewhere).look(str(elsewhere))
    assert (seen["issue"]["slug"], seen["command"]) == ("elders", f"newsletter send {elsewhere} --test ")
    assert Asking(root).ask(do="look", issue=str(elsewhere)).kind == "problem"


def test_the_welcome_is_shown_like_an_issue(root: Path) -> None:
    path = root / "issues" / "welcome.md"
    path.write_text("---\nsubject: Welkom\n---\nFijn.\n", "utf-8")
    asking = Asking(root, path)
    for name in ("welcome", str(path)):
        assert "Welkom" in asking.look(name)["mail"]
    assert "/p/welcome" not in asking.look("welcome")["mail"]
    row = json.loads(asking.ask(do="overview").body)["issues"][0]
    assert (row["name"], row["subject"], row["date"]) == ("welcome", "Welkom", "")


def rows(asking: Asking) -> list[tuple[Any, ...]]:
    """The overview: names, dates, and how much was found."""
    issues = json.loads(asking.ask(do="overview").body)["issues"]
    return [(row["name"], row.get("date"), row.get("status"), row.get("errors"), row.get("warnings")) for row in issues]


def test_the_overview_names_every_issue_newest_first(root: Path) -> None:
    add_issue(root, "2026-11-27-klaar", status="ready", language="en")
    add_issue(root, "2026-11-20-stuk", "::: tipp\n:::\n")
    (root / "issues" / "2026-11-19-Geen naam.md").write_text("", "utf-8")
    assert rows(Asking(root)) == [
        ("klaar", "2026-11-27", "ready", None, None),
        ("proef", "2026-11-24", "draft", None, None),
        ("stuk", None, None, 1, 0),
        ("issues/2026-11-19-Geen naam.md", None, None, 1, 0),
    ]


FAULTY = "Klik [hier](http://example.org/) en [](https://example.org/leeg).\n"


def findings(asking: Asking, issue: str = "proef") -> list[dict[str, Any]]:
    answer = asking.ask(do="findings", issue=issue)
    assert answer.kind == "findings"
    found: list[dict[str, Any]] = json.loads(answer.body)["findings"]
    return found


def test_what_the_checks_find_is_told_with_its_line_and_counted_until_the_file_changes(root: Path) -> None:
    asking, path = Asking(root), add_issue(root, NAME, FAULTY)
    found = findings(asking)
    here = [finding for finding in found if finding["line"] == 6]
    assert {"link-empty", "link-http"} & {finding["rule"] for finding in here}
    assert {(finding["file"], finding["source"]) for finding in here} == {(str(path), FAULTY.rstrip())}
    errors = sum(finding["severity"] == "error" for finding in found)
    assert rows(asking) == [("proef", "2026-11-24", "draft", errors, len(found) - errors)]
    add_issue(root, NAME, "Anders.\n")
    assert rows(asking) == [("proef", "2026-11-24", "draft", None, None)]


def test_the_checks_see_the_other_issues_as_they_are_now(root: Path) -> None:
    other = "::: tip {#eerste-tip} Een tip\nTekst.\n:::\n"
    asking = Asking(root)
    before = findings(asking)
    add_issue(root, "2026-11-20-eerder", other)
    after = findings(asking)
    assert [finding for finding in after if "issues/2026-11-20-eerder.md" in finding["message"]]
    (root / "issues" / "2026-11-20-eerder.md").unlink()
    assert findings(asking) == before
    add_issue(root, "2026-11-21-stuk", "::: tipp\n:::\n")
    assert findings(asking) == before, "one that cannot be read is none"
    assert [finding["rule"] for finding in findings(asking, "stuk")] == ["block-unknown"]


def test_a_rule_that_there_is_not_is_told(root: Path) -> None:
    toml = root / "newsletter.toml"
    toml.write_text(toml.read_text("utf-8") + '[checks]\nlink-emty = "off"\n', "utf-8")
    (finding,) = Asking(root).problem()["findings"]
    assert (finding["path"], finding["rule"]) == ("newsletter.toml", "checks-rule")


@pytest.mark.parametrize("client", ["gmail", "outlook", "gmail-dark", "outlook-dark"])
def test_a_mail_is_shown_as_a_program_shows_it(root: Path, client: str) -> None:
    asking = Asking(root)
    sent, shown = asking.look(shows=["mail"]), asking.look(shows=["mail"], client=client)
    assert shown["mail"] != sent["mail"]
    assert "Dag Anna" in shown["mail"]
    assert {**shown, "mail": ""} == {**sent, "mail": ""}


def test_a_program_that_nobody_knows_changes_nothing(root: Path) -> None:
    asking = Asking(root)
    assert asking.look(client="pine") == asking.look()


def test_no_answer_holds_a_secret(root: Path) -> None:
    asking = Asking(root)
    answers = [asking.ask(do=what) for what in ("overview", "house")]
    answers.append(asking.ask(do="look", issue="proef"))
    assert all(answer.kind != "problem" for answer in answers)
    assert CANARY.encode() not in b"".join(answer.body for answer in answers)
