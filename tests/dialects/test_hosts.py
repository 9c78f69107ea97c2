"""While no key was made, a request must be addressed to this machine by one plain host."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from functools import partial

import pytest

from tests.dialects.conftest import StartServer
from tests.support.dialect_cases import FACES, Face
from tests.support.server_process import ServerProcess

TO_THIS_MACHINE = (
    "GET {path} HTTP/1.1\r\nhost: localhost",
    "GET {path} HTTP/1.1\r\nhost: LOCALHOST:{port}",
    "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:1",
    "GET {path} HTTP/1.1\r\nhost: [::1]:{port}",
    "GET http://localhost:{port}{path} HTTP/1.1\r\nhost: localhost:{port}",
)
TO_OTHERS = (
    "GET {path} HTTP/1.1\r\nhost: elsewhere.example",
    "GET {path} HTTP/1.1\r\nx-none: 1",
    "GET {path} HTTP/1.0\r\nx-none: 1",
    "GET {path} HTTP/1.1\r\nhost:",
    "GET {path} HTTP/1.1\r\nhost: ",
    "GET {path} HTTP/1.1\r\nhost: :{port}",
    "GET {path} HTTP/1.1\r\nhost: a@localhost",
    "GET {path} HTTP/1.1\r\nhost: elsewhere.example:80@localhost",
    "GET {path} HTTP/1.1\r\nhost: localhost\r\nhost: localhost",
    "GET {path} HTTP/1.1\r\nhost: localhost\r\nhost: elsewhere.example",
    "GET {path} HTTP/1.1\r\nhost: elsewhere.example\r\nhost: localhost",
    "GET {path} HTTP/1.1\r\nhost: localhost, elsewhere.example",
    "GET {path} HTTP/1.1\r\nhost: localhost/elsewhere.example",
    "GET {path} HTTP/1.1\r\nhost: localhost#elsewhere.example",
    "GET {path} HTTP/1.1\r\nhost: localhost:x",
    "GET {path} HTTP/1.1\r\nhost: [",
    "GET {path} HTTP/1.1\r\nhost: [::1%25lo]",
    "GET {path} HTTP/1.1\r\nhost: localhost\xff",
    "GET {path} HTTP/1.1\r\nhost: localhost.elsewhere.example",
    "GET http://elsewhere.example{path} HTTP/1.1\r\nhost: localhost",
    "GET http://localhost{path} HTTP/1.1\r\nhost: elsewhere.example",
    "GET http://a@localhost{path} HTTP/1.1\r\nhost: localhost",
    "GET http://localhost:1{path} HTTP/1.1\r\nhost: localhost",
)
CLOSE = ("connection: close",)
CLOSED = (4401).to_bytes(2)
"""What the last frame of a WebSocket says that was refused."""

every_face = pytest.mark.parametrize("face", FACES, ids=str)


Ask = Callable[..., bytes]


@pytest.fixture(scope="module")
def ask(start_server: StartServer) -> Ask:
    server = start_server(options=["--api-only"])
    return partial(answered, server)


def answered(server: ServerProcess, head: str, path: str, *headers: str, key: str = "any") -> bytes:
    """All that a server answers to a head with a key, until it closes."""
    port = int(server.url.rpartition(":")[2])
    first = head.format(path=path, port=port)
    lines = "\r\n".join((first, f"x-api-key: {key}", *(headers or CLOSE), "", ""))
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(lines.encode("latin-1"))
        answer = b""
        while CLOSED not in answer and (part := client.recv(65_536)):
            answer += part
    return answer


@every_face
@pytest.mark.parametrize("head", TO_THIS_MACHINE)
def test_whoever_names_this_machine_comes_in(ask: Ask, face: Face, head: str) -> None:
    assert ask(head, face.runs).startswith(b"HTTP/1.1 200 ")


@every_face
@pytest.mark.parametrize("head", TO_OTHERS)
def test_whoever_names_no_one_plain_host_or_another_stays_out(
    ask: Ask, face: Face, head: str
) -> None:
    answer = ask(head, face.runs)
    assert answer.startswith(b"HTTP/1.1 403 "), answer
    said = face.said(json.loads(answer.partition(b"\r\n\r\n")[2]))
    named = re.fullmatch(r"GET {path} HTTP.1.1\r\nhost: ([a-z.]+)", head)
    problem = f"The host {named[1]!r} is not allowed" if named else "The Host of the request is"
    assert said.startswith(problem)
    assert said.endswith("(allow others: netnew keys create NAME)")


@every_face
def test_what_comes_through_a_proxy_is_told_so(ask: Ask, face: Face) -> None:
    answer = ask(TO_THIS_MACHINE[0], face.runs, "x-forwarded-for: 203.0.113.7", *CLOSE)
    assert answer.startswith(b"HTTP/1.1 403 "), answer
    said = face.said(json.loads(answer.partition(b"\r\n\r\n")[2]))
    assert said.startswith("The request came through a proxy (x-forwarded-for); while no key was")


@pytest.mark.parametrize("head", TO_OTHERS)
def test_no_socket_is_opened_for_them_either(ask: Ask, head: str) -> None:
    opening = (
        *("connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13"),
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    answer = ask(head, "/v1/findall/runs/x/ws", *opening)
    if answer.startswith(b"HTTP/1.1 101 "):
        assert answer.partition(CLOSED)[2].startswith((b"The host ", b"The Host "))


def test_with_a_key_the_host_does_not_count(start_server: StartServer) -> None:
    server = start_server(options=["--api-only"])
    key = json.loads(server.command("keys", "create", "mine", "--json"))["key"]
    for head in TO_OTHERS:
        assert answered(server, head, "/netnew/runs", key=key).startswith(b"HTTP/1.1 200 "), head
        assert answered(server, head, "/netnew/runs").startswith(b"HTTP/1.1 401 "), head
