"""What the engine is given to work with: the ports, and the few numbers that bound its work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from netnew.domain.budget import Budget, Spend
from netnew.domain.judging_batch import JudgingBatch
from netnew.domain.price import Price
from netnew.domain.run import RunSpec
from netnew.ports.judging import Advisor, Judge
from netnew.ports.sources import Fetcher, Source
from netnew.ports.store import Store
from netnew.ports.system import Clock, Ids

OtherWorker = Callable[[JudgingBatch], Awaitable[Spend | None]]
"""Another worker. It asks the judge about a batch and puts the verdicts into the ledger; what that
took. None where it was lost over it: some of the verdicts may be there all the same."""

OtherWorkers = Callable[[RunSpec], Awaitable[Sequence[OtherWorker]]]
"""The other workers that could judge candidates of a spec just now."""


@dataclass(frozen=True, slots=True)
class JudgeSetup:
    """`name`: what a run is to remember of it, never 'auto'. `advisor`: the model asked besides
    (None: none). `price` of the model that judges first. `because`: why this judge, '' where it
    was named."""

    name: str
    judge: Judge
    advisor: Advisor | None = None
    price: Price | None = None
    because: str = ""

    @property
    def is_free(self) -> bool:
        return self.advisor is None


@dataclass(frozen=True, slots=True)
class RunContext:
    """The ports of one run. `conditions_per_call`: how many conditions the judge is asked at once
    (one for rules, all for a model). `in_flight`: most candidates judged at the same time.
    `judge_is_free`: what is read is still judged when the time is up. `day_budget`: caps on what
    the workspace spends a day (UTC). `lifetime`: a generation that is still not done after so
    long fails. `others`: with whom batches are shared (None: with nobody). `advisor`: a model to
    ask besides the judge (None: none)."""

    store: Store
    fetcher: Fetcher
    sources: tuple[Source, ...]
    judge: Judge
    clock: Clock
    ids: Ids
    page_max_age: timedelta = timedelta(days=7)
    search_max_age: timedelta = timedelta(days=1)
    conditions_per_call: int = 1
    in_flight: int = 64
    judge_is_free: bool = True
    day_budget: Budget = Budget()
    lifetime: timedelta = timedelta(days=7)
    others: OtherWorkers | None = None
    advisor: Advisor | None = None


def source_key(context: RunContext, spec: str) -> str:
    """How the answers of a source are kept: with its revision, where it has one."""
    source = next(s for s in context.sources if s.spec == spec)
    return f"{spec}@{source.revision}" if source.revision else spec
