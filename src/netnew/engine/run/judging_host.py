"""What a run offers to those who judge for it: the recheck, and workers elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from netnew.domain.budget import Spend
from netnew.domain.run import Run
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext
from netnew.engine.resolution.entity import Entity
from netnew.engine.run.circuit_breaker import JudgeCircuitBreaker
from netnew.engine.run.judging_pool import JudgingPool
from netnew.engine.run.recorder import RunRecorder
from netnew.engine.verification.verifier import Verifier


class JudgingHost(Protocol):
    """A run under way in this process."""

    context: RunContext
    meter: BudgetMeter
    verifier: Verifier
    recorder: RunRecorder
    breaker: JudgeCircuitBreaker
    pool: JudgingPool

    @property
    def run(self) -> Run:
        """The run as it is now."""
        ...

    def is_known(self, entity: Entity) -> bool:
        """Whether the ledger already answers something about the entity."""
        ...

    async def take_judged(self, entities: Sequence[Entity], spend: Spend) -> None:
        """Settle what another worker has judged, from the ledger; `spend`: what that took."""
        ...
