"""What a provider of mail is asked, what it answers, and the mails that come of it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.utils import getaddresses
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from email.message import Message

_ADDRESS = re.compile(r"[\w.+=-]+@[\w.-]+\w")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read to its last byte."""

    path: str
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the body of a request in JSON."""
        return json.loads(self.body)

    def form(self) -> list[tuple[str, str]]:
        """Return the fields of a form, of either kind, in their order."""
        kind = self.headers.get("content-type", "")
        if kind.startswith("multipart/"):
            head = f"Content-Type: {kind}\r\n\r\n".encode()
            parts = message_from_bytes(head + self.body, policy=policy.HTTP).iter_parts()
            return [(str(part.get_param("name", header="content-disposition")), _text(part)) for part in parts]
        return parse_qsl(self.body.decode(), keep_blank_values=True)

    def basic_password(self) -> tuple[str, str]:
        """Return user and password of basic authorisation (RFC 7617), or two empty words."""
        kind, _, coded = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return "", ""
        user, _, password = base64.b64decode(coded).decode().partition(":")
        return user, password


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a request."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    kind: str = "application/json"


def in_json(status: int, content: object, headers: Mapping[str, str] = MappingProxyType({})) -> Answer:
    """Return an answer in JSON."""
    return Answer(status, json.dumps(content).encode(), headers)


class WrongError(Exception):
    """The provider takes nothing of a request; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body.decode())
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, as its reader gets it from the provider."""

    recipient: str
    sender: str
    to: tuple[str, ...]
    """The addresses in its `To:`."""
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The others, by their names as `Title-Case`; what the provider makes by itself is left out."""
    tracked: bool = True
    """Whether opens or clicks are followed in it: what the provider does unless it is told not to."""
    remote_id: str = ""
    """By which the provider knows it."""

    def visible(self) -> set[str]:
        """Every address that can be read in it."""
        everything = "\n".join((*self.to, self.subject, self.text, self.html, *self.headers.values()))
        return set(_ADDRESS.findall(everything))


@dataclass(frozen=True, slots=True)
class Item:
    """A mail of a request, and what the provider knows of its reader."""

    letter: Letter
    fate: str
    """`ok`, `suppressed`: he bounced before and gets nothing; or `invalid`: no address that it takes."""

    @property
    def is_taken(self) -> bool:
        return self.fate == "ok"


class Provider(Protocol):
    """How one provider reads requests and answers them. It knows nothing of lines and of faults."""

    name: str
    base: str
    """Where its paths begin, such as `/v3`."""
    ttl_s: int
    """How long it knows the key of a request; 0 where it knows none."""

    def lets_in(self, request: Request, key: str) -> bool:
        """Whether the request carries this key."""
        ...

    def refusal(self) -> Answer:
        """Return what is said to a request with another key."""
        ...

    def read(self, request: Request) -> list[Letter]:
        """Return a mail for each reader, merged.

        Raises:
            WrongError: the request is refused as a whole.
        """
        ...

    def answer(self, request: Request, items: Sequence[Item]) -> Answer:
        """Say what becomes of them.

        Raises:
            WrongError: none is taken, as not all can be.
        """
        ...

    def key(self, request: Request) -> str:
        """Return the key by which a request that is made again is known; empty for none."""
        ...

    def again(self, *, is_same: bool, before: Answer) -> Answer:
        """Answer a request whose key is known."""
        ...


class Usual:
    """What most providers do."""

    def refusal(self) -> Answer:
        return in_json(401, {"message": "this key is not known"})


class NoKeys(Usual):
    """A provider that knows no request again."""

    ttl_s = 0

    def key(self, _request: Request) -> str:
        return ""

    def again(self, *, is_same: bool, before: Answer) -> Answer:
        raise AssertionError((is_same, before))


def addresses(values: Iterable[str]) -> tuple[str, ...]:
    """Return the bare addresses of headers such as `Anna <anna@example.org>`."""
    return tuple(address for _, address in getaddresses(list(values)))


def titled(headers: Mapping[str, Any]) -> dict[str, str]:
    """Return headers by their names as `Title-Case`."""
    return {name.title(): str(value) for name, value in headers.items()}


def filled(text: str, hole: re.Pattern[str], value_of: Callable[[re.Match[str]], str]) -> str:
    """Return a text with every hole filled in one go, so that no value is read for holes again."""
    return hole.sub(value_of, text)


def merged(letter: Letter, plain: Callable[[str], str], html: Callable[[str], str] | None = None) -> Letter:
    """Return a letter with its subject, headers and text filled by `plain`, and its HTML by `html`."""
    return replace(
        letter,
        subject=plain(letter.subject),
        text=plain(letter.text),
        html=(html or plain)(letter.html),
        headers={name: plain(value) for name, value in letter.headers.items()},
    )


def refuse_more_than(most: int, count: int, answer: Answer) -> None:
    """Refuse a request that holds too much.

    Raises:
        WrongError: it does.
    """
    if count > most:
        raise WrongError(answer)
