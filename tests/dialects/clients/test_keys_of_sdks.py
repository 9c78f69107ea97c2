"""What the SDKs make of keys, once there are any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.clients import SCRIPTS, program, run, typescript
from tests.support.promises import promises
from tests.support.server_process import ServerProcess


@pytest.fixture(scope="module")
def key(server: ServerProcess) -> str:
    """The only key that opens the server."""
    return server.command("keys", "create", "sdk").split()[-1]


def refused(
    environment: str, url: str, folder: Path, key: str, request: pytest.FixtureRequest
) -> Any:
    if environment == "node":
        request.getfixturevalue("node")
        return typescript(SCRIPTS / "parallel_keys.ts", url, folder, PARALLEL_API_KEY=key).saw()
    command = [program(environment), SCRIPTS / "parallel_keys.py"]
    return run(command, url, folder, PARALLEL_API_KEY=key).saw()


@promises("client-python-keys", "parallel-key-header")
@pytest.mark.parametrize("environment", ["parallel-newest", "parallel-langchain", "node"])
def test_a_wrong_key_is_the_sdks_authentication_error(
    server: ServerProcess,
    key: str,
    tmp_path: Path,
    environment: str,
    request: pytest.FixtureRequest,
) -> None:
    name, status, message = refused(environment, server.url, tmp_path, "nnk_wrong", request)
    assert (name, status) == ("AuthenticationError", 401)
    assert key not in message
    name, status, _ = refused(environment, server.url, tmp_path, key, request)
    assert (name, status) == ("NotFoundError", 404)
