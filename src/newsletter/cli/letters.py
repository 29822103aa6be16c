"""Messages for trying things out: one reader, no list."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from newsletter.delivery.mime import Stamp, identity_of, prepare
from newsletter.render import personal_values
from newsletter.sending.letters import message_id

if TYPE_CHECKING:
    from datetime import datetime

    from newsletter.cli.workspace import Workspace
    from newsletter.config import Settings
    from newsletter.delivery.base import Message
    from newsletter.model import Email, Recipient

TEST_TOKEN = "test"  # noqa: S105  # it opens nothing: the links of a trial mail belong to no reader


def compose(email: Email, settings: Settings, reader: Recipient, date: datetime, *, is_test: bool = False) -> Message:
    """Compose one message for one reader; a test says that it is one."""
    stamp = Stamp(date, message_id(reader.token, email.slug, settings.newsletter.from_address))
    values = personal_values(email, reader, settings.newsletter.url)
    return prepare(email, identity_of(settings), is_test=is_test).fill(reader, values, stamp)


def for_a_browser(html: str, email: Email) -> str:
    """Return a mail's HTML as a browser can show it: it looks into no mail for what is embedded there."""
    for part in email.embedded:
        content = base64.b64encode(part.picture.content).decode()
        html = html.replace(f'"cid:{part.content_id}"', f'"data:{part.picture.media_type};base64,{content}"')
    return html


def sample_address(workspace: Workspace) -> str:
    """Return the first sample reader's address, or the newsletter's own."""
    samples = workspace.settings.samples
    return samples[0].address if samples else workspace.settings.newsletter.from_address
