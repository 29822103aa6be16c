"""What the log of a mail server proves: that it took a mail, though its answer was lost. Pure.

Postfix writes two lines for a message that it has taken over. The first comes while the message is still being read
and proves nothing; the second comes when it is safe in the queue:

    postfix/cleanup[812]: 4XyZ1b2C3d: message-id=<ieaqddq….asml@aireport.email>
    postfix/qmgr[801]: 4XyZ1b2C3d: from=<b+ieaqddq…@aireport.email>, size=61712, nrcpt=1 (queue active)

That a message is not in a log proves nothing: the log may be that of another server, or begin too late.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_READ = re.compile(r"/cleanup\[\d+\]: (\w+): message-id=(<[^>\s]+>)")
_QUEUED = re.compile(r"/qmgr\[\d+\]: (\w+): from=<.*\(queue active\)$")


def taken(log: Iterable[str], message_ids: Collection[str]) -> frozenset[str]:
    """Return those of the Message-IDs whose mails a server took over, as the lines of its log say."""
    reading: dict[str, str] = {}
    found = set()
    for line in log:
        if read := _READ.search(line):
            queue_id, message_id = read.groups()
            reading.pop(queue_id, None)  # short queue ids are used again
            if message_id in message_ids:
                reading[queue_id] = message_id
        elif (queued := _QUEUED.search(line.rstrip())) and queued[1] in reading:
            found.add(reading.pop(queued[1]))
    return frozenset(found)
