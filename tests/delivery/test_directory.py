from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from stat import S_IMODE
from typing import TYPE_CHECKING

import pytest

from newsletter.delivery.directory import DirectoryTransport
from newsletter.errors import DeliveryError
from newsletter.model import Outcome, Scope, Verdict
from tests.delivery.letters import ANNA, filled, message
from tests.delivery.servers import ListFeed, deliver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from newsletter.delivery.base import Message


@pytest.fixture
def generous_umask() -> Iterator[None]:
    """The worst case: whatever is not asked for is open to everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_message_is_one_file_of_its_own(tmp_path: Path) -> None:
    (outcome,) = deliver(DirectoryTransport(tmp_path / "out"), filled())

    assert outcome == Outcome(ANNA.address, Verdict.ACCEPTED, reply="Zq3v7w_K-a.asml.eml")
    assert names_in(tmp_path / "out") == ["Zq3v7w_K-a.asml.eml"]
    assert (tmp_path / "out/Zq3v7w_K-a.asml.eml").read_bytes() == filled().content


def test_no_message_takes_the_place_of_another(tmp_path: Path) -> None:
    contents = [f"A: {number}\r\n\r\n".encode() for number in range(3)]
    outcomes = deliver(DirectoryTransport(tmp_path), *(message(content) for content in contents))
    names = [outcome.reply for outcome in outcomes]

    assert names == ["1.asml.eml", "1.asml-2.eml", "1.asml-3.eml"]
    assert [(tmp_path / name).read_bytes() for name in names] == contents


def test_only_the_owner_can_read_it(tmp_path: Path, generous_umask: None) -> None:
    (outcome,) = deliver(DirectoryTransport(tmp_path / "deep/out"), filled())

    assert S_IMODE((tmp_path / "deep/out").stat().st_mode) == 0o700
    assert S_IMODE((tmp_path / "deep/out" / outcome.reply).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("message_id", "name"),
    [
        ("<../../etc/passwd@x>", "-..-etc-passwd.eml"),
        ("<.hidden@x>", "hidden.eml"),
        ("</@x>", "-.eml"),
        ("<@x>", "message.eml"),
        ("<a\0b\nc d@x>", "a-b-c-d.eml"),
        ("<" + "a" * 300 + "@x>", "a" * 120 + ".eml"),
    ],
)
def test_a_name_never_leaves_the_folder(tmp_path: Path, message_id: str, name: str) -> None:
    deliver(DirectoryTransport(tmp_path / "out"), replace(message(), message_id=message_id))

    assert names_in(tmp_path / "out") == [name]
    assert names_in(tmp_path) == ["out"]


def test_a_folder_that_is_there_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")

    deliver(DirectoryTransport(tmp_path), message())

    assert names_in(tmp_path) == ["1.asml.eml", "notes.txt"]


def test_a_link_in_the_place_of_a_message_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    (tmp_path / "1.asml.eml").symlink_to(tmp_path / "mine")

    (outcome,) = deliver(DirectoryTransport(tmp_path), message())
    assert outcome.reply == "1.asml-2.eml"

    assert (tmp_path / "mine").read_text(encoding="utf-8") == "mine"


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").touch()

    feed = ListFeed([message()])
    with pytest.raises(DeliveryError) as caught:
        asyncio.run(DirectoryTransport(tmp_path / "out").run(feed))
    assert feed.settled == []

    assert str(caught.value) == (
        f"{tmp_path / 'out'}: mail cannot be written there: File exists; "
        "look at the folder, or choose another with delivery.directory"
    )


def test_a_folder_that_went_away_is_told_and_the_rest_was_not_taken(tmp_path: Path) -> None:
    class Vandal(ListFeed):
        def settle(self, message: Message, outcome: Outcome) -> None:
            super().settle(message, outcome)
            if outcome.verdict is Verdict.ACCEPTED:
                (tmp_path / "out" / outcome.reply).unlink()
                (tmp_path / "out").rmdir()

    feed = Vandal([message()] * 3)
    with pytest.raises(DeliveryError, match=r"out: mail cannot be written there: No such file"):
        asyncio.run(DirectoryTransport(tmp_path / "out").run(feed))

    written, *others = feed.outcomes
    assert written.verdict is Verdict.ACCEPTED
    assert [(outcome.verdict, outcome.scope) for outcome in others] == [(Verdict.DEFERRED, Scope.SESSION)] * 2
