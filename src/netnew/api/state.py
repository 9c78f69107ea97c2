"""What all dialects share while the server runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fastapi import FastAPI
from starlette.requests import HTTPConnection

from netnew.api import metrics
from netnew.api.database_wait import DatabaseWait
from netnew.api.limits import BoundedQueue, RateLimiter, StreamQuota
from netnew.api.readiness import Readiness
from netnew.app.service import Service
from netnew.cpu.account import CpuBudgets
from netnew.cpu.fair_queue import FairQueue
from netnew.cpu.threads import OffLoop
from netnew.domain.ids import WorkspaceId
from netnew.ports.api import IdempotencyStore, KeyStore, StoreStats, WebhookStore
from netnew.ports.system import Clock, Ids
from netnew.settings import Settings

EXPORTS_AT_ONCE = 2
# Each holds all rows of a run in memory, so others must wait.
_EXPORTS_WAITING = 8
# Large bodies are in memory, raw and parsed, while they are read; others wait.
_BODIES_AT_ONCE = 64
_BODIES_PER_KEY = 4


@dataclass(slots=True)
class ApiState:
    """Created at the start of the server. `closing` is set on shutdown: streams end then.
    `check_database`: reads and writes something small. Raises StoreBusy, StoreDamaged."""

    settings: Settings
    service_of: Callable[[WorkspaceId], Service]
    keys: KeyStore
    answers: IdempotencyStore
    webhooks: WebhookStore
    figures: Callable[[], Awaitable[StoreStats]]
    clock: Clock
    ids: Ids
    database_wait: DatabaseWait
    check_database: Callable[[], Awaitable[None]]
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    requests: RateLimiter = field(init=False)
    begun: RateLimiter = field(init=False)
    streams: StreamQuota = field(init=False)
    exports: BoundedQueue = field(init=False)
    readiness: Readiness = field(init=False)
    cpu: CpuBudgets = field(init=False)
    bodies: FairQueue = field(init=False)
    off_loop: OffLoop = field(init=False)

    def __post_init__(self) -> None:
        settings, now = self.settings, self.clock.monotonic
        rate = settings.serve_rate_per_s
        self.requests = RateLimiter(rate, 10 * rate, now, f"{rate:g} a second for one key")
        an_hour = settings.serve_runs_per_hour
        self.begun = RateLimiter(
            an_hour / 3600, an_hour, now, f"{an_hour} runs an hour for one key"
        )
        self.readiness = Readiness(self._check_database, now)
        cpu_per_s = settings.serve_cpu_per_s
        self.cpu = CpuBudgets(cpu_per_s, 10 * cpu_per_s, now)
        self.bodies = FairQueue(_BODIES_AT_ONCE, _BODIES_PER_KEY)
        self.off_loop = OffLoop()
        self.exports = BoundedQueue(EXPORTS_AT_ONCE, _EXPORTS_WAITING)
        most, max_per_key = settings.serve_streams, settings.serve_streams_per_key
        self.streams = StreamQuota(most, max_per_key, metrics.streams.set)

    async def _check_database(self) -> None:
        await self.check_database()

    def attach(self, dialect: FastAPI) -> FastAPI:
        """Attach this to a dialect's application for its routes."""
        dialect.state.api = self
        return dialect


def api_state(connection: HTTPConnection) -> ApiState:
    """The state of the application that a request or WebSocket came to."""
    api = connection.app.state.api
    assert isinstance(api, ApiState)
    return api
