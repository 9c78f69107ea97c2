"""A run begun over HTTP is there at once, however long the model takes to read it; and killed over
it, it is read by the next."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from evals.oracle_prompt import Kind
from evals.web_server import WebServer
from tests.support.model_server import SILENT, Asked, Reply, threaded_model_server
from tests.support.prose_web import MATCHES, PUPILS, TOWERS, careful, gateway, read, served, web
from tests.support.server_process import ServerProcess

OBJECTIVE = "Find all clockmaker workshops that look after tower clocks and take in apprentices."


@dataclass(slots=True)
class SlowReader:
    """Never answers the first time it is to read an objective."""

    begun: threading.Event = field(default_factory=threading.Event)
    readings: int = 0

    def __call__(self, asked: Asked) -> Reply:
        if read(asked).kind is not Kind.PLAN:
            return careful(asked)
        self.readings += 1
        self.begun.set()
        return SILENT if self.readings == 1 else careful(asked)


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with served(web(), tmp_path_factory.mktemp("valley") / "web") as server:
        yield server


def events(client: httpx2.Client, run_id: str) -> list[dict[str, Any]]:
    """All events of a run, once it has ended."""
    with client.stream("GET", f"/netnew/runs/{run_id}/events") as stream:
        lines = [x.removeprefix("data: ") for x in stream.iter_lines() if x.startswith("data: ")]
    return [json.loads(x) for x in lines]


def test_a_run_is_begun_at_once_and_read_once_though_its_server_is_killed(
    tmp_path: Path, valley: WebServer
) -> None:
    model = SlowReader()
    with threaded_model_server(model) as server:
        served_by = ServerProcess(
            tmp_path,
            gateway(valley),
            {"judge": f"only:compatible:m@{server.base_url}", "model_tries": 1},
        )
        try:
            with served_by.client() as client:
                asked = client.post("/v1/findall/runs", json={"query": OBJECTIVE, "limit": 100})
                assert asked.status_code == 202, asked.text
                run_id = asked.json()["findall_id"]
                assert model.begun.wait(60)
            served_by.kill()
            served_by.start()
            with served_by.client() as client:
                told = events(client, run_id)
                found = client.get(f"/netnew/runs/{run_id}/candidates", params={"limit": 100})
        finally:
            served_by.stop()
    kinds = [x["kind"] for x in told]
    assert told[-1]["status"] == "completed", told[-1]
    assert kinds.count("run.planned") == 1
    assert kinds[:3] == ["run.status", "run.status", "run.planned"]
    assert [x["seq"] for x in told] == list(range(1, len(told) + 1))
    assert model.readings == 2
    planned = told[2]
    assert len(planned["conditions"]) == len((TOWERS, PUPILS))
    names = {x["name"] for x in found.json()["candidates"] if x["match_status"] == "matched"}
    assert names == MATCHES
