"""Walking the finished rounds of a run again, from what is stored.

What a run knows while it works (who is who, which leads are open, what queries brought) is not
written down: it follows from the answers and pages that are. A process that takes a run walks its
finished rounds again, in the same order, without writing, asking or paying; then it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from netnew.domain.page import Fetched
from netnew.engine.budget_meter import BudgetMeter, ReplayPhase
from netnew.engine.context import RunContext
from netnew.engine.discovery.discovery import Discovery
from netnew.engine.resolution.resolver import Resolver
from netnew.engine.run.recorder import RunRecorder
from netnew.engine.run.run_state import RunState
from netnew.engine.verification.verifier import Verifier
from netnew.ports.sources import Fetcher
from netnew.ports.system import Clock

# Whatever is stored is good enough, however old.
ANY_AGE = timedelta(days=36_500)


def from_store(context: RunContext) -> RunContext:
    """Parts that take stored answers and pages of any age."""
    return replace(
        context,
        fetcher=_Ageless(context.fetcher),
        search_max_age=ANY_AGE,
        page_max_age=ANY_AGE,
    )


@dataclass(slots=True)
class Replay:
    """Replays the finished rounds of a run that this process has just taken.

    Rounds under earlier budgets are replayed without caps, those under this budget with all of
    them. Answers and pages come from the store, however old they are.
    """

    state: RunState
    context: RunContext
    meter: BudgetMeter
    resolver: Resolver
    discovery: Discovery
    verifier: Verifier
    recorder: RunRecorder

    def begin(self) -> None:
        """Read from the store while there are finished rounds."""
        if not self.state.is_replaying:
            return
        self._use(from_store(self.context))
        has_earlier = self.state.run.rounds_before > 0
        self.meter.phase = ReplayPhase.BEFORE if has_earlier else ReplayPhase.AGAIN

    async def end_round(self) -> bool:
        """Count a replayed round; after the last one, go live and write the rows that are missing.
        True if the rounds of earlier budgets ended with it: the run then starts to count leads
        without a new match again."""
        if self.state.rounds not in (self.state.run.rounds, self.state.run.rounds_before):
            return False
        ends_earlier = self.meter.phase is ReplayPhase.BEFORE
        if ends_earlier:
            self._end_earlier_rounds()
        if not self.state.is_replaying:
            self.meter.phase = ReplayPhase.ON
            self._use(self.context)
            self.recorder.catch_up()
            await self.recorder.sync_stale(only_new=True)
        return ends_earlier

    def _end_earlier_rounds(self) -> None:
        self.meter.phase = ReplayPhase.AGAIN
        self.resolver.entity_counts.curve.begin()
        for entity in self.resolver.entities:
            if entity.merged_into is None:
                self.verifier.apply_deferred(entity)

    def _use(self, context: RunContext) -> None:
        self.discovery.context = self.verifier.context = self.verifier.follow_up.context = context


@dataclass(frozen=True, slots=True)
class _Ageless:
    fetcher: Fetcher

    async def fetch(self, url: str, max_age: timedelta | None = None) -> Fetched:
        return await self.fetcher.fetch(url, ANY_AGE if max_age is None else max_age)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """Shows `at`, the time a run was asked; the same however often it is walked."""

    at: datetime
    clock: Clock

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.clock.monotonic()
