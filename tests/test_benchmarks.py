"""The benchmarks run, and compare what they say they compare."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchmarks.measure.figures import Figure, in_turns, table
from benchmarks.measure.peer import PEER, PEER_PREVIEW, installed
from benchmarks.measure.texts import another_colour, another_issue, one_word_changed, same_words
from benchmarks.pages import pages_of
from benchmarks.preview import long_issue
from benchmarks.previews.servers import component, plain_markdown
from benchmarks.sites import builders
from benchmarks.sites.corpus import read_corpus
from benchmarks.size import Limit, parts
from benchmarks.size import table as size_table

ROOT = Path(__file__).parent.parent
ISSUE = ROOT / "issues/2026-11-24-asml.md"
pytestmark = pytest.mark.no_cover  # what is measured must not count its lines meanwhile
needs_peer = pytest.mark.skipif(not installed(), reason="Node.js is missing, or npm ci in benchmarks/peer")


def benchmark(*arguments: str | Path, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    environment = os.environ | {"PATH": path}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def measured(*arguments: str | Path) -> dict[str, Any]:
    done = benchmark(*arguments, "--rounds", "1", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.mark.skipif(not shutil.which("wrk"), reason="wrk is missing")
def test_the_site_is_measured_beside_the_same_pages_as_files_and_is_flooded() -> None:
    document = measured("benchmarks/site.py", "--seconds", "1", "--flood", "2")

    assert [figure["name"] for figure in document["figures"]] == ["an issue's page", "the page that confirms"]
    assert all(figure["goal"] == 1.25 for figure in document["figures"])
    flood = {line["name"]: line for line in document["flood"]}
    assert flood["the attacker's words in mails"]["met"]
    assert flood["mails (at most as many as are allowed)"]["met"]


@pytest.mark.node
@needs_peer
def test_rendering_is_measured_beside_the_same_mail_from_node() -> None:
    document = measured("benchmarks/render.py", ISSUE)

    (report,) = document["issues"]
    assert report["same_words"] > 0.98
    assert 0.5 < report["html_bytes"]["ours"] / report["html_bytes"]["peer"] < 1
    assert {"Markdown", "Jinja", "MJML", "premailer", "plain text"} < report["stages_ms"]["ours"].keys()
    assert report["stages_ms"]["peer"].keys() == {"read", "Markdown", "words", "MJML", "juice"}
    assert [figure["name"] for figure in report["figures"] if figure["goal"]] == [
        "warm, another issue",
        "warm, one block changed",
        "warm, nothing changed",
        "command line",
    ]
    assert all(figure["ours"] > 0 and figure["peer"] > 0 for figure in report["figures"])


@pytest.mark.skipif(not shutil.which("smtp-sink"), reason="Postfix is missing: run .ci/mail-servers as root")
def test_sending_is_measured_beside_its_peers_near_by_and_on_a_slow_line() -> None:
    document = measured("benchmarks/send.py", "--count", "80")

    goals = [figure["name"] for figure in document["figures"] if figure["goal"]]
    assert goals[:2] == ["send, smtp-source", "send, smtplib"]
    assert "20 ms: send, aiosmtplib" in goals
    assert 45_000 < document["octets"] < 55_000
    assert {"send", "send with DKIM", "client alone"} < document["per_second"].keys()
    assert all(figure["ours"] > 0 and figure["peer"] > 0 for figure in document["figures"])


@pytest.mark.timeout(180)
def test_sending_by_a_provider_is_measured_beside_a_call_for_each_reader() -> None:
    document = measured("benchmarks/providers.py", "--count", "40", "--pause-ms", "5")

    goals = [figure["name"] for figure in document["figures"] if figure["goal"]]
    assert goals[:3] == ["merged by it, one by one", "500 in a request, one by one", "100 in a request, one by one"]
    assert {"one by one", "django-anymail"} < document["per_second"].keys()
    assert 45_000 < document["octets"] < 55_000
    assert document["pause_ms"] == 5
    assert all(figure["ours"] > 0 and figure["peer"] > 0 for figure in document["figures"])


def test_without_a_server_the_benchmark_of_sending_says_what_to_install(tmp_path: Path) -> None:
    done = benchmark("benchmarks/send.py", path=str(tmp_path))

    assert done.returncode == 2
    assert "apt install postfix" in done.stderr


def test_without_node_the_benchmark_says_what_to_install(tmp_path: Path) -> None:
    done = benchmark("benchmarks/render.py", path=str(tmp_path))

    assert done.returncode == 2
    assert "install Node.js" in done.stderr


def test_sizes_are_measured_and_within_their_limits() -> None:
    done = benchmark("benchmarks/size.py", "--json")
    assert (done.returncode, done.stderr) == (0, "")

    for report in json.loads(done.stdout)["issues"]:
        assert [limit["name"] for limit in report["limits"] if not limit["met"]] == []
        sizes = [limit["size_bytes"] for limit in report["limits"]]
        assert sizes[1] < sizes[0] <= sizes[2] == report["html_bytes"] == sum(report["parts_bytes"].values())
        assert sum(kind["blocks"] for kind in report["kinds"].values()) == report["blocks"]
        assert sum(kind["added_bytes"] for kind in report["kinds"].values()) == sizes[2] - sizes[1]
        assert min(report["parts_bytes"].values()) > 3000
        assert report["fields"] >= 2


@pytest.mark.node
@needs_peer
def test_a_mail_is_smaller_than_the_same_from_node() -> None:
    done = benchmark("benchmarks/size.py", ISSUE, "--json")
    (report,) = json.loads(done.stdout)["issues"]
    assert 0.5 < report["html_bytes"] / report["peer_bytes"] < 0.85


def test_what_the_bytes_of_a_mail_are_adds_up() -> None:
    html = '<style>a{}</style><!--[if mso]><b>é</b><![endif]--><p style="x:y">é<!-- é --></p>'
    assert parts(html) == {
        "comments for Outlook": 34,
        "style sheets": 18,
        "style attributes": 12,
        "the rest of the tags": 18,
        "text": 2,
    }
    assert sum(parts(html).values()) == len(html.encode())


def test_a_limit_is_met_up_to_its_last_byte() -> None:
    limits = [Limit("exact", 50_000, 50_000), Limit("one more", 50_001, 50_000)]
    assert size_table(limits).splitlines() == [
        "exact      50.0 kB  at most  50.0 kB  met",
        "one more   50.0 kB  at most  50.0 kB  NOT MET",
    ]


def test_starting_is_measured_and_help_imports_no_library_of_a_command() -> None:
    document = measured("benchmarks/startup.py")

    (figure,) = document["figures"]
    assert figure["ratio"] == figure["ours"] / figure["peer"]
    assert "typer" in document["imports"]["libraries"]
    assert document["imports"]["libraries"].keys().isdisjoint({"babel", "jinja2", "lxml", "mjml", "premailer", "yaml"})
    assert "newsletter.cli.main" in document["imports"]["newsletter"]


def test_the_checks_are_measured() -> None:
    document = measured("benchmarks/checks.py", "--count", "3")

    assert document["issues"] == 3
    assert document["seconds"] > 0
    assert document["cpu_s"] > 0
    assert document["met"] == (document["seconds"] <= 3)


def test_a_list_is_measured_beside_the_standard_library() -> None:
    document = measured("benchmarks/audience.py", "--rows", "2000")

    names = [figure["name"] for figure in document["figures"]]
    assert names[0] == "import"
    assert names[-1] == "memory of an import"
    assert all(figure["ours"] > 0 and figure["peer"] > 0 for figure in document["figures"])
    assert document["in_bounds"] is True


def test_a_long_list_is_planned_and_sent_to_until_it_is_interrupted() -> None:
    done = benchmark("benchmarks/many.py", "--readers", "2000", "--json")
    assert (done.returncode, done.stderr) == (0, "")

    document = json.loads(done.stdout)
    assert (document["readers"], document["sent"]) == (2000, 2000)
    assert document["met"]["memory of at most 200 MB"] is True
    assert document["met"]["plan of a million in at most 30 s"] is None
    assert min(document["first_per_second"], document["last_per_second"], document["peer"]["cpu_s"]) > 0


@pytest.mark.parametrize("peer", [PEER, PEER_PREVIEW], ids=lambda peer: peer.name)
def test_the_peer_is_locked_without_addresses(peer: Path) -> None:
    wanted = json.loads((peer / "package.json").read_bytes())["dependencies"]
    packages = json.loads((peer / "package-lock.json").read_bytes())["packages"]

    assert packages.pop("")["dependencies"] == wanted
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, package in packages.items() if "resolved" in package] == []
    # What a package brings along is part of that package, and of its hash.
    alone = {name: package for name, package in packages.items() if not package.get("inBundle")}
    assert [name for name, package in alone.items() if not package["integrity"].startswith("sha512-")] == []


def test_the_previews_are_given_the_same_words() -> None:
    text = ISSUE.read_text("utf-8") + "\nEen `stukje` code, ${dit} en een \\ erbij.\n"
    words = plain_markdown(text)
    assert not [sign for sign in (":::", "{{", "![", "---\nsubject") if sign in words]
    assert "## Prik je eigen bubbel door\n" in words
    assert "\nEen \\`stukje\\` code, \\${dit} en een \\\\ erbij.\n" in component(text)
    assert 27_000 <= len(long_issue(text).encode()) < 28_500


def test_each_round_takes_every_measurement_and_begins_with_another() -> None:
    order: list[str] = []

    def take(name: str, number: int) -> int:
        order.append(f"{name}{number}")
        return number

    taken = in_turns({name: partial(take, name) for name in "abc"}, rounds=2, unmeasured=1)

    assert order == ["a0", "b0", "c0", "b1", "c1", "a1", "c2", "a2", "b2"]
    assert taken == {"a": [1, 2], "b": [1, 2], "c": [1, 2]}


def test_a_goal_is_met_up_to_its_ratio() -> None:
    figures = [
        Figure("exact", 3, 6, "ms", cpu_ratio=0.7, goal=0.5),
        Figure("more", 3.1, 6, "ms", goal=0.5),
        Figure("free", 2, 1, "MB"),
    ]

    assert [figure.verdict for figure in figures] == ["met", "NOT MET", ""]
    assert table(figures, "peer").splitlines() == [
        "            ours           peer  ratio  processor  goal",
        "exact     3.0 ms         6.0 ms   0.50       0.70  <= 0.5 met",
        "more      3.1 ms         6.0 ms   0.52             <= 0.5 NOT MET",
        "free      2.0 MB         1.0 MB   2.00",
    ]


TEXT = """\
---
date: 2026-01-02
subject: "A word"
---
One, {{ subscriber.first_name }}.

