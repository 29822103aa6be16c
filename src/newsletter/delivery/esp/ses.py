"""Amazon SES: each mail as the octets that would go out by SMTP too.

boto3 finds the account's keys and signs a request; it does not send it. Its own way to send repeats what got no answer,
up to three times, and each time SES may have taken the mail.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from newsletter.delivery.esp.calls import Call
from newsletter.delivery.esp.filling import ascii_address
from newsletter.errors import DeliveryError
from newsletter.model import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from newsletter.config.esp import Esp
    from newsletter.delivery.base import Capabilities, Message
    from newsletter.delivery.esp.calls import Reply
    from newsletter.delivery.esp.providers import Provider

_OK = 200


class SesDialect:
    """SES's second interface, and of it SendEmail."""

    def __init__(self, provider: Provider, esp: Esp, keys: Mapping[str, str]) -> None:
        self._provider = provider
        self._stream = esp.stream
        self.secrets = tuple(keys.values())
        self._url = esp.api_url or None
        self._signed: list[Any] = []
        self._session = boto3.session.Session(
            aws_access_key_id=keys.get("access_key_id"),
            aws_secret_access_key=keys.get("secret_access_key"),
            aws_session_token=keys.get("session_token"),
            region_name=esp.region or None,
        )
        if not self._session.region_name:
            message = "esp:amazon_ses: no region is known; set esp.region, such as eu-west-1"
            raise DeliveryError(message)

    @cached_property
    def _client(self) -> Any:
        """What signs; where no key is given, one is looked for, on the network too."""
        config = Config(retries={"total_max_attempts": 1})
        client = self._session.client("sesv2", endpoint_url=self._url, config=config)
        client.meta.events.register("before-send.sesv2.SendEmail", self._caught)
        return client

    def _caught(self, request: Any, **_others: Any) -> AWSResponse:
        """Take a signed request, and answer in the place of SES, so that boto3 does not send it."""
        self._signed.append(request)
        return AWSResponse(request.url, _OK, {}, _Nothing())

    @property
    def capabilities(self) -> Capabilities:
        """What the provider can do."""
        return self._provider.capabilities

    def groups(self, messages: Sequence[Message]) -> Sequence[tuple[Message, ...]]:
        """Return each alone."""
        return [(message,) for message in messages]

    def call(self, messages: tuple[Message, ...]) -> Call:
        """Return the signed request for one message.

        Raises:
            DeliveryError: no key is found to sign it with.
        """
        (message,) = messages
        told: dict[str, object] = {
            "Destination": {"ToAddresses": [ascii_address(message.recipient)]},
            "Content": {"Raw": {"Data": message.content}},
        }
        if self._stream:
            told["ConfigurationSetName"] = self._stream
        self._signed.clear()
        try:
            self._client.send_email(**told)
        except (BotoCoreError, ClientError, ValueError) as error:
            text = f"Amazon SES cannot be called: {error}"
            raise DeliveryError(text) from error
        request = self._signed.pop()
        headers = {
            name: value.decode() if isinstance(value, bytes) else str(value) for name, value in request.headers.items()
        }
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        return Call(messages, request.url, headers, body)

    def read(self, call: Call, reply: Reply) -> tuple[Outcome, ...] | None:
        """Return what an answer says of the message."""
        try:
            told = json.loads(reply.body) if reply.status == _OK else None
        except (ValueError, RecursionError):
            return None
        remote_id = told.get("MessageId") if isinstance(told, dict) else None
        if not isinstance(remote_id, str) or not remote_id:
            return None
        return (Outcome(call.messages[0].recipient, Verdict.ACCEPTED, str(_OK), remote_id=remote_id),)


class _Nothing:
    """The body of an answer that nobody reads."""

    def stream(self) -> list[bytes]:
        return [b"{}"]
