"""Work that is worth it is spread over all cores.

The processes are forks of this one: they have read and imported everything already, and need nothing sent but numbers.
Where a system cannot fork safely, one process does it all.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from newsletter.errors import FaultsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from newsletter.model import Finding

T = TypeVar("T")

_PR_SET_PDEATHSIG = 1
_CHUNKS_EACH = 16
"""The more, the less one process waits for another at the end."""

_GARBAGE = 20_000
"""Objects that may lie about before they are looked through; Python's own 700 is far less than one issue leaves."""

_work: Callable[[int], object]


@dataclass(frozen=True, slots=True)
class _Faults:
    """An error on its way from one process to another, which it would not survive as it is."""

    kind: type[FaultsError]
    findings: tuple[Finding, ...]


def cores() -> int:
    """Return how many processes can work side by side."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def spread(work: Callable[[int], T], count: int, least: int) -> Iterator[T]:
    """Yield what `work` returns for each number below `count`, in their order.

    Other processes help where there are `least` numbers or more. What `work` changes in memory is lost with them.

    Raises:
        FaultsError: as `work`; the first.
    """
    if cores() == 1 or count < max(least, 1):
        yield from map(work, range(count))
        return
    import multiprocessing  # noqa: PLC0415 - 20 ms, which little work need not wait for
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - as above

    global _work  # noqa: PLW0603 - what a fork finds in memory need not be sent
    _work = work
    size = -(-count // (cores() * _CHUNKS_EACH))
    with ProcessPoolExecutor(cores(), multiprocessing.get_context("fork"), _begin, (os.getpid(),)) as pool:
        try:
            for result in pool.map(_call, range(count), chunksize=size):
                if isinstance(result, _Faults):
                    raise result.kind(result.findings)
                yield result  # type: ignore[misc]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _begin(parent: int) -> None:
    """Leave ^C to the parent, and end with it: whoever kills that has killed the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What was there before the work need not be looked through again and again: a fifth of the time.
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before it was asked
        os.kill(os.getpid(), signal.SIGKILL)


def _call(number: int) -> object:
    try:
        return _work(number)
    except FaultsError as error:
        return _Faults(type(error), error.findings)
