"""How a provider's transport deals with many requests, whatever the provider."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections import Counter
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest

from newsletter.config.esp import Esp
from newsletter.delivery.base import Capabilities
from newsletter.delivery.esp.calls import Call
from newsletter.delivery.esp.transport import EspTransport, Patience
from newsletter.errors import DeliveryError
from newsletter.model import Outcome, Scope, Verdict
from tests.delivery.esp.answers import CUT, Answering, Heard, answer
from tests.delivery.letters import message
from tests.delivery.servers import NEVER_S, ListFeed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from newsletter.delivery.base import Message
    from newsletter.delivery.esp.calls import Reply

BATCHES = Capabilities("esp:any", takes_octets=False, distinct_batch=True, max_batch=4)
QUICK = Patience(first_pause_s=0.01, again_s=(0.01, 0.02), goodbye_s=5.0)
ACCEPTED, DEFERRED, REFUSED, UNCERTAIN = Verdict.ACCEPTED, Verdict.DEFERRED, Verdict.REFUSED, Verdict.UNCERTAIN


class AnyProvider:
    """A provider that is sent the addresses of its readers, and says them again as taken."""

    secrets = ("a-secret",)

    def __init__(self, url: str, capabilities: Capabilities = BATCHES, *, alone: bool = False) -> None:
        self.capabilities = capabilities
        self._url = url
        self._alone = alone

    def groups(self, messages: Sequence[Message]) -> Sequence[tuple[Message, ...]]:
        return [(each,) for each in messages] if self._alone else [tuple(messages)]

    def call(self, messages: tuple[Message, ...]) -> Call:
        if any(message.recipient.startswith("unheard-of") for message in messages):
            raise DeliveryError("it cannot be told this mail: a-feature")
        body = json.dumps([message.recipient for message in messages]).encode()
        return Call(messages, self._url, {"Authorization": "a-secret"}, body)

    def read(self, call: Call, reply: Reply) -> tuple[Outcome, ...] | None:
        if reply.status != 200 or b"taken" not in reply.body:
            return None
        return tuple(Outcome(message.recipient, ACCEPTED, "200") for message in call.messages)


def taken(_request: Heard) -> bytes:
    return answer(200, "taken")


def letters(*names: str) -> list[Message]:
    return [
        replace(message(recipient=f"{name}@example.org"), message_id=f"<{number}.{name}@aireport.example>")
        for number, name in enumerate(names)
    ]


def asked(request: Heard) -> list[str]:
    return [str(address).partition("@")[0] for address in json.loads(request.body)]


class Asked(ListFeed):
    """A feed that notes for how many it was asked."""

    def __init__(self, messages: Sequence[Message]) -> None:
        super().__init__(messages)
        self.asked: list[int] = []

    async def take(self, most: int) -> Sequence[Message]:
        self.asked.append(most)
        return await super().take(most)


class Ran:
    """One run: what became of each, and why it ended."""

    def __init__(self, dialect: AnyProvider, messages: Sequence[Message], **settings: int) -> None:
        self.feed = Asked(list(messages))
        self.error = ""
        esp = Esp(**({"concurrency": 1, "timeout_s": 2} | settings))  # type: ignore[arg-type]
        began = time.monotonic()
        try:
            asyncio.run(EspTransport(dialect, "Any", esp, patience=QUICK).run(self.feed))
        except DeliveryError as error:
            self.error = str(error)
        self.seconds = time.monotonic() - began

    @property
    def verdicts(self) -> dict[str, Verdict]:
        return {outcome.address.partition("@")[0]: outcome.verdict for outcome in self.feed.outcomes}

    @property
    def outcome(self) -> Outcome:
        (only,) = self.feed.outcomes
        return only


ONE = replace(BATCHES, max_batch=1)


def script(*said: bytes | Callable[[Heard], bytes | None] | None) -> Callable[[Heard], bytes | None]:
    """Say these, one after the other, and then that all is taken."""
    turns = iter(said)

    def say(request: Heard) -> bytes | None:
        each = next(turns, taken)
        return each(request) if callable(each) else each

    return say


def test_requests_are_as_large_as_the_provider_and_the_settings_allow() -> None:
    with Answering(taken) as server:
        Ran(AnyProvider(server.url), letters(*"abcdefg"))
        Ran(AnyProvider(server.url), letters(*"abc"), rate_per_second=2)
    assert [len(asked(request)) for request in server.heard] == [4, 3, 2, 1]


def test_no_request_holds_an_address_twice() -> None:
    with Answering(taken) as server:
        ran = Ran(AnyProvider(server.url), [*letters("anna", "bram"), *letters("Anna")])
    assert sorted(map(len, map(asked, server.heard))) == [1, 2]
    assert [outcome.verdict for outcome in ran.feed.outcomes] == [ACCEPTED] * 3


def test_where_nothing_can_share_a_request_no_more_than_one_is_at_hand_for_each() -> None:
    with Answering(taken) as server:
        ran = Ran(AnyProvider(server.url, alone=True), letters(*"abcdefgh"))
    assert [len(asked(request)) for request in server.heard] == [1] * 8
    assert ran.feed.asked[:3] == [4, 1, 1]


def test_a_request_that_is_too_large_is_halved_before_it_goes_out() -> None:
    small = replace(BATCHES, max_batch_bytes=50)
    with Answering(taken) as server:
        ran = Ran(AnyProvider(server.url, small), letters(*"abcd"))
    assert [asked(request) for request in server.heard] == [["a", "b"], ["c", "d"]]
    assert set(ran.verdicts.values()) == {ACCEPTED}


def test_a_refused_request_is_halved_until_it_is_known_whom_it_is_about() -> None:
    def unless_wrong(request: Heard) -> bytes:
        if "wrong" in asked(request):
            return answer(422, {"message": "wrong@example.org is not valid"})
        return taken(request)

    with Answering(unless_wrong) as server:
        ran = Ran(AnyProvider(server.url), letters("a", "wrong", "c", "d"))
    assert ran.verdicts == {"a": ACCEPTED, "wrong": REFUSED, "c": ACCEPTED, "d": ACCEPTED}
    refused = next(outcome for outcome in ran.feed.outcomes if outcome.verdict is REFUSED)
    assert (refused.code, refused.reply, refused.scope) == ("422", "wrong@example.org is not valid", Scope.SOFT)
    assert ran.error == ""


def test_a_refusal_that_names_nobody_is_our_own_fault() -> None:
    with Answering(lambda _: answer(422, {"message": "the subject is missing"})) as server:
        ran = Ran(AnyProvider(server.url), letters("anna"))
    assert (ran.outcome.verdict, ran.outcome.scope) == (REFUSED, Scope.OURS)


def test_who_is_asked_for_time_is_asked_for_nothing_meanwhile() -> None:
    moments: list[float] = []
    clock = asyncio.new_event_loop()

    def note(request: Heard) -> bytes:
        moments.append(clock.time())
        return answer(429, {"message": "slow down"}, Retry_After="0.4") if len(moments) == 1 else taken(request)

    with Answering(note) as server:
        ran = Ran(AnyProvider(server.url), letters(*"abcdefgh"))
    clock.close()
    assert moments[1] - moments[0] >= 0.4
    first = ran.feed.outcomes[0]
    assert (first.verdict, first.scope, first.code, first.reply) == (DEFERRED, Scope.SESSION, "429", "slow down")
    assert list(ran.verdicts.values()) == [DEFERRED] * 4 + [ACCEPTED] * 4


@pytest.mark.parametrize("status", [401, 403, 404, 302])
def test_a_closed_door_ends_the_run_and_says_why(status: int) -> None:
    with Answering(lambda _: answer(status, {"message": "a-secret is not known"})) as server:
        ran = Ran(AnyProvider(server.url), letters(*"abcdefgh"))
    assert len(server.heard) == 1
    said = f"{status} [secret] is not known; look at its key, its sender, your account"
    assert ran.error == f"Any refuses all that comes from here: {said}"
    assert {outcome.verdict for outcome in ran.feed.outcomes} == {DEFERRED}


def test_a_mail_that_a_provider_cannot_be_told_ends_the_run() -> None:
    with Answering(taken) as server:
        ran = Ran(AnyProvider(server.url), letters("unheard-of", "b"))
    assert (server.heard, ran.error) == ([], "it cannot be told this mail: a-feature")
    assert ran.verdicts == {"unheard-of": DEFERRED, "b": DEFERRED}


def test_three_answers_in_a_row_that_nobody_understands_end_the_run() -> None:
    with Answering(lambda _: answer(500, {"message": "sorry"})) as server:
        ran = Ran(AnyProvider(server.url), letters(*"abcdefghijklmnopqrst"))
    assert len(server.heard) == 3
    assert ran.error == ("Any: 3 requests in a row got no answer that says what became of them; the last: 500 sorry")
    assert list(ran.verdicts.values()) == [UNCERTAIN] * 12


def test_a_doubt_between_answers_ends_nothing() -> None:
    with Answering(script(CUT, taken, CUT, taken, CUT, taken)) as server:
        ran = Ran(AnyProvider(server.url, ONE), letters(*"abcdef"))
    assert ran.error == ""
    assert list(ran.verdicts.values()) == [UNCERTAIN, ACCEPTED] * 3


def test_a_provider_that_is_never_there_ends_the_run() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    ran = Ran(AnyProvider(url, ONE), letters(*"abcdefgh"))
    assert ran.error == ("Any: it could not be reached, 5 times in a row; is the network there, and esp.api_url right?")
    assert list(ran.verdicts.values()) == [DEFERRED] * 5


KNOWS = replace(BATCHES, idempotency_ttl_s=3600, max_batch=2)


def test_a_provider_that_knows_requests_again_is_asked_again_with_the_same_one() -> None:
    with Answering(script(CUT, answer(502, b"<h1>Bad gateway</h1>"))) as server:
        ran = Ran(AnyProvider(server.url, KNOWS), letters("a", "b"))
    assert ran.verdicts == {"a": ACCEPTED, "b": ACCEPTED}
    assert len(server.heard) == 3
    assert len({request.body for request in server.heard}) == 1


@pytest.mark.parametrize("later", [answer(422, {"message": "no"}), answer(429), answer(401)])
def test_a_refusal_after_a_doubt_settles_nothing(later: bytes) -> None:
    """The first may have been taken all the same."""
    with Answering(script(CUT, later, later)) as server:
        ran = Ran(AnyProvider(server.url, KNOWS), letters("a", "b"))
    assert ran.verdicts == {"a": UNCERTAIN, "b": UNCERTAIN}
    assert len(server.heard) == 3


def test_the_same_mails_make_the_same_request_in_whichever_order_they_come() -> None:
    with Answering(taken) as server:
        for messages in (letters(*"abcd"), letters(*"abcd")[::-1]):
            Ran(AnyProvider(server.url), messages)
    assert len({request.body for request in server.heard}) == 1


def test_an_address_that_providers_do_not_take_costs_the_others_nothing() -> None:
    with Answering(taken) as server:
        messages = letters("anna", "zoë", "bram", "chloe")
        messages[2] = replace(messages[2], recipient="bram@bücher.example")
        messages[3] = replace(messages[3], recipient="chloe@-ü-.example")
        ran = Ran(AnyProvider(server.url), messages)
    assert ran.verdicts == {"anna": ACCEPTED, "zoë": REFUSED, "bram": ACCEPTED, "chloe": REFUSED}
    refused = ran.feed.outcomes[1]
    assert refused.reply == "esp:any takes no address that cannot be written in ASCII"
    assert refused.scope is Scope.SOFT


def test_requests_are_on_their_way_beside_each_other() -> None:
    here = count()
    both = threading.Event()

    def wait_for_another(request: Heard) -> bytes:
        if next(here) == 1:
            both.set()
        return taken(request) if both.wait(NEVER_S) else CUT

    with Answering(wait_for_another) as server:
        ran = Ran(AnyProvider(server.url, ONE), letters("a", "b"), concurrency=2)
    assert set(ran.verdicts.values()) == {ACCEPTED}


def interrupted(
    said: bytes | None, messages: Sequence[Message], patience: Patience = QUICK, *, alone: bool = False
) -> ListFeed:
    """Cancel a run when its first request has come; the answer to it is given a moment later, or never."""
    feed = ListFeed(list(messages))

    async def main(server: Answering) -> None:
        arrived, cancelled = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def say(_request: Heard) -> bytes | None:
            loop.call_soon_threadsafe(arrived.set)
            cancelled.wait()
            return said

        server.script = say
        dialect = AnyProvider(server.url, replace(BATCHES, max_batch=2), alone=alone)
        run = asyncio.create_task(
            EspTransport(dialect, "Any", Esp(concurrency=1, timeout_s=2), patience=patience).run(feed)
        )
        await arrived.wait()
        run.cancel()
        loop.call_later(0.05, cancelled.set)
        with pytest.raises(asyncio.CancelledError):
            await run
        cancelled.set()

    with Answering(taken) as server:
        asyncio.run(main(server))
    return feed


def test_a_stopped_run_hears_the_answer_that_is_on_its_way() -> None:
    feed = interrupted(answer(200, "taken"), letters(*"abcd"))
    assert [outcome.verdict for outcome in feed.outcomes] == [ACCEPTED] * 2


def test_what_is_not_answered_when_a_run_is_stopped_is_in_doubt() -> None:
    feed = interrupted(None, letters(*"abcd"), replace(QUICK, goodbye_s=0.05))
    assert [(outcome.verdict, outcome.reply) for outcome in feed.outcomes] == [
        (UNCERTAIN, "it was stopped before its answer")
    ] * 2


def test_a_rate_holds_for_all_requests_together() -> None:
    with Answering(taken) as server:
        ran = Ran(AnyProvider(server.url, ONE), letters(*"abcdef"), concurrency=4, rate_per_second=20)
    assert ran.seconds >= 5 / 20


def test_a_stopped_run_writes_no_further_request() -> None:
    feed = interrupted(answer(200, "taken"), letters(*"abcd"), alone=True)
    assert [(outcome.verdict, outcome.reply) for outcome in feed.outcomes] == [
        (ACCEPTED, ""),
        (DEFERRED, "it was stopped, before this message"),
    ]


def test_what_would_befall_all_is_not_asked_of_each() -> None:
    with Answering(lambda _: answer(422, {"message": "the sender is not known here"})) as server:
        ran = Ran(AnyProvider(server.url, replace(BATCHES, max_batch=16)), letters(*"abcdefghijklmnop"))
    assert sum(len(asked(request)) == 1 for request in server.heard) == 3
    assert Counter(ran.verdicts.values()) == {REFUSED: 3, DEFERRED: 13}


def test_mails_that_share_no_request_keep_to_the_rate_too() -> None:
    with Answering(taken) as server:
        ran = Ran(AnyProvider(server.url, alone=True), letters(*"abcdefgh"), rate_per_second=40, concurrency=3)
    assert ran.seconds >= 6 / 40  # of eight, the first goes at once, and the second when it is known that it is alone


def test_after_a_word_of_too_much_nothing_else_of_the_same_take_is_asked() -> None:
    with Answering(script(answer(429, {"message": "slow down"}))) as server:
        ran = Ran(AnyProvider(server.url, alone=True), letters(*"abcd"))
    assert [(outcome.code, outcome.reply) for outcome in ran.feed.outcomes] == [
        ("429", "slow down"),
        ("", "slow down"),
        ("", "slow down"),
        ("", "slow down"),
    ]
    assert {(outcome.verdict, outcome.scope) for outcome in ran.feed.outcomes} == {(DEFERRED, Scope.SESSION)}
