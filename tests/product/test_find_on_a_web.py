"""The whole product on a web: real pages over real HTTP, the rules judge, a real store."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from netnew.bootstrap import App, open_app
from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import ConditionOutcome, MatchCondition, MatchRule
from netnew.domain.evidence import holds_in
from netnew.domain.page import PageQuality
from netnew.domain.run import Run, RunSpec
from netnew.settings import Settings
from tests.product.conftest import Served

pytestmark = pytest.mark.anyio

NUMBER, TOURS = (
    MatchCondition("domes", "The observatory has more than two domes."),
    MatchCondition("tours", "The observatory offers public tours."),
)


@asynccontextmanager
async def opened(home: Path, served: Served) -> AsyncIterator[App]:
    settings = Settings.load(
        home=home, test_gateway=served.address, sources=(served.source,), per_host_delay_s=0
    )
    async with open_app(settings) as app:
        yield app


def question(served: Served, **changes: object) -> RunSpec:
    spec = RunSpec(
        "Find all observatories with more than two domes that offer public tours.",
        "observatory",
        (NUMBER, TOURS),
        match_limit=1000,
        generator="base",
        sources=(served.source,),
        judge="rules",
    )
    return replace(spec, **changes)


async def ask(app: App, spec: RunSpec) -> Run:
    return await app.service.work((await app.service.create_run(spec)).id)


async def test_a_run_on_a_web_finds_matches_and_proves_every_verdict(
    tmp_path: Path, served: Served
) -> None:
    async with opened(tmp_path, served) as app:
        run = await ask(app, question(served))
        assert run.counts.matched >= 5
        proofs = 0
        for candidate in (await app.service.queries.result(run.id)).candidates:
            for verdict in candidate.verdicts:
                assert bool(verdict.citations) or verdict.outcome is ConditionOutcome.UNCLEAR
                for citation in verdict.citations:
                    snapshot = await app.service.queries.snapshot(citation.snapshot_id)
                    assert holds_in(citation, snapshot)
                    assert snapshot.quality is PageQuality.OK
                    proofs += 1
        assert proofs > run.counts.matched


async def test_no_entity_of_the_web_comes_twice(tmp_path: Path, served: Served) -> None:
    entity_at = served.web.truth.resolver(served.web.label_rows)
    async with opened(tmp_path, served) as app:
        run = await ask(app, question(served))
        about = [
            entity_at(c.url)
            for c in (await app.service.queries.result(run.id)).candidates
            if c.status is not MatchStatus.GENERATED
        ]
        twice = {who: n for who, n in Counter(about).items() if who is not None and n > 1}
        assert twice == {}


async def test_asked_again_nothing_is_judged_or_fetched(tmp_path: Path, served: Served) -> None:
    async with opened(tmp_path, served) as app:
        first = await ask(app, question(served))
    requests = Counter(served.server.counts(0))
    async with opened(tmp_path, served) as app:
        second = await ask(app, question(served))
    assert second.spend.judgements == second.spend.pages == second.spend.searches == 0
    assert second.spend.stored_searches == first.spend.searches + first.spend.stored_searches
    assert second.counts == first.counts
    assert Counter(served.server.counts(0)) == requests


async def test_a_renamed_condition_is_free_beside_a_changed_one(
    tmp_path: Path, served: Served
) -> None:
    every = question(served, match_rule=MatchRule(evaluate_all=True))
    async with opened(tmp_path, served) as app:
        first = await ask(app, every)
        other = MatchCondition("few", "The observatory has at most two domes.")
        second = await ask(app, replace(every, conditions=(replace(TOURS, name="visits"), other)))
        assert second.spend.ledger_hits >= first.counts.generated
        assert 0 < second.spend.judgements < first.spend.judgements
        names = {
            v.condition
            for c in (await app.service.queries.result(second.id)).candidates
            for v in c.verdicts
        }
        assert names == {"visits", "few"}


async def test_a_cap_on_pages_ends_the_run_with_its_rows(tmp_path: Path, served: Served) -> None:
    async with opened(tmp_path, served) as app:
        spec = question(served)
        run = await ask(app, replace(spec, budget=replace(spec.budget, pages=10)))
        assert run.termination_reason == "budget_exhausted"
        assert run.spend.pages == 10
        assert run.counts.generated > 0
