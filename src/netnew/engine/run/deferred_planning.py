"""A run that was begun unread has its objective read before its first round.

Whoever asks is answered at once; the model, which may take a minute, is asked by the worker. What
it read is written into the run once, with the event that tells of it, and is what holds from then
on: whoever takes the run over later reads nothing again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog

from netnew.domain.budget import Spend
from netnew.domain.errors import InvalidInput, TakenOver
from netnew.domain.event import RunStatusChanged
from netnew.domain.run import Run, RunSpec, RunStatus, StopRequest
from netnew.engine.context import RunContext
from netnew.engine.planning.model_reader import ingest
from netnew.engine.planning.plan import Plan, plan
from netnew.engine.run.recorder import as_planned
from netnew.engine.run.replay import FixedClock
from netnew.engine.run.transitions import stopped
from netnew.ports.store import Changes
from netnew.ports.system import Clock

# How often is looked, while the model reads, whether the run is to stop.
_LOOK_EVERY_S = 0.25
_log = structlog.get_logger(__name__)


async def plan_if_deferred(run: Run, context: RunContext) -> Run:
    """`run`, just taken, as it is once its objective is read; or ended or paused, where that was
    asked for meanwhile. Where the model has no answer, or a cap of the day is reached, rules read
    it.

    Raises TakenOver, ModelMisconfigured.
    """
    reading = _Reading(run, context)
    while reading.run.spec.unread and is_under_way(reading.run):
        await reading.once()
    return reading.run


def is_under_way(run: Run) -> bool:
    """Whether there is something to be done for it."""
    return not run.status.is_terminal and run.status is not RunStatus.PAUSED


@dataclass(slots=True)
class _Reading:
    """`spent` is what the model took and is not written down yet."""

    run: Run
    context: RunContext
    spent: Spend = Spend()

    async def once(self) -> None:
        """Read, and write down what was read; not where what is asked was changed meanwhile."""
        if self.run.status is RunStatus.QUEUED:
            await self._alter(self._begun)
        asked = self.run
        planned = await self._unless_stopped()
        if planned is None:
            await self._alter(lambda run: stopped(run, self.context.clock.now()))
        else:
            await self._alter(
                lambda run: _read(run, planned) if run.revision == asked.revision else None
            )

    async def _alter(self, change: Callable[[Run], Changes | None]) -> None:
        mine, spent = self.run.epoch, self.spent

        def alter(run: Run) -> Changes | None:
            if run.epoch != mine:
                raise TakenOver(f"{run.id} is another worker's now")
            changes = change(run)
            if changes is None and spent != Spend():
                changes = Changes(run.id, run=run)
            if changes is None or changes.run is None:
                return changes
            counted = replace(changes.run, spend=run.spend + spent)
            return replace(changes, run=counted, spent=spent)

        self.run = await self.context.store.journal.alter(self.run.id, alter)
        self.spent = Spend()

    def _begun(self, run: Run) -> Changes | None:
        if run.status is not RunStatus.QUEUED:
            return None
        now = self.context.clock.now()
        begun = replace(run, status=RunStatus.RUNNING, started_at=now, updated_at=now)
        return Changes(run.id, (RunStatusChanged(RunStatus.RUNNING),), begun)

    async def _unless_stopped(self) -> Plan | None:
        """The plan of what was read; None where the run is to stop."""
        task = asyncio.ensure_future(self._planned())
        try:
            while not (await asyncio.wait({task}, timeout=_LOOK_EVERY_S))[0]:
                signal = await self.context.store.runs.signal(self.run.id)
                if signal.epoch != self.run.epoch:
                    raise TakenOver(f"{self.run.id} is another worker's now")
                if signal.stop_requested is not StopRequest.NONE:
                    return None
            return task.result()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait({task})

    async def _planned(self) -> Plan:
        context, spec = self.context, replace(self.run.spec, unread=False)
        clock = FixedClock(self.run.created_at, context.clock)
        if context.advisor is None or await self._is_the_day_spent():
            return plan(spec, context.judge, clock)
        asked_by, kept = context.judge.profile, context.store.searches
        read = await ingest(spec, context.advisor, asked_by, kept, clock, self._charge)
        return _plan_of(read, spec, context, clock)

    async def _is_the_day_spent(self) -> bool:
        """Whether a cap on what the workspace spends a day is reached."""
        caps, today = self.context.day_budget, self.context.clock.now().date()
        if not caps.is_capped:
            return False
        return caps.exhausted_by(await self.context.store.runs.spent_on(today)) is not None

    def _charge(self, spend: Spend) -> None:
        self.spent += spend


def _plan_of(read: RunSpec, spec: RunSpec, context: RunContext, clock: Clock) -> Plan:
    """The plan of what the model read; by rules, where that cannot be asked for."""
    try:
        return plan(read, context.judge, clock)
    except InvalidInput as error:
        _log.warning("plan_by_rules", problem=str(error))
        return plan(spec, context.judge, clock)


def _read(run: Run, planned: Plan) -> Changes:
    told = as_planned(planned.spec, planned.queries, planned.unreadable)
    return Changes(run.id, (told,), replace(run, spec=planned.spec))
