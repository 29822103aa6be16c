"""The transport that speaks SMTP, one transaction for each message."""

from __future__ import annotations

import smtplib
import socket
import ssl
from base64 import b64encode
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from newsletter.config.fields import is_loopback
from newsletter.delivery.headers import check_address
from newsletter.delivery.replies import clean_reply, split_enhanced_code
from newsletter.delivery.smtp.session import Session
from newsletter.delivery.verify import check_lines
from newsletter.errors import DeliveryError, UnsafeValueError
from newsletter.model import Outcome, Verdict
from newsletter.wording import quoted

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from newsletter.config.settings import Smtp
    from newsletter.delivery.base import Message

FINAL_REPLY_TIMEOUT_S = 600.0
"""For the answer to the final dot (RFC 5321 section 4.5.3.2.6). Giving up sooner makes doubt, not mail."""

_CLOSING = 421  # the server will close the line (RFC 5321 section 3.8)


class SmtpTransport:
    """One mail server and one connection to it, opened again for the next message after it was lost.

    The connection is encrypted and the server's certificate verified, before any word of a log-in or of a
    mail; with security `none` there is no encryption, which only this machine itself is trusted with.
    """

    def __init__(
        self,
        settings: Smtp,
        *,
        ehlo_name: str,
        context: ssl.SSLContext | None = None,
        final_reply_timeout_s: float = FINAL_REPLY_TIMEOUT_S,
    ) -> None:
        """`context` says whom to trust instead of the system's certificate authorities."""
        self._settings = settings
        self._ehlo_name = ehlo_name
        self._context = context or ssl.create_default_context()
        self._final_reply_timeout_s = final_reply_timeout_s
        self._session: Session | None = None

    def __enter__(self) -> Self:
        """Connect, encrypt and log in.

        Raises:
            DeliveryError: one of these is not possible; said with the server's name and what to do about it.
        """
        self._session = self._connected()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Take leave; what the server says to that is of no weight, as each message has had its answer."""
        session, self._session = self._session, None
        if session:
            with suppress(smtplib.SMTPException, OSError):
                session.docmd("QUIT")
            session.close()

    def deliver(self, message: Message) -> Outcome:
        """Give one message to the server and return its answer; connects again if the line was lost before.

        Raises:
            DeliveryError: the connection cannot be made again. The message was certainly not taken.
            UnsafeValueError: the envelope sender or the content must not be written to a wire.
        """
        check_lines(message.content, utf8=message.needs_smtputf8)
        check_address("the envelope sender", message.sender)
        try:
            check_address("the envelope recipient", message.recipient)
        except UnsafeValueError as error:
            return Outcome(message.recipient, Verdict.REFUSED, reply=str(error))
        session = self._taken()
        # Whatever goes wrong, no further word may follow: it could be the dot of half a message.
        with ExitStack() as on_failure:
            on_failure.callback(session.close)
            outcome = self._transaction(session, message)
            on_failure.pop_all()
        if session.sock is not None:
            self._session = session
        return outcome

    def _taken(self) -> Session:
        """Take the open connection, or a new one; a transaction that ends badly does not give it back."""
        session, self._session = self._session, None
        if session and session.unread:
            session.close()
            session = None
        return session or self._connected()

    def _transaction(self, session: Session, message: Message) -> Outcome:
        recipient = message.recipient
        options = ""
        if message.needs_smtputf8 or not (message.sender + recipient).isascii():
            if not session.has_extn("smtputf8"):
                reply = "the server offers no SMTPUTF8, which this message's addresses need (RFC 6531)"
                return Outcome(recipient, Verdict.REFUSED, reply=reply)
            options = " SMTPUTF8 BODY=8BITMIME"
        steps = (
            ("MAIL", f"FROM:<{message.sender}>{options}", 2),
            ("RCPT", f"TO:<{recipient}>", 2),
            ("DATA", "", 3),
        )
        for command, argument, wanted in steps:
            if outcome := self._step(session, recipient, (command, argument), wanted):
                return outcome
        return self._content(session, message)

    def _step(self, session: Session, recipient: str, command: tuple[str, str], wanted: int) -> Outcome | None:
        """Give one command; None if the server answered as it should, and the transaction's end if not."""
        verb, argument = command
        try:
            code, words = session.docmd(verb, argument)
        except smtplib.SMTPServerDisconnected as error:
            return Outcome(recipient, Verdict.DEFERRED, reply=f"{error}, at {verb}")
        if code // 100 == wanted:
            return None
        verdict = {4: Verdict.DEFERRED, 5: Verdict.REFUSED}.get(code // 100)
        if verdict is None or code == _CLOSING:
            session.close()
        else:
            _reset(session)
        return self._outcome(recipient, verdict or Verdict.DEFERRED, code, words)

    def _content(self, session: Session, message: Message) -> Outcome:
        """Write the message, then its dot, and read the answer that decides."""
        recipient = message.recipient
        try:
            session.send(_dot_stuffed(message.content))
        except smtplib.SMTPServerDisconnected as error:
            reply = f"{error}, inside the message and before its final dot"
            return Outcome(recipient, Verdict.DEFERRED, reply=reply)
        try:
            session.send(b".\r\n")
            code, words = session.reply(self._final_reply_timeout_s)
        except smtplib.SMTPServerDisconnected as error:
            reply = f"{error}, after the final dot and before an answer"
            return Outcome(recipient, Verdict.UNCERTAIN, reply=reply)
        verdict = {2: Verdict.ACCEPTED, 4: Verdict.DEFERRED, 5: Verdict.REFUSED}.get(code // 100)
        if verdict is None or code == _CLOSING:
            session.close()
        return self._outcome(recipient, verdict or Verdict.UNCERTAIN, code, words)

    def _outcome(self, recipient: str, verdict: Verdict, code: int, words: bytes) -> Outcome:
        shown, rest = split_enhanced_code(code, words)
        return Outcome(recipient, verdict, shown, clean_reply(rest, self._secrets()))

    def _connected(self) -> Session:
        """Return a session that is encrypted and logged in as the settings say.

        Raises:
            DeliveryError: with the server's name, what was found and what to do about it.
        """
        try:
            with ExitStack() as on_failure:
                session = self._opened()
                on_failure.callback(session.close)
                self._greet(session)
                if self._settings.username:
                    self._log_in(session)
                on_failure.pop_all()
                return session
        except smtplib.SMTPServerDisconnected as error:
            mend = "look at smtp.port and smtp.security, or try again later"
            raise self._unusable(str(error), mend) from error
        except (OSError, UnicodeError) as error:
            raise self._unusable(*_explained(error)) from error

    def _opened(self) -> Session:
        """Return a connection, encrypted already where TLS starts at once."""
        settings = self._settings
        if settings.security == "none" and not is_loopback(settings.host):
            fault = 'smtp.security "none" is for this machine alone, and nothing was sent'
            raise self._unusable(fault, 'set it to "tls" or "starttls"')
        sock = socket.create_connection((settings.host, settings.port), timeout=settings.timeout_s)
        if settings.security == "tls":
            sock = self._context.wrap_socket(sock, server_hostname=settings.host)
        return Session(sock, self._ehlo_name, settings.timeout_s)

    def _greet(self, session: Session) -> None:
        """Exchange greetings, and encrypt where that is done after them."""
        self._want(220, session.getreply(), "it greeted")
        self._want(250, session.ehlo(), "it answered EHLO")
        if self._settings.security != "starttls":
            return
        if not session.has_extn("starttls"):
            fault = "it offers no STARTTLS, or somebody on the way took the offer out; no log-in was sent"
            mend = 'set smtp.security to "tls" with its port, mostly 465, or ask the provider'
            raise self._unusable(fault, mend)
        self._want(220, session.docmd("STARTTLS"), "it answered STARTTLS")
        session.secure(self._context, self._settings.host)
        self._want(250, session.ehlo(), "it answered EHLO under TLS")

    def _log_in(self, session: Session) -> None:
        """Log in with PLAIN (RFC 4616) or the older LOGIN: always under TLS or on this machine."""
        offered = session.esmtp_features.get("auth", "").upper().split()
        username, password = self._settings.username, self._password()
        if "PLAIN" in offered:
            answer = session.docmd("AUTH", f"PLAIN {_base64(_plain(username, password))}")
        elif "LOGIN" in offered:
            answer = session.docmd("AUTH", "LOGIN")
            for words in (username, password):
                if answer[0] == 334:  # noqa: PLR2004 - go on (RFC 4954 section 4)
                    answer = session.docmd(_base64(words))
        else:
            shown = clean_reply(" ".join(offered).encode()) or "none at all"
            fault = f"it offers no log-in with PLAIN or LOGIN, but {shown}"
            raise self._unusable(fault, "empty smtp.username if it wants no log-in, or look at smtp.port")
        what = f"it answered the log-in of {quoted(username)}"
        self._want(235, answer, what, "look at smtp.username and the password")

    def _want(self, code: int, answer: tuple[int, bytes], what: str, mend: str = "try again later") -> None:
        if answer[0] != code:
            shown, words = split_enhanced_code(*answer)
            raise self._unusable(f"{what} with {shown} {clean_reply(words, self._secrets())}", mend)

    def _unusable(self, fault: str, mend: str) -> DeliveryError:
        return DeliveryError(f"{self._settings.host}:{self._settings.port}: {fault}; {mend}")

    def _password(self) -> str:
        return self._settings.password.reveal() if self._settings.password else ""

    def _secrets(self) -> tuple[str, ...]:
        """Return the forms of the password that a server has seen and could say back."""
        password = self._password()
        if not password:
            return ()
        return _base64(_plain(self._settings.username, password)), _base64(password), password


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _plain(username: str, password: str) -> str:
    return f"\0{username}\0{password}"


def _explained(error: OSError | UnicodeError) -> tuple[str, str]:
    """Say what kept a connection from being made, and how to mend it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        fault = f"its certificate was refused ({error.verify_message})"
        return fault, "use the host name that the certificate is made out to, or have it renewed"
    if isinstance(error, ssl.SSLError):
        fault = f"TLS could not be begun ({error.reason or error})"
        return fault, 'smtp.security is "tls" where TLS starts at once, mostly port 465, and else "starttls"'
    if isinstance(error, socket.gaierror | UnicodeError):  # the latter where a name cannot be a host's
        return "there is no such host", "look at smtp.host"
    if isinstance(error, TimeoutError):
        return "nothing answers", "look at smtp.host and smtp.port, or at a firewall on the way"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there", "look at smtp.host and smtp.port, or start the server"
    return f"no connection ({error.strerror or error})", "look at smtp.host and smtp.port"


def _reset(session: Session) -> None:
    """End a transaction that came to nothing (RFC 5321 section 4.1.1.5)."""
    with suppress(smtplib.SMTPServerDisconnected):
        if session.docmd("RSET")[0] != 250:  # noqa: PLR2004 - the one good answer
            session.close()


def _dot_stuffed(content: bytes) -> bytes:
    """Double the dots at the starts of lines (RFC 5321 section 4.5.2)."""
    start = b"." if content.startswith(b".") else b""
    return start + content.replace(b"\r\n.", b"\r\n..")
