"""Answers that depend on a key are kept by no cache, and the log says whose key it was."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.dialects.conftest import StartServer
from tests.support.dialect_cases import FACES, Face, found
from tests.support.server_process import ServerProcess

NO_STORE = "no-store"
every_face = pytest.mark.parametrize("face", FACES, ids=str)


@pytest.fixture(scope="module")
def key(server: ServerProcess) -> dict[str, str]:
    made: dict[str, str] = json.loads(server.command("keys", "create", "mine", "--json"))
    return made


@pytest.fixture(scope="module")
def client(server: ServerProcess, key: dict[str, str]) -> Iterator[httpx2.Client]:
    with server.client(key["key"]) as client:
        yield client


@pytest.fixture(scope="module")
def run(client: httpx2.Client) -> str:
    return found(client, limit=5)


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> ServerProcess:
    return start_server()


@every_face
def test_no_cache_keeps_an_answer_or_a_refusal(
    client: httpx2.Client, server: ServerProcess, face: Face, run: str
) -> None:
    for path in (face.runs, face.run.format(run=run), face.run.format(run="x"), f"{face.runs}//"):
        assert client.get(path).headers["cache-control"] == NO_STORE, path
    assert client.post(face.posts, content=b"{").headers["cache-control"] == NO_STORE
    with server.client("wrong") as stranger:
        refused = stranger.get(face.runs)
        assert (refused.status_code, refused.headers["cache-control"]) == (401, NO_STORE)


def test_no_cache_keeps_a_stream_or_an_export(client: httpx2.Client, run: str) -> None:
    for path in (
        f"/netnew/runs/{run}/events",
        f"/v1beta/findall/runs/{run}/events",
        f"/v1/findall/runs/{run}/events",
        *(f"/netnew/runs/{run}/export?format={x}" for x in ("csv", "xlsx", "jsonl", "json", "md")),
        "/metrics",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, NO_STORE), path


def test_the_page_of_operations_may_be_kept(client: httpx2.Client) -> None:
    assert client.get("/docs").headers["cache-control"] == "no-cache"
    assert client.get("/docs/swagger-ui.css").headers["cache-control"] == "max-age=3600"


def test_a_line_of_the_log_names_the_key_and_never_has_it(
    server: ServerProcess, client: httpx2.Client, key: dict[str, str], run: str
) -> None:
    for path, name in ((f"/netnew/runs/{run}", "plain"), ("/v1/findall/runs/", "slash")):
        client.get(path, headers={"x-request-id": name})
        (line,) = server.heard(f"request={name}")
        assert f"key={key['id']}" in line
        assert f"path={path} " in f"{line} "
    client.get("/netnew/runs", headers={"x-api-key": "wrong", "x-request-id": "refused"})
    (line,) = server.heard("request=refused")
    assert "key=" not in line
    assert key["key"] not in "\n".join(server.log)


@pytest.mark.parametrize(
    ("name", "path", "code", "has_key"),
    [
        ("ws-whole", "/v1/findall/runs/{run}/ws", 1000, True),
        ("ws-unknown-run", "/v1/findall/runs/x/ws", 4404, True),
        ("ws-no-such-path", "/v1/findall/nothing", 403, False),
    ],
)
def test_a_socket_has_one_line_from_its_opening_to_its_close(
    server: ServerProcess,
    key: dict[str, str],
    run: str,
    name: str,
    path: str,
    code: int,
    has_key: bool,
) -> None:
    address = server.url.replace("http://", "ws://") + path.format(run=run)
    headers = {"x-request-id": name}
    with (
        contextlib.suppress(ConnectionClosed, InvalidStatus),
        connect(f"{address}?token={key['key']}", additional_headers=headers) as socket,
    ):
        assert socket.response is not None
        assert socket.response.headers["x-request-id"] == name
        while True:
            socket.recv()
    (line,) = server.heard(f"request={name}")
    assert re.search(rf"event=websocket path=\S+ code={code} ms=[\d.]+ ", line), line
    assert (f"key={key['id']}" in line) is has_key
    assert key["key"] not in "\n".join(server.log)


def test_a_socket_whose_client_is_gone_has_its_line(
    server: ServerProcess, client: httpx2.Client, key: dict[str, str]
) -> None:
    begun = client.post("/v1/findall/runs", json={"query": FACES[1].body["query"], "limit": 100})
    named = begun.json()["findall_id"]
    client.post(f"/netnew/runs/{named}/pause")
    address = server.url.replace("http://", "ws://") + f"/v1/findall/runs/{named}/ws"
    headers = {"x-request-id": "ws-gone", "authorization": f"Bearer {key['key']}"}
    with connect(address, additional_headers=headers) as socket:
        socket.recv()
    (line,) = server.heard("request=ws-gone")
    assert "code=1000" in line
    client.post(f"/netnew/runs/{named}/cancel")
