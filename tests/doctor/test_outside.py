"""When a failure says something of this machine, and when of whom it asked for."""

from __future__ import annotations

import errno
import socket

import pytest

from newsletter.doctor.outside import is_alone
from newsletter.errors import FetchError


def caused_by(cause: BaseException) -> FetchError:
    """An error as others are handed it, a few steps after what happened."""
    between, told = RuntimeError(), FetchError("cannot be reached")
    between.__cause__ = cause
    told.__cause__ = between
    return told


@pytest.mark.parametrize(
    "cause",
    [
        socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
        OSError(errno.ENETUNREACH, "Network is unreachable"),
        OSError(errno.EHOSTUNREACH, "No route to host"),
    ],
)
def test_a_machine_without_a_network_says_nothing_of_others(cause: OSError) -> None:
    assert is_alone(caused_by(cause))


@pytest.mark.parametrize(
    "cause",
    [
        socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
        TimeoutError(),
        ValueError("odd"),
    ],
)
def test_any_other_failure_is_theirs(cause: Exception) -> None:
    assert not is_alone(caused_by(cause))
