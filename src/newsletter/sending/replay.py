"""Asking a provider once more for what it may have done already: evidence that settles a doubt.

Some providers know a request again for a while, by a key that came with it, and do not do it twice. The key is made of
the mails alone, so a later process can ask with the very same request, if it can make it again: of all the rows that
were in it, and of no other. So rows that go out together get a label that says how many they were, and in whose
account.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from newsletter.delivery.base import Capabilities


def labels_of(capabilities: Capabilities) -> Callable[[Sequence[int]], str] | None:
    """Return what makes the label of rows that go out together; None where no request is known again."""
    if not capabilities.idempotency_ttl_s:
        return None

    def label(ids: Sequence[int]) -> str:
        digest = sha256(",".join(map(str, sorted(ids))).encode()).hexdigest()[:16]
        return f"{capabilities.account}.{len(ids)}.{digest}"

    return label
