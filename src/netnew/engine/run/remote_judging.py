"""Other workers judge some of the candidates of a round.

They are handed a batch at a time from the end of the crew's queue. All they do is ask the judge and
put its verdicts into the ledger. The worker that has the run then settles those candidates from
the ledger, as it settles its own; so it alone writes rows and events, and one of them that is lost
costs the calls it had in flight.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from netnew.domain.budget import Spend
from netnew.domain.candidate import MatchStatus
from netnew.domain.judging_batch import JudgingBatch
from netnew.engine.context import OtherWorker
from netnew.engine.resolution.entity import Entity
from netnew.engine.run.judging import RunJudging

MAX_AT_ONCE = 100
MIN_AT_ONCE = 10
# A round with fewer candidates is over before another worker has begun.
WORTH_SHARING = 200
# Batches under way with one other worker: one is judged while the next is on its way.
BATCHES_AHEAD = 2
_GIVEN_UP_AFTER_S = 600.0
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class RemoteJudging:
    """The sharing of one run's rounds. Where another has the judge, nothing is shared under a cap
    on cost or tokens: what the others use is known only when they are done."""

    _lanes: set[asyncio.Task[None]] = field(default_factory=set)

    async def begin(self, judging: RunJudging) -> None:
        """Have others judge some of what waits in the crew's queue, where that is worth it."""
        context, budget = judging.context, judging.meter.budget
        if context.others is None or context.judge_is_free or judging.pool.waiting < WORTH_SHARING:
            return
        if budget.cost is not None or budget.tokens is not None:
            return
        for other in await context.others(judging.run.spec):
            for _ in range(BATCHES_AHEAD):
                lane = asyncio.create_task(self._lend_on(judging, other))
                self._lanes.add(lane)
                lane.add_done_callback(self._lanes.discard)

    async def stop(self) -> None:
        """Wait for nobody; what is away is given back as it was."""
        lanes = list(self._lanes)
        for lane in lanes:
            lane.cancel()
        if lanes:
            await asyncio.wait(lanes)

    async def _lend_on(self, judging: RunJudging, other: OtherWorker) -> None:
        """A batch after the other, until there is too little left or the other is lost."""
        try:
            while batch := self._next(judging):
                try:
                    is_lost = await self._lend(judging, other, batch)
                finally:
                    judging.pool.return_borrowed(batch)
                if is_lost:
                    return
        except Exception as error:
            judging.pool.fail(error)

    def _next(self, judging: RunJudging) -> list[Entity]:
        pool = judging.pool
        # As much for each of them as for the crew here, so that all are done at about one time.
        if judging.run.spec.is_preview:
            return []  # its rows are written once they are judged
        share = pool.waiting // (len(self._lanes) + BATCHES_AHEAD)
        if min(share, pool.spare) < MIN_AT_ONCE:
            return []
        return pool.borrow(min(share, MAX_AT_ONCE), lambda entity: self._suits(judging, entity))

    def _suits(self, judging: RunJudging, entity: Entity) -> bool:
        """Whether it is new, and there is something to be asked about it."""
        is_new = entity.status is MatchStatus.GENERATED and not judging.is_known(entity)
        return is_new and bool(entity.evidence())

    async def _lend(self, judging: RunJudging, other: OtherWorker, lent: Sequence[Entity]) -> bool:
        """Have a batch judged, and learn what is on record then; whether the other was lost."""
        ids = tuple(entity.id for entity in lent)
        await judging.recorder.save(lent)  # the other reads their rows
        run, spend = judging.run, None
        try:
            async with asyncio.timeout(_GIVEN_UP_AFTER_S):
                spend = await other(JudgingBatch(run.id, run.generation, run.epoch, ids))
        except TimeoutError:
            _log.warning("a batch took too long elsewhere", run=run.id, candidates=len(ids))
        await judging.take_judged(lent, spend or Spend())
        return spend is None
