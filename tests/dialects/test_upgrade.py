"""Requests that offer to upgrade to HTTP/2: the offer is ignored, and the body is delivered."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable, Iterator

import httpx2
import pytest
from fastapi import FastAPI

from netnew.api.dialects import extruct, parallel, scout
from netnew.api.dialects.netnew import routes as own
from tests.dialects.conftest import StartServer
from tests.support.dialect_cases import FACES, NOBODY, begun
from tests.support.server_process import ServerProcess

_UPGRADE = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n"
_BROKEN = b'{"cut short'


def _post_routes() -> Iterator[str]:
    apps: list[FastAPI] = [
        parallel.make_app(),
        scout.make_app(),
        extruct.make_app(),
        own.make_app(),
    ]
    for app in apps:
        for path, methods in app.openapi()["paths"].items():
            if "post" in methods:
                yield path


POSTS = sorted(_post_routes())
every_post = pytest.mark.parametrize("path", POSTS)


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> ServerProcess:
    """Runs that are begun wait."""
    return start_server(options=["--api-only"])


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Iterator[httpx2.Client]:
    with server.client() as client:
        yield client


def _in_one(head: bytes, body: bytes) -> list[bytes]:
    return [head + b"content-length: %d\r\n\r\n" % len(body) + body]


def _head_first(head: bytes, body: bytes) -> list[bytes]:
    return [head + b"content-length: %d\r\n\r\n" % len(body), body]


def _byte_by_byte(head: bytes, body: bytes) -> list[bytes]:
    (whole,) = _in_one(head, body)
    return [whole[n : n + 1] for n in range(len(whole))]


def _chunked(head: bytes, body: bytes) -> list[bytes]:
    half = len(body) // 2
    parts = (body[:half], body[half:], b"")
    return [
        head + b"transfer-encoding: chunked\r\n\r\n",
        *(b"%x\r\n%s\r\n" % (len(x), x) for x in parts),
    ]


Split = Callable[[bytes, bytes], list[bytes]]
every_split = pytest.mark.parametrize("split", [_in_one, _head_first, _byte_by_byte, _chunked])


class Wire:
    """A raw connection that offers to upgrade with every POST."""

    def __init__(self, server: ServerProcess) -> None:
        url = httpx2.URL(server.url)
        self._host = f"{url.host}:{url.port}"
        self._socket = socket.create_connection((url.host, url.port or 80), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = self._socket.makefile("rb")

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()
        self._socket.close()

    def post(self, path: str, body: bytes, split: Split, upgrade: str = _UPGRADE) -> bytes:
        """The body of the answer."""
        head = f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nx-api-key: test\r\n"
        head += f"content-type: application/json\r\n{upgrade}"
        for part in split(head.encode(), body):
            self._socket.sendall(part)
        return self.answer()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answer(self) -> bytes:
        self.status = int(self._reader.readline().split()[1])
        length = 0
        while (line := self._reader.readline().strip().lower()) != b"":
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return self._reader.read(length)


def _filled(path: str) -> str:
    return "/".join(NOBODY if x.startswith("{") else x for x in path.split("/"))


def test_every_face_has_routes_that_take_a_body() -> None:
    assert len(POSTS) >= 20
    assert {face.posts for face in FACES[:3]} <= set(POSTS)


@every_split
@every_post
def test_the_body_is_read(
    server: ServerProcess, client: httpx2.Client, path: str, split: Split
) -> None:
    """A body that is no JSON tells a body that was read from one that was lost."""
    plain = client.post(
        _filled(path), content=_BROKEN, headers={"content-type": "application/json"}
    )
    with Wire(server) as wire:
        answered = wire.post(_filled(path), _BROKEN, split)
        assert wire.status == plain.status_code
        assert _without_ids(answered) == _without_ids(plain.content)
        wire.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")  # the connection goes on
        assert json.loads(wire.answer()) == {"status": "ok"}


@every_post
def test_curl_has_its_body_read(server: ServerProcess, client: httpx2.Client, path: str) -> None:
    kind = {"content-type": "application/json"}
    plain = client.post(_filled(path), content=_BROKEN, headers=kind)
    answered = _curl(server, _filled(path), _BROKEN)
    assert _without_ids(answered) == _without_ids(plain.content)


@every_split
def test_a_limit_is_never_replaced_by_the_default(
    server: ServerProcess, client: httpx2.Client, split: Split
) -> None:
    path = f"/netnew/runs/{begun(client, limit=10)}/refresh"  # its body may be left out
    with Wire(server) as wire:
        assert json.loads(wire.post(path, b'{"match_limit": 1}', split))["match_limit"] == 1
    assert json.loads(_curl(server, path, b'{"match_limit": 2}'))["match_limit"] == 2


def test_websocket_is_not_spoken_after_a_post(server: ServerProcess) -> None:
    upgrade = (
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    )
    with Wire(server) as wire:
        wire.post(f"/netnew/runs/{NOBODY}/extend", b'{"additional": 1}', _in_one, upgrade)
        assert wire.status == 404


def test_pipelined_requests_all_offer_it_and_are_answered_in_order(server: ServerProcess) -> None:
    one = (
        f"POST /netnew/runs/{NOBODY}/extend HTTP/1.1\r\nHost: localhost\r\nx-api-key: test\r\n"
        f"content-type: application/json\r\n{_UPGRADE}content-length: 17\r\n\r\n"
    ).encode()
    health = f"GET /healthz HTTP/1.1\r\nHost: localhost\r\n{_UPGRADE}\r\n".encode()
    with Wire(server) as wire:
        wire.send(one + b'{"additional": 1}' + health + one + b'{"additional": 0}' + health)
        statuses = []
        for _ in range(4):
            wire.answer()
            statuses.append(wire.status)
    assert statuses == [404, 200, 422, 200]


def test_a_tunnel_is_refused(server: ServerProcess) -> None:
    with Wire(server) as wire:
        wire.send(b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wire.answer()
        assert wire.status == 400


def _curl(server: ServerProcess, path: str, body: bytes) -> bytes:
    command = ["curl", "--silent", "--show-error", "--http2", "--max-time", "30"]
    command += ["--header", "x-api-key: test", "--header", "content-type: application/json"]
    done = subprocess.run(
        [*command, "--data-binary", "@-", f"{server.url}{path}"],
        input=body,
        capture_output=True,
        check=True,
    )
    return done.stdout


def _without_ids(answer: bytes) -> object:
    body = json.loads(answer) if answer else None
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        body["error"].pop("ref_id", None)
    return body
