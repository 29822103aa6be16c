"""A whole run: several connections, a given speed, a server that wants less, an end that comes too soon."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from newsletter.config import load
from newsletter.delivery.all_backends import ISSUE_SHARE, OWN_MAILS_SHARE, open_transport
from newsletter.delivery.smtp import Patience, SmtpTransport
from newsletter.delivery.smtp.states import Due
from newsletter.errors import DeliveryError
from newsletter.model import Outcome, Scope, Verdict
from tests.config.workspaces import REQUIRED
from tests.delivery.letters import message
from tests.delivery.scripts import Server
from tests.delivery.servers import NEVER_S, Line, ListFeed, ScriptedServer, deliver, smtp, smtp_settings
from tests.delivery.slow_server import SlowServer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from newsletter.delivery.base import Message


class Counted(ListFeed):
    """Knows how many messages were taken and not settled, at most."""

    most = 0

    async def take(self, most: int) -> Sequence[Message]:
        taken = await super().take(most)
        self.most = max(self.most, len(self._taken) - len(self.settled))
        return taken


def run(transport: SmtpTransport, count: int) -> Counted:
    feed = Counted([message(recipient=f"reader-{number}@example.org") for number in range(count)])
    asyncio.run(transport.run(feed))
    return feed


def verdicts(feed: ListFeed) -> set[Verdict]:
    return {outcome.verdict for outcome in feed.outcomes}


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()], ids=["pipelining", "step by step"])
def test_as_many_connections_as_allowed_share_the_work(extensions: tuple[str, ...]) -> None:
    with SlowServer(*extensions, pause_s=0.01) as server:
        feed = run(smtp(smtp_settings(server.port, connections=3, pipeline_depth=2)), 60)

    assert verdicts(feed) == {Verdict.ACCEPTED}
    assert sorted(server.recipients) == sorted(f"reader-{number}@example.org" for number in range(60))
    assert server.most_at_once == 3
    assert all(server.counts)
    assert feed.most <= 3 * 2


def test_no_more_is_at_hand_than_a_slow_server_takes_in_a_moment() -> None:
    """Whatever is at hand comes into doubt when the process is killed."""
    with SlowServer("PIPELINING", pause_s=0.02) as server:
        feed = run(smtp(smtp_settings(server.port, connections=2, pipeline_depth=10)), 40)

    assert verdicts(feed) == {Verdict.ACCEPTED}
    assert feed.most == 2 * 3


def test_one_message_needs_one_connection() -> None:
    with SlowServer("PIPELINING") as server:
        run(smtp(smtp_settings(server.port, connections=10)), 1)

    assert server.counts == [1]


def test_a_connection_has_its_share_and_no_more() -> None:
    with SlowServer("PIPELINING") as server:
        feed = run(smtp(smtp_settings(server.port, messages_per_connection=7)), 30)

    assert verdicts(feed) == {Verdict.ACCEPTED}
    assert server.counts == [7, 7, 7, 7, 2]
    assert server.goodbyes == 5


def test_a_pipelined_message_costs_one_round_trip() -> None:
    """With 20 ms between an answer and the next question, 25 messages take 25 of them and not 100."""
    with SlowServer("PIPELINING", pause_s=0.02) as server:
        run(smtp(smtp_settings(server.port)), 25)

    assert server.round_trips <= 25 + 4  # the greeting, EHLO, the first envelope, QUIT


def test_a_rate_is_kept() -> None:
    with SlowServer("PIPELINING") as server:
        began = time.monotonic()
        feed = run(smtp(smtp_settings(server.port, connections=4, rate_per_second=50)), 50)
        seconds = time.monotonic() - began

    assert verdicts(feed) == {Verdict.ACCEPTED}
    assert seconds >= 0.85


@pytest.mark.parametrize(("share", "mails"), [(OWN_MAILS_SHARE, 6), (ISSUE_SHARE, 46)])
def test_issues_and_own_mails_each_keep_to_a_share_of_the_rate(tmp_path: Path, share: float, mails: int) -> None:
    """50 a second for both, so in a second some 5 own mails, and 45 of an issue."""
    (tmp_path / "newsletter.toml").write_text(REQUIRED, "utf-8")
    with SlowServer("PIPELINING") as server:
        settings = load(tmp_path, {})
        settings = replace(settings, smtp=smtp_settings(server.port, connections=4, rate_per_second=50))
        transport = open_transport(settings, "smtp", share)
        assert isinstance(transport, SmtpTransport)
        began = time.monotonic()
        feed = run(transport, mails)
        seconds = time.monotonic() - began

    assert verdicts(feed) == {Verdict.ACCEPTED}
    assert seconds >= 0.85


def test_a_server_that_throttles_gets_less_and_nobody_is_lost() -> None:
    """It refuses with 454 what comes within 20 ms of the message before; those are for whoever sends to try again."""
    with SlowServer("PIPELINING", least_s=0.02) as server:
        feed = run(smtp(smtp_settings(server.port, connections=4)), 30)

    told = feed.outcomes
    refused = [outcome for outcome in told if outcome.verdict is Verdict.DEFERRED]
    assert {outcome.verdict for outcome in told} == {Verdict.ACCEPTED, Verdict.DEFERRED}
    assert {(outcome.code, outcome.scope) for outcome in refused} == {("454 4.7.0", Scope.SESSION)}
    assert len(refused) < 20
    assert len(server.recipients) == 30 - len(refused)


def test_a_server_that_takes_two_connections_gets_two() -> None:
    with SlowServer("PIPELINING", most=2, pause_s=0.005) as server:
        feed = run(smtp(smtp_settings(server.port, connections=6)), 60)

    assert verdicts(feed) == {Verdict.ACCEPTED}
    assert sorted(server.recipients) == sorted(f"reader-{number}@example.org" for number in range(60))


def test_work_that_comes_late_is_done_too() -> None:
    class Late(Counted):
        async def take(self, most: int) -> Sequence[Message]:
            if self._taken:
                # Only after it hung up, as there was nothing to do.
                assert await asyncio.to_thread(server.said_goodbye.acquire, timeout=NEVER_S)
            return await super().take(min(most, 1))

    with SlowServer("PIPELINING") as server:
        feed = Late([message()] * 3)
        asyncio.run(smtp(smtp_settings(server.port), patience={"idle_s": 0.01}).run(feed))

    assert verdicts(feed) == {Verdict.ACCEPTED}
    assert server.counts == [1, 1, 1]


def test_nothing_is_taken_before_a_connection_stands() -> None:
    feed = Counted([message()])
    with SlowServer() as server:
        port = server.port
    with pytest.raises(DeliveryError, match=r"nothing listens there"):
        asyncio.run(smtp(smtp_settings(port)).run(feed))

    assert feed.most == 0


def cancelled(server: SlowServer, feed: ListFeed, goodbye_s: float = 5.0) -> float:
    """Cancel a run once the server has heard of the last message it can; return how long that takes, in seconds."""

    async def interrupt() -> float:
        transport = smtp(smtp_settings(server.port), patience={"goodbye_s": goodbye_s})
        task = asyncio.create_task(transport.run(feed))
        await asyncio.to_thread(server.was_reached.wait)
        began = time.monotonic()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert task.cancelled()
        return time.monotonic() - began

    return asyncio.run(interrupt())


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()], ids=["pipelining", "step by step"])
def test_an_interrupt_hears_the_answer_to_what_was_written_and_writes_no_more(extensions: tuple[str, ...]) -> None:
    feed = ListFeed([message(recipient=f"reader-{number}@example.org") for number in range(20)])
    with SlowServer(*extensions, pause_s=0.1, reached=3) as server:
        seconds = cancelled(server, feed)

    told = feed.outcomes
    accepted = [outcome for outcome in told if outcome.verdict is Verdict.ACCEPTED]
    assert {outcome.verdict for outcome in told} == {Verdict.ACCEPTED, Verdict.DEFERRED}
    assert [outcome.address for outcome in accepted] == server.recipients
    assert {outcome.scope for outcome in told if outcome.verdict is Verdict.DEFERRED} == {Scope.SESSION}
    assert seconds < 5


def test_an_interrupt_does_not_wait_for_ever() -> None:
    feed = ListFeed([message()] * 5)
    with SlowServer("PIPELINING", silent_after=2, reached=2) as server:
        seconds = cancelled(server, feed, goodbye_s=0.3)

    told = feed.outcomes
    assert [outcome.verdict for outcome in told].count(Verdict.UNCERTAIN) == 1
    doubtful = next(outcome for outcome in told if outcome.verdict is Verdict.UNCERTAIN)
    assert doubtful.reply == "the sending was interrupted, after the final dot and before an answer"
    assert 0.2 < seconds < 5


def test_an_error_of_the_feed_ends_the_run() -> None:
    class Broken(ListFeed):
        def settle(self, message: Message, outcome: Outcome) -> None:
            super().settle(message, outcome)
            raise RuntimeError("disk full")

    with SlowServer("PIPELINING") as server, pytest.raises(RuntimeError, match="disk full"):
        deliver_to(server, Broken([message()] * 3))


def test_an_error_in_taking_ends_the_run_and_settles_what_was_taken() -> None:
    class Broken(ListFeed):
        async def take(self, most: int) -> Sequence[Message]:
            if self._taken:
                raise RuntimeError("database is locked")
            return await super().take(1)

    feed = Broken([message()] * 3)
    with SlowServer("PIPELINING") as server, pytest.raises(RuntimeError, match="database is locked"):
        deliver_to(server, feed)

    assert len(feed.outcomes) == 1


def deliver_to(server: SlowServer, feed: ListFeed) -> None:
    asyncio.run(smtp(smtp_settings(server.port), patience={"goodbye_s": 0.3}).run(feed))


def test_a_run_without_messages_says_hello_and_goodbye() -> None:
    with SlowServer("PIPELINING") as server:
        assert deliver(smtp(smtp_settings(server.port))) == []

    assert (server.counts, server.goodbyes) == ([0], 1)


def test_a_slow_rate_needs_one_connection() -> None:
    with SlowServer("PIPELINING") as server:
        feed = run(smtp(smtp_settings(server.port, connections=8, rate_per_second=8)), 5)

    assert verdicts(feed) == {Verdict.ACCEPTED}
    assert server.counts == [5]


def test_few_messages_need_few_connections() -> None:
    with SlowServer("PIPELINING", pause_s=0.02) as server:
        feed = run(smtp(smtp_settings(server.port, connections=20)), 3)

    assert verdicts(feed) == {Verdict.ACCEPTED}
    assert len(server.counts) <= 3


def test_a_server_that_cuts_every_connection_is_given_up() -> None:
    """It lets everybody in and answers nobody; the run ends, and nobody is called in doubt for it."""
    feed = ListFeed([message()] * 50)
    with SlowServer(cuts_at="MAIL") as server, pytest.raises(DeliveryError, match=r"the server closed the connection"):
        asyncio.run(smtp(smtp_settings(server.port), patience={"server_s": 0.2}).run(feed))

    assert {outcome.verdict for outcome in feed.outcomes} == {Verdict.DEFERRED}
    assert {outcome.scope for outcome in feed.outcomes} == {Scope.SESSION}
    assert 1 < len(server.counts) < 50


def test_the_key_that_interrupts_leaves_no_further_word() -> None:
    def interrupt(line: Line) -> None:
        Server().go_to(line, "DATA")
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        line.hear_the_end()

    feed = ListFeed([message()] * 3)
    with ScriptedServer(interrupt) as server, pytest.raises(KeyboardInterrupt):
        asyncio.run(smtp(smtp_settings(server.port)).run(feed))

    assert server.heard[0].endswith(b"DATA\r\n")
    assert [outcome.verdict for outcome in feed.outcomes] == [Verdict.DEFERRED] * 3


def test_a_server_has_the_time_that_the_standard_gives_it() -> None:
    """RFC 5321 section 4.5.3.2, in seconds; one setting shortens all but the last."""
    times = {Due.GREETING: 300, Due.MAIL: 300, Due.RCPT: 300, Due.DATA: 120, Due.TEXT: 180, Due.DOT: 600}

    assert {due: Patience().limit_s(due) for due in times} == times
    assert {due: Patience(reply_s=5).limit_s(due) for due in times} == dict.fromkeys(times, 5) | {Due.DOT: 600}
    assert Patience(reply_s=600).limit_s(Due.DATA) == 120
