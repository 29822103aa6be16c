"""What the value of a setting may be: one small function per kind.

Each takes a value as TOML gives it (from the environment: a string, or an integer where one is expected),
returns it in the form that the program uses, and raises `RefusedError` with what would have been right.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, TypeVar

from newsletter.config.faults import CONTROL, TYPE, RefusedError, either, nearest
from newsletter.config.secret import Secret
from newsletter.config.settings import BUILT_IN_FIELDS
from newsletter.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from email_validator import ValidatedEmail

T = TypeVar("T")

_MAX_HOST_CHARACTERS = 253
_MAX_PORT = 65535
_MIN_SECRET_KEY_CHARACTERS = 32
_MAX_LIST_ID_CHARACTERS = 255
"""RFC 2919."""

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_URL = re.compile(
    rf"(?i:https)://(?P<host>{_HOST.pattern})(?::(?P<port>\d{{1,5}}))?(?P<path>(?:/[\w.~%-]+)*)/*", re.ASCII
)
_LINK = re.compile(rf"(?i:https)://{_HOST.pattern}(?::\d{{1,5}})?(?:[/?#][\w.~%!$&'()*+,;=:@/?#-]*)?", re.ASCII)
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ATOM = r"[A-Za-z0-9_-]+"
_LIST_ID = re.compile(rf"{_ATOM}(?:\.{_ATOM})+")
_FAMILY = r"""(?:'[A-Za-z0-9 -]+'|"[A-Za-z0-9 -]+"|-?[A-Za-z][A-Za-z0-9 -]*)"""
_FONT = re.compile(rf"{_FAMILY}(?:, *{_FAMILY})*")
_GENERIC = ("serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui")
_MAX_FOOTER_CHARACTERS = 300
_MAX_URL_CHARACTERS = 500
_PATH = re.compile(r"[^/\\:~][^/\\:]*(?:/[^/\\:]+)*")


def _text_or_refuse(value: object, expected: str) -> str:
    if not isinstance(value, str):
        raise RefusedError(expected, rule=TYPE)
    return value


def text(value: object) -> str:
    """Accept one line of text; it may be empty."""
    line = _text_or_refuse(value, "text in quotes")
    if CONTROL.search(line):
        raise RefusedError("one line of text without control characters")
    return line


def some_text(value: object) -> str:
    """Accept one line of text that says something."""
    line = text(value)
    if not line.strip():
        raise RefusedError("text that is not empty")
    return line


def footer_text(value: object) -> str:
    """Accept a sentence or two in one line."""
    expected = f"a sentence or two, at most {_MAX_FOOTER_CHARACTERS} characters, or a table with one for each language"
    if not isinstance(value, str):
        raise RefusedError(expected, rule=TYPE)
    line = text(value).strip()
    if len(line) > _MAX_FOOTER_CHARACTERS:
        raise RefusedError(expected)
    return line


def header_text(value: object) -> str:
    """Accept text for a mail's header, which must not be taken for an encoded word (RFC 2047 section 2)."""
    line = some_text(value)
    if "=?" in line:
        expected = 'text without "=?", which has a meaning of its own in a mail\'s header'
        raise RefusedError(expected)
    return line


def choice(*options: str) -> Callable[[object], str]:
    """Make a parser that accepts one of these words."""

    def parse(value: object) -> str:
        word = _text_or_refuse(value, either(options))
        if word not in options:
            raise RefusedError(either(options))
        return word

    return parse


def whole_number(low: int, high: int) -> Callable[[object], int]:
    """Make a parser that accepts an integer from `low` to `high`, both included."""

    def parse(value: object) -> int:
        expected = f"a whole number from {low} to {high}"
        if not isinstance(value, int) or isinstance(value, bool):
            raise RefusedError(expected, rule=TYPE)
        if not low <= value <= high:
            raise RefusedError(expected)
        return value

    return parse


def number(low: int, high: int) -> Callable[[object], float]:
    """Make a parser that accepts a number from `low` to `high`, both included, whole or not."""

    def parse(value: object) -> float:
        expected = f"a number from {low} to {high}"
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise RefusedError(expected, rule=TYPE)
        if not low <= value <= high:  # nor is it not a number
            raise RefusedError(expected)
        return float(value)

    return parse


