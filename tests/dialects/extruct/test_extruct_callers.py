"""Who may ask, and how a refusal looks."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx2
import pytest

from tests.dialects.conftest import StartServer
from tests.dialects.extruct.requests import TASKS, create, wrong_fields
from tests.support.promises import promises
from tests.support.server_process import OBJECTIVE, ServerProcess

_PATHS = (TASKS, f"{TASKS}/x", f"{TASKS}/x/results", "/v1/user", "/v1/billing")


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> ServerProcess:
    return start_server(serve_max_bytes=20_000)


@pytest.fixture(scope="module")
def keys(server: ServerProcess) -> tuple[str, str]:
    """Of two workspaces."""
    made = [
        json.loads(server.command("keys", "create", name, "--workspace", name, "--json"))
        for name in ("mine", "theirs")
    ]
    return made[0]["key"], made[1]["key"]


@pytest.fixture(scope="module")
def client(server: ServerProcess, keys: tuple[str, str]) -> Iterator[httpx2.Client]:
    with server.client(key="", authorization=f"Bearer {keys[0]}") as client:
        yield client


@promises("extruct-healthcheck")
def test_health_is_told_to_anybody(server: ServerProcess) -> None:
    with server.client(key="") as anybody:
        answer = anybody.get("/v1/healthcheck")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@promises("extruct-bearer", "extruct-errors")
@pytest.mark.parametrize("given", [{}, {"authorization": "token"}, {"authorization": "Basic eDp5"}])
def test_without_a_bearer_token_nothing_is_answered(
    server: ServerProcess, given: dict[str, str]
) -> None:
    with server.client(key="", **given) as client:
        answers = [client.get(path) for path in _PATHS]
        answers.append(client.post(TASKS, json={"query": OBJECTIVE}))
        answers.append(client.post(f"{TASKS}/x/resume", json={}))
    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert isinstance(answer.json()["detail"], str)


@promises("extruct-bearer", "extruct-unknown-task", "extruct-exclude-unknown-task")
def test_a_task_of_another_workspace_is_not_there(
    server: ServerProcess, client: httpx2.Client, keys: tuple[str, str]
) -> None:
    task_id = create(client, desired_num_results=1)["id"]
    with server.client(key="", authorization=f"Bearer {keys[1]}") as other:
        assert other.get(TASKS).json() == []
        answers = [
            other.get(f"{TASKS}/{task_id}"),
            other.get(f"{TASKS}/{task_id}/results"),
            other.post(f"{TASKS}/{task_id}/resume", json={}),
            other.post(f"{TASKS}/{task_id}/pause"),
            other.post(TASKS, json={"query": OBJECTIVE, "exclude_task_ids": [task_id]}),
        ]
        assert other.get("/v1/user").json()["organization_slug"] == "theirs"
    assert [x.status_code for x in answers] == [404] * 5
    assert client.get(f"{TASKS}/{task_id}").status_code == 200
    with server.client(key="", authorization="Bearer wrong") as nobody:
        assert nobody.get(f"{TASKS}/{task_id}").status_code == 401


@promises("extruct-unknown-task", "extruct-errors")
@pytest.mark.parametrize(
    "task_id", ["0b9d7a52-6c5e-4f0c-9a55-7d1f6a3f2c11", "none", "7", "%00", "a%20b", "cand_0"]
)
def test_what_is_no_task_is_not_found(client: httpx2.Client, task_id: str) -> None:
    for answer in (
        client.get(f"{TASKS}/{task_id}"),
        client.get(f"{TASKS}/{task_id}/results"),
        client.post(f"{TASKS}/{task_id}/resume", json={}),
    ):
        assert answer.status_code == 404
        assert isinstance(answer.json()["detail"], str)


@promises("extruct-errors")
def test_a_body_that_is_no_json_or_too_large_is_refused(client: httpx2.Client) -> None:
    json_type = {"content-type": "application/json"}
    for wrong in (b"", b"{", b'{"query": NaN}', b'{"query": "\xff"}', b"[" * 100 + b"]" * 100):
        answer = client.post(TASKS, content=wrong, headers=json_type)
        assert wrong_fields(answer) == [["body"]]
    large = client.post(TASKS, json={"query": "x" * 30_000})
    assert large.status_code == 413
    assert isinstance(large.json()["detail"], str)


@promises("extruct-errors")
def test_the_document_tells_every_refusal(client: httpx2.Client) -> None:
    document = client.get("/openapi/extruct.json").json()
    told = {
        (method, path): set(operation["responses"])
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    always = {"200", "401", "403", "422", "429", "503"}
    one = f"{TASKS}/{{task_id}}"
    assert told == {
        ("post", TASKS): always | {"404", "413"},
        ("get", TASKS): always,
        ("get", one): always | {"404"},
        ("get", f"{one}/results"): always | {"404"},
        ("post", f"{one}/resume"): always | {"400", "404", "413"},
        ("post", f"{one}/pause"): always | {"400", "404"},
        ("get", "/v1/user"): always,
        ("get", "/v1/billing"): always,
        ("get", "/v1/healthcheck"): {"200"},
    }
    for method, path in told:
        security = document["paths"][path][method].get("security")
        assert security == (None if path == "/v1/healthcheck" else [{"HTTPBearer": []}])
    resume = document["components"]["schemas"]["ResumeDiscoveryTaskInput"]
    asked = resume["properties"]["desired_new_results"]
    assert (asked["default"], asked["minimum"], asked["maximum"]) == (25, 0, 250)
