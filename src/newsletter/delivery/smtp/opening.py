"""The opening of a conversation, up to the first message: greetings, encryption, log-in.

A generator, so that it reads in the order in which it happens, and knows nothing of sockets: it yields what
to say, and is sent the answer.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from newsletter.delivery.replies import clean_reply, split_enhanced_code
from newsletter.delivery.smtp.states import Due
from newsletter.delivery.smtp.wire import command
from newsletter.errors import DeliveryError
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Generator

    from newsletter.config.settings import Smtp
    from newsletter.delivery.smtp.wire import Reply

SPOILT = "look at smtp.port and smtp.security, or try again later"
"""What to do about a server that does not speak as a mail server does."""

_GO_ON = 334  # RFC 4954 section 4
_LOOK_AT_LOG_IN = "look at smtp.username and the password"
_LOOK_AT_TOKEN = "look at smtp.username, and get a new token"  # noqa: S105 - words for a person


class Say(NamedTuple):
    """What to write, and what its answer is to."""

    due: Due
    octets: bytes = b""


class OpeningError(DeliveryError):
    """A conversation cannot begin: said with the server's name, what was found and what to do about it."""

    def __init__(self, message: str, *, code: int = 0) -> None:
        super().__init__(message)
        self.code = code
        """The server's, or 0 where it gave none."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server can do beyond the plain protocol, as it told after EHLO (RFC 5321 section 4.1.1.1)."""

    extensions: frozenset[str] = frozenset()
    """Their names in capitals."""
    mechanisms: tuple[str, ...] = ()
    """Of AUTH, in capitals."""
    max_octets: int = 0
    """Of one message (RFC 1870); 0 where the server names no limit."""


def open_conversation(settings: Smtp, ehlo_name: str) -> Generator[Say, Reply, Offer]:
    """Greet, encrypt and log in as the settings say; return what the server offers.

    Yields what to say, and is sent the answer. A `Say` of HANDSHAKE asks for TLS; its answer is not looked at.

    Raises:
        OpeningError: the server will not, or cannot do what the settings ask.
    """
    talk = _Talk(settings, ehlo_name)
    talk.want(220, (yield Say(Due.GREETING)), "it greeted")
    if settings.security == "starttls":
        offer = yield from talk.greet("it answered EHLO")
        yield from talk.encrypt(offer)
        offer = yield from talk.greet("it answered EHLO under TLS")
    else:
        offer = yield from talk.greet("it answered EHLO")
    if settings.username:
        yield from talk.log_in(offer)
    return offer


