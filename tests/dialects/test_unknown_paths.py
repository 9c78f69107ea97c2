"""What is not there is refused in the shape that the clients of its address read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.support.promises import promises
from tests.support.server_process import ServerProcess

Shape = Callable[[Any], str]

PARALLEL = ("/v1beta", "/v1beta/findall", "/v1beta/findall/runs/x/nothing", "/v1beta/memory/clear")
SCOUT = (
    *(f"/v1/{x}" for x in ("search", "searches", "extract", "monitors", "task", "tasks", "jobs")),
    *("/v1/chat/completions", "/v1/findall/nothing", "/v1/lists/runs/x/nothing", "/v1/page/html"),
    *("/v1/company", "/v1", "/v1/nothing"),
)
EXTRUCT = (
    *("/v1/tables", "/v1/tables/x/rows", "/v1/companies/search", "/v1/deep_research_tasks"),
    *("/v1/discovery_tasks/x/nothing", "/v1/user/nothing", "/v1/billing/nothing"),
)
OWN = ("/netnew", "/netnew/nothing", "/netnew/runs/x/nothing")


def of_parallel(body: Any) -> str:
    assert body["type"] == "error"
    assert body["error"]["ref_id"]
    return str(body["error"]["message"])


def of_detail(body: Any) -> str:
    assert list(body) == ["detail"]
    return str(body["detail"])


def of_own(body: Any) -> str:
    assert body["error"]["fields"] == []
    assert body["error"]["code"] in ("not_found", "method_not_allowed")
    return str(body["error"]["message"])


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Any:
    with server.client() as client:
        yield client


SHAPES = ((PARALLEL, of_parallel), (SCOUT, of_detail), (EXTRUCT, of_detail), (OWN, of_own))


@promises("parallel-errors", "scout-errors", "extruct-errors")
@pytest.mark.parametrize(
    ("path", "message_of"), [(path, shape) for paths, shape in SHAPES for path in paths]
)
def test_an_unknown_path_is_refused_in_its_vendors_shape(
    client: httpx2.Client, path: str, message_of: Shape
) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = client.request(method, path)
        assert answer.status_code == 404, (method, answer.text)
        assert f"{method} {path}" in message_of(answer.json())
    of_scout = answer.headers.get("x-cache") is not None
    assert of_scout is (path in SCOUT)


@pytest.mark.parametrize(
    ("path", "method", "allowed", "message_of"),
    [
        ("/v1beta/findall/runs", "DELETE", "GET, POST", of_parallel),
        ("/v1beta/findall/ingest", "GET", "POST", of_parallel),
        ("/v1beta/findall/runs/x/cancel", "PUT", "POST", of_parallel),
        ("/v1/findall", "GET", "POST", of_detail),
        ("/v1/findall/runs", "PATCH", "GET, POST", of_detail),
        ("/v1/discovery_tasks", "DELETE", "GET, POST", of_detail),
        ("/v1/discovery_tasks/x", "POST", "GET", of_detail),
        ("/v1/user", "POST", "GET", of_detail),
        ("/netnew/runs/x", "POST", "GET, DELETE", of_own),
        ("/healthz", "POST", "GET", of_detail),
    ],
)
def test_a_wrong_method_is_told_which_are_right(
    client: httpx2.Client, path: str, method: str, allowed: str, message_of: Shape
) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert f"{method} {path}" in message_of(answer.json())
