"""`newsletter send` and `resume`, where too many addresses are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.sending.guard import LEAST
from tests.cli.post import Post, counts, settings_for
from tests.delivery.servers import real_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aiosmtpd.smtp import SMTP, Envelope, Session

    from tests.cli.commands import Newsletter
    from tests.cli.mailings import Readers

READERS = LEAST + 30
WHAT_NEXT = (
    "too many addresses were refused as not existing. If that is right: newsletter resume proef --suppress-refused. "
    "If the server was wrong: newsletter resume proef --retry-refused\n"
)


class WronglySetUp(Post):
    """Knows nobody, until it is mended."""

    is_mended = False

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.is_mended:
            return "550 5.1.1 User unknown"
        return await super().handle_RCPT(server, session, envelope, address, options)


@pytest.fixture
def paused(newsletter: Newsletter, readers: Readers) -> Iterator[WronglySetUp]:
    """A sending that was paused for its refusals, and the server that refused."""
    readers(*(f"r{number}" for number in range(READERS)))
    inbox = WronglySetUp()
    with real_server(inbox) as port, settings_for(port):
        ran = newsletter("send", "proef", "--yes", "--json", "--connections", "1")
        assert ran.status == 1
        assert ran.document["state"] == "paused"
        assert f"error: {LEAST} of the last {LEAST} readers (100.0 %) were refused" in ran.err
        assert ran.err.endswith(f"It was paused; {WHAT_NEXT}")
        yield inbox


def refused(newsletter: Newsletter) -> int:
    """How many were: those that were on their way already when it was noticed, too."""
    failed = newsletter("status", "proef", "--json").document["failed"]
    assert LEAST <= failed < LEAST + 4
    assert isinstance(failed, int)
    return failed


def suppressed(newsletter: Newsletter) -> int:
    total = newsletter("subscribers", "list", "--status", "suppressed", "--json").document["total"]
    assert isinstance(total, int)
    return total


def test_nothing_goes_on_without_a_word_about_them(newsletter: Newsletter, paused: WronglySetUp) -> None:
    assert suppressed(newsletter) == 0
    for command in (["send", "proef", "--yes"], ["resume", "proef"]):
        ran = newsletter(*command)
        assert (ran.status, ran.err) == (2, f"error: proef is paused; {WHAT_NEXT}")
    assert newsletter("status", "proef").out.endswith(f"\n  {WHAT_NEXT}")
    both = newsletter("resume", "proef", "--retry-refused", "--suppress-refused")
    assert both.err == "error: --suppress-refused and --retry-refused are opposites; choose one\n"


def test_where_the_server_was_wrong_everybody_gets_it(newsletter: Newsletter, paused: WronglySetUp) -> None:
    paused.is_mended = True
    many = refused(newsletter)
    assert newsletter("resume", "proef", "--retry-refused").err.startswith(f"{many} readers to be tried again\n")
    ran = newsletter("send", "proef", "--yes", "--json")
    assert (ran.status, counts(ran)) == (0, {"sent": READERS}), ran.err
    assert len(paused.recipients) == len(set(paused.recipients)) == READERS
    assert suppressed(newsletter) == 0


def test_where_the_refusals_are_right_they_are_believed_from_now_on(
    newsletter: Newsletter, paused: WronglySetUp
) -> None:
    many = refused(newsletter)
    assert newsletter("resume", "proef", "--suppress-refused").err.startswith(f"{many} readers suppressed\n")
    assert suppressed(newsletter) == many
    ran = newsletter("send", "proef", "--yes", "--json")
    assert (ran.status, counts(ran)) == (1, {"failed": READERS}), ran.err
    assert suppressed(newsletter) == READERS


def test_where_none_are_held_nobody_can_speak_about_them(newsletter: Newsletter, readers: Readers) -> None:
    readers("anna")
    assert newsletter("send", "proef", "--yes", "--transport", "null").status == 0
    ran = newsletter("resume", "proef", "--retry-refused")
    assert ran.status == 2
    assert ran.err == "error: no refusals of proef wait for a word about them; see: newsletter status proef\n"


def test_the_limit_is_a_setting(newsletter: Newsletter, readers: Readers, workspace: Path) -> None:
    toml = workspace / "newsletter.toml"
    toml.write_text(toml.read_text("utf-8") + "\n[sending]\nmost_unknown_percent = 100\n", "utf-8")
    readers(*(f"r{number}" for number in range(READERS)))
    with real_server(WronglySetUp()) as port, settings_for(port):
        ran = newsletter("send", "proef", "--yes", "--json")
    assert counts(ran) == {"failed": READERS}
