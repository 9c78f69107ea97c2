"""A real server (`netnew serve` in a process of its own) over the suite's own web."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from evals.data_folder import load_web
from evals.web_server import HOST, serving, store_web
from tests.support.server_process import ServerProcess

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the web: every fetch and search goes there."""
    web = load_web(ROOT / "tests" / "web", "observatories")
    folder = tmp_path_factory.mktemp("web")
    store_web(web.pages, folder)
    with serving(folder) as server:
        yield f"http://{HOST}:{server.ports[0]}"


StartServer = Callable[..., ServerProcess]


@pytest.fixture(scope="module")
def start_server(gateway: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """Starts servers, each in a HOME of its own unless `home` is given; all are stopped at the end.
    Further settings by name (`serve_streams=3`), options of the command as `options`."""
    started: list[ServerProcess] = []

    def start(
        home: Path | None = None,
        options: Sequence[str] = (),
        descriptors: int | None = None,
        **settings: object,
    ) -> ServerProcess:
        folder = home or tmp_path_factory.mktemp("home")
        server = ServerProcess(folder, gateway, settings, options, descriptors)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> ServerProcess:
    """One server for the tests of a module; no key was made, so any opens it."""
    return start_server()
