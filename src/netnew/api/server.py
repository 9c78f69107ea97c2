"""One server process: listening and shutdown."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from socket import socket

import uvicorn
from starlette.types import ASGIApp

from netnew.api.app import make_app
from netnew.api.connections import ConnectionLimits, connection_limits
from netnew.api.http_protocol import limited_protocols
from netnew.api.listening import BACKLOG, listening
from netnew.api.log_damping import damped_logs
from netnew.api.state import ApiState
from netnew.api.tracing import tracing

# Time for requests in progress; streams end immediately.
_LEAVES_WITHIN_S = 10
# Time for cleanup on an immediate shutdown.
_TIDIES_WITHIN_S = 2.0
_POLITE = ("SIGINT", "SIGTERM")
# asyncio (3.11) tries to accept this often in a row, and tells of each failure, where no descriptor
# is left. The kernel's queue is as long as `BACKLOG`.
_ACCEPTED_IN_A_ROW = 8
LEFT_AT_ONCE = 130
"""The exit code after a second signal."""


class _Server(uvicorn.Server):
    """Leaves signals to us, because the worker in this process must stop, too."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve(
    api: ApiState, app: ASGIApp | None = None, listens: socket | None = None
) -> AsyncIterator[int]:
    """Serve on the host and port of the settings, or on `listens`, while this is open; yields the
    port.

    On exit, `/readyz` answers 503, streams end, and after the drain time nothing new is
    accepted; requests in progress are answered. Raises InvalidInput if the address is not
    available."""
    settings = api.settings
    listens = listens or listening(settings.host, settings.port)
    with tracing() as traced, damped_logs("uvicorn.error", "asyncio", "netnew.api.http_protocol"):
        limits = connection_limits(settings)
        server = _Server(_config(traced(app or make_app(api)), limits))
        served = asyncio.create_task(server.serve([listens]), name="netnew-api")
        try:
            while not server.started and not served.done():  # noqa: ASYNC110 (it has no event)
                await asyncio.sleep(0.01)
            listens.listen(BACKLOG)  # asyncio has shortened the kernel's queue to its own batch
            yield int(listens.getsockname()[1])
            api.closing.set()
            await asyncio.sleep(settings.serve_drain_s)
        finally:
            api.closing.set()
            server.should_exit = True
            await served


def _config(app: ASGIApp, limits: ConnectionLimits) -> uvicorn.Config:
    http, websocket = limited_protocols(limits)
    return uvicorn.Config(
        app,
        http=http,
        ws=websocket if websocket is not None else "none",
        backlog=_ACCEPTED_IN_A_ROW,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_LEAVES_WITHIN_S,
        proxy_headers=False,
        ws_max_size=65_536,
    )


@dataclass(slots=True)
class GracefulShutdown:
    """`asked`: set by the first signal. `at_once`: whether there was a second."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: bool = False


@contextmanager
def graceful_shutdown() -> Iterator[GracefulShutdown]:
    """SIGINT or SIGTERM starts a shutdown; a second one does not wait for work in progress. What
    has not been cleaned up then is left as after a kill, which loses nothing."""
    loop, leaving, this = asyncio.get_running_loop(), GracefulShutdown(), asyncio.current_task()

    def heed() -> None:
        if leaving.asked.is_set() and not leaving.at_once and this is not None:
            leaving.at_once = True
            last = threading.Timer(_TIDIES_WITHIN_S, os._exit, (LEFT_AT_ONCE,))
            last.daemon = True
            last.start()
            this.cancel()
        leaving.asked.set()

    with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows; not the main thread
        for name in _POLITE:
            loop.add_signal_handler(getattr(signal, name), heed)
    try:
        yield leaving
    except asyncio.CancelledError:
        if not leaving.at_once:
            raise
