"""What every provider's transport promises, held against providers that keep what each reader gets."""

from __future__ import annotations

import asyncio
import base64
import logging
import traceback
from collections import Counter
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING

import pytest

from newsletter.config.providers import KEYS
from newsletter.delivery.headers import HeaderName
from newsletter.errors import DeliveryError
from newsletter.model import Scope, Verdict
from newsletter.render import render_email
from tests.delivery.esp.accounts import (
    MAILS,
    by_provider,
    by_smtp,
    everybody,
    messages_for,
    reader,
    transport_at,
    transport_to,
    verdicts,
)
from tests.delivery.letters import IDENTITY, UNSUBSCRIBE, email
from tests.delivery.servers import ListFeed
from tests.providers.account import KEY
from tests.providers.every import PROVIDERS
from tests.providers.faults import FAULTS
from tests.providers.server import ProviderServer
from tests.providers.unisender_go import FOOT
from tests.render.goldens import issue_named
from tests.render.issues import SETTINGS, THEME, pictures_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = sorted(PROVIDERS)
HEADERS = (
    HeaderName.LIST_UNSUBSCRIBE,
    HeaderName.LIST_UNSUBSCRIBE_POST,
    HeaderName.LIST_ID,
    HeaderName.ARCHIVED_AT,
    HeaderName.FEEDBACK_ID,
    HeaderName.CONTENT_LANGUAGE,
)
"""What a mail by SMTP says of itself, and one by a provider has to say too."""
WITHHELD = {"mailjet": {HeaderName.LIST_ID}, "sparkpost": {HeaderName.LIST_UNSUBSCRIBE}}
"""Headers that a provider does not take."""
FEET = {"unisender_go": FOOT}
"""What a provider puts under every mail, unless it has been persuaded not to."""
KNOW_AGAIN = frozenset({"brevo", "resend"})
"""Providers that know a request again, so that a doubt can be settled by asking once more."""
CLOSED = ("forbidden", "moved", "unknown_key")
"""Answers after which nothing will be taken until a person has mended something."""
DOUBTFUL = sorted(FAULTS.keys() - {"busy", "silent", "silent_after", "unfit", "unread", *CLOSED})
"""Faults after which nobody can know whether a mail was taken."""


@pytest.fixture(params=ALL)
def server(request: pytest.FixtureRequest) -> Iterator[ProviderServer]:
    with ProviderServer(request.param) as running:
        yield running


def copies(server: ProviderServer) -> Counter[str]:
    return Counter(letter.recipient for letter in server.letters)


def is_true(verdict: Verdict, has: int) -> bool:
    """Whether what is said of a reader's mail is so, if he has so many copies of it."""
    if verdict is Verdict.ACCEPTED:
        return has == 1
    return has == 0 or (has == 1 and verdict is Verdict.UNCERTAIN)


def test_every_provider_is_held_to_it() -> None:
    assert PROVIDERS.keys() == KEYS.keys()


@pytest.mark.parametrize("mail", sorted(MAILS))
def test_every_reader_gets_exactly_what_he_would_get_by_smtp(server: ProviderServer, mail: str) -> None:
    messages = messages_for(everybody(), MAILS[mail]())
    told = verdicts(transport_to(server, batch=5), messages)

    assert set(told.values()) == {Verdict.ACCEPTED}
    letters = {letter.recipient: letter for letter in server.letters}
    assert len(letters) == len(server.letters) == len(messages)
    for message in messages:
        letter = letters[message.recipient]
        name = server.account.provider.name
        headers = [header for header in HEADERS if header not in WITHHELD.get(name, ())]
        assert by_provider(letter, headers, foot=FEET.get(name, "")) == by_smtp(message, headers)
        assert letter.to == (message.recipient,)
        assert IDENTITY.from_address in letter.sender
        assert letter.visible() <= {message.recipient, message.message_id.strip("<>")}
        assert not letter.tracked


@pytest.mark.parametrize("fault", DOUBTFUL)
def test_what_nobody_can_know_is_said_to_be_so(server: ProviderServer, fault: str) -> None:
    """And the library beneath does not ask again by itself."""
    transport = transport_to(server)
    told = verdicts(transport, messages_for([reader(1), reader(2, f"{fault}-2"), reader(3)]))

    assert told.pop(f"{fault}-2@example.org") is Verdict.UNCERTAIN
    assert all(is_true(verdict, copies(server)[address]) for address, verdict in told.items())
    assert max(copies(server).values(), default=0) <= 1
    if server.account.provider.name not in KNOW_AGAIN:
        assert len(server.requests) <= 3


