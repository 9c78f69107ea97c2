"""What the use cases are given besides the store."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from netnew.domain.event import Event
from netnew.domain.ids import RunId
from netnew.domain.run import RunSpec
from netnew.engine.parts import Judging
from netnew.plan_maker import PlanMaker, PlanMakerHere
from netnew.ports import Clock, Ids, Join
from netnew.working import OpenParts


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
        """What puts a generation on a queue: of the worker, else of the place, else of all. Nobody
        takes it before `after_s` seconds are over."""
        ...

    async def resume(
        self, run_id: RunId, generation: int, *, place: str = "", worker_id: str = ""
    ) -> None:
        """Put one back whose worker is gone."""
        ...

    async def forget(self, older_than: datetime) -> int:
        """Delete what is kept of generations that ended before."""
        ...


class Watch(Protocol):
    """Follows a run: events in lists, without a gap, as they are committed."""

    def __call__(
        self, run_id: RunId, after: int = 0, until_terminal: bool = True
    ) -> AsyncGenerator[list[Event], None]: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Made by `bootstrap`.

    `queue` opens the queue when it is first needed; None where runs are only worked on by `work`.
    `place_of`: the HOME that alone can work on a spec ("" for any). `worker_lives`: whether the
    worker of an id beats (None: all do).
    """

    clock: Clock
    ids: Ids
    judging: Callable[[RunSpec], Awaitable[Judging]]
    default_sources: Sequence[str]
    open_parts: OpenParts
    queue: Callable[[], Awaitable[RunQueue]] | None = None
    place_of: Callable[[RunSpec], str] = lambda spec: ""
    watch: Watch | None = None
    worker_lives: Callable[[str], Awaitable[bool]] | None = None
    plan_maker: PlanMaker = PlanMakerHere()
