"""django-anymail as it is, without this program around it: the other opinion on what a provider's API is."""

from __future__ import annotations

import warnings
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from anymail.message import AnymailMessage
from django.conf import settings
from django.core.mail import get_connection

from tests.providers.account import KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

if not settings.configured:
    settings.configure(ANYMAIL={}, USE_TZ=True)

SENDER = "redactie@aireport.example"
INLINE: Mapping[str, str] = MappingProxyType(
    {
        "mailersend": "{{{{ {} }}}}",
        "mailgun": "%recipient.{}%",
        "mailjet": "[[var:{}]]",
        "mandrill": "*|{}|*",
        "sendgrid": "-{}-",
        "sparkpost": "{{{{{}}}}}",
        "unisender_go": "{{{{{}}}}}",
    }
)
"""How a value is named in a text, at those who merge texts that they do not keep; as a format."""
_KEYS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "mailersend": {"api_token": KEY, "batch_send_mode": "use-bulk-email"},
        "mailjet": {"api_key": KEY, "secret_key": KEY},
        "mailtrap": {"api_token": KEY},
        "postmark": {"server_token": KEY},
        "scaleway": {"secret_key": KEY, "project_id": "project"},
        "sendgrid": {"api_key": KEY, "merge_field_format": "-{}-"},
    }
)
WITHOUT_BATCHES = frozenset({"postal", "scaleway"})


def connection(name: str, url: str) -> Any:
    """Return anymail's way to a provider at this address."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="django-anymail has dropped official support for SendGrid")
        return get_connection(f"anymail.backends.{name}.EmailBackend", api_url=url, **_KEYS.get(name, {"api_key": KEY}))


def message(name: str, *to: str, batch: bool = False) -> AnymailMessage:
    """Return a mail, with a value of each reader's own in it where the provider can put it there."""
    hole = INLINE.get(name, "{}").format("who") if batch else "who"
    mail = AnymailMessage(f"Subject {'' if name == 'mailjet' else hole}", f"Text {hole}", SENDER, to)
    mail.attach_alternative(f"<p>HTML {hole}</p>", "text/html")
    if batch and name in INLINE:
        mail.merge_data = {address: {"who": address.partition("@")[0]} for address in to}
    elif batch:
        mail.merge_metadata = {address: {"token": address.partition("@")[0]} for address in to}
    return mail