@pytest.mark.parametrize("fault", DOUBTFUL)
@pytest.mark.parametrize("name", sorted(KNOW_AGAIN))
def test_a_doubt_is_settled_where_a_request_is_known_again(name: str, fault: str) -> None:
    readers = [reader(1, f"{fault}1-1"), reader(2), reader(3)]
    with ProviderServer(name) as server:
        told = verdicts(transport_to(server), messages_for(readers))

    assert set(told.values()) == {Verdict.ACCEPTED}
    assert copies(server) == {one.address: 1 for one in readers}


@pytest.mark.parametrize("name", ["mailgun", "postmark", "resend"])
def test_what_was_not_written_to_its_end_was_not_taken(name: str) -> None:
    large = email(text=("A line of a large mail.\n" * 400_000, UNSUBSCRIBE))
    with ProviderServer(name, FAULTS["unread"]) as server:
        told = verdicts(transport_to(server), messages_for([reader(1)], large))

    assert told == {"reader-1@example.org": Verdict.DEFERRED}


@pytest.mark.parametrize("name", ["mailgun", "postmark", "resend"])
def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(name: str) -> None:
    with ProviderServer(name) as server:
        told = verdicts(transport_to(server, timeout_s=1), messages_for([reader(1, "silent_after-1")]))
        assert told == {"silent_after-1@example.org": Verdict.UNCERTAIN}
        assert copies(server)["silent_after-1@example.org"] == 1


def test_a_provider_that_asks_for_time_costs_nobody_a_try(server: ProviderServer) -> None:
    feed = ListFeed(messages_for([reader(1, "busy-1")]))
    asyncio.run(transport_to(server).run(feed))

    (outcome,) = feed.outcomes
    assert (outcome.verdict, outcome.scope) == (Verdict.DEFERRED, Scope.SESSION)
    assert server.letters == []


@pytest.mark.parametrize("fault", CLOSED)
def test_a_door_that_is_closed_stops_the_sending_and_blames_nobody(server: ProviderServer, fault: str) -> None:
    """And who is sent elsewhere does not go there, with the key and with the readers."""
    feed = ListFeed(messages_for([reader(1, f"{fault}-1"), reader(2, f"{fault}-2")]))
    with pytest.raises(DeliveryError):
        asyncio.run(transport_to(server).run(feed))

    assert {outcome.verdict for outcome in feed.outcomes} == {Verdict.DEFERRED}
    assert server.letters == []
    assert len(server.requests) <= 2


@pytest.mark.parametrize("name", ALL)
def test_a_provider_that_is_not_there_has_taken_nothing(name: str) -> None:
    with ProviderServer(name) as server:
        url = server.url
    feed = ListFeed(messages_for([reader(1), reader(2)]))
    try:
        asyncio.run(transport_at(name, url).run(feed))
    except DeliveryError:
        assert all(outcome.verdict is Verdict.DEFERRED for outcome in feed.outcomes)
    else:
        assert [outcome.verdict for outcome in feed.outcomes] == [Verdict.DEFERRED] * 2


@pytest.mark.parametrize("fate", ["invalid", "suppressed"])
def test_one_who_is_refused_costs_the_others_nothing(server: ProviderServer, fate: str) -> None:
    """Where a provider takes nothing of a request with a wrong address in it, the others are asked for again."""
    readers = [reader(1), reader(2, f"{fate}-2"), reader(3), reader(4)]
    told = verdicts(transport_to(server), messages_for(readers))

    refused = told.pop(f"{fate}-2@example.org")
    assert all(is_true(verdict, copies(server)[address]) for address, verdict in told.items())
    assert refused is not Verdict.ACCEPTED or (server.account.provider.name, fate) in TOLD_LATER
    assert copies(server)[f"{fate}-2@example.org"] == 0


TOLD_LATER = frozenset(
    (name, "suppressed")
    for name in ("amazon_ses", "brevo", "mailgun", "mailjet", "postal", "resend", "scaleway", "sendgrid", "sparkpost")
)
"""Where a reader who bounced before is accepted, and what became of him is told by an event."""


