"""Raw bytes against the protocol as it is served: clients that are slow, rude, or want to be taken for two."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from server.face.connection import MOST_HEAD_BYTES, GuardedProtocol
from tests.serving import free_port

# Enough to fill what the systems at both ends hold, many times.
BLOCK, BLOCKS = b"x" * 256 * 1024, 200


class Impatient(GuardedProtocol):
    head_seconds = 0.5
    stall_seconds = 0.5
    linger_seconds = 0.5


class App:
    """Answers with the path and the length of the body; streams a lot at /stream, refuses to read at /refuse."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.paths: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.paths.append(scope["path"])
        if scope["path"] == "/stream":
            await self._stream(receive, send)
            return
        body = b""
        while scope["path"] != "/refuse":
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        told = json.dumps([scope["path"], len(body)]).encode()
        headers = [(b"content-length", str(len(told)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": told})

    async def _stream(self, receive: Any, send: Any) -> None:
        gone = asyncio.create_task(self._gone(receive))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(BLOCKS):
            if gone.done():
                self.ended.set()
                return
            await send({"type": "http.response.body", "body": BLOCK, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _gone(self, receive: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[int, App]]:
    app, port = App(), free_port()
    config = uvicorn.Config(app, port=port, http=Impatient, ws="none", lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield port, app
    server.should_exit = True
    thread.join()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def rest(one: socket.socket) -> bytes:
    """All that comes until the other end closes."""
    found = b""
    try:
        while block := one.recv(65536):
            found += block
    except ConnectionResetError:
        pass
    return found


def answer(port: int, *pieces: bytes) -> bytes:
    with connected(port) as one:
        for piece in pieces:
            one.sendall(piece)
        return rest(one)


def status(answered: bytes) -> int:
    return int(answered.split(b" ", 2)[1]) if answered else 0


def cut_off(one: socket.socket, piece: bytes) -> bool:
    """Whether the other end hangs up while it gets one small piece after the other."""
    try:
        for _ in range(200):
            one.sendall(piece)
            time.sleep(0.05)
    except (ConnectionResetError, BrokenPipeError):
        return True
    return False


CLOSE = b"Host: a\r\nConnection: close\r\n"


def test_a_request_is_answered(served: tuple[int, App]) -> None:
    answered = answer(served[0], b"POST /a HTTP/1.1\r\n" + CLOSE + b"Content-Length: 3\r\n\r\nabc")
    assert status(answered) == 200
    assert answered.endswith(b'["/a", 3]')


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "], ids=repr)
def test_who_does_not_finish_a_head_is_cut_off(served: tuple[int, App], sent: bytes) -> None:
    assert answer(served[0], sent) == b""


def test_a_head_that_comes_byte_by_byte_is_cut_off_all_the_same(served: tuple[int, App]) -> None:
    with connected(served[0]) as one:
        one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        assert cut_off(one, b"X-A: b\r\n")


def test_the_next_request_of_a_connection_must_come_whole_too(served: tuple[int, App]) -> None:
    with connected(served[0]) as one:
        one.sendall(b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
        assert status(one.recv(65536)) == 200
        one.sendall(b"GET /b HTTP/1.1\r\n")
        assert rest(one) == b""


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * MOST_HEAD_BYTES + b" HTTP/1.1\r\n" + CLOSE + b"\r\n",
        b"GET / HTTP/1.1\r\n" + CLOSE + b"X-Long: " + b"a" * MOST_HEAD_BYTES + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + CLOSE + b"X-One: a\r\n" * 20_000 + b"\r\n",
    ],
    ids=["path", "header", "headers"],
)
def test_a_large_head_is_refused_in_the_shape_of_all_errors(served: tuple[int, App], head: bytes) -> None:
    with connected(served[0]) as one:
        try:
            one.sendall(head)
        except (ConnectionResetError, BrokenPipeError):
            return  # it was cut off while it was still speaking
        answered = rest(one)
    if answered:  # what was not read by the other end may have the answer thrown away
        assert status(answered) == 431
        assert json.loads(answered.partition(b"\r\n\r\n")[2])["error"]["type"] == "invalid_request_error"


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /a HTTP/1.1\r\n"
        + CLOSE
        + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        + SMUGGLED,
        b"POST /a HTTP/1.1\r\n"
        + CLOSE
        + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
        + SMUGGLED,
        b"POST /a HTTP/1.1\r\n" + CLOSE + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\n12345" + SMUGGLED,
        b"POST /a HTTP/1.1\r\n" + CLOSE + b"Content-Length: 5, 50\r\n\r\n12345" + SMUGGLED,
        b"POST /a HTTP/1.1\r\n" + CLOSE + b"Content-Length: +5\r\n\r\n12345" + SMUGGLED,
        b"POST /a HTTP/1.1\r\n" + CLOSE + b"Content-Length: 0x5\r\n\r\n12345" + SMUGGLED,
        b"POST /a HTTP/1.1\r\n" + CLOSE + b"Content-Length : 5\r\n\r\n12345" + SMUGGLED,
        b"POST /a HTTP/1.1\r\n" + CLOSE + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
        b"POST /a HTTP/1.1\r\n" + CLOSE + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
        b"POST /a HTTP/1.0\r\n" + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
        b"POST /a HTTP/1.1\r\n" + CLOSE + b"X: a\r\n b\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
        b"POST /a HTTP/1.1\r\n" + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n5;a\nb\r\n12345\r\n0\r\n\r\n" + SMUGGLED,
        b"POST /a HTTP/1.1\r\n" + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n12345\r\n0\r\n\r\n" + SMUGGLED,
        b"GET /a HTTP/1.1\r\nHost: a\rX: b\r\n\r\n" + SMUGGLED,
        b"GET /a HTTP/1.1\nHost: a\n\n" + SMUGGLED,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /a\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /a HTTP/9.9\r\nHost: a\r\n\r\n",
    ],
    ids=range(18),
)
def test_a_request_of_unclear_length_is_refused_whole(served: tuple[int, App], request_: bytes) -> None:
    port, app = served
    app.paths.clear()
    answered = answer(port, request_)
    assert status(answered) == 400
    assert b"/smuggled" not in b"".join(path.encode() for path in app.paths)
    assert b" 200 " not in answered


def test_a_client_that_stops_reading_is_cut_off_and_its_work_ends(served: tuple[int, App]) -> None:
    port, app = served
    app.ended.clear()
    with connected(port) as one:
        one.sendall(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        assert app.ended.wait(20)


def test_a_client_that_reads_gets_everything(served: tuple[int, App]) -> None:
    with connected(served[0]) as one:
        one.sendall(b"GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        taken = 0
        while block := one.recv(1024 * 1024):
            taken += len(block)
        assert taken > BLOCKS * len(BLOCK)


def test_the_rest_of_a_refused_body_is_awaited_for_a_while_only(served: tuple[int, App]) -> None:
    with connected(served[0]) as one:
        one.sendall(b"POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n")
        assert status(one.recv(65536)) == 200
        assert cut_off(one, b"x")


def test_an_upgrade_to_another_protocol_is_not_made(served: tuple[int, App]) -> None:
    upgrade = b"Host: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    answered = answer(served[0], b"GET /a HTTP/1.1\r\n" + upgrade + b"Sec-WebSocket-Key: AAAA\r\n\r\n")
    assert status(answered) != 101
