"""What is known of a request when its line is lost: whether all of it was written."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from contextlib import suppress

import trustme

from newsletter.delivery.esp.calls import Call, Lost, Reply
from newsletter.delivery.esp.line import MAX_ANSWER_BYTES, open_line
from tests.delivery.esp.answers import CUT, Answering, answer


def posted(url: str, body: bytes = b"a request", timeout_s: float = 5.0) -> Reply | Lost:
    async def post() -> Reply | Lost:
        async with open_line(1, timeout_s) as line:
            return await line.post(Call((), url, {"Content-Type": "text/plain"}, body))

    return asyncio.run(post())


def test_a_request_goes_out_as_it_is_and_an_answer_comes_back() -> None:
    with Answering(lambda _: answer(202, {"id": "x"}, Retry_After="3")) as server:
        reply = posted(f"{server.url}/v1/send", "é".encode())

    assert isinstance(reply, Reply)
    assert (reply.status, reply.body, reply.headers["retry-after"]) == (202, b'{"id": "x"}', "3")
    (heard,) = server.heard
    assert (heard.path, heard.body, heard.headers["content-type"]) == ("/v1/send", "é".encode(), "text/plain")


def test_a_line_that_is_cut_after_the_request_leaves_a_doubt() -> None:
    with Answering(lambda _: CUT) as server:
        assert posted(server.url) == Lost("the line was cut, or what came was no answer", was_written=True)
    assert len(server.heard) == 1


def test_an_answer_that_breaks_off_leaves_a_doubt() -> None:
    broken = answer(200, {"id": "x"}).replace(b"Content-Length: 11", b"Content-Length: 99")
    with Answering(lambda _: broken) as server:
        lost = posted(server.url, timeout_s=0.5)
    assert isinstance(lost, Lost)
    assert lost.was_written


def test_an_answer_that_does_not_come_leaves_a_doubt() -> None:
    with Answering(lambda _: None) as server:
        assert posted(server.url, timeout_s=0.2) == Lost("it did not answer in time", was_written=True)


def test_an_answer_without_an_end_is_not_read_to_it() -> None:
    with Answering(lambda _: answer(200, b"x" * (MAX_ANSWER_BYTES + 1))) as server:
        assert posted(server.url) == Lost("its answer had no end", was_written=True)


def test_a_server_that_is_not_there_has_got_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    assert posted(f"http://127.0.0.1:{port}") == Lost("it could not be reached", was_written=False)


def test_a_request_that_was_not_written_to_its_end_was_not_taken() -> None:
    def cut(listener: socket.socket) -> None:
        line, _ = listener.accept()
        line.recv(100)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        line.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=cut, args=(listener,), daemon=True).start()
        lost = posted(f"http://127.0.0.1:{listener.getsockname()[1]}", b"x" * 30_000_000)
    assert isinstance(lost, Lost)
    assert not lost.was_written


def test_nobody_is_sent_elsewhere_with_a_key() -> None:
    with Answering(lambda _: answer(307, None, Location="/elsewhere")) as server:
        reply = posted(server.url)
    assert isinstance(reply, Reply)
    assert (reply.status, len(server.heard)) == (307, 1)


def test_a_server_whose_certificate_is_not_known_gets_no_octet() -> None:
    strangers = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(strangers)
    with Answering(lambda _: answer(200), tls=strangers) as server:
        lost = posted(server.url)
    assert isinstance(lost, Lost)
    assert not lost.was_written
    assert server.heard == []


def test_an_answer_that_drips_is_not_waited_for_to_its_end() -> None:
    def drip(listener: socket.socket) -> None:
        line, _ = listener.accept()
        line.recv(10_000)
        with line, suppress(OSError):
            while True:
                line.sendall(b"H")
                over.wait(0.05)

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=(listener,), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        lost = posted(url, timeout_s=0.1)
    assert isinstance(lost, Lost)
    assert lost.was_written
