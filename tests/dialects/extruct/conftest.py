"""A client with a token, and one task that has come to its end by itself."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.dialects.extruct.asking import CRITERIA, Task, done
from tests.support.served import ServerProcess


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Iterator[httpx2.Client]:
    with server.client(key="", authorization="Bearer token") as client:
        yield client


@pytest.fixture(scope="module")
def exhausted(client: httpx2.Client) -> Task:
    """The suite's question with criteria of its own; everything there is was found."""
    task = done(client, criteria=CRITERIA, desired_num_results=250)
    assert task["is_exhausted"]
    return task
