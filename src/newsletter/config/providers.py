"""The providers of mail that there are, and the keys that each asks for."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ESP = "esp:"
"""What the transport of a provider begins with: `esp:mailgun`."""

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "amazon_ses": (),
        "brevo": ("api_key",),
        "mailersend": ("api_token",),
        "mailgun": ("api_key",),
        "mailjet": ("api_key", "secret_key"),
        "mailtrap": ("api_token",),
        "mandrill": ("api_key",),
        "postal": ("api_key",),
        "postmark": ("server_token",),
        "resend": ("api_key",),
        "scaleway": ("secret_key", "project_id"),
        "sendgrid": ("api_key",),
        "sparkpost": ("api_key",),
        "unisender_go": ("api_key",),
    }
)
"""Each provider, with the keys that it cannot do without."""

OPTIONAL_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"amazon_ses": ("access_key_id", "secret_access_key", "session_token")}
)
"""Keys that a provider finds elsewhere where they are not given: here, where AWS's own programs look for theirs."""


def variable(provider: str, key: str) -> str:
    """Return the variable that holds a key."""
    return f"NEWSLETTER_{provider}_{key}".upper()


def key_names() -> tuple[str, ...]:
    """Return the names of all keys there are, such as `mailgun_api_key`."""
    return tuple(f"{name}_{key}" for table in (KEYS, OPTIONAL_KEYS) for name, keys in table.items() for key in keys)
