"""What all dialects share while the server is up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fastapi import FastAPI
from starlette.requests import HTTPConnection

from netnew.api import metrics
from netnew.api.database_wait import DatabaseWait
from netnew.api.rates import Rates
from netnew.api.readiness import Readiness
from netnew.api.slots import Slots
from netnew.api.turns import Turns
from netnew.cpu.account import CpuBudgets
from netnew.cpu.threads import OffLoop
from netnew.cpu.turns import OwnerTurns
from netnew.domain.ids import WorkspaceId
from netnew.face_ports import AnswerStore, Figures, KeyStore, WebhookStore
from netnew.ports import Clock, Ids
from netnew.service import Service
from netnew.settings import Settings

EXPORTS_AT_ONCE = 2
# All rows of a run are in memory for each, so that others have to wait.
_EXPORTS_WAITING = 8
# Large bodies are in memory, whole and parsed, while they are read; others wait to be sent.
_BODIES_AT_ONCE = 64
_BODIES_PER_KEY = 4


@dataclass(slots=True)
class House:
    """Made at the start of the server. `closing` is set when it is to stop: streams end then.
    `check_database`: reads and writes something small. Raises StoreBusy, StoreDamaged."""

    settings: Settings
    service_of: Callable[[WorkspaceId], Service]
    keys: KeyStore
    answers: AnswerStore
    webhooks: WebhookStore
    figures: Callable[[], Awaitable[Figures]]
    clock: Clock
    ids: Ids
    database_wait: DatabaseWait
    check_database: Callable[[], Awaitable[None]]
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    requests: Rates = field(init=False)
    begun: Rates = field(init=False)
    streams: Slots = field(init=False)
    exports: Turns = field(init=False)
    readiness: Readiness = field(init=False)
    cpu: CpuBudgets = field(init=False)
    bodies: OwnerTurns = field(init=False)
    off_loop: OffLoop = field(init=False)

    def __post_init__(self) -> None:
        settings, now = self.settings, self.clock.monotonic
        rate = settings.serve_rate_per_s
        self.requests = Rates(rate, 10 * rate, now, f"{rate:g} a second for one key")
        an_hour = settings.serve_runs_per_hour
        self.begun = Rates(an_hour / 3600, an_hour, now, f"{an_hour} runs an hour for one key")
        self.readiness = Readiness(self._check_database, now)
        cpu_per_s = settings.serve_cpu_per_s
        self.cpu = CpuBudgets(cpu_per_s, 10 * cpu_per_s, now)
        self.bodies = OwnerTurns(_BODIES_AT_ONCE, _BODIES_PER_KEY)
        self.off_loop = OffLoop()
        self.exports = Turns(EXPORTS_AT_ONCE, _EXPORTS_WAITING)
        most, most_per_key = settings.serve_streams, settings.serve_streams_per_key
        self.streams = Slots(most, most_per_key, metrics.streams.set)

    async def _check_database(self) -> None:
        await self.check_database()

    def moves_into(self, dialect: FastAPI) -> FastAPI:
        """Let the routes of a dialect find this."""
        dialect.state.house = self
        return dialect


def house_of(connection: HTTPConnection) -> House:
    """The house of the application that a request or a socket came to."""
    house = connection.app.state.house
    assert isinstance(house, House)
    return house
