"""What is older than asked goes, and nothing that is still needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from netnew.db.database import Database, open_database
from netnew.db.tables import metadata
from netnew.domain.candidate import Candidate, Identity, Merge
from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.errors import NotFound
from netnew.domain.event import RunStatusChanged, SourceFailed
from netnew.domain.evidence import cite
from netnew.domain.ids import LOCAL_WORKSPACE, RunId, WorkspaceId, candidate_id, run_id
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.domain.page import PageQuality, RawPage, Segment, SegmentKind, Snapshot
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.ports.store import Changes
from netnew.store import SqlStore
from netnew.store.page_retention import SweptPages
from netnew.store.reference_filter import BloomFilter
from netnew.store.retention import Retention, Swept
from netnew.store.tailer import Tailer
from tests.support.databases import KINDS, new_database

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class NoonClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


@dataclass
class Place:
    database: Database
    store: SqlStore
    retention: Retention

    async def run(
        self, days_ago: float, status: RunStatus = RunStatus.COMPLETED, events: int = 3
    ) -> Run:
        """A run that was made, and if `status` says so ended, so long ago; with some rows."""
        at = NOW - days_ago * DAY
        run = Run(run_id(uuid4()), LOCAL_WORKSPACE, RunSpec("x"), RunStatus.RUNNING, at, at)
        await self.store.runs.create(run)
        ended = replace(run, status=status, ended_at=at if status.is_terminal else None)
        some = a_candidate(run.id)
        lost = a_candidate(run.id)
        merge = Merge(run.id, some.id, lost.id, "same", lost, at)
        bodies = [SourceFailed("s", f"{n}", "") for n in range(events - 1)]
        changes = (*bodies, RunStatusChanged(status))
        await self.store.journal.commit(
            Changes(run.id, changes, ended, candidates=(some,), merges=(merge,))
        )
        return await self.store.runs.get(run.id)

    async def page(self, name: str, days_ago: float, text: str = "") -> Snapshot:
        raw, snapshot = a_page(name, NOW - days_ago * DAY, text)
        await self.store.pages.put(raw, snapshot)
        return snapshot

    async def rows(self) -> dict[str, int]:
        """How many there are, by table; the empty ones left out."""
        tables = metadata.sorted_tables
        queries = {t.name[3:]: sa.select(sa.func.count()).select_from(t) for t in tables}
        counts = await self.database.read(
            lambda connection: {name: connection.scalar(q) for name, q in queries.items()}
        )
        return {name: count for name, count in counts.items() if count}


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Place]:
    async with open_database(url) as database:
        store = SqlStore(database, LOCAL_WORKSPACE, NoonClock())
        yield Place(database, store, Retention(database))


def check(url: str, work: Callable[[Place], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60), opened(url) as place:
            await work(place)

    asyncio.run(whole())


def a_candidate(run: RunId) -> Candidate:
    identity = Identity("site:a.example", frozenset(), ("A",))
    return Candidate(candidate_id(uuid4()), run, identity, "A", "https://a.example")


def a_page(name: str, at: datetime, text: str = "") -> tuple[RawPage, Snapshot]:
    """The page `name`, reached through `name-old` and ending at `name-final`."""
    url, old, final = (f"https://pages.example/{name}{end}" for end in ("", "-old", "-final"))
    body = f"<p>{text or name}</p>".encode()
    raw = RawPage(url, final, 200, body, "text/html", at, redirects=(old,))
    id_ = sha256(body).hexdigest() + "+1"
    snapshot = Snapshot(
        id_, url, final, 200, PageQuality.OK, at, "",  # type: ignore[arg-type]
        (Segment(0, SegmentKind.BODY, text or name),), redirects=(old,),
    )  # fmt: skip
    return raw, snapshot


def a_verdict(snapshot: Snapshot) -> Verdict:
    return Verdict("c", ConditionOutcome.MATCHED, "x", (cite(snapshot, snapshot.segments[0]),))


# -------------------------------------------------------------------------------------------- runs


def test_ended_runs_go_with_everything_of_theirs(url: str) -> None:
    async def work(place: Place) -> None:
        old = await place.run(days_ago=31, events=1203)
        cancelled = await place.run(days_ago=40, status=RunStatus.CANCELLED)
        alone = await place.rows()
        young = await place.run(days_ago=29)
        swept = await place.retention.sweep(30, None, None, NOW)
        assert swept == Swept(runs=2)
        for gone in (old, cancelled):
            with pytest.raises(NotFound):
                await place.store.runs.get(gone.id)
        assert await place.store.runs.get(young.id) == young
        assert await place.rows() == {"runs": 1, "events": 3, "candidates": 1, "merges": 1}
        assert alone == {"runs": 2, "events": 1206, "candidates": 2, "merges": 2}
        assert await place.retention.sweep(30, None, None, NOW) == Swept()

    check(url, work)


@pytest.mark.parametrize("status", [s for s in RunStatus if not s.is_terminal])
def test_a_run_that_has_not_ended_stays_however_old(url: str, status: RunStatus) -> None:
    async def work(place: Place) -> None:
        run = await place.run(days_ago=1000, status=status)
        before = await place.rows()
        assert await place.retention.sweep(1, 1, 1, NOW) == Swept()
        assert await place.rows() == before
        assert await place.store.runs.get(run.id) == run

    check(url, work)


def test_what_a_sweep_that_was_cut_short_has_left_goes_with_the_next(url: str) -> None:
    async def work(place: Place) -> None:
        run = await place.run(days_ago=31, events=4000)
        sweeping = asyncio.create_task(place.retention.sweep(30, None, None, NOW))
        left = 4000
        while left == 4000:
            left = (await place.rows())["events"]
        assert left > 0
        sweeping.cancel()
        await asyncio.gather(sweeping, return_exceptions=True)
        with pytest.raises(NotFound):  # though it is not all gone
            await place.store.runs.get(run.id)
        assert (await place.rows())["runs"] == 1
        assert await place.retention.sweep(30, None, None, NOW) == Swept(runs=1)
        assert await place.rows() == {}

    check(url, work)


def test_whoever_watches_a_run_that_is_removed_sees_it_end(url: str) -> None:
    async def work(place: Place) -> None:
        run = await place.run(days_ago=31)
        pages = Tailer(place.database, LOCAL_WORKSPACE).watch(run.id, until_terminal=False)
        assert [event.seq for event in await anext(pages)] == [1, 2, 3]
        await place.retention.sweep(30, None, None, NOW)
        assert [page async for page in pages] == []

    check(url, work)


def test_runs_of_all_workspaces_are_swept(url: str) -> None:
    async def work(place: Place) -> None:
        other = Place(
            place.database,
            SqlStore(place.database, WorkspaceId("other"), NoonClock()),
            place.retention,
        )
        at = NOW - 31 * DAY
        run = Run(
            run_id(UUID(int=7)), WorkspaceId("other"), RunSpec("x"), RunStatus.FAILED, at, at,
            ended_at=at,
        )  # fmt: skip
        await other.store.runs.create(run)
        assert (await place.retention.sweep(30, None, None, NOW)).runs == 1

    check(url, work)


# ------------------------------------------------------------------------------------------ events


def test_of_the_events_of_a_run_the_last_one_stays(url: str) -> None:
    async def work(place: Place) -> None:
        old = await place.run(days_ago=31, events=1203)
        young = await place.run(days_ago=29)
        assert await place.retention.sweep(None, 30, None, NOW) == Swept(events=1202)
        (last,) = await place.store.events.after(old.id, 0)
        assert (last.seq, last.body) == (1203, RunStatusChanged(RunStatus.COMPLETED))
        assert await place.store.runs.get(old.id) == old
        assert len(await place.store.events.after(young.id, 0)) == 3
        assert await place.retention.sweep(None, 30, None, NOW) == Swept()
        receipt = await place.store.journal.commit(
            Changes(old.id, (RunStatusChanged(RunStatus.QUEUED),))
        )
        assert receipt.last_seq == 1204

    check(url, work)


# ------------------------------------------------------------------------------------------- pages


def test_pages_nobody_speaks_of_go_with_their_addresses(url: str) -> None:
    async def work(place: Place) -> None:
        await place.page("old", days_ago=31)
        young = await place.page("young", days_ago=29)
        swept = await place.retention.sweep(None, None, 30, NOW)
        assert swept == Swept(pages=SweptPages(1, 1, 1, 3))
        assert await place.rows() == {"raw": 1, "contents": 1, "visits": 1, "addresses": 3}
        assert await place.store.pages.newest("https://pages.example/old") is None
        assert await place.store.pages.newest(young.url) == young

    check(url, work)


def test_many_pages_go_in_many_small_steps(url: str) -> None:
    async def work(place: Place) -> None:
        await asyncio.gather(*(place.page(f"{n}", days_ago=31) for n in range(430)))
        swept = await place.retention.sweep(None, None, 30, NOW)
        assert swept == Swept(pages=SweptPages(430, 430, 430, 1290))
        assert await place.rows() == {}

    check(url, work)


def test_pages_that_are_cited_shown_or_listed_stay(url: str) -> None:
    async def work(place: Place) -> None:
        pages = {name: await place.page(name, days_ago=99) for name in SPEAKERS}
        unspoken = await place.page("unspoken", days_ago=99)
        run = await place.run(days_ago=50)
        for name, speak in SPEAKERS.items():
            await place.store.journal.commit(speak(run.id, pages[name]))
        swept = await place.retention.sweep(None, None, 30, NOW)
        assert swept.pages == SweptPages(1, 1, 1, 3)
        for snapshot in pages.values():
            assert await place.store.pages.newest(snapshot.url) == snapshot
            assert await place.store.pages.get(snapshot.id) == snapshot
            assert await place.store.pages.raw(snapshot.id)
        with pytest.raises(NotFound):
            await place.store.pages.get(unspoken.id)

    check(url, work)


def _candidate_with(**changed: object) -> Callable[[RunId], Changes]:
    return lambda run: Changes(
        run, candidates=(replace(a_candidate(run), **changed),)  # type: ignore[arg-type]
    )  # fmt: skip


def _merged(run: RunId, snapshot: Snapshot) -> Changes:
    lost = replace(a_candidate(run), verdicts=(a_verdict(snapshot),))
    kept = a_candidate(run)
    merge = Merge(run, kept.id, lost.id, "same", lost, NOW)
    return Changes(run, candidates=(kept,), merges=(merge,))


def _on_record(run: RunId, verdict: Verdict, shown: Sequence[Snapshot]) -> Changes:
    key = LedgerKey(f"site:{uuid4()}", "thing", "c", "rules/1")
    entry = LedgerEntry(key, verdict, frozenset(x.id for x in shown), NOW)
    return Changes(run, ledger=(entry,))


SPEAKERS: dict[str, Callable[[RunId, Snapshot], Changes]] = {
    "verdict": lambda run, x: _candidate_with(verdicts=(a_verdict(x),))(run),
    "enrichment": lambda run, x: _candidate_with(
        enrichments=(EnrichmentValue("f", "x", a_verdict(x).citations),)
    )(run),
    "listed": lambda run, x: _candidate_with(pages=(x.url,))(run),
    "listed-redirect": lambda run, x: _candidate_with(pages=x.redirects)(run),
    "listed-final": lambda run, x: _candidate_with(pages=(x.final_url,))(run),
    "merge": _merged,
    "ledger": lambda run, x: _on_record(run, a_verdict(x), ()),
    "shown": lambda run, x: _on_record(run, Verdict("c", ConditionOutcome.UNCLEAR), (x,)),
}


def test_what_two_pages_say_stays_as_long_as_one_of_them(url: str) -> None:
    async def work(place: Place) -> None:
        await place.page("old", days_ago=31, text="the same")
        mirror = await place.page("mirror", days_ago=1, text="the same")
        swept = await place.retention.sweep(None, None, 30, NOW)
        assert swept.pages == SweptPages(1, 0, 0, 3)
        assert await place.store.pages.get(mirror.id) == mirror

    check(url, work)


def test_what_a_run_under_way_may_have_read_stays(url: str) -> None:
    async def work(place: Place) -> None:
        run = await place.run(days_ago=60, status=RunStatus.PAUSED)
        await place.page("before", days_ago=60 + 8)
        kept = await place.page("stored when it began", days_ago=60 + 6)
        assert (await place.retention.sweep(None, None, 30, NOW)).pages.visits == 1
        assert await place.store.pages.newest(kept.url) == kept
        ended = replace(run, status=RunStatus.COMPLETED, ended_at=NOW)
        await place.store.journal.commit(Changes(run.id, run=ended))
        assert (await place.retention.sweep(None, None, 30, NOW)).pages.visits == 1

    check(url, work)


def test_a_page_young_enough_for_a_new_run_stays_whatever_is_asked(url: str) -> None:
    async def work(place: Place) -> None:
        await place.page("of this week", days_ago=6)
        await place.page("of last week", days_ago=8)
        assert (await place.retention.sweep(None, None, 0, NOW)).pages.visits == 1

    check(url, work)


def test_pages_that_are_read_again_meanwhile_are_not_lost(url: str) -> None:
    async def work(place: Place) -> None:
        async with open_database(url) as beside:
            fetching = SqlStore(beside, LOCAL_WORKSPACE, NoonClock())
            names = [f"{n}" for n in range(300)]
            await asyncio.gather(*(place.page(name, days_ago=31) for name in names))
            sweeping = asyncio.create_task(place.retention.sweep(None, None, 30, NOW))
            read = [a_page(name, NOW) for name in names]
            for first in range(0, len(read), 20):
                some = read[first : first + 20]
                await asyncio.gather(*(fetching.pages.put(raw, page) for raw, page in some))
            await sweeping
            for _, page in read:
                assert await fetching.pages.get(page.id) == page
                assert await fetching.pages.newest(page.url) == page
                assert await fetching.pages.raw(page.id)

    check(url, work)


# ---------------------------------------------------------------------------------------- mentions


def test_what_was_mentioned_is_known_and_little_else() -> None:
    mentions = BloomFilter()
    said = [f"{n:064x}+1" for n in range(5000)]
    for text in said:
        mentions.add(text)
    assert all(text in mentions for text in said)
    assert sum(f"{n:064x}+2" in mentions for n in range(5000)) < 5