Two.
::: tip Title
Three.

```
code
```
- Four
:::
Five.
"""


def test_another_issue_has_its_own_date_and_a_link_of_its_own_in_every_block() -> None:
    link = "[Word9](https://example.org/9) "

    changed = another_issue(TEXT, 9)

    assert changed == (
        TEXT.replace("2026-01-02", "2024-01-10")
        .replace("One,", f"{link}One,")
        .replace("Three", f"{link}Three")
        .replace("Five", f"{link}Five")
    )


def test_a_save_changes_one_word_of_one_paragraph() -> None:
    assert one_word_changed(TEXT, 9) == TEXT.replace("Three", "Word9 Three")


def test_every_look_has_a_colour_of_its_own() -> None:
    assert len({another_colour(number) for number in range(500)}) == 500
    assert another_colour(255) == "#5b00ff"


def test_words_are_compared_as_readers_see_them() -> None:
    left = "<html><head><title>x y</title></head><style>p {}</style><p>one &amp; <b>two</b><!-- three --></p></html>"

    assert same_words(left, "<p>one & two</p>") == 1
    assert same_words(left, "<p>one & three</p>") == 0.5


def test_the_way_to_the_next_issue_is_measured() -> None:
    done = benchmark("benchmarks/next_issue.py", "--rounds", "1", "--episodes", "3", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)

    assert set(document["commands"]) == {"newsletter init", "newsletter new", "newsletter render"}
    assert document["two_commands_s"] > 0


def test_feeds_of_others_are_counted(tmp_path: Path) -> None:
    (tmp_path / "page.xml").write_text("<html></html>")
    (tmp_path / "feed.xml").write_text(
        "<rss version='2.0'><channel><item><title>x</title><enclosure url='https://a.example/1.mp3'/></item></channel></rss>"
    )

    done = benchmark("benchmarks/feeds.py", tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^all +read 1  refused 1$", done.stdout, re.MULTILINE)


def corpus(folder: Path, *texts: str) -> Path:
    for number, text in enumerate(texts, start=1):
        (folder / f"issue-{number}.markdown").write_text(text, "utf-8")
    return folder


def test_every_program_builds_the_same_issues_as_many_as_are_asked_for(tmp_path: Path) -> None:
    texts = read_corpus(corpus(tmp_path, "Een [link](/hier).", "Twee [post](info@a.example)."), 5)
    assert [(text.slug, text.day.isoformat()) for text in texts][::4] == [
        ("issue-1", "2006-01-01"),
        ("issue-5", "2006-01-29"),
    ]
    assert texts[0].markdown == "Een [link](https://haskellweekly.news/hier)."
    assert texts[1].markdown == "Twee [post](mailto:info@a.example)."
    assert texts[4].markdown == f"Once more, as number 5.\n\n{texts[0].markdown}"
    assert len({text.markdown for text in texts}) == 5


def test_this_programs_copy_of_them_is_a_workspace_that_builds(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    texts = read_corpus(corpus(tmp_path / "texts", "Een.", "Twee {{ x }}."), 3)
    site = builders.ours(tmp_path / "ours", texts)
    done = subprocess.run([*site.command, "--no-search"], cwd=site.folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.partition(" issues")[0]) == (0, "built out/site 3")
    site.clean()
    assert sorted(path.name for path in site.folder.iterdir()) == ["issues", "newsletter.toml"]


def test_without_issues_the_archive_is_not_measured(tmp_path: Path) -> None:
    done = benchmark("benchmarks/archive.py", "--corpus", tmp_path)
    assert (done.returncode, done.stderr) == (2, f"there are no issues in {tmp_path / 'data' / 'newsletter'}\n")


def test_one_page_of_each_kind_is_judged(tmp_path: Path) -> None:
    for path in ("index.html", "404.html", "p/a/index.html", "p/b/index.html", "tips/index.html", "tags/x/index.html"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert pages_of(tmp_path) == ["", "p/b/", "tips/", "tags/x/"]
