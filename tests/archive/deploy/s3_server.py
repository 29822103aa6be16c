"""A store of objects that speaks Amazon's language, on 127.0.0.1: moto answers, over a real line."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from botocore.awsrequest import AWSPreparedRequest
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "us-east-1"
_BY_THE_LINE = ("connection", "content-length", "date", "server", "transfer-encoding")
"""Headers that the server writes itself."""


class Store(ThreadingHTTPServer):
    """The running server, with a bucket of each name that is asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def new_bucket(self, name: str) -> None:
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(name, REGION)

    def files(self, bucket: str) -> dict[str, bytes]:
        keys = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[bucket].keys
        return {key: bytes(keys[key].value) for key in keys}

    def headers(self, bucket: str, key: str) -> tuple[str, str]:
        """How an object is served: its media type, and how long it may be kept."""
        metadata = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[bucket].keys[key].metadata
        return metadata["Content-Type"], metadata["Cache-Control"]

    def put(self, bucket: str, key: str, content: bytes) -> None:
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].put_object(bucket, key, content)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Store

    def answer(self) -> None:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = AWSPreparedRequest(
            self.command, f"https://s3.amazonaws.com{self.path}", dict(self.headers), body, stream_output=False
        )
        with self.server.lock:
            answered = BotocoreStubber().process_request(asked)
        assert answered
        status, headers, said = answered
        told = said if isinstance(said, bytes) else said.encode()
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _BY_THE_LINE:
                self.send_header(name, str(value))
        length = headers.get("content-length", headers.get("Content-Length")) if self.command == "HEAD" else None
        self.send_header("Content-Length", str(length or len(told)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(told)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer  # noqa: N815 - as the base calls them

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[Store]:
    s3_backends[DEFAULT_ACCOUNT_ID]["aws"].reset()  # that of all would empty those of other services too
    with Store() as store:
        thread = threading.Thread(target=store.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield store
        finally:
            store.shutdown()
            thread.join()
