"""The suite's own web, served on loopback: gateway and search, as the product meets them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from evals.data_folder import Web, load_web
from evals.web_server import HOST, WebServer, serving, store_web

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Served:
    """A web under way: its pages and questions, and where it is served."""

    web: Web
    server: WebServer

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.server.ports[0]}"

    @property
    def source(self) -> str:
        return f"web:searxng={self.address}"


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    web = load_web(ROOT / "tests" / "web", "observatories")
    folder = tmp_path_factory.mktemp("served")
    store_web(web.pages, folder)
    with serving(folder) as server:
        yield Served(web, server)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
