"""`newsletter plan`, `newsletter rehearse`, and what keeps an issue from being sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import Newsletter, add_issue
from tests.cli.mailings import ISSUE, Readers, ago, plan_of, stop_half_way
from tests.cli.post import Post, counts, settings_for
from tests.delivery.servers import real_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def post() -> Iterator[Post]:
    inbox = Post()
    with real_server(inbox) as port, settings_for(port):
        yield inbox


def test_a_plan_says_what_would_be_sent_and_changes_nothing(newsletter: Newsletter, readers: Readers) -> None:
    readers("anna", "bram")
    first, second = newsletter("plan", "proef"), newsletter("plan", "proef")
    assert (first.status, first.err) == (0, "")
    assert first == second
    lines = dict(line.split(maxsplit=1) for line in first.out.splitlines()[1:])
    assert lines["subject"] == "Een proef"
    assert lines["readers"] == "2 (all)"
    assert lines["by"] == "directory"
    assert len(lines["plan"]) == 16
    assert newsletter("status").out == ""


def test_a_plan_is_a_json_document(newsletter: Newsletter, readers: Readers) -> None:
    readers("anna", "bram")
    document = newsletter("plan", "proef", "--json").document
    assert (document["issue"], document["planned"], document["audience"]) == ("proef", 2, "all")
    (variant,) = document["variants"]
    assert (variant["language"], variant["readers"]) == ("nl", 2)
    assert variant["bytes"] > 5000
    assert document["findings"] == []


def test_a_plan_of_what_was_sent_already_says_so(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers("anna", "bram")
    add_issue(workspace, ISSUE, status="ready")
    before = newsletter("plan", "proef", "--json").document["state"]
    newsletter("send", "proef", "--yes", "--transport", "null")

    assert newsletter("plan", "proef").out.splitlines()[-1] == "  begun    done 2 planned · 2 sent"
    assert (before, newsletter("plan", "proef", "--json").document["state"]) == ("planned", "done")


def test_the_time_a_plan_takes_follows_from_the_rate(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers(*(f"r{number}" for number in range(25)))
    toml = workspace / "newsletter.toml"
    toml.write_text(toml.read_text("utf-8") + "\n[smtp]\nrate_per_second = 10\n", "utf-8")
    assert newsletter("plan", "proef", "--json").document["seconds"] == 3
    assert "  time     3 s\n" in newsletter("plan", "proef").out


def test_the_hash_of_a_plan_follows_the_words_and_the_readers(
    newsletter: Newsletter, readers: Readers, workspace: Path
) -> None:
    readers("anna")
    one = plan_of(newsletter)
    readers("bram")
    two = plan_of(newsletter)
    add_issue(workspace, ISSUE, body="Een ander woord.\n", status="ready")
    three = plan_of(newsletter)
    assert len({one, two, three}) == 3


@pytest.mark.parametrize(
    ("front", "line", "said"),
    [
        ({}, 5, 'it is a draft, and a draft is never sent to readers; when it is finished, write "status: ready"'),
        ({"status": "draft"}, 5, "it is a draft, and a draft is never sent"),
        ({"status": "ready", "not_after": ago(2)}, 6, f"not_after, {ago(2)}, is over; give a later time if it still "),
        (
            {"status": "ready", "send_at": ago(-2)},
            6,
            f"send_at, {ago(-2)}, is still to come; send it then, or delete the line to send it now",
        ),
    ],
    ids=["no status", "a draft", "too late", "too early"],
)
def test_what_forbids_to_send_an_issue_is_told_at_its_line(
    front: dict[str, str], line: int, said: str, newsletter: Newsletter, readers: Readers, workspace: Path, post: Post
) -> None:
    readers("anna")
    add_issue(workspace, ISSUE, **front)
    planned = newsletter("plan", "proef")
    assert planned.status == 1
    refused = newsletter("send", "proef", "--yes", "--json")
    assert refused.status == 2
    (error,) = refused.document["errors"]
    assert error["message"].startswith(said)
    assert error["line"] == (line if front.get("status") else 1)
    assert f"issues/{ISSUE}.md:{error['line']}:" in planned.err
    assert post.envelopes == []
    assert newsletter("status").out == ""


def test_an_issue_needs_a_preheader_and_readers(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    path = add_issue(workspace, ISSUE, status="ready")
    path.write_text(path.read_text("utf-8").replace("preheader: ", "tags: [a] # "), "utf-8")
    refused = newsletter("send", "proef", "--yes", "--json")
    assert refused.status == 2
    assert [error["message"] for error in refused.document["errors"]] == [
        "it has no preheader, which stands beside the subject in the inbox; add `preheader: …`",
        "there is no reader yet; bring in your readers with: newsletter subscribers import FILE",
    ]


def test_a_field_that_some_readers_lack_keeps_it_from_all(
    newsletter: Newsletter, readers: Readers, workspace: Path, post: Post
) -> None:
    add_issue(workspace, ISSUE, body="Dag {{ subscriber.first_name }},\n", status="ready")
    (workspace / "more.csv").write_text("email\nbram@example.org\nchloe@example.org\n", "utf-8")
    readers("anna")
    assert newsletter("subscribers", "import", "more.csv").status == 0
    ran = newsletter("send", "proef", "--yes", "--json")
    assert ran.status == 2
    (error,) = ran.document["errors"]
    assert (error["path"], error["line"], error["column"]) == (f"issues/{ISSUE}.md", 7, 5)
    assert error["message"] == (
        '"{{ subscriber.first_name }}" has no value for this reader; give one for readers without: '
        '{{ subscriber.first_name | default("…") }} (so for 2 readers, bram@example.org the first)'
    )
    assert post.envelopes == []


def test_a_rehearsal_makes_every_mail_and_reaches_nobody(
    newsletter: Newsletter, readers: Readers, workspace: Path, post: Post
) -> None:
    readers("anna", "bram", "chloe")
    add_issue(workspace, ISSUE, status="draft")
    before = (workspace / "newsletter.db").read_bytes()
    ran = newsletter("rehearse", "proef", "--json")
    assert ran.status == 0, ran.err
    assert counts(ran) == {"sent": 3}
    assert "3 mails, " in ran.err
    mbox = (workspace / "out" / "proef.mbox").read_text("utf-8")
    assert mbox.count("\nFrom rehearsal ") + mbox.startswith("From rehearsal ") == 3
    assert "To: anna@example.org" in mbox
    assert post.envelopes == []
    assert (workspace / "newsletter.db").read_bytes() == before
    assert newsletter("status").out == ""


def test_a_rehearsal_deletes_its_older_mailbox_and_no_other_file(
    newsletter: Newsletter, readers: Readers, workspace: Path
) -> None:
    readers("anna")
    mbox = workspace / "out" / "proef.mbox"
    mbox.parent.mkdir()
    mbox.write_text("From rehearsal Tue Nov 24 07:00:00 2026\nSubject: older\n\n", "utf-8")
    add_issue(workspace, ISSUE)
    issue = f"issues/{ISSUE}.md"

    refused, done = newsletter("rehearse", "proef", "--out", issue), newsletter("rehearse", "proef")

    message = f"error: {issue} is there already, and is no mailbox; choose another name with --out\n"
    assert (refused.status, refused.err) == (2, message)
    assert (workspace / issue).read_text("utf-8").startswith("---\n")
    assert done.status == 0, done.err
    assert "older" not in mbox.read_text("utf-8")


def test_a_rehearsal_finds_what_a_sending_would_find(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    ran = newsletter("rehearse", "proef")
    assert ran.status == 2
    assert "there is no reader yet" in ran.err


LOCAL = "Lees [het hele rapport](https://localhost/rapport).\n"
TOLD = (
    'issues/2026-11-24-proef.md:7:25: error: the link "https://localhost/rapport" leads to localhost, '
    "which readers cannot reach"
)


def test_what_the_checks_call_an_error_keeps_an_issue_from_being_sent(
    newsletter: Newsletter, readers: Readers, workspace: Path
) -> None:
    readers("anna")
    add_issue(workspace, ISSUE, LOCAL, status="ready")
    planned, sent = newsletter("plan", "proef"), newsletter("send", "proef", "--yes", "--transport", "null")
    assert (planned.status, planned.err) == (1, f"{TOLD}\n")
    assert (sent.status, sent.err.splitlines()[-1]) == (2, TOLD)
    assert newsletter("status").out == ""


def test_what_the_checks_warn_of_is_shown_and_keeps_nobody(
    newsletter: Newsletter, readers: Readers, workspace: Path
) -> None:
    readers("anna")
    add_issue(workspace, ISSUE, "Lees [hier](https://aireport.email/rapport).\n", status="ready")
    sent = newsletter("send", "proef", "--yes", "--transport", "null")
    assert sent.status == 0
    assert 'proef.md:7:7: warning: the words "hier" do not say where the link leads' in sent.err


def test_what_is_half_sent_is_not_checked_again(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    readers("anna", "bram", "chloe")
    stop_half_way(newsletter, workspace)
    add_issue(workspace, "2026-11-20-eerder", status="ready")  # its tip has the same id
    assert newsletter("send", "proef", "--yes", "--transport", "null").status == 0
