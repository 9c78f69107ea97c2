"""What the use cases are given besides the store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from netnew.app.plan_maker import InProcessPlanMaker, PlanMaker
from netnew.app.run_executor import OpenContext
from netnew.domain.run import RunSpec
from netnew.engine.context import JudgeSetup
from netnew.ports.store import EventWatch
from netnew.ports.system import Clock, Ids, RunQueue


@dataclass(frozen=True, slots=True)
class ServiceDependencies:
    """Made by `bootstrap`.

    `queue` opens the queue when it is first needed; None where runs are only worked on by `work`.
    `place_of`: the only HOME that can work on a spec ("" for any). `worker_lives`: whether the
    worker of an id beats (None: all do).
    """

    clock: Clock
    ids: Ids
    judging: Callable[[RunSpec], Awaitable[JudgeSetup]]
    default_sources: Sequence[str]
    open_context: OpenContext
    queue: Callable[[], Awaitable[RunQueue]] | None = None
    place_of: Callable[[RunSpec], str] = lambda spec: ""
    watch: EventWatch | None = None
    worker_lives: Callable[[str], Awaitable[bool]] | None = None
    plan_maker: PlanMaker = InProcessPlanMaker()
