"""Two folders change places in one step, so that at no moment either of them is missing.

POSIX has no such call. Linux has `renameat2` with RENAME_EXCHANGE, macOS `renamex_np` with RENAME_SWAP; Python offers
neither.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2
_NOT_HERE = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What a system, or a file system such as NFS, answers that does not know the call."""


def exchange(first: Path, second: Path) -> bool:
    """Let two folders of one file system change places; return False where that cannot be done in one step.

    Raises:
        OSError: one of them is not there, or may not be moved.
    """
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(first), os.fsencode(second)
    if sys.platform == "darwin":
        failed = library.renamex_np(*names, _RENAME_SWAP)
    elif hasattr(library, "renameat2"):
        failed = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    else:
        return False
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in _NOT_HERE:
        return False
    raise OSError(number, os.strerror(number), str(first), None, str(second))
