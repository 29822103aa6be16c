"""Which dialect a provider speaks, with which keys."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from newsletter.config.providers import KEYS, OPTIONAL_KEYS, variable
from newsletter.delivery.esp.providers import PROVIDERS
from newsletter.delivery.esp.transport import EspTransport
from newsletter.errors import ConfigError, UsageError
from newsletter.model import Finding, Position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.config.esp import Esp
    from newsletter.config.settings import Settings
    from newsletter.delivery.esp.calls import Dialect
    from newsletter.delivery.esp.providers import Provider
    from newsletter.delivery.esp.transport import Patience

_WITH_AN_ADDRESS = {
    "postal": "https://postal.example.org",
    "unisender_go": "https://go1.unisender.ru/ru/transactional/api/v1",
}
"""Providers that have no address of their own, each with such as it may be."""


def open_provider(settings: Settings, name: str, patience: Patience | None = None) -> EspTransport:
    """Return the transport `esp:NAME`; nothing is called by that.

    Raises:
        ConfigError: a key of the provider is missing, or its address.
        UsageError: what talks to it is not installed.
    """
    esp = settings.esp
    keys = _keys(esp, name)
    provider = PROVIDERS[name]
    account = (
        sha256("\n".join(keys.values()).encode()).hexdigest()[:8] if provider.capabilities.idempotency_ttl_s else ""
    )
    can = provider.capabilities
    can = replace(can, account=account, max_batch=min(can.max_batch, esp.batch))
    provider = replace(provider, capabilities=can)
    domain = esp.domain or settings.newsletter.from_address.rpartition("@")[2]
    return EspTransport(_dialect(name, provider, esp, keys, domain), provider.label, esp, patience=patience)


def _dialect(name: str, provider: Provider, esp: Esp, keys: Mapping[str, str], domain: str) -> Dialect:
    if name == "postmark":
        from newsletter.delivery.esp.postmark import PostmarkDialect

        return PostmarkDialect(provider, esp, keys["server_token"])
    if name == "mailtrap":
        from newsletter.delivery.esp.mailtrap import MailtrapDialect

        return MailtrapDialect(provider, esp, keys["api_token"])
    if name == "resend":
        from newsletter.delivery.esp.resend import ResendDialect

        return ResendDialect(provider, esp, keys["api_key"])
    try:
        if name == "amazon_ses":
            from newsletter.delivery.esp.ses import SesDialect

            return SesDialect(provider, esp, keys)
        from newsletter.delivery.esp.through_anymail import AnymailDialect
    except ModuleNotFoundError as error:
        message = f"esp:{name} needs what is not installed here: pip install 'newsletter[esp]'"
        raise UsageError(message) from error
    return AnymailDialect(name, provider, keys, _options(name, esp, provider.url, domain), tag=esp.tag)


def _options(name: str, esp: Esp, url: str, domain: str) -> Mapping[str, str]:
    """Return what a backend of anymail takes beyond its keys; `url` is where it is called, empty for anymail's way."""
    options = {}
    if esp.api_url or url:
        options["api_url"] = esp.api_url or url
    if name == "mailgun":
        options["sender_domain"] = domain
    if name == "scaleway" and esp.region:
        options["region"] = esp.region
    return options


def _keys(esp: Esp, name: str) -> dict[str, str]:
    """Return the keys of a provider by their names."""
    names = (*KEYS[name], *OPTIONAL_KEYS.get(name, ()))
    found = {key: esp.keys[f"{name}_{key}"].reveal() for key in names if f"{name}_{key}" in esp.keys}
    faults = [
        Finding(Position(".env"), f"{variable(name, key)}: missing (esp:{name} is called with it)", "missing")
        for key in KEYS[name]
        if key not in found
    ]
    if name in _WITH_AN_ADDRESS and not esp.api_url:
        what = f"esp.api_url: missing (where esp:{name} is called, such as {_WITH_AN_ADDRESS[name]})"
        faults.append(Finding(Position("newsletter.toml"), what, "missing"))
    if faults:
        raise ConfigError(faults)
    return found
