"""The way that mail goes: whether the server lets us in, and for how long its certificate holds."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from newsletter.delivery.all_backends import open_transport
from newsletter.delivery.smtp import call
from newsletter.doctor.examined import error, ok, unknown, warning
from newsletter.doctor.outside import DEADLINE_S, is_alone
from newsletter.doctor.sender import domain_of
from newsletter.errors import ConfigError, DeliveryError, UsageError
from newsletter.wording import counted

if TYPE_CHECKING:
    from datetime import datetime

    from newsletter.config import Settings
    from newsletter.delivery.smtp import Called
    from newsletter.doctor.examined import Examined
    from newsletter.doctor.outside import Outside

_LOG_IN, _CERTIFICATE = "log-in", "certificate"
SOON_DAYS = 14
"""Certificates that are renewed by themselves have more than twice that left."""


def examine_transport(settings: Settings, outside: Outside) -> tuple[Examined, ...]:
    """Go as far as a sending would before its first mail, and leave."""
    transport = settings.delivery.transport
    if transport in {"directory", "null"}:
        where = "into a folder" if transport == "directory" else "nowhere"
        found = f'delivery.transport is "{transport}": mail goes {where}, and nobody gets it'
        return (warning(_LOG_IN, found, "set it to the way that mail goes when you mean to send"),)
    if transport != "smtp":
        return (_provider(settings),)
    where = f"{settings.smtp.host}:{settings.smtp.port}"
    try:
        called = asyncio.run(_call(settings, outside))
    except DeliveryError as refused:
        if is_alone(refused):
            return (unknown(_LOG_IN, f"{where}: this machine reaches nobody just now"),)
        fault, _, mend = str(refused).rpartition("; ")
        return (error(_LOG_IN, fault, mend),)
    return _let_in(settings, where, called), *_certificate(where, called.certificate_ends, outside.now)


def _provider(settings: Settings) -> Examined:
    """Say what is missing before a provider can be asked at all; whether it takes the key, only a mail shows."""
    transport = settings.delivery.transport
    try:
        open_transport(settings)
    except (ConfigError, UsageError) as refused:
        return error(_LOG_IN, str(refused), "docs/how-to/send-by-a-provider.md says what it needs")
    found = f"what {transport} needs is there; whether it takes your key shows when it gets a mail"
    return unknown(_LOG_IN, found, "send a test: newsletter send ISSUE --test you@example.org")


async def _call(settings: Settings, outside: Outside) -> Called:
    context = outside.web.trust or ssl.create_default_context()
    ehlo_name = domain_of(settings.newsletter.from_address)
    return await call(settings.smtp, ehlo_name=ehlo_name, context=context, timeout_s=DEADLINE_S)


def _let_in(settings: Settings, where: str, called: Called) -> Examined:
    how = {"tls": "under TLS", "starttls": "under STARTTLS", "none": "without encryption, on this machine"}
    who = f"{settings.smtp.username} is let in" if settings.smtp.username else "no log-in was asked for"
    slow = (
        "" if "PIPELINING" in called.offer.extensions else "; without PIPELINING a mail takes four round trips, not one"
    )
    return ok(_LOG_IN, f"{where}: {who}, {how[settings.smtp.security]}{slow}")


def _certificate(where: str, ends: datetime | None, now: datetime) -> tuple[Examined, ...]:
    return (certificate(_CERTIFICATE, where, ends, now),) if ends else ()


def certificate(name: str, where: str, ends: datetime, now: datetime) -> Examined:
    """Say how long a certificate holds that was found to be good."""
    days = (ends - now).days
    if days < SOON_DAYS:
        mend = "see why it was not renewed: after that day nobody can connect"
        return warning(name, f"the certificate of {where} ends in {counted(days, 'day')}, on {ends:%Y-%m-%d}", mend)
    return ok(name, f"the certificate of {where} holds for {counted(days, 'day')}, until {ends:%Y-%m-%d}")
