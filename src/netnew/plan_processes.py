"""Plans made in child processes, for a server: a question may take seconds to read, and its
regular expressions hold the interpreter's lock while they match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from netnew.app.plan_maker import InProcessPlanMaker
from netnew.cpu.processes import ChildProcesses, TookTooLong
from netnew.domain.errors import InvalidInput
from netnew.domain.run import ExcludeList, RunSpec
from netnew.engine.planning.plan import Plan, check, plan
from netnew.engine.resolution.exclusions import Exclusions
from netnew.judges.rules import RulesJudge
from netnew.ports.judging import Judge
from netnew.ports.system import Clock

# Seconds of a processor. A question that people ask takes milliseconds, twenty conditions of 10,000
# characters half a second.
_MAX_S = 1.0
# A hundred thousand entries take one.
_MAX_S_OF_LISTS = 60.0
# To hash fewer entries takes less than to have them sent.
_FEW_EXCLUDED = 20


class PlanProcesses:
    """Reads questions, conditions and exclude lists in child processes. A question or a condition
    that takes more than `_MAX_S` is refused, whichever judge is to decide: rules read it again
    with every candidate."""

    def __init__(self) -> None:
        self._children = ChildProcesses(__name__)

    async def plan(self, spec: RunSpec, judge: Judge, clock: Clock) -> Plan:
        """Raises InvalidInput naming the field, also where reading takes too long; TransientError,
        QuotaExceeded like `ChildProcesses.call`."""
        check(spec)
        asked = replace(spec, exclude=ExcludeList(), notes={})  # of no use for it, and may be large
        try:
            made = await self._children.call(_MAX_S, _plan, asked, clock.now())
        except TookTooLong:
            problem = f"reading it and its conditions takes more than {_MAX_S:g} s"
            raise InvalidInput("objective", problem, "a shorter or simpler question") from None
        whole = replace(made.spec, exclude=spec.exclude, notes=spec.notes)
        made = replace(made, spec=whole, judge_profile=str(judge.profile))
        if isinstance(judge, RulesJudge):
            return made
        return replace(made, unreadable=dict(judge.unreadable(whole.conditions)))

    async def exclusions(self, exclude: ExcludeList, keys: Sequence[str]) -> Exclusions:
        """Raises TransientError, QuotaExceeded like `ChildProcesses.call`."""
        if len(exclude) + len(keys) <= _FEW_EXCLUDED:
            return await InProcessPlanMaker().exclusions(exclude, keys)
        call = self._children.call
        return Exclusions.from_bytes(await call(_MAX_S_OF_LISTS, _exclusions, exclude, tuple(keys)))

    async def warm_up(self) -> None:
        await self._children.warm_up()

    async def aclose(self) -> None:
        await self._children.aclose()


class _Clock:
    """Stands still."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return 0.0


def _plan(spec: RunSpec, now: datetime) -> Plan:
    clock = _Clock(now)
    return plan(spec, RulesJudge(clock), clock)


def _exclusions(exclude: ExcludeList, keys: Sequence[str]) -> bytes:
    return Exclusions.of(exclude, keys).to_bytes()
