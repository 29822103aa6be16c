"""What an editor should know of a mail and its provider, before it goes out. Pure; no provider is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.config.providers import ESP
from newsletter.delivery.esp.merging import SYNTAXES, merged
from newsletter.delivery.esp.providers import PROVIDERS
from newsletter.model import Finding, Position, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.config.esp import Esp
    from newsletter.config.settings import Settings
    from newsletter.model import Email

RULE = "send-provider"
_PLACE = Position("newsletter.toml")


def cautions(settings: Settings, email: Email) -> tuple[Finding, ...]:
    """Return what follows for a mail from the provider that the settings name; nothing where they name none."""
    transport = settings.delivery.transport
    name = transport.removeprefix(ESP)
    if not transport.startswith(ESP) or name not in PROVIDERS:
        return ()
    return tuple(_cautions(name, settings.esp, email))


def _cautions(name: str, esp: Esp, email: Email) -> Iterator[Finding]:
    provider = PROVIDERS[name]
    can = provider.capabilities
    if email.embedded and not can.inline_pictures:
        message = f'{provider.label} takes no mail with pictures in it: write pictures.in_mail = "linked"'
        yield Finding(_PLACE, f"{can.name}: {message}", RULE)
    for header in sorted(provider.withheld):
        yield Finding(_PLACE, f"{can.name}: {provider.label} takes no {header} of yours", RULE, Severity.WARNING)
    if provider.caution and not (provider.silenced_by and getattr(esp, provider.silenced_by)):
        yield Finding(_PLACE, f"{can.name}: {provider.caution}", RULE, Severity.WARNING)
    if name in SYNTAXES and merged(email, SYNTAXES[name]) is None:
        message = f"{provider.label} cannot merge this mail, so each reader's goes in a request of its own: slower"
        why = "a field stands in the subject" if not SYNTAXES[name].subject and len(email.subject) > 1 else ""
        why = why or "it holds words that are the provider's own"
        yield Finding(_PLACE, f"{can.name}: {message} ({why})", RULE, Severity.WARNING)


def way(settings: Settings) -> str:
    """Return how mail would go, in a few words, such as `esp:resend, 100 mails in a request`."""
    transport = settings.delivery.transport
    provider = PROVIDERS.get(transport.removeprefix(ESP)) if transport.startswith(ESP) else None
    if provider is None:
        return transport
    most = min(provider.capabilities.max_batch, settings.esp.batch)
    how = f"up to {most} mails in a request" if most > 1 else "a request for each mail"
    return f"{transport}, {how}"