@dataclass(frozen=True, slots=True)
class _Talk:
    """The parts of an opening."""

    settings: Smtp
    ehlo_name: str

    def greet(self, what: str) -> Generator[Say, Reply, Offer]:
        """Say EHLO, or HELO to a server that does not know it (RFC 5321 section 3.2)."""
        answer = yield Say(Due.HELLO, command("EHLO", self.ehlo_name))
        if answer.code in {500, 502} and self.settings.security != "starttls" and not self.settings.username:
            self.want(250, (yield Say(Due.HELLO, command("HELO", self.ehlo_name))), "it answered HELO")
            return Offer()
        self.want(250, answer, what)
        return _offer(answer)

    def encrypt(self, offer: Offer) -> Generator[Say, Reply, None]:
        """Ask for TLS; without it not a word of a log-in or of a mail is said."""
        if "STARTTLS" not in offer.extensions:
            fault = "it offers no STARTTLS, or somebody on the way took the offer out; no log-in was sent"
            raise self.failure(fault, 'set smtp.security to "tls" with its port, mostly 465, or ask the provider')
        self.want(220, (yield Say(Due.STARTTLS, command("STARTTLS"))), "it answered STARTTLS")
        yield Say(Due.HANDSHAKE)

    def log_in(self, offer: Offer) -> Generator[Say, Reply, None]:
        """Log in: always under TLS or on this machine."""
        mechanism, mend = self._mechanism(offer), _LOOK_AT_LOG_IN
        if mechanism == "PLAIN":  # RFC 4616
            answer = yield self._auth(f"PLAIN {_base64(_plain(self.settings))}")
        elif mechanism == "LOGIN":
            answer = yield self._auth("LOGIN")
            for words in (self.settings.username, _password(self.settings)):
                if answer.code == _GO_ON:
                    answer = yield Say(Due.AUTH, command(_base64(words)))
        else:
            mend = _LOOK_AT_TOKEN
            answer = yield self._auth(f"XOAUTH2 {_base64(_bearer(self.settings))}")
            if answer.code == _GO_ON:
                # It says in base64 why not, and then waits for an empty line.
                answer = yield Say(Due.AUTH, command(""))
        self.want(235, answer, f"it answered the log-in of {quoted(self.settings.username)}", mend)

    def want(self, code: int, answer: Reply, what: str, mend: str = "try again later") -> None:
        """Raise unless the answer has this code."""
        if answer.code != code:
            shown, words = split_enhanced_code(answer.code, answer.words)
            raise self.failure(
                f"{what} with {shown} {clean_reply(words, secrets_of(self.settings))}", mend, code=answer.code
            )

    def failure(self, fault: str, mend: str, *, code: int = 0) -> OpeningError:
        """Return the error that says so."""
        return opening_error(self.settings, fault, mend, code=code)

    def _mechanism(self, offer: Offer) -> str:
        """Choose by the settings, or take what fits: a token goes with XOAUTH2, a password with the others."""
        if self.settings.auth == "auto":
            wanted = ("XOAUTH2",) if self.settings.oauth2_token else ("PLAIN", "LOGIN")
        else:
            wanted = (self.settings.auth.upper(),)
        for mechanism in wanted:
            if mechanism in offer.mechanisms:
                return mechanism
        shown = clean_reply(" ".join(offer.mechanisms).encode()) or "none at all"
        fault = f"it offers no log-in with {' or '.join(wanted)}, but {shown}"
        raise self.failure(fault, "empty smtp.username if it wants no log-in, or look at smtp.port and smtp.auth")

    def _auth(self, argument: str) -> Say:
        return Say(Due.AUTH, command("AUTH", argument))


def secrets_of(settings: Smtp) -> tuple[str, ...]:
    """Return the forms of the secrets that a server has seen and could say back."""
    forms = []
    if settings.password:
        forms += [_base64(_plain(settings)), _base64(_password(settings)), _password(settings)]
    if settings.oauth2_token:
        forms += [_base64(_bearer(settings)), settings.oauth2_token.reveal()]
    return tuple(forms)


def opening_error(settings: Smtp, fault: str, mend: str, *, code: int = 0) -> OpeningError:
    """Return the error that names the server, the fault and the mend."""
    return OpeningError(f"{settings.host}:{settings.port}: {fault}; {mend}", code=code)


def _offer(answer: Reply) -> Offer:
    """Read the lines after the first; a parameter that is no number is no limit."""
    lines = [line.upper().split() for line in answer.words.decode("latin-1").split("\n")[1:]]
    named = {words[0]: tuple(words[1:]) for words in lines if words}
    # "AUTH=LOGIN" is how servers once said it.
    old = tuple(name.removeprefix("AUTH=") for name in named if name.startswith("AUTH="))
    size = named.get("SIZE", ())
    return Offer(
        extensions=frozenset(named),
        mechanisms=named.get("AUTH", old),
        max_octets=int(size[0]) if size and size[0].isdecimal() and len(size[0]) < 20 else 0,  # noqa: PLR2004 - 2⁶⁴
    )


def _password(settings: Smtp) -> str:
    return settings.password.reveal() if settings.password else ""


def _plain(settings: Smtp) -> str:
    return f"\0{settings.username}\0{_password(settings)}"


def _bearer(settings: Smtp) -> str:
    token = settings.oauth2_token.reveal() if settings.oauth2_token else ""
    return f"user={settings.username}\1auth=Bearer {token}\1\1"


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
