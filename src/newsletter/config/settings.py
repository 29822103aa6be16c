"""The settings of a workspace, as frozen data.

A room takes the section that it needs as an argument; there is no global.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.config.providers import ESP, KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from newsletter.config.archive import Archive
    from newsletter.config.discussion import Discussion
    from newsletter.config.esp import Esp
    from newsletter.config.podcast import Podcast, Slot
    from newsletter.config.preview import Preview
    from newsletter.config.secret import Secret
    from newsletter.config.site import PublicSite
    from newsletter.config.social import SocialLink
    from newsletter.model import Position

LANGUAGES = ("nl", "en")
"""The languages that the program can speak to readers."""

TRANSPORTS = ("directory", "smtp", "null", *(f"{ESP}{name}" for name in KEYS))
"""Where mail can go: a folder of `.eml` files, a mail server, nowhere, to measure what comes before, or a provider."""

IN_MAIL = ("linked", "embedded")
"""How a mail shows its pictures: from the archive on the web, or from the mail itself."""

SECURITIES = ("tls", "starttls", "none")
"""How a connection to a mail server is protected."""

AUTHS = ("auto", "plain", "login", "xoauth2")
"""How to log in to a mail server; `auto` takes XOAUTH2 where there is a token, else what the server offers."""

PORTS = MappingProxyType({"tls": 465, "starttls": 587, "none": 25})
"""The port of each kind of security: RFC 8314 section 3.3, RFC 6409 section 3.1, RFC 5321 section 4.5.4.2."""

LEVELS = ("off", "warning", "error")
"""What one of the checks can be set to."""

CLIENTS = (
    "gmail",
    "outlook-windows",
    "outlook-com",
    "outlook-mac",
    "outlook-mobile",
    "apple-mail",
    "yahoo",
    "samsung-email",
    "thunderbird",
    "proton",
)
"""The mail programs of which it is known what they show."""

BUILT_IN_FIELDS = ("first_name", "last_name", "language", "address")
"""What every subscriber has, without being asked for in `subscribers.fields`."""

DEFAULT_FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
DEFAULT_TIMEZONE = "Europe/Amsterdam"
DEFAULT_STORE_URL = "sqlite:///newsletter.db"


@dataclass(frozen=True, slots=True)
class Newsletter:
    """Who writes: the `[newsletter]` table."""

    name: str
    """As readers see it, such as in the title of the archive."""
    url: str
    """Where the archive and the public pages live: `https://…`, without a slash at its end."""
    description: str
    """One sentence for the archive and the feeds; may be empty."""
    language: str
    """Of an issue that does not say its own: one of `LANGUAGES`."""
    languages: tuple[str, ...]
    """Those that readers may choose from; `language` is one of them."""
    timezone: ZoneInfo
    """In which the times in an issue are meant."""
    from_name: str
    """The name beside `from_address` in From."""
    from_address: str
    """ASCII; an international domain stands in its A-label form (`xn--…`)."""
    reply_to: str
    """ASCII; empty where answers go to `from_address`."""
    list_id: str
    """For the List-Id header, without its angle brackets (RFC 2919)."""
    postal_address: str
    """Stands at the foot of every mail, in one line."""
    schedule: tuple[Slot, ...] = ()
    """When issues go out, in the order of the week; empty where nobody says."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one colour scheme, each `#rrggbb` in lower case."""

    background: str
    """Around the card."""
    card: str
    """Behind the text."""
    text: str
    muted: str
    """For small print, dates and captions."""
    accent: str
    """Of links, and behind the words of a button."""
    on_accent: str
    """Of the words on a button."""
    border: str
    tint: str
    """Behind blocks that stand out, such as notes and sponsors."""


LIGHT = Palette(
    background="#f3f4f7",
    card="#ffffff",
    text="#1b2130",
    muted="#586174",
    accent="#2f3fc4",
    on_accent="#ffffff",
    border="#dfe3eb",
    tint="#eef1fd",
)
DARK = Palette(
    background="#0f1117",
    card="#181b24",
    text="#e8ebf2",
    muted="#a4adbf",
    accent="#a3b4ff",
    on_accent="#11141f",
    border="#2d3342",
    tint="#222838",
)


@dataclass(frozen=True, slots=True)
class Look:
    """The look: the `[theme]` tables."""

    logo: str = ""
    """A file in the workspace, relative to its root and with `/`; empty for none."""
    logo_dark: str = ""
    """The logo for dark screens; empty where `logo` does for both."""
    font: str = DEFAULT_FONT
    """A CSS `font-family` list. Its quotes are single, so that it can stand in a double-quoted attribute."""
    radius_px: int = 8
    """Of the corners of cards and buttons, 0 to 32."""
    footer: tuple[tuple[str, str], ...] = ()
    """Languages, each with a sentence or two for the foot of mails and pages in it."""
    social: tuple[SocialLink, ...] = ()
    """At most `MAX_SOCIAL_LINKS`, in the order of the file."""
    light: Palette = LIGHT
    dark: Palette = DARK


