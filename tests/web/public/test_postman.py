"""The postman: what is due goes out, once, and whatever is in the way of it keeps nothing else."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from threading import Event
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from newsletter.audience.tokens import HOUR_MS, MINUTE_MS, Purpose, keys_of, verify
from newsletter.delivery.memory import MemoryTransport, accept
from newsletter.errors import DeliveryError
from newsletter.model import Outcome, Scope, Verdict
from newsletter.render import open_theme
from newsletter.sending.clock import Clock
from newsletter.sending.own_mails import OwnMail, post
from newsletter.sending.policy import Retry
from newsletter.sending.senders import Role, Sender, enlist, this_process
from newsletter.store import reading, writing
from newsletter.store.journal import adopt
from newsletter.store.schema import delivery, meta, send, sender, subscriber, suppression
from newsletter.web.public.letters import OwnLetters
from newsletter.web.public.postman import Office, Postman
from tests.audience.lists import KEY, NOW_MS, newsletter
from tests.sending.mailings import ANOTHER
from tests.web.public.sites import person

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage
    from pathlib import Path

    from sqlalchemy import Engine

    from newsletter.delivery.base import Feed, Message

LEASES = iter(range(1_000_000))
WAITS_S = 50.0


@dataclass(slots=True)
class Round:
    """A postman, a mail server that answers as a test wants, and what he was heard to say."""

    engine: Engine
    root: Path
    office: Office
    server: MemoryTransport
    said: list[str]

    def add(self, address: str = "anna@example.org", **values: object) -> int:
        with writing(self.engine) as connection:
            row = person(address, **({"status": "pending"} | values))
            return int(connection.execute(subscriber.insert().values(row).returning(subscriber.c.id)).scalar_one())

    def post(self, mail: OwnMail, subscriber_id: int) -> None:
        with writing(self.engine) as connection:
            assert post(connection, mail, subscriber_id, NOW_MS)

    def go(self, until: Callable[[], bool], then: Callable[[Postman], None] = lambda _: None) -> Postman:
        """Let the postman run until something is so; before that, `then` is done to him."""

        async def main() -> Postman:
            stop, postman = asyncio.Event(), Postman(self.office)
            running = asyncio.create_task(postman.run(stop))
            async with asyncio.timeout(WAITS_S):
                while not until():
                    await asyncio.to_thread(Event().wait, 0.01)  # nothing tells when it is
                    then(postman)
            stop.set()
            await running
            return postman

        return asyncio.run(main())

    def states(self) -> dict[str, str]:
        """The state of each row, by its mail and its person."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(send.c.issue_id, delivery.c.address, delivery.c.state).join(delivery))
            return {f"{row.issue_id.split(':')[1]} {row.address.partition('@')[0]}": row.state for row in rows}

    @property
    def is_quiet(self) -> bool:
        """Whether nobody has anything in hand, and no one is a sender."""
        with reading(self.engine) as connection:
            return connection.scalar(select(sender.c.lease)) is None and not {"pending", "claimed", "wire"} & {
                *self.states().values()
            }

    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(one.content, policy=policy.default) for one in self.server.messages]


@pytest.fixture
def walk(engine: Engine, tmp_path: Path) -> Round:
    settings = newsletter(tmp_path, key=KEY)
    server = MemoryTransport()
    said: list[str] = []
    bugs: list[BaseException] = []
    office = Office(
        engine=engine,
        journal=tmp_path / ".newsletter",
        letters=OwnLetters(settings, open_theme(tmp_path), keys_of(settings.secret_key), None),
        open_transport=lambda: server,
        me=lambda: this_process(f"lease-{next(LEASES)}", Role.OWN_MAILS),
        clock=Clock(time.monotonic, NOW_MS / 1000, time.monotonic()),
        retry=Retry(delays_s=(600,), session_delay_s=600),
        told=said.append,
        bug=bugs.append,
    )
    return Round(engine, tmp_path, office, server, said)


def welcome(walk: Round, name: str = "welcome", **front: str) -> None:
    lines = {"subject": "Welkom!", "status": "ready"} | front
    head = "".join(f"{key}: {value}\n" for key, value in lines.items())
    (walk.root / "issues").mkdir(exist_ok=True)
    (walk.root / "issues" / f"{name}.md").write_text(f"---\n{head}---\nFijn dat je er bent.\n", "utf-8")


