"""Too much of anything is refused in the dialect's shape, and the server serves on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx2
import pytest

from tests.dialects.conftest import StartServer
from tests.support.dialect_cases import FACES, Face, begun
from tests.support.server_process import ServerProcess

every_face = pytest.mark.parametrize("face", FACES, ids=str)
_MAX_BYTES = 20_000
_JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def narrow(start_server: StartServer) -> ServerProcess:
    """A server that allows little; runs are begun in it and wait."""
    return start_server(
        options=["--api-only"],
        serve_max_bytes=_MAX_BYTES,
        serve_max_list_bytes=_MAX_BYTES,
        serve_streams=3,
        serve_streams_per_key=2,
        serve_runs_per_hour=2,
    )


@pytest.fixture(scope="module")
def client(narrow: ServerProcess) -> Iterator[httpx2.Client]:
    with narrow.client() as client:
        yield client


@pytest.fixture(scope="module")
def run(client: httpx2.Client) -> str:
    """One that waits; its streams stay open."""
    return begun(client)


@every_face
def test_a_body_that_is_too_large_is_refused(client: httpx2.Client, face: Face) -> None:
    answer = client.post(face.posts, content=b" " * (_MAX_BYTES + 1), headers=_JSON)
    assert answer.status_code == 413
    assert "at most 20,000 bytes" in face.said(answer.json())
    assert client.get(face.runs).status_code == 200


@every_face
def test_so_is_one_that_does_not_tell_its_length(client: httpx2.Client, face: Face) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 1_000

    answer = client.post(face.posts, content=parts(), headers=_JSON)
    assert "content-length" not in answer.request.headers
    assert answer.status_code == 413
    assert client.get(face.runs).status_code == 200


def test_a_lie_about_the_length_is_no_way_in(narrow: ServerProcess) -> None:
    for length in (b"-1", b"1e3", b"\xb2", b"99999999999999999999"):
        head = b"POST /v1/discovery_tasks HTTP/1.1\r\nhost: localhost\r\nx-api-key: k\r\n"
        with connected(narrow) as raw:
            raw.sendall(head + b"content-length: " + length + b"\r\n\r\n{}")
            assert raw.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.1 413")


def test_more_streams_than_a_key_may_have_are_refused(
    client: httpx2.Client, run: str, narrow: ServerProcess
) -> None:
    addresses = [f"/netnew/runs/{run}/events", f"/v1beta/findall/runs/{run}/events"]
    with ExitStack() as stack:
        read = []  # an iterator that is let go of closes its stream
        for address in addresses:
            stream = stack.enter_context(client.stream("GET", address))
            read.append(stream.iter_bytes())
            assert next(read[-1]).startswith(b"event: ")
        assert "netnew_http_streams 2.0" in client.get("/metrics").text
        for address in (*addresses, f"/v1/findall/runs/{run}/events"):
            refused = client.get(address, headers={"accept": "text/event-stream"})
            assert refused.status_code == 429, refused.text
            assert int(refused.headers["retry-after"]) >= 1
        assert client.get(f"/netnew/runs/{run}").status_code == 200
    with narrow.client() as another:
        for line in iter(lambda: another.get("/metrics").text, ""):
            if "netnew_http_streams 0.0" in line:
                break
        with another.stream("GET", addresses[0]) as stream:
            assert stream.status_code == 200


def test_more_runs_than_a_key_may_begin_an_hour_are_refused(
    client: httpx2.Client, run: str
) -> None:
    begun(client)
    for face in FACES[:3]:
        refused = client.post(face.posts, json=dict(face.body))
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 3_600
        assert client.get(face.runs).status_code == 200
    assert client.post(f"/netnew/runs/{run}/refresh").status_code == 429


def test_half_requests_hurt_nobody(narrow: ServerProcess, client: httpx2.Client) -> None:
    with ExitStack() as stack:
        for number in range(200):
            raw = stack.enter_context(connected(narrow))
            head = b"POST /v1/discovery_tasks HTTP/1.1\r\nhost: localhost\r\nx-api-key: k\r\n"
            raw.sendall(head if number % 2 else head + b"content-length: 100\r\n\r\n{")
        for face in FACES:
            assert client.get(face.runs).status_code == 200


def test_more_requests_than_a_key_may_make_are_refused(
    start_server: StartServer, tmp_path: Path
) -> None:
    with start_server(serve_rate_per_s=0.5, options=["--api-only"]).client() as client:
        assert client.get("/netnew/runs").status_code == 200
        for face in FACES:
            answers = (client.get(face.runs) for _ in range(1_000))
            refused = next(x for x in answers if x.status_code != 200)
            assert refused.status_code == 429
            assert 1 <= int(refused.headers["retry-after"]) <= 2
            assert "Too many requests" in face.said(refused.json())
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "parts",
    [
        [b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n", b"x: ", *[b"a" * 10_000] * 50],
        [b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n", *[b"x: " + b"a" * 997 + b"\r\n"] * 500],
        [b"GET /healthz HTTP/1.1\r\nx: " + b"a" * 70_000 + b"\r\nhost: localhost\r\n\r\n"],
        [b"GET /healthz?", *[b"a" * 10_000] * 50],
        [b"POST /healthz HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n",
         b"1\r\na\r\n0\r\n", b"x: ", *[b"a" * 10_000] * 50],
    ],
    ids=["one header", "many headers", "at once", "an address", "a trailer"],
)  # fmt: skip
def test_a_head_that_is_too_large_is_not_taken(
    narrow: ServerProcess, client: httpx2.Client, parts: list[bytes]
) -> None:
    with connected(narrow) as raw:
        answered = b""
        with suppress(ConnectionError):  # it has closed while we were sending
            for part in parts:
                raw.sendall(part)
        with suppress(ConnectionError):
            while more := raw.recv(65_536):
                answered += more
        assert b"200 OK" not in answered
    assert client.get("/healthz").status_code == 200


def test_a_large_head_is_refused_with_its_reason_and_a_middling_one_is_taken(
    narrow: ServerProcess, client: httpx2.Client
) -> None:
    with connected(narrow) as raw:
        raw.sendall(b"GET /healthz HTTP/1.1\r\nx: " + b"a" * 65_536 + b"\r\n")
        assert raw.recv(65_536).startswith(b"HTTP/1.1 431 ")
    for _ in range(3):  # on one connection: each has its own count
        assert client.get("/healthz", headers={"x": "a" * 60_000}).status_code == 200
    with client.stream("POST", "/healthz", content=b" " * 1_000_000) as answer:
        assert answer.status_code == 405


def connected(server: ServerProcess) -> socket.socket:
    url = httpx2.URL(server.url)
    return socket.create_connection((url.host, url.port or 80), timeout=30)