def waits(value: object) -> tuple[int, ...]:
    """Accept an array of seconds to wait, each up to a day, and at least one."""
    expected = "an array of whole seconds from 0 to 86400, such as [300, 900, 3600]"
    if not isinstance(value, list):
        raise RefusedError(expected, rule=TYPE)
    try:
        seconds = tuple(whole_number(0, 86_400)(item) for item in value)
    except RefusedError as refused:
        raise RefusedError(expected, rule=refused.rule) from None
    if not seconds:
        raise RefusedError(expected)
    return seconds


def array(parse: Callable[[object], T], expected: str) -> Callable[[object], tuple[T, ...]]:
    """Make a parser for an array in which nothing stands twice and whose every value `parse` accepts."""

    def parse_all(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise RefusedError(expected, rule=TYPE)
        try:
            values = tuple(parse(item) for item in value)
        except RefusedError as refused:
            raise RefusedError(expected, rule=refused.rule) from None
        if len(set(values)) < len(values):
            twice = f"{expected}, none of them twice"
            raise RefusedError(twice)
        return values

    return parse_all


def https_url(value: object) -> str:
    """Accept an https address with neither query nor fragment; return it without a slash at its end."""
    expected = "an https address without query or fragment, such as https://example.org"
    address = _text_or_refuse(value, expected)
    if "@" in address:
        # A user name, and perhaps a password with it.
        raise RefusedError(f"{expected}, and no user name in it", hidden=True)
    match = _URL.fullmatch(address)
    if match is None or len(match["host"]) > _MAX_HOST_CHARACTERS or int(match["port"] or 0) > _MAX_PORT:
        raise RefusedError(expected)
    port = f":{match['port']}" if match["port"] else ""
    return f"https://{match['host'].lower()}{port}{match['path']}"


def link_url(value: object) -> str:
    """Accept the https address of a page elsewhere, with whatever query it needs; return it as it is."""
    expected = "a whole https address, such as https://www.linkedin.com/company/example"
    address = _text_or_refuse(value, expected)
    if "@" in address.partition("://")[2].partition("/")[0]:
        raise RefusedError(f"{expected}, and no user name in it", hidden=True)
    if not _LINK.fullmatch(address) or len(address) > _MAX_URL_CHARACTERS:
        raise RefusedError(expected)
    return address


def time_zone(value: object) -> ZoneInfo:
    """Accept the name of a time zone in the IANA database."""
    from zoneinfo import ZoneInfo, available_timezones  # noqa: PLC0415 - 5 ms, needed once

    expected = "the name of a time zone, such as Europe/Amsterdam"
    name = _text_or_refuse(value, expected)
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        # ValueError: the name points out of the database. OSError: it is a folder of it, such as "Europe", and
        # the database is that of the package tzdata.
        near = nearest(name, available_timezones())
        hint = f" (did you mean {quoted(near)}?)" if near else ""
        raise RefusedError(expected + hint) from None


def sender_address(value: object) -> str:
    """Accept an address that mail comes from; return it in ASCII, as every server can take it."""
    address = _email(value, "an address such as redactie@example.org, in ASCII before the @", international=False)
    return f"{address.local_part}@{address.ascii_domain}"


def reader_address(value: object) -> str:
    """Accept a reader's address, international ones (RFC 6531) included; return its normal form."""
    return _email(value, "an address such as anna@example.org", international=True).normalized


def _email(value: object, expected: str, *, international: bool) -> ValidatedEmail:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - 30 ms, the dearest import here

    address = _text_or_refuse(value, expected)
    try:
        # A test environment also takes the reserved domain .test (RFC 2606), and is no less strict elsewhere.
        return validate_email(address, check_deliverability=False, test_environment=True, allow_smtputf8=international)
    except EmailNotValidError:
        raise RefusedError(expected) from None


def list_id(value: object) -> str:
    """Accept an identifier for List-Id: RFC 2919 section 2, in letters, digits, hyphens and underscores."""
    expected = "a name with dots, such as newsletter.example.org"
    identifier = _text_or_refuse(value, expected)
    if not _LIST_ID.fullmatch(identifier) or len(identifier) > _MAX_LIST_ID_CHARACTERS:
        raise RefusedError(expected)
    return identifier


def colour(value: object) -> str:
    """Accept `#rrggbb`, the one notation that every mail program knows; return it in lower case."""
    expected = "a colour such as #3346d3"
    notation = _text_or_refuse(value, expected)
    if not _COLOUR.fullmatch(notation):
        raise RefusedError(expected)
    return notation.lower()


def font(value: object) -> str:
    """Accept a CSS `font-family` list that cannot hold any other CSS; return it with single quotes.

    It ends in a generic family: a reader who has none of the others gets that, and not whatever the program likes.
    """
    expected = "names of fonts with commas between them, such as 'Segoe UI', Arial, sans-serif"
    families = _text_or_refuse(value, expected)
    if not _FONT.fullmatch(families):
        raise RefusedError(expected)
    if families.rpartition(",")[2].strip().lower() not in _GENERIC:
        better = f"{families}, sans-serif".replace('"', "'")
        raise RefusedError(f"{either(_GENERIC)} at its end, which every reader has, such as {quoted(better)}")
    return families.replace('"', "'")


def inner_path(value: object) -> str:
    """Accept a path that stays in the workspace: relative, with `/`, without `..`."""
    expected = "a path within the workspace, such as out/site, without .. and not starting with /"
    path = _text_or_refuse(value, expected)
    if not _PATH.fullmatch(path) or CONTROL.search(path) or {".", ".."} & set(path.split("/")):
        raise RefusedError(expected)
    return path


def path(value: object) -> str:
    """Accept the path of a file, in the workspace or anywhere on this machine."""
    name = some_text(value)
    if name.startswith("~"):
        raise RefusedError("a path without ~, such as /etc/newsletter/dkim.pem")
    return name


def domain(value: object) -> str:
    """Accept the domain of a signature; return it in lower case."""
    return _dns_name(value, "a domain in ASCII, such as example.org")


def selector(value: object) -> str:
    """Accept a DKIM selector (RFC 6376 section 3.1); return it in lower case."""
    return _dns_name(value, "a name in letters, digits and hyphens, such as nl2026")


def _dns_name(value: object, expected: str) -> str:
    name = _text_or_refuse(value, expected).lower()
    if not _HOST.fullmatch(name):
        raise RefusedError(expected)
    return name


def host(value: object) -> str:
    """Accept a host name or an IP address; return it in lower case."""
    expected = "a host name or an IP address, without scheme or port"
    name = _text_or_refuse(value, expected).lower()
    if _HOST.fullmatch(name) and len(name) <= _MAX_HOST_CHARACTERS:
        return name
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        raise RefusedError(expected) from None


def is_loopback(name: str) -> bool:
    """Say whether a host is this machine, without asking a name server: localhost, 127.0.0.0/8 or ::1."""
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address in ipaddress.ip_network("127.0.0.0/8") or address == ipaddress.IPv6Address("::1")


def subscriber_field(value: object) -> str:
    """Accept the name of a subscriber's field beyond those that are built in."""
    expected = "a name in lower-case letters, digits and underscores"
    name = _text_or_refuse(value, expected)
    if not _IDENTIFIER.fullmatch(name) or name in BUILT_IN_FIELDS:
        raise RefusedError(expected)
    return name


def secret(value: object) -> Secret:
    """Accept a secret; whatever is wrong with it, it is never shown."""
    if not isinstance(value, Secret) or CONTROL.search(value.reveal()):
        raise RefusedError("one line of text without control characters", hidden=True)
    return value


def secret_key(value: object) -> Secret:
    """Accept a key to sign with: one that is too long to be guessed."""
    key = secret(value)
    if len(key.reveal()) < _MIN_SECRET_KEY_CHARACTERS:
        raise RefusedError(f"at least {_MIN_SECRET_KEY_CHARACTERS} characters", hidden=True)
    return key


def port(value: object) -> int:
    """Accept the number of a TCP port."""
    return whole_number(1, _MAX_PORT)(value)


def store_url(value: object) -> Secret:
    """Accept the address of a database that the program can keep its records in."""
    expected = "an address that begins with sqlite:/// or postgresql://"
    address = secret(value)
    if not re.match(r"(sqlite:///|postgresql(\+[a-z0-9]+)?://)", address.reveal()):
        raise RefusedError(expected, hidden=True)
    return address


def or_empty(parse: Callable[[object], str]) -> Callable[[object], str]:
    """Make a parser that also accepts an empty text, where it means: none."""

    def parse_or_empty(value: object) -> str:
        return "" if value == "" else parse(value)

    return parse_or_empty
