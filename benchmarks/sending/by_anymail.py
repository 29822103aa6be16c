"""django-anymail, one call for each reader, in a process of its own: by_anymail.py URL COUNT FILE.

FILE is a message as it stands on the wire, made for a sample reader. Prints what it took as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from email import message_from_bytes
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from anymail.message import AnymailMessage
from django.conf import settings
from django.core.mail import get_connection

from benchmarks.sending.workspace import SAMPLE
from tests.providers.account import KEY


def parts(content: bytes) -> tuple[str, str]:
    """Return the HTML and the plain text of a message."""
    found = {part.get_content_subtype(): part.get_payload(decode=True) for part in message_from_bytes(content).walk()}
    html, text = found["html"], found["plain"]
    assert isinstance(html, bytes)  # noqa: S101 - for mypy, as below
    assert isinstance(text, bytes)  # noqa: S101
    return html.decode(), text.decode()


def filled(text: str, number: int) -> str:
    """Return a text with the values of another reader."""
    for sample in SAMPLE:
        text = text.replace(sample, f"{sample[:-1]}{number}")
    return text


def main() -> None:
    """Send as its documentation shows it, over a connection that is kept, and say what it took."""
    settings.configure(ANYMAIL={}, USE_TZ=True)
    url, count, (html, text) = sys.argv[1], int(sys.argv[2]), parts(Path(sys.argv[3]).read_bytes())
    began, worked = time.perf_counter(), time.process_time()
    with get_connection("anymail.backends.mailgun.EmailBackend", api_url=url, api_key=KEY) as connection:
        for number in range(count):
            to = [f"reader{number}@example.org"]
            mail = AnymailMessage(f"Notes for {number}", filled(text, number), "editors@example.org", to)
            mail.attach_alternative(filled(html, number), "text/html")
            mail.extra_headers = {"List-Unsubscribe": f"<https://example.org/u/{number}>"}
            if connection.send_messages([mail]) != 1:
                sys.exit("not all were taken")
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu_s": time.process_time() - worked}))


if __name__ == "__main__":
    main()
