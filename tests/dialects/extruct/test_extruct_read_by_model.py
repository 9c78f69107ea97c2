"""Where a model reads the query, criteria come once it has: one to five, and then for good."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from evals.oracle_prompt import Kind
from tests.dialects.extruct.requests import CRITERIA, create, get, polled
from tests.support.model_server import Asked, Reply, fails, says, threaded_model_server
from tests.support.promises import promises
from tests.support.prose_web import read
from tests.support.server_process import ServerProcess

_READ = [{"name": f"holds_{i}", "description": f"The observatory has {i} domes."} for i in range(7)]


@dataclass(slots=True)
class Reader:
    """Reads the query once it may, and judges nothing."""

    may: threading.Event = field(default_factory=threading.Event)

    def __call__(self, asked: Asked) -> Reply:
        if read(asked).kind is not Kind.PLAN:
            return fails(400)
        self.may.wait(60)
        told = {"entity_type": "observatory", "conditions": _READ, "enrichments": [], "queries": []}
        return says(told)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def client(reader: Reader, gateway: str, tmp_path: Path) -> Iterator[httpx2.Client]:
    """Of a server with a model."""
    with threaded_model_server(reader) as model:
        judge = f"only:compatible:m@{model.base_url}"
        server = ServerProcess(tmp_path, gateway, {"judge": judge, "model_tries": 1})
        try:
            with server.client(key="", authorization="Bearer token") as client:
                yield client
        finally:
            reader.may.set()
            server.stop()


@promises("extruct-criteria-made")
def test_criteria_are_null_until_the_model_has_read_the_query(
    client: httpx2.Client, reader: Reader
) -> None:
    short = {"budget": {"searches": 1}}
    given = create(client, criteria=CRITERIA, netnew=short)
    assert given["criteria"] == CRITERIA
    task = create(client, netnew=short)
    assert task["criteria"] is None
    assert get(client, task["id"])["criteria"] is None
    reader.may.set()
    seen = [x["criteria"] for x in polled(client, task["id"])]
    made = seen[-1]
    assert [x for x in seen if x not in (None, made)] == []
    assert [x["key"] for x in made] == ["holds_0", "holds_1", "holds_2", "holds_3", "further"]
    assert made[0]["criterion"] == "The observatory has 0 domes."
    assert "6 domes" in made[-1]["criterion"]
    assert list(polled(client, given["id"]))[-1]["criteria"] == CRITERIA
