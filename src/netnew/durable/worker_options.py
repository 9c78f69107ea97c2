"""What a worker is told when it is opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from netnew.durable.workflow_ids import own_queue, queue_name


@dataclass(frozen=True, slots=True)
class Tick:
    """Something done now and then by every worker that takes all: at its start, then each
    `every_s`. Several processes may do it at once. What it raises is logged."""

    every_s: float
    do: Callable[[], Awaitable[object]]
    name: str


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """`home`: the id of its HOME. `takes_all`: work on the runs of the shared queue and of its
    HOME's, take over dead workers', and do the ticks; else only on its private queue.
    `runs_at_once`: from each queue; the newest worker's counts for the queues they share.
    `leave_within_s`: how long a current step may go on when the worker is to leave."""

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
