"""The tree of errors. Everything that the program raises on purpose stands here.

    NewsletterError                  something a person can mend; exit status 2
    ├── UsageError                   the command line asks for what cannot be
    ├── FaultsError                  one or more faults, each at its place; all of them at once
    │   ├── ConfigError              newsletter.toml, .env or the environment
    │   ├── IssueError               an issue's Markdown file
    │   ├── ImportFileError          a file of subscribers
    │   └── TemplateError            a template or a block's schema
    ├── AddressError                 a text is not a mail address
    ├── PersonalFieldError           a personal field has no value for this reader
    ├── FetchError                   an address on the web gives nothing that can be used
    ├── PodcastError                 the podcast's feed, or an episode of it, cannot be used
    ├── RenderError                  the pipeline produced something that must not be sent
    ├── StoreError                   the database cannot be used, or not as it is
    ├── SendingError                 a sending cannot begin, or not go on
    └── DeliveryError                a message or a transport is not usable
        └── UnsafeValueError         a value that would break out of its header or command

The SMTP client has two kinds of DeliveryError of its own, which nobody outside tells from others.

A message says what is wrong, what was found and how to mend it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from newsletter.model import Finding


class NewsletterError(Exception):
    """The base of every error that is told to a person, without a traceback."""


class UsageError(NewsletterError):
    """The command line asks for something that cannot be done."""


class FaultsError(NewsletterError):
    """Faults in something that people wrote, all that were found, in the order of the text."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class ConfigError(FaultsError):
    """Faults in newsletter.toml, in .env or in the environment."""


class IssueError(FaultsError):
    """Faults in an issue, each at its line and column."""


class ImportFileError(FaultsError):
    """Faults in a file of subscribers, each at its line."""


class TemplateError(FaultsError):
    """Faults in a template or in a block's schema, each at its line."""


class AddressError(NewsletterError):
    """A text is not a mail address."""


class PersonalFieldError(NewsletterError):
    """A personal field cannot be filled for one reader: its value is missing or not allowed there."""


class FetchError(NewsletterError):
    """An address on the web gives nothing that can be used, or must not be asked."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status
        """What the server answered, such as 404; 0 where there was no answer."""


class PodcastError(NewsletterError):
    """The podcast's feed cannot be read, or has no such episode."""


class RenderError(NewsletterError):
    """The rendered mail or page breaks one of the pipeline's own rules; it must not go out."""


class StoreError(NewsletterError):
    """The database cannot be opened, read or written, or is not one that this version may use."""


class SendingError(NewsletterError):
    """A sending cannot begin, or not go on: it has changed, is stopped, or is in other hands."""


class DeliveryError(NewsletterError):
    """A message cannot be composed, or a transport cannot be used."""


class UnsafeValueError(DeliveryError):
    """A value holds characters that would start a new header, command or recipient."""
