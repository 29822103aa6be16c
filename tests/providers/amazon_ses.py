"""Amazon SES: `POST /v2/email/outbound-emails`, answered by moto.

Sources: the reference of SES's API v2; moto 5.2, which takes SendEmail with raw content, of senders that are verified.
It does not know SendBulkEmail, which is answered with 404 here, and looks at no signature, which is done here.
"""

from __future__ import annotations

import base64
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.credentials import Credentials
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from tests.providers.post import Answer, Item, Letter, NoKeys, Request, WrongError, addresses, in_json, titled

if TYPE_CHECKING:
    from collections.abc import Sequence

REGION = "eu-west-1"
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
"""Names the key, and is no secret."""
VERIFIED = "aireport.example"
_SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=(.*?)/.*SignedHeaders=(.*?), Signature=([0-9a-f]{64})")
_WRITTEN_BY_ITSELF = frozenset({"From", "To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type"})


class AmazonSes(NoKeys):
    """Takes a whole mail for one reader."""

    name = "amazon_ses"
    base = ""

    def __init__(self) -> None:
        ses_backends[DEFAULT_ACCOUNT_ID][REGION].verify_domain(VERIFIED)

    def lets_in(self, request: Request, key: str) -> bool:
        signed = _SIGNED.fullmatch(request.headers.get("authorization", ""))
        if not signed or signed[1] != KEY_ID:
            return False
        headers = {name: request.headers[name] for name in signed[2].split(";")}
        own = AWSRequest("POST", f"http://{request.headers['host']}{request.path}", headers, request.body)
        own.context["timestamp"] = request.headers["x-amz-date"]
        signer = SigV4Auth(Credentials(KEY_ID, key), "ses", REGION)
        text = signer.string_to_sign(own, signer.canonical_request(own))
        return bool(signer.signature(text, own) == signed[3])

    def read(self, request: Request) -> list[Letter]:
        if request.path != "/v2/email/outbound-emails":
            raise WrongError(_by_moto(request))
        told = request.json()
        mail = message_from_bytes(base64.b64decode(told["Content"]["Raw"]["Data"]), EmailMessage, policy=policy.default)
        headers = {name: value for name, value in titled(dict(mail.items())).items() if name not in _WRITTEN_BY_ITSELF}
        return [
            Letter(
                recipient,
                sender=str(mail["From"]),
                to=addresses([str(mail["To"])]),
                subject=str(mail["Subject"]),
                text=_part(mail, "plain"),
                html=_part(mail, "html"),
                headers=headers,
                tracked=False,  # a setting of the configuration set, and not of a mail
            )
            for recipient in told["Destination"]["ToAddresses"]
        ]

    def answer(self, request: Request, items: Sequence[Item]) -> Answer:
        if any(item.fate == "invalid" for item in items):
            raise WrongError(in_json(400, {"message": f"Illegal address: {items[0].letter.recipient}"}))
        answer = _by_moto(request)
        if answer.status != 200:
            raise WrongError(answer)
        return answer


def _by_moto(request: Request) -> Answer:
    url = f"https://email.{REGION}.amazonaws.com{request.path}"
    asked = AWSPreparedRequest("POST", url, dict(request.headers), request.body, stream_output=False)
    try:
        answered = BotocoreStubber().process_request(asked)
    except NotImplementedError as error:
        return in_json(404, {"message": str(error)})
    assert answered
    status, _, body = answered
    return Answer(status, body if isinstance(body, bytes) else body.encode())


def _part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    return str(found.get_content()) if found else ""