def test_the_key_is_in_no_word_that_anybody_sees(server: ProviderServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    words: list[str] = []
    for fault in sorted(FAULTS.keys() - {"silent", "silent_after", "unread"}):
        transport = transport_to(server)
        feed = ListFeed(messages_for([reader(1, f"{fault}-1")]))
        try:
            asyncio.run(transport.run(feed))
        except DeliveryError as error:
            words.append("".join(traceback.format_exception(error)))
        words += [repr(outcome) for outcome in feed.outcomes]
        words.append(repr(transport))
    assert words
    everything = "\n".join((*words, caplog.text))
    assert KEY not in everything
    assert base64.b64encode(f"api:{KEY}".encode()).decode() not in everything


def test_what_postal_refuses_under_a_status_of_success_was_not_taken() -> None:
    feed = ListFeed(messages_for([reader(1, "invalid-1")]))
    with ProviderServer("postal") as server:
        asyncio.run(transport_to(server).run(feed))
    (outcome,) = feed.outcomes
    assert (outcome.verdict, outcome.scope, outcome.reply) == (Verdict.REFUSED, Scope.OURS, "ValidationError")


def test_a_refusal_is_not_taken_for_a_request_that_is_known_again() -> None:
    """Whatever the reader's address is, which the provider repeats."""
    address = "invalid-duplicate_parameter.idempotent@example.org"
    with ProviderServer("brevo") as server:
        told = verdicts(transport_to(server), messages_for([reader(1, address.partition("@")[0])]))
    assert told == {address: Verdict.REFUSED}


def test_those_who_can_be_merged_share_a_request(server: ProviderServer) -> None:
    transport = transport_to(server, batch=10)
    told = verdicts(transport, messages_for([reader(number) for number in range(24)]))
    assert list(told.values()) == [Verdict.ACCEPTED] * 24
    assert len(server.requests) == (3 if transport.capabilities.max_batch > 1 else 24)
    assert server.lines.most_at_once <= 4


@pytest.mark.parametrize("name", ["mailgun", "postmark", "resend", "sparkpost"])
def test_what_is_refused_for_our_own_fault_is_not_tried_with_every_reader(name: str) -> None:
    """A request that is refused is halved to find who is to blame; if it is nobody, that is over soon."""
    feed = ListFeed(messages_for([reader(number, f"unfit-{number}") for number in range(100)]))
    with ProviderServer(name) as server:
        asyncio.run(transport_to(server).run(feed))
    assert len(server.requests) < 15
    told = Counter((outcome.verdict, outcome.scope) for outcome in feed.outcomes)
    assert 1 <= told.pop((Verdict.REFUSED, Scope.OURS)) <= 5
    assert told.keys() == {(Verdict.DEFERRED, Scope.SESSION)}
    assert server.letters == []


@pytest.mark.parametrize("name", ["mailgun", "mailjet", "sparkpost"])
def test_who_asks_for_time_is_asked_nothing_more_for_a_while(name: str) -> None:
    """Not even what could not go with the others, or the other half of a request."""
    names = ["Anna", "%recipient.x% [[var:x]] {{x}}", "Bram", "[[var:y]] {{y}} %recipient.y%"]
    readers = [reader(number, f"busy1-{number}", first_name) for number, first_name in enumerate(names)]
    with ProviderServer(name) as server:
        told = verdicts(transport_to(server, concurrency=1), messages_for(readers))
    assert set(told.values()) == {Verdict.DEFERRED}
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", ["mailgun", "mailjet", "sendgrid", "sparkpost"])
def test_a_real_issue_is_merged_and_reads_as_by_smtp(name: str) -> None:
    """With style sheets, comments for Outlook and all else that might be taken for words of a provider."""
    issue = issue_named("asml")
    mail = render_email(issue, THEME, SETTINGS, pictures_of(issue))
    messages = messages_for([reader(number, first_name=who) for number, who in enumerate(("Anna", "", "Zoë"))], mail)
    with ProviderServer(name) as server:
        told = verdicts(transport_to(server), messages)
    assert list(told.values()) == [Verdict.ACCEPTED] * 3
    assert len(server.requests) == 1
    for letter, message in zip(server.letters, messages, strict=True):
        assert by_provider(letter, ()) == by_smtp(message, ())


@pytest.mark.bulk
@pytest.mark.parametrize("seed", range(3))
def test_whatever_befalls_whom_nothing_is_said_that_is_not_so(server: ProviderServer, seed: int) -> None:
    """Readers whom a provider refuses, and requests that something befalls once, all mixed together."""
    random = Random(seed)
    befalls = sorted(
        f"{fault}1" for fault in FAULTS.keys() - {"busy", "silent", "silent_after", "unread", "unfit", *CLOSED}
    )
    transport = transport_to(server, batch=random.choice((3, 10, 50)), concurrency=random.choice((1, 4)))
    # Each setback slows the next requests down, so that there are few where there are many requests.
    calm = 30 if transport.capabilities.max_batch > 1 else 200
    kinds = [*["reader"] * calm, *["invalid", "suppressed"] * (calm // 30), *befalls]
    readers = [reader(number, f"{random.choice(kinds)}-{number}") for number in range(40)]
    feed = ListFeed(messages_for(readers))
    with suppress(DeliveryError):  # three requests in a row may be lost
        asyncio.run(transport.run(feed))
    name, has = server.account.provider.name, copies(server)
    for outcome in feed.outcomes:
        is_told_later = outcome.address.startswith("suppressed-") and (name, "suppressed") in TOLD_LATER
        assert is_told_later or is_true(outcome.verdict, has[outcome.address]), outcome
