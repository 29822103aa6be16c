"""The providers, and what each can do. `docs/reference/providers.md` is made of this table."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from newsletter.delivery.base import Capabilities

if TYPE_CHECKING:
    from collections.abc import Mapping

_MB = 1_000_000
_ANYMAIL = "django-anymail 15.2"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider."""

    label: str
    """As it writes itself."""
    capabilities: Capabilities
    source: str
    """Where what stands here was read."""
    url: str = ""
    """Where its interface is called; empty where anymail knows, or each has its own."""
    success: int = 200
    """The status under which it says that it took mails; another one of success is not its own."""
    refuses_under_success: bool = False
    """It says what is wrong in the body of an answer whose status is that of success."""
    has_tracking_switch: bool = False
    """Each request can say that openings and clicks are not to be followed; it always does."""
    has_metadata: bool = True
    """It keeps what stands for the reader's row, and tells it with what it hears of the mail."""
    has_tags: bool = True
    are_headers_replaced: bool = False
    """What it is told of headers for one reader of a batch may take the place of those for all."""
    withheld: frozenset[str] = frozenset()
    """Headers that it is not given, as it refuses them."""
    caution: str = ""
    """What an editor should know before each sending."""
    silenced_by: str = ""
    """The setting of `[esp]` that, once it is set, makes the caution needless."""
    note: str = ""
    """What is good to know, and of no consequence."""


def _can(name: str, **what: bool | int) -> Capabilities:
    # The names in `what` are those of fields, which a mapping cannot say of itself.
    return Capabilities(f"esp:{name}", takes_octets=False, **what)  # type: ignore[arg-type]


PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "amazon_ses": Provider(
            "Amazon SES",
            # It is given octets, and changes two headers of them: a signature of ours would not hold.
            _can("amazon_ses"),
            "SES API v2, SendEmail with raw content; SendBulkEmail takes stored templates alone",
            note="writes Message-ID and Date itself",
        ),
        "brevo": Provider(
            "Brevo",
            _can("brevo", idempotency_ttl_s=30 * 60, inline_pictures=False),
            f"{_ANYMAIL}, docs/esps/brevo.rst; developers.brevo.com, Idempotency",
            success=201,
            note="may take what an issue says between {{ and }} for words of its own",
            caution="opens and clicks are followed unless you turn that off in your account",
        ),
        "mailersend": Provider(
            "MailerSend",
            _can("mailersend", per_recipient_headers=False),
            f"{_ANYMAIL}, docs/esps/mailersend.rst",
            success=202,
            has_tracking_switch=True,
            has_metadata=False,
            caution="takes headers, such as those to unsubscribe, of accounts with its Enterprise plan only",
        ),
        "mailgun": Provider(
            "Mailgun",
            _can("mailgun", inline_merge=True, max_batch=1000),
            f"{_ANYMAIL}, backends/mailgun.py; documentation.mailgun.com, Batch sending",
            has_tracking_switch=True,
        ),
        "mailjet": Provider(
            "Mailjet",
            _can("mailjet", inline_merge=True, partial_refusals=True, max_batch=50),
            f"{_ANYMAIL}, backends/mailjet.py; dev.mailjet.com, Send API v3.1",
            has_tracking_switch=True,
            are_headers_replaced=True,
            withheld=frozenset({"List-Id"}),
        ),
        "mailtrap": Provider(
            "Mailtrap",
            # How large a request may be is not said; this is less than others take.
            _can("mailtrap", distinct_batch=True, partial_refusals=True, max_batch=500, max_batch_bytes=10 * _MB),
            "docs.mailtrap.io, Bulk; mailtrap.io, Email API, for batches",
            "https://bulk.api.mailtrap.io/api",
            caution="opens and clicks are followed unless you turn that off for your domain",
        ),
        "mandrill": Provider(
            "Mandrill",
            _can("mandrill", per_recipient_headers=False, partial_refusals=True),
            f"{_ANYMAIL}, docs/esps/mandrill.rst: no headers for each reader of a batch",
            has_tracking_switch=True,
        ),
        "postal": Provider(
            "Postal",
            _can("postal", inline_pictures=False),
            f"{_ANYMAIL}, backends/postal.py",
            refuses_under_success=True,
            has_metadata=False,
            caution="opens and clicks are followed unless you turn that off in your installation",
        ),
        "postmark": Provider(
            "Postmark",
            _can("postmark", distinct_batch=True, partial_refusals=True, max_batch=500, max_batch_bytes=50 * _MB),
            "postmarkapp.com/developer, Send batch emails",
            "https://api.postmarkapp.com",
            has_tracking_switch=True,
            caution="a newsletter belongs into a message stream for broadcasts: set esp.stream",
            silenced_by="stream",
        ),
        "resend": Provider(
            "Resend",
            _can("resend", distinct_batch=True, max_batch=100, idempotency_ttl_s=24 * 3600),
            "resend.com/docs, Send batch emails, Idempotency keys",
            "https://api.resend.com",
            has_tags=False,
            caution="opens and clicks are followed if you turned that on for your domain",
        ),
        "scaleway": Provider(
            "Scaleway",
            _can("scaleway", inline_pictures=False),
            f"{_ANYMAIL}, backends/scaleway.py",
            has_tags=False,
        ),
        "sendgrid": Provider(
            "SendGrid",
            _can("sendgrid", inline_merge=True, max_batch=1000),
            f"{_ANYMAIL}, backends/sendgrid.py, not supported there any more; docs.sendgrid.com, Personalizations",
            success=202,
            has_tracking_switch=True,
            are_headers_replaced=True,
        ),
        "sparkpost": Provider(
            "SparkPost",
            _can("sparkpost", inline_merge=True, max_batch=1000),
            f"{_ANYMAIL}, docs/esps/sparkpost.rst; developers.sparkpost.com, Transmissions",
            has_tracking_switch=True,
            caution="puts a List-Unsubscribe of its own in the place of yours: who leaves by it, only SparkPost knows",
        ),
        "unisender_go": Provider(
            "Unisender Go",
            _can("unisender_go", per_recipient_headers=False, partial_refusals=True),
            f"{_ANYMAIL}, docs/esps/unisender_go.rst: of the headers only List-Unsubscribe for each reader of a batch",
            has_tracking_switch=True,
            caution="puts a link to leave of its own under every mail, unless its support agreed to leave that out",
        ),
    }
)
"""By the name that follows `esp:`."""
