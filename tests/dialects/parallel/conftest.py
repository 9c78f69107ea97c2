"""One finished run for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.dialects.parallel.requests import create, finished
from tests.support.server_process import ServerProcess


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Iterator[httpx2.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def done(client: httpx2.Client) -> dict[str, Any]:
    """A run of the suite's question that has come to its end by itself."""
    return finished(client, create(client)["findall_id"])
