"""Every provider there is here, in one table."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.providers.amazon_ses import AmazonSes
from tests.providers.brevo import Brevo
from tests.providers.mailersend import MailerSend
from tests.providers.mailgun import Mailgun
from tests.providers.mailjet import Mailjet
from tests.providers.mailtrap import Mailtrap
from tests.providers.mandrill import Mandrill
from tests.providers.postal import Postal
from tests.providers.postmark import Postmark
from tests.providers.resend import Resend
from tests.providers.scaleway import Scaleway
from tests.providers.sendgrid import SendGrid
from tests.providers.sparkpost import SparkPost
from tests.providers.unisender_go import UnisenderGo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.providers.post import Provider

_ALL: tuple[Provider, ...] = (
    AmazonSes(),
    Brevo(),
    MailerSend(),
    Mailgun(),
    Mailjet(),
    Mailtrap(),
    Mandrill(),
    Postal(),
    Postmark(),
    Resend(),
    Scaleway(),
    SendGrid(),
    SparkPost(),
    UnisenderGo(),
)
PROVIDERS: Mapping[str, Provider] = MappingProxyType({provider.name: provider for provider in _ALL})
"""By name."""
