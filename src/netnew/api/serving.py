"""One process that serves: the API, and beside it a worker and the deliverer of webhooks."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from netnew.api.app import make_app
from netnew.api.house import House
from netnew.domain.errors import InvalidInput
from netnew.settings import Settings

# What is answered just now may end; streams end at once.
_LEAVES_WITHIN_S = 10
_POLITE = ("SIGINT", "SIGTERM")


class _Server(uvicorn.Server):
    """Leaves the signals to us: the worker beside it is to leave, too."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(house: House, app: ASGIApp | None = None) -> AsyncIterator[int]:
    """Serve on the host and port of the settings while this is open; the port it is (with port 0,
    one that was free). Raises InvalidInput where the address cannot be had."""
    settings = house.settings
    config = uvicorn.Config(
        app or make_app(house),
        host=settings.host,
        port=settings.port,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_LEAVES_WITHIN_S,
        proxy_headers=False,
        ws_max_size=65_536,
        h11_max_incomplete_event_size=65_536,
    )
    server = _Server(config)
    sockets = [_bound(config, settings)]
    served = asyncio.create_task(server.serve(sockets), name="netnew-api")
    try:
        while not server.started and not served.done():  # noqa: ASYNC110 (it has no event of it)
            await asyncio.sleep(0.01)
        yield int(sockets[0].getsockname()[1])
    finally:
        house.closing.set()
        server.should_exit = True
        await served


def _bound(config: uvicorn.Config, settings: Settings) -> socket.socket:
    try:
        return config.bind_socket()
    except (OSError, SystemExit) as error:
        problem = f"{settings.host}:{settings.port} cannot be listened on"
        raise InvalidInput("port", problem, "a free port of this machine") from error


@contextmanager
def polite_leaving() -> Iterator[asyncio.Event]:
    """Set by the first SIGINT or SIGTERM."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows; not the main thread
        for name in _POLITE:
            loop.add_signal_handler(getattr(signal, name), asked.set)
    yield asked
