"""`newsletter check`: what it prints, in each of its formats, and how it ends."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from newsletter.checks import RULES
from newsletter.cli import online
from newsletter.cli.findings import excerpt
from newsletter.fetch import Asked, Web, ask_all
from tests.cli.commands import TOML, add_issue
from tests.cli.podcasts import episode
from tests.issue.feed.feeds import feed_text
from tests.web_server import running_server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.commands import Newsletter

GOOD = """\
Wij waren deze week in Veldhoven en keken naar de machine waar iedereen het over heeft. Zij is zo groot als een bus,
en wie haar van dichtbij ziet begrijpt waarom er maar een fabriek is die haar kan maken. Wat dat betekent voor de rest
van het land, en voor wie er werkt, staat hieronder. Het is een lang verhaal, en wij hebben het kort gehouden.
"""
FRONT = {"subject": '"Een traan in de cleanroom"', "preheader": '"Waar het over gaat, en wat u er morgen aan heeft"'}


@pytest.fixture
def good(workspace: Path) -> Path:
    """A workspace with one issue in which nothing is wrong."""
    add_issue(workspace, body=GOOD, **FRONT)
    return workspace


def test_a_good_issue_is_let_pass(good: Path, newsletter: Newsletter) -> None:
    ran = newsletter("check")

    assert (ran.status, ran.out, ran.err) == (0, "", "nothing to mend in 1 issue\n")


def test_a_finding_stands_beside_its_line(good: Path, newsletter: Newsletter) -> None:
    add_issue(good, body=GOOD, **FRONT | {"subject": '"Een traan!!"'})

    ran = newsletter("check", "proef")

    assert ran.out == (
        'issues/2026-11-24-proef.md:2:1: warning: the subject has "!!" in it; one mark says the same '
        "[subject-shouting]\n"
        '    subject: "Een traan!!"\n'
        "    ^\n"
    )
    assert (ran.status, ran.err) == (0, "1 warning in 1 issue\n")
    assert newsletter("check", "--strict").status == 1


def test_an_issue_that_cannot_be_read_keeps_no_other_from_being_checked(good: Path, newsletter: Newsletter) -> None:
    add_issue(good, "2026-11-25-stuk", "::: tipp\n:::\n")
    add_issue(good, "2026-11-26-luid", GOOD, **FRONT | {"subject": '"Een traan!!"', "preheader": f'"{"Wat " * 12}"'})

    ran = newsletter("check")

    assert ran.status == 1
    assert [line.split(" ")[0:2] for line in ran.out.splitlines() if line.startswith("issues/")] == [
        ["issues/2026-11-25-stuk.md:6:5:", "error:"],
        ["issues/2026-11-26-luid.md:2:1:", "warning:"],
    ]
    assert ran.err == "1 error and 1 warning in 3 issues\n"


def test_what_cannot_be_rendered_is_a_finding(good: Path, newsletter: Newsletter) -> None:
    add_issue(good, body=GOOD + "\n{{ subscriber.shoe_size }}\n", **FRONT)

    ran = newsletter("check")

    assert ran.status == 1
    assert ran.out.startswith('issues/2026-11-24-proef.md:10:1: error: "{{ subscriber.shoe_size }}": subscriber has no')


def test_one_json_document(good: Path, newsletter: Newsletter) -> None:
    add_issue(good, body=GOOD, **FRONT | {"subject": '"Een traan!!"'})

    ran = newsletter("check", "--json")

    assert ran.document == newsletter("check", "--format", "json").document
    assert ran.document == {
        "issues": 1,
        "findings": [
            {
                "path": "issues/2026-11-24-proef.md",
                "line": 2,
                "column": 1,
                "severity": "warning",
                "rule": "subject-shouting",
                "message": 'the subject has "!!" in it; one mark says the same',
            }
        ],
    }
    assert ran.err == ""


def test_sarif_for_the_lines_of_a_pull_request(good: Path, newsletter: Newsletter) -> None:
    add_issue(good, body=GOOD, **FRONT | {"subject": '"Een traan!!"'})
    add_issue(good, "2026-11-25-één stuk", "Hoi.\n")

    ran = newsletter("check", "--format", "sarif")

    (run,) = ran.document["runs"]
    rules = run["tool"]["driver"]["rules"]
    shouted, unreadable = run["results"]
    assert (ran.status, ran.document["version"], run["columnKind"]) == (1, "2.1.0", "unicodeCodePoints")
    assert {rule["id"] for rule in rules} == {rule.id for rule in RULES} | {"issue-name"}
    assert shouted == {
        "ruleId": "subject-shouting",
        "ruleIndex": [rule["id"] for rule in rules].index("subject-shouting"),
        "level": "warning",
        "message": {"text": 'the subject has "!!" in it; one mark says the same'},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "issues/2026-11-24-proef.md"},
                    "region": {"startLine": 2, "startColumn": 1},
                }
            }
        ],
    }
    assert unreadable["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "issues/2026-11-25-%C3%A9%C3%A9n%20stuk.md"}}}
    ]
    described = next(rule for rule in rules if rule["id"] == "subject-shouting")
    assert described["defaultConfiguration"] == {"level": "warning"}
    assert described["help"]["text"].startswith("Capitals and rows of exclamation marks are read as shouting")


def test_two_documents_cannot_be_asked_for_at_once(good: Path, newsletter: Newsletter) -> None:
    ran = newsletter("check", "--format", "sarif", "--json")

    message = "--json and --format sarif are two documents; choose one"
    assert (ran.status, ran.document) == (2, {"errors": [{"message": message}]})


def test_a_file_that_lies_elsewhere_has_a_whole_address(
    good: Path, newsletter: Newsletter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_issue(good, body=GOOD, **FRONT | {"subject": '"Een traan!!"'})
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    (run,) = newsletter("-C", good, "check", "--format", "sarif").document["runs"]

    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == (good / "issues/2026-11-24-proef.md").as_uri()


def test_a_level_for_a_rule_that_there_is_not_is_refused(good: Path, newsletter: Newsletter) -> None:
    (good / "newsletter.toml").write_text(f'{TOML}\n[checks]\nsubject-shoutin = "off"\n', "utf-8")

    ran = newsletter("check")

    assert ran.status == 2
    assert 'checks.subject-shoutin: unknown rule (did you mean "subject-shouting"?)' in ran.err


@pytest.mark.parametrize(
    ("line", "column", "width", "shown"),
    [
        ("Een traan", 5, 40, ("Een traan", "    ^")),
        ("\tEen traan", 6, 40, ("    Een traan", "        ^")),
        ("a\u200bb", 3, 40, ("a\ufffdb", "  ^")),
        ("漢字 en meer", 4, 40, ("漢字 en meer", "     ^")),
        ("x" * 60, 1, 20, ("x" * 19 + "…", "^")),
        ("x" * 30 + "y" + "z" * 30, 31, 20, ("…" + "x" * 9 + "y" + "z" * 8 + "…", " " * 10 + "^")),
        ("Een", 9, 40, ("Een", "   ^")),
    ],
)
def test_the_mark_stands_under_its_character(line: str, column: int, width: int, shown: tuple[str, str]) -> None:
    assert excerpt(line, column, width) == shown


def test_links_are_asked_whether_they_answer_and_not_again_on_that_day(
    good: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web(frozenset({"rapport.nl"}), lambda _host, _port: ["127.0.0.1"])
    monkeypatch.setattr(online, "ask_all", partial(ask_all, web=web, pause_s=0))
    with running_server() as server:
        address = f"http://rapport.nl:{server.port}"
        server.serve("/hier", b"")
        server.redirect("/oud", "/hier", 301)
        server.routes["/dicht"] = lambda asked: asked.answer(503)
        body = (
            f"{GOOD}\n[een]({address}/hier#deel) [twee]({address}/oud) [drie]({address}/weg) [vier]({address}/dicht)\n"
        )
        add_issue(good, body=body + "[vijf]({{ web_url }}) [zes](mailto:a@rapport.nl)\n", **FRONT)
        add_issue(good, "2026-11-25-stuk", "::: tipp\n:::\n")
        (good / "newsletter.toml").write_text(f'{TOML}\n[checks]\nlink-http = "off"\n', "utf-8")

        first = newsletter("check", "--online")
        asked = [one.path for one in server.log]
        second = newsletter("check", "--online")

    assert first == second
    assert first.status == 1
    lead, said = "issues/2026-11-24-proef.md:10", [line for line in first.out.splitlines() if "[link-" in line]
    gone, unsure = "it answers 404 Not Found", "it answers 503 Service Unavailable; open it yourself"
    assert [line.replace(address, "…") for line in said] == [
        f'{lead}:49: warning: the link "…/oud" has moved for good, to "…/hier" [link-moved]',
        f'{lead}:85: error: the link "…/weg" leads to nothing: {gone} [link-dead]',
        f'{lead}:121: warning: the link "…/dicht" did not answer as a page does: {unsure} [link-unsure]',
    ]
    assert {path: asked.count(path) for path in asked} == {"/hier": 2, "/oud": 1, "/weg": 2, "/dicht": 2}
    assert [one.path for one in server.log][len(asked) :] == ["/weg", "/weg", "/dicht", "/dicht"]


OLD = f'{GOOD}\n::: episode {{url="https://rapport.nl/63" date="2024-11-10"}} De gouden troef\n:::\n'


def come(root: Path, feed: str) -> str:
    """Let a workspace have a feed, and an issue of tomorrow with an episode; return the issue's name."""
    name = f"{date.today() + timedelta(days=1)}-morgen"  # noqa: DTZ011 - of the same machine as the command
    (root / "newsletter.toml").write_text(f'{TOML}[podcast]\nfeed = "{feed}"\n', "utf-8")
    add_issue(root, name, OLD, **FRONT | {"subject": '"Wat er morgen is"', "preheader": f'"{"Wat er morgen is " * 3}"'})
    return f"issues/{name}.md"


def test_the_feed_is_asked_whether_it_has_a_newer_episode(
    good: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online, "ask_all", lambda urls, **_: dict.fromkeys(urls, Asked(200)))
    (good / "feed.xml").write_text(feed_text(episode(64).replace("2026", "2024")), "utf-8")
    path = come(good, "feed.xml")

    ran = newsletter("check", path, "--online")

    assert f"{path}:10:48: warning: the episode is of 2024-11-10, and the feed has one of 2024-11-20" in ran.out
    assert newsletter("check", path).out == ""


def test_a_feed_that_cannot_be_had_keeps_nothing_from_being_checked(
    good: Path, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online, "ask_all", lambda urls, **_: dict.fromkeys(urls, Asked(200)))

    ran = newsletter("check", come(good, "no-feed.xml"), "--online")

    assert ran.status == 0
    assert ran.err.startswith('warning: the feed "no-feed.xml" cannot be read: ')
