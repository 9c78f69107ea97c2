"""Fields are filled leaf by leaf, in their formats, with proof, and bought once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from netnew.domain.budget import Budget, Spend
from netnew.domain.enrichment import Enrichment, EnrichmentValue, Format, leaves
from netnew.domain.evidence import PageRole, holds_in
from netnew.domain.ids import LOCAL_WORKSPACE, candidate_id, run_id
from netnew.domain.ledger import LedgerEntry
from netnew.domain.page import Snapshot
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext
from netnew.engine.resolution.entity import Entity
from netnew.engine.verification.enricher import enrich
from netnew.ports.judging import EnrichRequest
from netnew.ports.store import Changes
from netnew.store.store import SqlStore, open_store
from netnew.testing import CountingIds, FixedFetcher, FrozenClock, ScriptedJudge, page

pytestmark = pytest.mark.anyio

PAGE = page(
    "https://foo.org/",
    "Foo",
    {
        "seat.address.city": "Bergen",
        "seat.since": "since May 1974",
        "staff": "over 50",
        "tags": "tea, pots and cups",
    },
)
CITY = Enrichment("city", "The city")
ADDRESS = Enrichment("address", "", Format.OBJECT, (CITY, Enrichment("street", "")))
SINCE = Enrichment("since", "", Format.DATE)
SEAT = Enrichment("seat", "Where it is based", Format.OBJECT, (ADDRESS, SINCE))
STAFF = Enrichment("staff", "Employees", Format.NUMBER)
TAGS = Enrichment("tags", "What it makes", Format.LIST)
SPEC = RunSpec("all of them", "company", enrichments=(SEAT, STAFF, TAGS))


@dataclass(slots=True)
class NotingJudge(ScriptedJudge):
    """Remembers the fields that it was asked for."""

    fields: list[str] = field(default_factory=list)
    proves: bool = True

    async def enrich(self, request: EnrichRequest) -> tuple[EnrichmentValue, ...]:
        self.fields += [x.name for x in request.enrichments]
        values = tuple(self._value(request, x.name) for x in request.enrichments)
        return values if self.proves else tuple(replace(x, citations=()) for x in values)


@dataclass
class Desk:
    """A store, a judge, and one entity whose pages are read."""

    store: SqlStore
    run: Run
    judge: NotingJudge = field(default_factory=NotingJudge)
    clock: FrozenClock = field(default_factory=FrozenClock)
    spent: Spend = Spend()

    async def ask(self, spec: RunSpec, *pages: Snapshot) -> dict[str, EnrichmentValue]:
        """The values of an entity with `pages`; what is new goes into the ledger."""
        entity = Entity(candidate_id(CountingIds().uuid()), 1, keys={"site:foo.org"}, names=["Foo"])
        entity.own_keys.add("site:foo.org")
        for shown in pages or (PAGE,):
            entity.add_page(shown, PageRole.OWN)
        ids, fetcher = CountingIds(), FixedFetcher({}, self.store.pages)
        context = RunContext(self.store, fetcher, (), self.judge, self.clock, ids)
        meter = BudgetMeter(Budget(), self.clock)
        entries = await enrich(entity, self.run.id, 1, spec, context, meter)
        await self.keep(entries)
        self.spent = meter.spend
        return {x.name: x for x in entity.enrichments}

    async def keep(self, entries: list[LedgerEntry]) -> None:
        await self.store.journal.commit(Changes(self.run.id, ledger=tuple(entries)))


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Desk]:
    clock = FrozenClock()
    async with open_store(f"sqlite:///{folder / 'netnew.db'}", clock=clock) as store:
        now = clock.now()
        new = Run(run_id(CountingIds().uuid()), LOCAL_WORKSPACE, SPEC, RunStatus.RUNNING, now, now)
        yield Desk(store, await store.runs.create(new), clock=clock)


async def test_each_leaf_has_a_value_in_its_format_with_its_quote(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        values = await d.ask(SPEC)
        assert list(values) == [x.name for x in leaves(SPEC.enrichments)]
        assert values["seat.address.city"].value == "Bergen"
        assert values["seat.since"].value == "1974-05"
        assert values["seat.since"].citations[0].excerpt == "seat.since: since May 1974"
        assert values["tags"].value == "tea; pots; cups"
        assert all(holds_in(c, PAGE) for v in values.values() for c in v.citations)


async def test_what_no_page_says_is_none_without_citations(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        street = (await d.ask(SPEC))["seat.address.street"]
        assert (street.value, street.citations) == (None, ())


async def test_what_is_nothing_of_the_format_is_none_with_the_reason_and_the_quote(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as d:
        staff = (await d.ask(SPEC))["staff"]
        assert staff.value is None
        assert staff.reasoning == (
            "not usable: the page says 'over 50', not a single number in the unit asked for"
        )
        assert staff.citations[0].excerpt == "staff: over 50"


async def test_a_value_without_proof_is_none(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        d.judge.proves = False
        assert {x.value for x in (await d.ask(SPEC)).values()} == {None}


async def test_what_is_on_record_for_the_same_pages_is_not_asked_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        first = await d.ask(SPEC)
        assert len(d.judge.fields) == d.spent.judgements == 5
        turned = replace(SPEC, enrichments=(TAGS, STAFF, SEAT))
        assert await d.ask(turned) == first
        assert len(d.judge.fields) == 5
        assert (d.spent.judgements, d.spent.ledger_hits) == (0, 5)


async def test_a_new_field_is_asked_alone(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.ask(SPEC)
        d.judge.fields.clear()
        phone = replace(ADDRESS, fields=(*ADDRESS.fields, Enrichment("phone", "")))
        await d.ask(replace(SPEC, enrichments=(replace(SEAT, fields=(phone, SINCE)), STAFF, TAGS)))
        assert d.judge.fields == ["seat.address.phone"]


@pytest.mark.parametrize(
    "changed",
    [
        replace(STAFF, description="Employees abroad"),
        replace(STAFF, format=Format.TEXT),
        replace(STAFF, format=Format.OPTIONS, options=("few", "many")),
    ],
)
async def test_another_description_or_format_is_another_question(
    tmp_path: Path, changed: Enrichment
) -> None:
    async with desk(tmp_path) as d:
        await d.ask(SPEC)
        d.judge.fields.clear()
        await d.ask(replace(SPEC, enrichments=(SEAT, changed, TAGS)))
        assert d.judge.fields == ["staff"]


async def test_what_the_objects_around_a_field_mean_is_part_of_the_question(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as d:
        await d.ask(SPEC)
        d.judge.fields.clear()
        elsewhere = replace(SEAT, description="Where letters go")
        await d.ask(replace(SPEC, enrichments=(elsewhere, STAFF, TAGS)))
        assert d.judge.fields == ["seat.address.city", "seat.address.street", "seat.since"]


async def test_new_pages_make_every_field_be_read_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        await d.ask(SPEC)
        d.judge.fields.clear()
        more = page("https://foo.org/about", "About", {"seat.address.street": "Dock Street 1"})
        values = await d.ask(SPEC, PAGE, more)
        assert len(d.judge.fields) == 5
        assert values["seat.address.street"].value == "Dock Street 1"
