"""Making plans and reading exclude lists: what is pure computation, and may take long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from netnew.domain.run import ExcludeList, RunSpec
from netnew.engine.planning.plan import Plan, plan
from netnew.engine.resolution.exclusions import Exclusions
from netnew.ports.judging import Judge
from netnew.ports.system import Clock


class PlanMaker(Protocol):
    """Where plans are made: here, or out of the way of an event loop."""

    async def plan(self, spec: RunSpec, judge: Judge, clock: Clock) -> Plan:
        """See `engine.plan.plan`. Raises InvalidInput."""
        ...

    async def exclusions(self, exclude: ExcludeList, keys: Sequence[str]) -> Exclusions:
        """See `Exclusions.of`."""
        ...


class InProcessPlanMaker:
    """In this thread."""

    async def plan(self, spec: RunSpec, judge: Judge, clock: Clock) -> Plan:
        return plan(spec, judge, clock)

    async def exclusions(self, exclude: ExcludeList, keys: Sequence[str]) -> Exclusions:
        return Exclusions.of(exclude, keys)
