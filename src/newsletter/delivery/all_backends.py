"""Every transport there is, in one table. A transport's module is loaded when it is chosen, not before."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.config.providers import ESP, KEYS
from newsletter.errors import UsageError
from newsletter.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from newsletter.config.settings import Settings
    from newsletter.delivery.base import Transport


def _directory(settings: Settings) -> Transport:
    from newsletter.delivery.directory import DirectoryTransport

    return DirectoryTransport(settings.delivery.directory)


def _null(_settings: Settings) -> Transport:
    from newsletter.delivery.null import NullTransport

    return NullTransport()


def _smtp(settings: Settings) -> Transport:
    from newsletter.delivery.smtp import SmtpTransport

    # The domain that mail is from: a full name, as RFC 5321 section 4.1.4 asks, that says nothing of this
    # machine.
    return SmtpTransport(settings.smtp, ehlo_name=settings.newsletter.from_address.rpartition("@")[2])


def _esp(name: str, settings: Settings) -> Transport:
    from newsletter.delivery.esp.opening import open_provider

    return open_provider(settings, name)


BACKENDS: Mapping[str, Callable[[Settings], Transport]] = MappingProxyType(
    {
        "directory": _directory,
        "smtp": _smtp,
        "null": _null,
        **{f"{ESP}{name}": partial(_esp, name) for name in KEYS},
    }
)
"""By name: what makes the transport from the settings. Making one opens nothing."""


OWN_MAILS_SHARE = 0.1
"""Of the rate in the settings: for the mails that follow from the public site, whether or not an issue goes out."""
ISSUE_SHARE = 1 - OWN_MAILS_SHARE
"""Of the same, for issues. The two are processes of their own, and together they keep to the rate."""


def open_transport(settings: Settings, name: str = "", share: float = 1.0) -> Transport:
    """Return the transport called `name`, by default the one that the settings name.

    Args:
        settings: With its rate.
        name: As `BACKENDS` has it.
        share: How much of the rate it may use.

    Raises:
        UsageError: there is no transport of that name, or what it needs is not installed.
        ConfigError: a key or an address that it needs is missing.
    """
    wanted = name or settings.delivery.transport
    if wanted not in BACKENDS:
        message = f"there is no transport {quoted(wanted)}{did_you_mean(wanted, BACKENDS)}"
        raise UsageError(message)
    smtp = replace(settings.smtp, rate_per_second=settings.smtp.rate_per_second * share)
    esp = replace(settings.esp, rate_per_second=settings.esp.rate_per_second * share)
    return BACKENDS[wanted](replace(settings, smtp=smtp, esp=esp))
