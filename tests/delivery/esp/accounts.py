"""The transports of providers, on accounts with the providers that are here, and mails for readers of every kind."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, replace
from email.header import decode_header, make_header
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from newsletter.config import load
from newsletter.config.providers import KEYS
from newsletter.config.secret import Secret
from newsletter.delivery.esp.opening import open_provider
from newsletter.delivery.esp.transport import Patience
from newsletter.delivery.mime import Stamp, prepare
from newsletter.model import Conditional, Context, Email, PersonalField, Position, Recipient
from newsletter.render.personal import personal_values
from tests.config.workspaces import REQUIRED
from tests.delivery.letters import (
    FIRST_NAME,
    FIRST_NAME_IN_HTML,
    IDENTITY,
    STAMP,
    UNSUBSCRIBE,
    UNSUBSCRIBE_IN_HTML,
    email,
    hole,
    parsed,
    part_of,
)
from tests.delivery.servers import ListFeed
from tests.providers.account import KEY
from tests.providers.amazon_ses import KEY_ID, REGION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from newsletter.config import Settings
    from newsletter.delivery.base import Message, Transport
    from newsletter.model import Segments, Verdict
    from tests.providers.post import Letter
    from tests.providers.server import ProviderServer

NAMES = (
    "Anna",
    "",
    "Zoë 👩‍💻 de Vries",
    "O'Brien & <b>Co</b>",
    '"><script>alert(1)</script>',
    "100% {{ name }} {{{x}}} *|NAME|* %recipient.name% [[var:name]] {$x} -who- ${y} {% raw %}",
    "\\n \\1 \\g<0> $& $1 %s %(x)s {0}",
    "&amp; &lt;br&gt; %3Ca%3E",
)
"""What readers are called, in ways that others might read as theirs."""
OF_PROVIDERS = "{{ 1 + 1 }} {{name}} {{{raw}}} *|NAME|* %recipient.name% %recipient% [[var:x]] {$a} -a- {% if x %}"
"""Words of an editor that mean something to one provider or another."""
_SECTION: Segments = ("Voor ", FIRST_NAME, ", die in Delft woont.\n")
_SECTION_IN_HTML: Segments = ("<p>Voor ", FIRST_NAME_IN_HTML, ", die in Delft woont.</p>")
_IN_DELFT = PersonalField('subscriber.city == "Delft"', Position("issue.md", 14, 1))
_IN_A_LINK = hole('subscriber.first_name | default("x")', Context.URL_PART)


def plain_mail() -> Email:
    """The same for everybody, but for a name and the link to leave."""
    return email(subject=("ASML is de gouden troef van Één",))


def personal_mail() -> Email:
    """With a field in its subject, in a link, and in a block that only some readers get."""
    text: Segments = ("Dag ", FIRST_NAME, ",\n\n", Conditional(_IN_DELFT, _SECTION), "\nTot ziens: ", UNSUBSCRIBE, "\n")
    html: Segments = (
        '<html lang="nl"><body><p>Dag ',
        FIRST_NAME_IN_HTML,
        ',</p><p><a href="https://example.org/?a=1&amp;naam=',
        _IN_A_LINK,
        '">naam</a></p>',
        Conditional(_IN_DELFT, _SECTION_IN_HTML),
        '<a href="',
        UNSUBSCRIBE_IN_HTML,
        '">weg</a></body></html>\n',
    )
    return email(subject=("Nieuws voor ", FIRST_NAME, "!"), text=text, html=html)


def foreign_mail() -> Email:
    """Whose editor writes about the languages of providers."""
    text: Segments = (f"{OF_PROVIDERS}\n", FIRST_NAME, "\n", UNSUBSCRIBE, "\n")
    html: Segments = (f"<p>{OF_PROVIDERS} ", FIRST_NAME_IN_HTML, '<a href="', UNSUBSCRIBE_IN_HTML, '">weg</a></p>\n')
    return email(subject=(f"Over {OF_PROVIDERS}",), text=text, html=html)


QUICK = Patience(first_pause_s=0.01, again_s=(0.01, 0.02), goodbye_s=2.0)


def edgy_mail() -> Email:
    """Whose words stand beside a field as if they belonged to it."""
    text: Segments = (
        "Dag {",
        FIRST_NAME,
        "}, 100%",
        FIRST_NAME,
        "% [",
        FIRST_NAME,
        "] *|",
        FIRST_NAME,
        "|*\n",
        UNSUBSCRIBE,
    )
    html: Segments = ("<p>{", FIRST_NAME_IN_HTML, "} 100%", FIRST_NAME_IN_HTML, "%</p>\n")
    return email(subject=("Voor 100%", FIRST_NAME, "% {", FIRST_NAME, "}"), text=text, html=html)


MAILS = MappingProxyType({"edgy": edgy_mail, "foreign": foreign_mail, "personal": personal_mail, "plain": plain_mail})


def reader(number: int, local_part: str = "", first_name: str = "Anna") -> Recipient:
    """One reader, with a token that nobody else has."""
    fields = {"first_name": first_name, "city": "Delft" if number % 2 else "Gent"}
    address = f"{local_part or f'reader-{number}'}@example.org"
    return Recipient(address, "nl", f"Token{number:05d}-x_y", MappingProxyType(fields))


def everybody() -> list[Recipient]:
    """A reader of every name."""
    return [reader(number, first_name=name) for number, name in enumerate(NAMES)]


def messages_for(readers: Iterable[Recipient], mail: Email | None = None) -> list[Message]:
    """Return what each of them is to get."""
    mail = mail or plain_mail()
    prepared = prepare(mail, IDENTITY)
    return [
        prepared.fill(
            one, personal_values(mail, one, IDENTITY.site), Stamp(STAMP.date, f"<{one.token}@aireport.example>")
        )
        for one in readers
    ]


@cache
def _settings() -> Settings:
    folder = Path(mkdtemp())
    (folder / "newsletter.toml").write_text(REQUIRED, "utf-8")
    return load(folder, {})


def transport_to(server: ProviderServer, **changes: Any) -> Transport:
    """Return the transport of a provider, as the settings would make it."""
    name = server.account.provider.name
    return transport_at(name, server.url, **changes)


def transport_at(name: str, url: str, **changes: Any) -> Transport:
    """Return the transport of a provider whose paths begin there."""
    settings = _settings()
    keys = {f"{name}_{key}": Secret(KEY) for key in KEYS[name]}
    keys |= {"amazon_ses_access_key_id": Secret(KEY_ID), "amazon_ses_secret_access_key": Secret(KEY)}
    region = REGION if name == "amazon_ses" else ""
    esp = replace(settings.esp, api_url=url, keys=MappingProxyType(keys), region=region, **({"timeout_s": 5} | changes))
    transport = open_provider(replace(settings, esp=esp), name, QUICK)
    transport._context = _nobody_to_trust()  # noqa: SLF001 - what is read in its place takes longer than most tests
    return transport


@cache
def _nobody_to_trust() -> ssl.SSLContext:
    """Return what is not needed to talk to a server on this machine."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def verdicts(transport: Transport, messages: Iterable[Message]) -> dict[str, Verdict]:
    """Run a transport; return what became of each reader's mail."""
    feed = ListFeed(list(messages))
    asyncio.run(transport.run(feed))
    return {outcome.address: outcome.verdict for outcome in feed.outcomes}


@dataclass(frozen=True, slots=True)
class Seen:
    """A mail as its reader sees it, whichever way it came."""

    subject: str
    text: str
    html: str
    headers: Mapping[str, str]


def by_smtp(message: Message, names: Iterable[str]) -> Seen:
    """Return a mail as it would come by SMTP, with the headers of these names."""
    mail = parsed(message)
    headers = {name: str(mail[name]) for name in names}
    return Seen(str(mail["Subject"]), _lines(part_of(message, "plain")), _lines(part_of(message, "html")), headers)


def by_provider(letter: Letter, names: Iterable[str], foot: str = "") -> Seen:
    """Return a mail as it came from a provider, without its foot, with those of its headers that have these names."""
    headers = {name: _decoded(letter.headers[name.title()]) for name in names if name.title() in letter.headers}
    text, html = letter.text.removesuffix(foot), letter.html.removesuffix(foot)
    return Seen(letter.subject, _lines(text), _lines(html), headers)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip("\n")


def _decoded(value: str) -> str:
    return str(make_header(decode_header(value)))
