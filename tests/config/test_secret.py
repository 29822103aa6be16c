"""A secret shows itself to nothing but `reveal`."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import traceback

import pytest

from newsletter.config import Secret, Smtp

CANARY = "c4nary-in-the-coal-mine"
SECRET = Secret(CANARY)
SMTP = Smtp(host="localhost", port=587, security="starttls", username="proef", password=SECRET, timeout_s=60)


def test_reveal_gives_the_text() -> None:
    assert SECRET.reveal() == CANARY


@pytest.mark.parametrize(
    "shown",
    [
        repr(SECRET),
        str(SECRET),
        f"{SECRET}",
        f"{SECRET!r}",
        f"{SECRET!s:>40}",
        f"{SECRET:>40}",
        "%s %r" % (SECRET, SECRET),  # noqa: UP031 - the old way of formatting must not show it either
        "{}".format(SECRET),  # noqa: UP032 - nor the one after it
        repr(SMTP),
        repr([SECRET]),
        json.dumps(dataclasses.asdict(SMTP), default=str),
        json.dumps(dataclasses.asdict(SMTP), default=repr),
    ],
)
def test_no_way_of_printing_shows_it(shown: str) -> None:
    assert CANARY not in shown
    assert "***" in shown


def test_json_refuses_it_without_showing_it() -> None:
    with pytest.raises(TypeError) as caught:
        json.dumps(dataclasses.asdict(SMTP))
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_cannot_be_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="a secret cannot be pickled"):
        pickle.dumps(SMTP, protocol)


def test_its_state_cannot_be_asked_for() -> None:
    with pytest.raises(TypeError, match="a secret cannot be pickled"):
        SECRET.__getstate__()
    assert not hasattr(SECRET, "__dict__")


def test_a_traceback_with_all_local_variables_does_not_show_it() -> None:
    def fail(password: Secret) -> None:
        message = f"cannot log in with {password}"
        raise RuntimeError(message, password)

    with pytest.raises(RuntimeError) as caught:
        fail(SECRET)
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    text = "".join(told.format())
    assert "password = Secret('**********')" in text
    assert CANARY not in text


def test_it_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        SECRET._text = "other"  # noqa: SLF001 - this is what is tried
    with pytest.raises(AttributeError):
        del SECRET._text  # noqa: SLF001 - this is what is tried
    assert SECRET.reveal() == CANARY


def test_equal_texts_make_equal_secrets() -> None:
    assert Secret("grüße") == Secret("grüße")
    assert Secret("a") != Secret("b")
    assert Secret("a") != Secret("ab")
    assert hash(Secret("a")) == hash(Secret("a"))


def test_a_secret_is_not_equal_to_its_text() -> None:
    plain: object = CANARY
    assert plain != SECRET


def test_a_copy_is_the_secret_itself() -> None:
    assert copy.copy(SECRET) is SECRET
    assert copy.deepcopy(SECRET) is SECRET
