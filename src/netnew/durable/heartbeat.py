"""The thread that renews a worker's row and takes over from dead workers.

It has its own event loop, so that a busy worker is not considered dead.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from netnew.db.database import Database
from netnew.domain.errors import NetnewError
from netnew.durable.reaper import Reaper
from netnew.durable.worker_registry import WorkerRow, register, renew

_REAP_EVERY_S = 1.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HeartbeatTiming:
    beat_s: float
    dead_after_s: float


class Heartbeat:
    """`lost` is called when another worker has claimed this worker's row, `back` once it has a
    new one; both run in this thread."""

    def __init__(
        self,
        database: Database,
        row: WorkerRow,
        rhythm: HeartbeatTiming,
        reaper: Reaper,
        lost: Callable[[], None],
        back: Callable[[], Awaitable[None]],
    ) -> None:
        self._database = database
        self._row = row
        self._rhythm = rhythm
        self._reaper = reaper
        self._lost = lost
        self._back = back
        self._is_lost = False
        self._loop = asyncio.new_event_loop()
        self._reaping: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self._looked = threading.Event()
        self._thread = threading.Thread(target=self._run, name="netnew-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def has_looked(self) -> bool:
        """Whether it has looked for dead workers at least once."""
        return self._looked.is_set()

    def stop_reaping(self) -> None:
        """Start no further takeover; others finish one that is interrupted."""
        self._loop.call_soon_threadsafe(self._stop_reaping)

    def stop(self) -> None:
        """End the thread; blocks until it has."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._watch())

    async def _watch(self) -> None:
        self._reaping = asyncio.create_task(self._reap())
        while not self._over.is_set():
            await self._attempt(self._beat())
            await self._pause(self._rhythm.beat_s)
        self._stop_reaping()
        await asyncio.wait({self._reaping})

    def _stop_reaping(self) -> None:
        if self._reaping is not None:
            self._reaping.cancel()

    async def _beat(self) -> None:
        now = datetime.now(UTC)
        if await renew(self._database, self._row.id, now):
            return
        if not self._is_lost:
            _log.warning("taken for dead; its runs are others' now", worker=self._row.id)
            self._is_lost = True
            self._lost()
        if await register(self._database, replace(self._row, beat_at=now)):
            await self._back()
            self._is_lost = False

    async def _reap(self) -> None:
        every_s = min(_REAP_EVERY_S, self._rhythm.beat_s)
        slowly = max(1, round(self._rhythm.dead_after_s / every_s))
        turn = 0
        while True:
            if self._row.takes_all:
                if turn % slowly == 0:
                    await self._attempt(self._reaper.find_nameless())
                await self._attempt(self._reaper.reap())
            if turn % slowly == 0:
                await self._attempt(self._reaper.find_strays())
            self._looked.set()
            turn += 1
            await asyncio.sleep(every_s)

    async def _attempt(self, what: Awaitable[None]) -> None:
        """Failures are retried at the next turn."""
        try:
            await what
        except NetnewError as error:
            _log.warning("the watch of workers failed", error=str(error))
        except Exception as error:
            _log.exception("the watch of workers failed", error=str(error))

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            return
