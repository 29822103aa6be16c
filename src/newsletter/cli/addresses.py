"""Mail addresses as they stand on a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def normal_address(written: str) -> str:
    """Return a mail address in its normal form, in ASCII where that can be: not every server takes another.

    Raises:
        UsageError: it is no mail address.
    """
    from email_validator import EmailNotValidError, validate_email

    from newsletter.errors import UsageError
    from newsletter.wording import quoted

    try:
        found = validate_email(written, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        message = f"{quoted(written)} is not a mail address: {error}"
        raise UsageError(message) from error
    return found.ascii_email or found.normalized


def normal_addresses(written: Iterable[str]) -> list[str]:
    """Return mail addresses in their normal form, each once; commas may stand between them.

    Raises:
        UsageError: some are no mail addresses; it names all of them.
    """
    from newsletter.errors import UsageError

    normal: dict[str, str] = {}
    faults = []
    for address in filter(None, (part.strip() for text in written for part in text.split(","))):
        try:
            found = normal_address(address)
        except UsageError as error:
            faults.append(str(error))
        else:
            normal.setdefault(found.casefold(), found)
    if faults:
        raise UsageError("\n".join(faults))
    return list(normal.values())
