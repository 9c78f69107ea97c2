"""The objective read by a model, kept for a day, and by rules where it has no answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from netnew.domain.budget import Spend
from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import ModelMisconfigured, ModelUnavailable
from netnew.domain.ledger import JudgeProfile
from netnew.domain.run import RunSpec
from netnew.engine.planning.model_reader import ingest
from netnew.ports.judging import ObjectiveReading
from netnew.ports.models import Charge
from tests.support.advisors import ScriptedAdvisor
from tests.support.engine_fixture import EngineFixture, bench

pytestmark = pytest.mark.anyio
READING = ObjectiveReading(
    "maker",
    (MatchCondition("colour", "Colour: red"), MatchCondition("open", "Open: yes")),
    (Enrichment("city", "The city"),),
    ("red kettle makers", "kettles of Wales"),
)
SPEC = RunSpec("all red kettles", "")


@dataclass
class Reader(ScriptedAdvisor):
    """An advisor that reads every objective the same, or fails."""

    reading: ObjectiveReading | None = READING
    error: Exception | None = None
    read: list[str] = field(default_factory=list)

    async def read_objective(
        self, spec: RunSpec, today: date, charge: Charge
    ) -> ObjectiveReading | None:
        self.read.append(spec.objective)
        charge(Spend(model_calls=1))
        if self.error is not None:
            raise self.error
        return self.reading


def reader(reading: ObjectiveReading | None = READING, error: Exception | None = None) -> Reader:
    return Reader(lambda a, b: None, reading=reading, error=error)


@pytest.fixture
async def b(tmp_path: Path) -> AsyncIterator[EngineFixture]:
    async with bench(tmp_path) as made:
        yield made


async def read_by(
    b: EngineFixture, advisor: Reader, spec: RunSpec = SPEC, kept_as: str = "m"
) -> RunSpec:
    spent: list[Spend] = []
    read = await ingest(
        spec, advisor, JudgeProfile("model", kept_as), b.store.searches, b.clock, spent.append
    )
    assert len(spent) <= 1
    return read


async def test_what_is_read_fills_what_was_not_said(b: EngineFixture) -> None:
    read = await read_by(b, reader())
    assert read.entity_type == "maker"
    assert read.conditions == READING.conditions
    assert read.enrichments == READING.enrichments
    assert read.queries == READING.queries


async def test_what_was_said_stays(b: EngineFixture) -> None:
    said = replace(
        SPEC,
        entity_type="firm",
        conditions=(MatchCondition("a", "It is a."),),
        enrichments=(Enrichment("b", "b"),),
    )
    read = await read_by(b, reader(), said)
    assert (read.entity_type, read.conditions, read.enrichments) == (
        said.entity_type,
        said.conditions,
        said.enrichments,
    )
    assert read.queries == READING.queries


async def test_no_field_is_added_to_a_question_that_says_kind_and_conditions(
    b: EngineFixture,
) -> None:
    conditions = (MatchCondition("a", "It is a."),)
    said = replace(SPEC, entity_type="firm", conditions=conditions)
    read = await read_by(b, reader(), said)
    assert read.enrichments == ()
    assert read.queries == READING.queries
    read = await read_by(b, reader(), replace(SPEC, conditions=conditions))
    assert read.enrichments == READING.enrichments


async def test_the_same_question_is_asked_once_a_day(b: EngineFixture) -> None:
    advisor = reader()
    first = await read_by(b, advisor)
    assert await read_by(b, advisor) == first
    assert len(advisor.read) == 1
    b.clock.advance(timedelta(days=1, seconds=1))
    await read_by(b, advisor)
    assert len(advisor.read) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"objective": "all blue kettles"},
        {"entity_type": "firm"},
        {"conditions": (MatchCondition("a", "It is a."),)},
        {"enrichments": (Enrichment("colour", "Its colour"),)},
    ],
)
async def test_another_question_or_model_is_asked_anew(
    b: EngineFixture, changed: dict[str, object]
) -> None:
    advisor = reader()
    await read_by(b, advisor)
    await read_by(b, advisor, replace(SPEC, **changed))  # type: ignore[arg-type]
    await read_by(b, advisor, kept_as="another")
    assert len(advisor.read) == 3


@pytest.mark.parametrize("fails", [reader(None), reader(error=ModelUnavailable("m", "503"))])
async def test_without_an_answer_the_question_stays_as_it_is_and_is_asked_again(
    b: EngineFixture, fails: Reader
) -> None:
    assert await read_by(b, fails) == SPEC
    assert (await read_by(b, reader())).entity_type == "maker"


async def test_a_model_set_up_wrongly_is_told_of(b: EngineFixture) -> None:
    with pytest.raises(ModelMisconfigured):
        await read_by(b, reader(error=ModelMisconfigured("m", "no key")))


async def test_a_plan_is_made_of_what_was_read_and_its_run_asks_no_more(b: EngineFixture) -> None:
    advisor = reader()
    b.advisor = advisor
    planned = await b.service.plan(SPEC)
    assert planned.spec.conditions == READING.conditions
    assert "kettles of Wales" in planned.queries
    assert planned.spend.model_calls == 1
    run = await b.run(replace(SPEC, generator="base"))
    assert len(advisor.read) == 1
    assert run.counts.matched == 3
    assert run.spend.model_calls == 0
