"""Planning a run: what it is to do, before it is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from netnew.app.dependencies import ServiceDependencies
from netnew.domain.budget import Spend
from netnew.domain.candidate import MatchStatus
from netnew.domain.run import ExcludeList, RunSpec
from netnew.engine.context import JudgeSetup
from netnew.engine.effort import generator_named
from netnew.engine.planning.cost_forecast import expected_cost
from netnew.engine.planning.model_reader import ingest, is_read, is_unpaid
from netnew.engine.planning.plan import Plan, check
from netnew.engine.resolution.exclusions import Exclusions
from netnew.ports.models import Charge
from netnew.ports.store import Store

Read = Literal["now", "later", "by rules"]
"""When a model, where there is one, reads the objective. Later: the worker has it read."""


@dataclass(frozen=True, slots=True)
class Planner:
    """Of one workspace."""

    store: Store
    deps: ServiceDependencies

    async def plan(self, spec: RunSpec, read: Read, charge: Charge = lambda spend: None) -> Plan:
        """What a run of `spec` would do. `charge`: told at once what a model took, which is the
        plan's `spend` as well. Raises InvalidInput, ModelMisconfigured."""
        sources = spec.sources or tuple(self.deps.default_sources)
        spec = replace(spec, sources=sources, unread=False)
        check(spec)
        judging = await self.deps.judging(spec)
        spec = replace(spec, judge=judging.name)
        is_done = is_read(spec) or is_unpaid(spec) or read == "by rules"
        if judging.advisor is None or is_done:
            return await self._made(spec, judging)
        if read == "later":
            return _yet_to_be_read(await self._made(spec, judging), spec)
        spent: list[Spend] = []

        def charged(spend: Spend) -> None:
            spent.append(spend)
            charge(spend)

        asked_by, clock = judging.judge.profile, self.deps.clock
        kept = self.store.searches
        spec = await ingest(spec, judging.advisor, asked_by, kept, clock, charged)
        return replace(await self._made(spec, judging), spend=sum(spent, Spend()))

    async def exclusions(self, exclude: ExcludeList) -> Exclusions:
        """An exclude list as hashes; what runs on it found is taken as it is now. Raises NotFound
        for a run that is not there."""
        keys: list[str] = []
        for excluded in exclude.run_ids:
            await self.store.runs.get(excluded)
            async for candidate in self.store.candidates.of_run(excluded):
                if candidate.status is MatchStatus.MATCHED:
                    keys.extend(k for k in candidate.identity.keys if not k.startswith("text:"))
        return await self.deps.plan_maker.exclusions(exclude, keys)

    async def _made(self, spec: RunSpec, judging: JudgeSetup) -> Plan:
        made = await self.deps.plan_maker.plan(spec, judging.judge, self.deps.clock)
        expected = None
        if judging.price is not None:
            limit = made.spec.evaluate_limit
            calls = generator_named(made.spec.generator).calls_a_candidate
            expected = expected_cost(judging.price, made.budget, limit, calls)
        return replace(made, judge_because=judging.because, expected=expected)


def _yet_to_be_read(made: Plan, asked: RunSpec) -> Plan:
    """The plan without what rules read into the objective: a model is to read it."""
    conditions = made.spec.conditions if asked.conditions else ()
    spec = replace(made.spec, entity_type=asked.entity_type, conditions=conditions, unread=True)
    return replace(made, spec=spec)
