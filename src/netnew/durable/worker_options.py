"""The options of a worker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from netnew.durable.workflow_ids import own_queue, queue_name


@dataclass(frozen=True, slots=True)
class Tick:
    """A periodic task of every worker that takes all runs: at its start, then each `every_s`.
    Several processes may do it at once. Exceptions are logged."""

    every_s: float
    do: Callable[[], Awaitable[object]]
    name: str


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """`home`: the id of its HOME. `takes_all`: work on the shared queue and its HOME's queue,
    take over from dead workers, and run the ticks; otherwise only its private queue.
    `runs_at_once`: per queue; for shared queues the newest worker's value counts.
    `leave_within_s`: how long current steps may take on shutdown."""

    home: str
    takes_all: bool
    runs_at_once: int = 64
    beat_s: float = 5.0
    dead_after_s: float = 30.0
    poll_s: float = 0.1
    leave_within_s: float = 10.0
    ticks: tuple[Tick, ...] = field(default=())

    def queues(self, worker_id: str) -> list[str]:
        if not self.takes_all:
            return [own_queue(worker_id)]
        places = [queue_name(self.home)] if self.home else []
        return [own_queue(worker_id), queue_name(), *places]