def test_who_subscribed_is_asked_with_a_link_that_is_theirs(walk: Round) -> None:
    anna = walk.add(language="en", first_name="BUY NOW https://evil.example")
    walk.post(OwnMail.CONFIRM, anna)
    walk.go(lambda: walk.is_quiet)
    (mail,) = walk.mails()
    assert mail["to"] == "anna@example.org"
    assert mail["subject"] == "Confirm that you want Proef"
    assert mail["auto-submitted"] == "auto-generated"
    assert not {"list-unsubscribe", "list-unsubscribe-post", "list-id", "archived-at"} & {name.lower() for name in mail}
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    token = text.partition("/c/")[2].split()[0]
    settings = walk.office.letters.settings
    found = verify(walk.office.letters.keys, settings.newsletter.list_id, Purpose.CONFIRM, token)
    assert found is not None
    assert (found.subscriber_id, found.about) == (anna, NOW_MS // HOUR_MS)
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert f"/c/{token}" in html
    assert "72 hours" in text
    assert "evil" not in text + html
    assert walk.states() == {"confirm anna": "sent"}


def test_access_is_given_by_mail(walk: Round) -> None:
    anna = walk.add(status="active")
    walk.post(OwnMail.ACCESS, anna)
    walk.go(lambda: walk.is_quiet)
    (mail,) = walk.mails()
    assert mail["subject"] == "Je gegevens bij Proef"
    token = mail.get_body(("plain",)).get_content().partition("/me/")[2].split()[0]  # type: ignore[union-attr]
    letters = walk.office.letters
    found = verify(letters.keys, letters.settings.newsletter.list_id, Purpose.ACCESS, token)
    assert found is not None
    assert (found.subscriber_id, found.about) == (anna, NOW_MS // MINUTE_MS)


def test_a_welcome_is_an_issue_that_is_not_on_the_web(walk: Round) -> None:
    welcome(walk)
    welcome(walk, "welcome.en", subject="Welcome!")
    for address, language in (("anna@example.org", "nl"), ("chloe@example.org", "en")):
        walk.post(OwnMail.WELCOME, walk.add(address, language=language, status="active", confirmed_at_ms=NOW_MS))
    walk.go(lambda: walk.is_quiet)
    assert {mail["to"]: mail["subject"] for mail in walk.mails()} == {
        "anna@example.org": "Welkom!",
        "chloe@example.org": "Welcome!",
    }
    for mail in walk.mails():
        assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert "/p/welcome" not in mail.as_string()
        assert mail["auto-submitted"] is None


def test_who_reads_another_language_is_welcomed_in_the_usual_one(walk: Round) -> None:
    welcome(walk)
    walk.post(OwnMail.WELCOME, walk.add(language="en", status="active", confirmed_at_ms=NOW_MS))
    walk.go(lambda: walk.is_quiet)
    assert [mail["subject"] for mail in walk.mails()] == ["Welkom!"]


@pytest.mark.parametrize("status", ["", "draft"])
def test_without_a_welcome_that_is_ready_nobody_is_welcomed(walk: Round, status: str) -> None:
    if status:
        welcome(walk, status=status)
    walk.post(OwnMail.WELCOME, walk.add(status="active", confirmed_at_ms=NOW_MS))
    walk.go(lambda: walk.is_quiet)
    assert (walk.states(), walk.mails()) == ({"welcome anna": "skipped"}, [])


def test_a_mistake_in_one_text_keeps_no_other_mail(walk: Round) -> None:
    welcome(walk, subject="Welkom {{ subscriber.naam }}")
    walk.post(OwnMail.WELCOME, walk.add(status="active", confirmed_at_ms=NOW_MS))
    walk.post(OwnMail.CONFIRM, walk.add("bram@example.org"))
    postman = walk.go(lambda: bool(walk.said))
    assert walk.states() == {"welcome anna": "pending", "confirm bram": "sent"}
    said = "(there is address, company, first_name, language, last_name)"
    assert walk.said == [f'issues/welcome.md:2:17: "{{{{ subscriber.naam }}}}": subscriber has no "naam" {said}']
    assert postman.trouble == walk.said[0]


def test_a_mail_server_that_is_away_is_told_and_the_mails_stay(walk: Round) -> None:
    class Away(MemoryTransport):
        async def run(self, feed: Feed) -> None:
            raise DeliveryError("mail.example: nobody answers")

    walk.office = replace(walk.office, open_transport=Away)
    walk.post(OwnMail.CONFIRM, walk.add())
    postman = walk.go(lambda: bool(walk.said))
    assert walk.said == [postman.trouble] == ["mail.example: nobody answers"]
    assert walk.states() == {"confirm anna": "pending"}

    walk.office = replace(walk.office, open_transport=lambda: walk.server)
    walk.go(lambda: walk.is_quiet)
    assert walk.states() == {"confirm anna": "sent"}


def test_what_is_put_off_keeps_nothing_else(walk: Round) -> None:
    def busy_for_anna(message: Message) -> Outcome:
        if message.recipient.startswith("anna"):
            return Outcome(message.recipient, Verdict.DEFERRED, "451 4.7.1", "later", Scope.ROW)
        return accept(message)

    walk.server = MemoryTransport(busy_for_anna)
    walk.office = replace(walk.office, open_transport=lambda: walk.server)
    walk.post(OwnMail.ACCESS, walk.add(status="active"))
    walk.post(OwnMail.CONFIRM, walk.add("bram@example.org"))
    walk.go(lambda: walk.states().get("confirm bram") == "sent")
    assert walk.states() == {"access anna": "pending", "confirm bram": "sent"}


def test_a_bug_is_written_down_and_he_comes_again(walk: Round) -> None:
    class Broken(MemoryTransport):
        async def run(self, feed: Feed) -> None:
            raise ZeroDivisionError

    bugs: list[BaseException] = []
    walk.office = replace(walk.office, open_transport=Broken, bug=bugs.append)
    walk.post(OwnMail.CONFIRM, walk.add())
    walk.go(lambda: bool(bugs))
    assert [type(bug) for bug in bugs] == [ZeroDivisionError]
    assert walk.said == ["a bug keeps the postman from his work: ZeroDivisionError"]
    assert walk.states() == {"confirm anna": "pending"}


def test_he_comes_at_once_when_he_is_called(walk: Round) -> None:
    anna = walk.add()
    has_posted: list[bool] = []

    def press(postman: Postman) -> None:
        if not has_posted:
            walk.post(OwnMail.CONFIRM, anna)
            has_posted.append(True)
            postman.wake()

    walk.go(lambda: "sent" in walk.states().values(), then=press)
    assert len(walk.server.messages) == 1


def test_addresses_that_do_not_exist_are_no_alarm(walk: Round) -> None:
    """Anybody may type any address; nobody has to say a word before the next reader is asked."""
    walk.server = MemoryTransport(lambda one: Outcome(one.recipient, Verdict.REFUSED, "550 5.1.1", "no", Scope.HARD))
    walk.office = replace(walk.office, open_transport=lambda: walk.server)
    for number in range(30):
        walk.post(OwnMail.CONFIRM, walk.add(f"nobody-{number}@example.org"))
    walk.go(lambda: walk.is_quiet)
    assert set(walk.states().values()) == {"failed"}
    with reading(walk.engine) as connection:
        assert len(connection.execute(select(suppression)).all()) == 30
        assert connection.scalar(select(send.c.status)) == "done"


def test_another_postman_is_left_alone(walk: Round) -> None:
    enlist(walk.engine, Sender("the other", 1, ANOTHER, Role.OWN_MAILS), NOW_MS)
    walk.post(OwnMail.CONFIRM, walk.add())
    seen = []

    def see(_: Postman) -> None:
        seen.append(walk.states())

    walk.go(lambda: len(seen) > 20, then=see)
    assert walk.states() == {"confirm anna": "pending"}
    assert walk.said == []


def test_from_an_old_database_nothing_is_sent(walk: Round) -> None:
    walk.post(OwnMail.CONFIRM, walk.add())
    walk.go(lambda: walk.is_quiet)
    with writing(walk.engine) as connection:  # as a backup would bring it back
        connection.execute(update(meta).where(meta.c.name == "ledger_epoch").values(value="0"))
        connection.execute(update(delivery).values(state="pending"))
    walk.go(lambda: bool(walk.said))
    assert "this is an old state of the database" in walk.said[0]
    assert walk.states() == {"confirm anna": "pending"}

    adopt(walk.engine, walk.office.journal)
    walk.go(lambda: walk.is_quiet)
    assert len(walk.server.messages) == 2
