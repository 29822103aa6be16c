"""How the world outside is reached, and what time it is there."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from newsletter.doctor.names import Names
    from newsletter.fetch import Web

DEADLINE_S = 12.0
"""For one conversation with a server."""

_NO_NETWORK = frozenset({errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH})


@dataclass(frozen=True, slots=True)
class Outside:
    """What an examination reaches the world through."""

    names: Names
    web: Web
    """`trust` holds for mail servers too."""
    now: datetime
    """With its time zone."""


def is_alone(failure: BaseException) -> bool:
    """Tell whether a failure says that this machine reaches nobody, rather than something of whom it asked for."""
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return cause.errno == socket.EAI_AGAIN
        if isinstance(cause, OSError) and cause.errno in _NO_NETWORK:
            return True
        cause = cause.__cause__ or cause.__context__
    return False