@dataclass(frozen=True, slots=True)
class PicturesInMail:
    """Pictures beside an issue, and the logo: the `[pictures]` table. `in_mail` is one of `IN_MAIL`."""

    in_mail: str = IN_MAIL[0]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where mail goes: the `[delivery]` table."""

    transport: str
    """One of `TRANSPORTS`."""
    directory: Path
    """The folder of the `directory` transport, under the workspace's root."""
    envelope_sender: str
    """Where bounces go; ASCII."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """The mail server of the `smtp` transport: the `[smtp]` table."""

    host: str
    """A host name or an IP address, in lower case."""
    port: int
    security: str
    """One of `SECURITIES`; `none` only to this machine itself."""
    username: str
    """Empty for a server that asks for no log-in."""
    password: Secret | None
    timeout_s: int
    """For one answer of the server, 1 to 600 seconds; a final dot has its own ten minutes."""
    auth: str = "auto"
    """One of `AUTHS`."""
    oauth2_token: Secret | None = None
    """For XOAUTH2."""
    connections: int = 4
    """At most so many at once, 1 to 100."""
    messages_per_connection: int = 100
    """After so many a connection is closed and another opened, 1 to 100,000."""
    rate_per_second: float = 0.0
    """Messages in a second over all connections, also a part of one; 0 for as many as the server takes."""
    pipeline_depth: int = 8
    """Messages at hand for each connection, 1 to 10: so many may have to be looked at after a crash."""


@dataclass(frozen=True, slots=True)
class Dkim:
    """The signatures under each mail: the `[dkim]` table."""

    domain: str
    """That signs; by default that of `from_address`."""
    selector: str
    """Names the public key in the DNS; empty where mail is not signed here."""
    key_file: Path | None
    """The private key, RSA; None without a selector."""
    ed25519_selector: str
    """Of the second signature; empty for none."""
    ed25519_key_file: Path | None


@dataclass(frozen=True, slots=True)
class Sending:
    """How long a server is asked again, and when a sending stops by itself: the `[sending]` table."""

    retry_after_s: tuple[int, ...] = (300, 900, 1800, 3600)
    """How long to wait after the first try, the second, and so on; the last one holds for all that follow."""
    give_up_after_s: int = 86_400
    """After the sending began; what is put off then is given up."""
    most_unknown_percent: float = 2.0
    """Of the answers of ten minutes: when more, and at least 20, say that there is no such address, it is paused."""


@dataclass(frozen=True, slots=True)
class Subscribers:
    """What is kept of a reader: the `[subscribers]` table."""

    fields: tuple[str, ...] = ()
    """Names beyond `BUILT_IN_FIELDS`, for `{{ subscriber.NAME }}`."""


@dataclass(frozen=True, slots=True)
class Level:
    """How much one of the checks weighs here: one line of `[checks]`."""

    name: str
    """One of `LEVELS`."""
    position: Position
    """Of its line, as only the checks know which rules there are."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What is looked at before an issue goes out: the `[checks]` table."""

    levels: Mapping[str, Level] = field(default_factory=lambda: MappingProxyType({}))
    """By the id of their rule; a rule without one has its own."""
    clients: tuple[str, ...] = CLIENTS[:6]
    """The mail programs in which everything must be shown: some of `CLIENTS`."""
    sentence_words: int = 40
    """The longest that a sentence should be."""
    dictionary: str = "dictionary.txt"
    """The file of the newsletter's own words, within the workspace; it need not be there."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text that stands in a condition."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """What is known of a reader: one of `BUILT_IN_FIELDS` or of `Subscribers.fields`; empty where it is not."""

    field: str


Operand = Words | Name


@dataclass(frozen=True, slots=True)
class Same:
    """Two texts are the same, character by character."""

    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class HasTag:
    """A reader has a tag; it is in lower case."""

    tag: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    part: Condition


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; true where there is none."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; false where there is none."""

    parts: tuple[Condition, ...]


Condition = Same | HasTag | Not | All | AnyOf
"""Which readers belong to a segment."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A made-up reader for previews and renders: one `[[sample]]` table."""

    address: str
    language: str
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What `{{ subscriber.… }}` says beyond the address and the language."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that newsletter.toml, `.env` and the environment say, checked."""

    root: Path
    """The workspace: the absolute path of the folder that newsletter.toml stands in."""
    newsletter: Newsletter
    theme: Look
    pictures: PicturesInMail
    podcast: Podcast
    delivery: Delivery
    smtp: Smtp
    esp: Esp
    dkim: Dkim
    sending: Sending
    archive: Archive
    discussion: Discussion
    checks: Checks
    subscribers: Subscribers
    samples: tuple[Sample, ...]
    preview: Preview
    site: PublicSite
    segments: Mapping[str, Condition]
    """By the name that an issue's `audience` has: the `[segments]` table."""
    secret_key: Secret | None
    """Signs the links of readers; at least 32 characters."""
    store_url: Secret
    """The database; secret as it may hold a password. A relative SQLite path counts from the root."""
