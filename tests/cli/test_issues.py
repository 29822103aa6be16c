"""`newsletter issues` and `newsletter find`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.commands import Newsletter, add_issue

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.mailings import Readers


def test_all_issues_are_listed_the_newest_first(workspace: Path, newsletter: Newsletter) -> None:
    subject = "\"Dag {{ subscriber.first_name | default('lezer') }}\""
    add_issue(workspace, "2026-11-27-tweede", status="ready", subject=subject)

    ran = newsletter("issues")

    assert ran.status == 0
    assert ran.out == "2026-11-27 ready  tweede: Dag lezer\n2026-11-24 draft  proef: Een proef\n"
    assert newsletter("issues", "--json").document["issues"][1] == {
        "issue": "proef", "path": "issues/2026-11-24-proef.md", "date": "2026-11-24", "status": "draft",
        "subject": "Een proef", "sending": "", "sent": 0,
    }  # fmt: skip
    assert not (workspace / "newsletter.db").exists(), "looking makes no database"


def test_what_was_sent_is_told(workspace: Path, newsletter: Newsletter, readers: Readers) -> None:
    readers("anna", "bram")
    assert newsletter("send", "proef", "--yes").status == 0

    assert "(sent to 2)" in newsletter("issues").out
    (row,) = newsletter("issues", "--json").document["issues"]
    assert (row["sending"], row["sent"]) == ("done", 2)


def test_an_issue_with_faults_is_listed_with_the_first(workspace: Path, newsletter: Newsletter) -> None:
    add_issue(workspace, "2026-11-27-kapot", "::: tipp\n:::\n")

    ran = newsletter("issues")

    assert ran.status == 1
    assert ran.out.splitlines()[0].startswith("2026-11-27 faulty kapot: issues/2026-11-27-kapot.md:6:5: unknown block")


def test_without_issues_the_next_step_is_told(workspace: Path, newsletter: Newsletter) -> None:
    (workspace / "issues" / "2026-11-24-proef.md").unlink()

    assert newsletter("issues").err == "there are no issues yet; make one with: newsletter new\n"


def test_a_word_is_found_with_its_place(workspace: Path, newsletter: Newsletter) -> None:
    ran = newsletter("find", "KOPPELING")

    assert ran.status == 0
    assert ran.out == (
        "issues/2026-11-24-proef.md:9 tip Een tip: …*, “aanhalingstekens” en één [koppeling](https://aireport.email/pad).\n"
    )


def test_an_address_is_found_for_a_program(workspace: Path, newsletter: Newsletter) -> None:
    document = newsletter("find", "http://www.aireport.email/pad/", "--json").document

    assert document["not_searched"] == []
    assert document["found"] == [
        {
            "slug": "proef", "date": "2026-11-24", "kind": "tip", "id": "eerste-tip", "title": "Een tip",
            "excerpt": "…s” en één [koppeling](https://aireport.email/pad).",
            "path": "issues/2026-11-24-proef.md", "line": 9,
        }
    ]  # fmt: skip


def test_what_is_nowhere_is_told(workspace: Path, newsletter: Newsletter) -> None:
    ran = newsletter("find", "zonnebloem")

    assert (ran.status, ran.out, ran.err) == (1, "", "no block holds zonnebloem\n")
    assert newsletter("find", " ").err == "error: nothing to look for; give a word or an address\n"


def test_an_issue_with_faults_is_not_searched_and_that_is_told(workspace: Path, newsletter: Newsletter) -> None:
    add_issue(workspace, "2026-11-27-kapot", "::: tipp\n:::\n")

    ran = newsletter("find", "markdown")

    assert ran.status == 1
    assert ran.err == "not searched: issues/2026-11-27-kapot.md has faults\n"
