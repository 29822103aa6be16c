"""Mail addresses as they stand on a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def normal_address(written: str) -> str:
    """Return a mail address as mail goes to it.

    Raises:
        AddressError: it is none.
    """
    from newsletter.audience.address import read_address

    return read_address(written).text


def normal_addresses(written: Iterable[str]) -> list[str]:
    """Return mail addresses as mail goes to them, each mailbox once; commas may stand between them.

    Raises:
        UsageError: some are no mail addresses; it names all of them.
    """
    from newsletter.audience.address import read_address
    from newsletter.errors import AddressError, UsageError

    found: dict[str, str] = {}
    faults = []
    for text in filter(None, (part.strip() for line in written for part in line.split(","))):
        try:
            address = read_address(text)
        except AddressError as error:
            faults.append(str(error))
        else:
            found.setdefault(address.key, address.text)
    if faults:
        raise UsageError("\n".join(faults))
    return list(found.values())
