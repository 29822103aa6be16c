"""The second process of `newsletter preview`: it renders, and it composes what only `delivery` knows how to compose.

The preview itself may not reach that room, so the headers of a message are handed to it from here. This process is
started without the secrets of `.env` and of the environment, and asks for none.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.cli import letters
from newsletter.web.preview.studio import Stage
from newsletter.web.preview.worker import answer_requests

if TYPE_CHECKING:
    from newsletter.config import Settings
    from newsletter.model import Email, Recipient


def compose(email: Email, settings: Settings, reader: Recipient, date: datetime) -> bytes:
    """Return the message that one reader gets, unsigned."""
    return letters.compose(email, settings, reader, date).content


if __name__ == "__main__":
    root, *also = map(Path, sys.argv[1:])
    answer_requests(root, also[0] if also else None, Stage(compose, letters.TEST_TOKEN, datetime.now))
