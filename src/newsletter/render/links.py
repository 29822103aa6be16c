"""The addresses under the newsletter's own site that mails and pages point at.

Tokens are opaque and URL-safe already; slugs are `[a-z0-9-]`. `site` has no slash at its end.
"""

from __future__ import annotations

ASSETS = "assets"
"""The folder of the archive that holds the files of the look."""


def unsubscribe_url(site: str, token: str) -> str:
    """Return the page, and the one-click endpoint (RFC 8058), where one reader leaves."""
    return f"{site}/u/{token}"


def preferences_url(site: str, token: str) -> str:
    """Return the page where one reader changes name, language and parts."""
    return f"{site}/preferences/{token}"


def confirm_url(site: str, token: str) -> str:
    """Return the page where somebody who subscribed says that it was them."""
    return f"{site}/c/{token}"


def access_url(site: str, token: str) -> str:
    """Return the page where one reader sees, takes along and erases what is kept of them."""
    return f"{site}/me/{token}"


def subscribe_url(site: str) -> str:
    """Return the page where anybody subscribes."""
    return f"{site}/subscribe/"


def issue_url(site: str, slug: str) -> str:
    """Return an issue's permanent page in the archive."""
    return f"{site}/{issue_folder(slug)}"


def issue_folder(slug: str) -> str:
    """Return the folder of an issue's page in the archive."""
    return f"p/{slug}/"


def picture_url(site: str, slug: str, file: str) -> str:
    """Return the address of a picture that an issue's page publishes."""
    return f"{issue_url(site, slug)}{file}"


def asset_url(site: str, file: str) -> str:
    """Return the address of a file of the look, such as the logo."""
    return f"{site}/{ASSETS}/{file}"
