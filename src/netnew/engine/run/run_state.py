"""The state of a run in this process, and the requests that reach it from outside."""

from __future__ import annotations

from dataclasses import dataclass, replace

from netnew.domain.budget import Spend
from netnew.domain.errors import TakenOver
from netnew.domain.run import Run, StopRequest
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext
from netnew.engine.run.stopping import STOPS_JUDGING


@dataclass(slots=True)
class RunState:
    """`run` as it is now; `rounds`: how many of its rounds this process has done or replayed."""

    run: Run
    rounds: int = 0

    @property
    def is_replaying(self) -> bool:
        """Whether the current round was already finished before this process took the run."""
        return self.rounds < self.run.rounds

    @property
    def is_stopping(self) -> bool:
        """Whether the run was requested to stop."""
        return self.run.stop_requested is not StopRequest.NONE


@dataclass(slots=True)
class RunSignals:
    """Polls the store for requests to stop, a changed spec, and the loss of the run to another
    worker.

    `day_spent`: what the workspace had spent today at the last poll, if the day has a cap.
    `spec_changed`: set when the spec has changed; whoever acts on it resets it.
    """

    state: RunState
    context: RunContext
    meter: BudgetMeter
    day_spent: Spend = Spend()
    spec_changed: bool = False

    async def poll(self) -> None:
        """Update the state. Raises TakenOver if another worker has the run."""
        state, runs = self.state, self.context.store.runs
        signal = await runs.signal(state.run.id)
        if signal.epoch != state.run.epoch:
            raise TakenOver(f"{state.run.id} is another worker's now")
        if self.context.day_budget.is_capped:
            self.day_spent = await runs.spent_on(self.context.clock.now().date())
        if signal.stop_requested is not state.run.stop_requested:
            state.run = replace(state.run, stop_requested=signal.stop_requested)
        if signal.revision != state.run.revision:
            fresh = await runs.get(state.run.id)
            state.run = replace(state.run, spec=fresh.spec, revision=fresh.revision)
            self.spec_changed = True

    async def is_halted(self) -> bool:
        """Whether nothing more may be started in this round. Raises TakenOver."""
        if not self.state.is_replaying and self.meter.exhausted() in STOPS_JUDGING:
            return True
        await self.poll()
        return self.state.is_stopping
