"""Two servers for all tests of Scout, and a run that several of them look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.dialects.scout.requests import AWAY, begun, ended
from tests.support.server_process import ServerProcess

BEARER = {"key": "", "authorization": "Bearer sk_test"}


@pytest.fixture(scope="session")
def server(gateway: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    started = ServerProcess(tmp_path_factory.mktemp("scout"), gateway, {})
    yield started
    started.stop()


@pytest.fixture(scope="session")
def scout(server: ServerProcess) -> Iterator[httpx2.Client]:
    with server.client(**BEARER) as client:
        yield client


@pytest.fixture(scope="session")
def completed(scout: httpx2.Client) -> dict[str, Any]:
    """A run of five rows that no test changes."""
    return ended(scout, begun(scout)["findall_id"])


@pytest.fixture(scope="session")
def slow_server(gateway: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Its runs have rows after a second or two, and end some seconds later. It may tell webhooks
    on this machine, and takes four streams at a time."""
    settings = {
        "search_rate_per_s": 20,
        "serve_sources": AWAY,
        "serve_streams_per_key": 4,
        "webhook_private_addresses": True,
    }
    started = ServerProcess(tmp_path_factory.mktemp("slow"), gateway, settings)
    yield started
    started.stop()


@pytest.fixture
def slow(slow_server: ServerProcess) -> Iterator[httpx2.Client]:
    with slow_server.client(**BEARER) as client:
        yield client
