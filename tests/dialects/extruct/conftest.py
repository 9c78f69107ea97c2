"""One server for all of these tests, a client with a token, and a task that has come to its end."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.dialects.extruct.requests import CRITERIA, DEAD_SOURCE, Task, done
from tests.support.server_process import ServerProcess


@pytest.fixture(scope="package")
def server(gateway: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Callers may name a source that never answers."""
    home = tmp_path_factory.mktemp("home")
    server = ServerProcess(home, gateway, {"serve_sources": DEAD_SOURCE})
    yield server
    server.stop()


@pytest.fixture(scope="package")
def client(server: ServerProcess) -> Iterator[httpx2.Client]:
    with server.client(key="", authorization="Bearer token") as client:
        yield client


@pytest.fixture(scope="package")
def exhausted(client: httpx2.Client) -> Task:
    """The suite's question with criteria of its own; everything there is was found."""
    task = done(client, criteria=CRITERIA, desired_num_results=250)
    assert task["is_exhausted"]
    return task
