"""What is kept as proof when somebody subscribes, confirms, leaves or comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.audience.consent import Proof
from newsletter.i18n import catalogue
from newsletter.web.public.allowance import network_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from newsletter.web.public.site import Site


def consent_wording(site: Site, language: str) -> str:
    """Return the sentence that somebody who subscribes agrees to; the pages show it, and it is kept word for word."""
    said = catalogue(language).gettext("Yes, send me %(name)s by mail, until I stop it with the link in every mail.")
    return said % {"name": site.settings.newsletter.name}


def proof_of(site: Site, request: Request, language: str, form_url: str, *, agrees: bool = True) -> Proof:
    """Return what is known of this step, now.

    Args:
        site: The site.
        request: That takes the step.
        language: Of the page.
        form_url: The address of the page, without a token.
        agrees: Whether the page showed the sentence that one agrees to.
    """
    wording = consent_wording(site, language) if agrees else ""
    return Proof(site.now_ms(), language, form_url, _client_kept(site, request), wording)


def _client_kept(site: Site, request: Request) -> str:
    """Return what the settings keep of the IP address that a request came from."""
    host, how = request.client.host if request.client else "", site.settings.site.client_address
    if how == "network":
        return network_of(host)
    return host if how == "full" else ""
