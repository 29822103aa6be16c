"""What a form says, and proof of when it was shown."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from newsletter.audience.tokens import Purpose, Token, sign, verify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from newsletter.web.public.site import Site

SHOWN_AT_LEAST_MS = 1000
"""Nobody reads a form, fills it in and sends it in less."""
SHOWN_AT_MOST_MS = 24 * 3_600_000
_MAX_FIELDS = 40
_MAX_FIELD_BYTES = 4096
_MAX_CHARACTERS = 500


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form, each once; whatever cannot be read, such as a file, is left out.

    Nothing is raised for a body that is no form: a mail program that unsubscribes its reader may send anything.
    """
    try:
        form = await request.form(max_files=0, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES)
    except HTTPException:  # as Starlette says of a multipart that is broken or too large
        return MappingProxyType({})
    return MappingProxyType({name: value[:_MAX_CHARACTERS] for name, value in form.items() if isinstance(value, str)})


def shown_now(site: Site) -> str:
    """Return the token of a form that is shown now."""
    return sign(site.keys, site.settings.newsletter.list_id, Token(Purpose.FORM, 0, site.now_ms()))


def was_shown(site: Site, token: str) -> bool:
    """Say whether a form's token is one that we gave out, long enough ago for a person, and today."""
    found = verify(site.keys, site.settings.newsletter.list_id, Purpose.FORM, token)
    return found is not None and SHOWN_AT_LEAST_MS <= site.now_ms() - found.about <= SHOWN_AT_MOST_MS
