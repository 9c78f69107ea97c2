"""The ports of the surrounding system: time, ids, and the queue of runs."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from netnew.domain.ids import RunId
from netnew.ports.store import Join


class RunQueue(Protocol):
    """Where generations of runs wait for a worker."""

    def start_run(
        self,
        run_id: RunId,
        generation: int,
        *,
        place: str = "",
        worker_id: str = "",
        after_s: float = 0.0,
    ) -> Join:
        """Return what enqueues a generation: for the worker, otherwise the place, otherwise all.
        Nobody takes it before `after_s` seconds are over."""
        ...

    async def resume(
        self, run_id: RunId, generation: int, *, place: str = "", worker_id: str = ""
    ) -> None:
        """Enqueue again a generation whose worker is gone."""
        ...

    async def forget(self, older_than: datetime) -> int:
        """Delete the engine's rows of generations that ended before."""
        ...


class Clock(Protocol):
    def now(self) -> datetime:
        """The current time, timezone-aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a monotonic clock."""
        ...


class Ids(Protocol):
    def uuid(self) -> UUID:
        """A new uuid4."""
        ...
