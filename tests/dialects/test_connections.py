"""Connections that hold a place and send nothing whole: closed in time, limited, and told of once.

Over raw sockets of loopback; 127.0.0.2 stands for another client.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx2
import pytest
from websockets.sync.client import connect

from tests.dialects.conftest import StartServer
from tests.support.server_process import ServerProcess

_HALF = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n"
_WHOLE = _HALF + b"\r\n"
ANOTHER = "127.0.0.2"


@pytest.fixture(scope="module")
def impatient(start_server: StartServer) -> ServerProcess:
    """A server that waits half a second for headers."""
    return start_server(options=["--api-only"], serve_head_timeout_s=0.5)


@pytest.fixture(scope="module")
def small(start_server: StartServer) -> ServerProcess:
    """A server that may open 64 files and sockets."""
    return start_server(options=["--api-only"], serve_head_timeout_s=2, descriptors=64)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ([], b""),
        ([b"\r\n"], b""),
        ([b"GET"], b"HTTP/1.1 408 "),
        ([_HALF], b"HTTP/1.1 408 "),
        ([_WHOLE + _HALF], b"HTTP/1.1 200 "),
        ([_WHOLE, _HALF], b"HTTP/1.1 200 "),
        (
            [b"POST /healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n", b"x"],
            b"HTTP/1.1 405 ",
        ),
    ],
    ids=["nothing", "an empty line", "a word", "half a head", "a second half head at once",
         "a second half head", "half a body that nobody reads"],
)  # fmt: skip
def test_who_does_not_finish_is_closed(
    impatient: ServerProcess, sent: list[bytes], status: bytes
) -> None:
    with _connected(impatient) as raw:
        for part in sent:
            raw.sendall(part)
        assert _all_of(raw).startswith(status)


def test_bytes_that_trickle_in_buy_no_time(impatient: ServerProcess) -> None:
    with _connected(impatient) as raw:
        raw.settimeout(0.1)
        raw.sendall(b"GET /")
        with suppress(ConnectionError):
            for _ in range(600):
                raw.sendall(b"x")
                with suppress(TimeoutError):
                    if raw.recv(100).startswith(b"HTTP/1.1 408 "):
                        return
    raise AssertionError("it was not closed")


def test_a_connection_in_use_is_not_closed(impatient: ServerProcess) -> None:
    with impatient.client() as client, _connected(impatient) as raw:
        for _ in range(3):
            assert _is_answered(raw)
        run = client.post(
            "/v1/findall/runs", json={"query": "Find all museums in Paris."}
        ).json()["findall_id"]  # fmt: skip
        stream = f"GET /netnew/runs/{run}/events HTTP/1.1\r\nhost: localhost\r\nx-api-key: k\r\n"
        raw.sendall(f"{stream}\r\n".encode())
        raw.settimeout(1.5)
        with suppress(TimeoutError):
            while part := raw.recv(65_536):
                assert b" 408 " not in part
            raise AssertionError("the stream was closed")


def test_sixty_four_descriptors_are_enough_to_live_through_a_flood(small: ServerProcess) -> None:
    with ExitStack() as stack, small.client() as client:
        for _ in range(200):
            raw = stack.enter_context(_connected(small))
            with suppress(ConnectionError):  # it is refused
                raw.sendall(_HALF)
        with _connected(small, source=ANOTHER) as raw:
            assert _is_answered(raw)
        for _ in range(600):  # the flood stays connected, and is closed by the server
            with suppress(httpx2.TransportError):
                if client.get("/healthz").status_code == 200:
                    break
            threading.Event().wait(0.05)
        assert client.get("/netnew/runs").status_code == 200
    said = [line for line in list(small.log) if "level=" in line]
    assert [x for x in said if "connection refused" in x]
    assert len(said) < 100


def test_refused_connections_are_told_why(start_server: StartServer) -> None:
    server = start_server(options=["--api-only"], serve_connections_per_address=3)
    with ExitStack() as stack:
        for _ in range(3):
            raw = stack.enter_context(_connected(server))
            assert _is_answered(raw)
        with _connected(server) as raw:
            refused = _all_of(raw)
            assert refused.startswith(b"HTTP/1.1 503 ")
            assert b"retry-after: 1\r\n" in refused
        with _connected(server, source=ANOTHER) as raw:
            assert _is_answered(raw)


def test_websockets_are_connections_too_until_they_are_closed(start_server: StartServer) -> None:
    server = start_server(options=["--api-only"], serve_connections_per_address=2)
    with server.client() as client:
        run = client.post(
            "/v1/findall/runs", json={"query": "Find all museums in Paris."}
        ).json()["findall_id"]  # fmt: skip
    address = server.url.replace("http://", "ws://") + f"/v1/findall/runs/{run}/ws"
    headers = {"x-api-key": "test"}
    with connect(address, additional_headers=headers) as first:
        assert json.loads(first.recv())["type"] == "run.queued"
        with connect(address, additional_headers=headers) as second:
            assert json.loads(second.recv())["type"] == "run.queued"
            with _connected(server) as raw:
                assert _all_of(raw).startswith(b"HTTP/1.1 503 ")
        for _ in range(100):  # until the server has seen the second close
            with _connected(server) as raw, suppress(ConnectionError):
                if _is_answered(raw):
                    return
            threading.Event().wait(0.05)
    raise AssertionError("a closed WebSocket is still counted")


def test_what_is_not_http_is_told_with_its_address(impatient: ServerProcess) -> None:
    with _connected(impatient, source="127.0.0.3") as raw:
        raw.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert _all_of(raw).startswith(b"HTTP/1.1 400 ")
    lines = impatient.heard("127.0.0.3")
    assert 'event="request refused: it is not valid HTTP; from 127.0.0.3"' in lines[0]


@contextmanager
def _connected(server: ServerProcess, source: str = "") -> Iterator[socket.socket]:
    url = httpx2.URL(server.url)
    address, port = (url.host, url.port or 80), 0
    with socket.create_connection(address, 30, (source, port) if source else None) as raw:
        yield raw


def _is_answered(raw: socket.socket) -> bool:
    raw.sendall(_WHOLE)
    received = b""
    while not received.endswith(b'{"status":"ok"}'):
        part = raw.recv(65_536)
        if not part:
            return False
        received += part
    return received.startswith(b"HTTP/1.1 200 ")


def _all_of(raw: socket.socket) -> bytes:
    """All that comes until the server closes."""
    received = b""
    with suppress(ConnectionError):
        while part := raw.recv(65_536):
            received += part
    return received
