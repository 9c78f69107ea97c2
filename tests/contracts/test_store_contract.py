"""What every store keeps its word on, run over each implementation."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from netnew.domain.budget import Budget, Spend
from netnew.domain.candidate import Candidate, Identity, MatchStatus, Merge
from netnew.domain.condition import ConditionOutcome, MatchCondition, MatchRule, Verdict
from netnew.domain.enrichment import Enrichment, EnrichmentValue
from netnew.domain.errors import Conflict, InvalidInput, NotFound
from netnew.domain.event import (
    CandidateDecided,
    CandidateDiscarded,
    CandidateEnriched,
    CandidateGenerated,
    EventBody,
    RoundEnded,
    RunPlanned,
    RunStatusChanged,
    SourceFailed,
)
from netnew.domain.evidence import Citation, Confidence
from netnew.domain.ids import (
    LOCAL_WORKSPACE,
    CandidateId,
    RunId,
    SnapshotId,
    WorkspaceId,
    candidate_id,
    run_id,
)
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.domain.page import Link, PageQuality, RawPage, Segment, SegmentKind, Snapshot
from netnew.domain.run import (
    Counts,
    Estimate,
    ExcludeList,
    Run,
    RunSpec,
    RunStatus,
    StopRequest,
    TerminationReason,
)
from netnew.domain.search import Hit, SearchAnswer
from netnew.ports.store import Changes, Store
from tests.support.stores import Implementation, implementation_of

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
ROUND = RoundEnded(1, ("a",), 3, 1, Counts(3, 1), Spend(cost=0.1), Estimate(9, 5, 20, 0.4))


@pytest.fixture(params=["sqlite", "postgres"])
def implementation(request: pytest.FixtureRequest, tmp_path: Path) -> Implementation:
    return implementation_of(request, tmp_path, NOW)


# --------------------------------------------------------------------------------------- examples


def a_run(created_at: datetime = NOW, workspace: WorkspaceId = LOCAL_WORKSPACE) -> Run:
    return Run(run_id(uuid4()), workspace, RunSpec("x"), RunStatus.QUEUED, created_at, created_at)


def a_full_run() -> Run:
    spec = RunSpec(
        objective="vector databases, naïve — 東京",
        entity_type="database",
        conditions=(MatchCondition("rust", "is written in Rust"),),
        enrichments=(Enrichment("license", "its licence"),),
        match_limit=7,
        evaluate_limit=20,
        match_rule=MatchRule(0.75, True),
        generator="pro",
        exclude=ExcludeList(("https://a.example",), ("A",), ("a.example",), (RunId("run_1"),)),
        sources=("web", "corpus:x"),
        judge="rules",
        budget=Budget(cost=1.5, pages=100),
        metadata={"team": "north", "year": 2026, "share": 0.5, "urgent": True},
        notes={"parallel": '{"enrichments": []}'},
    )
    return replace(
        a_run(),
        spec=spec,
        status=RunStatus.COMPLETED,
        generation=2,
        ended_at=NOW + timedelta(hours=1),
        termination_reason=TerminationReason.LOW_MATCH_RATE,
        termination_detail="2 in 100",
        counts=Counts(100, 2, 90, 8, 1),
        spend=Spend(1.25, 9, 8, 7, 6.5, 5, 4, 3, 2, 1),
        estimate=Estimate(3.0, 2.0, float("inf"), 0.9),
        judge_profile="rules/1",
    )


def a_citation(number: int = 1) -> Citation:
    return Citation(SnapshotId(f"{number:064x}+1"), "https://a.example", 3, 5, 10, "words")


def a_verdict(reasoning: str = "it says so") -> Verdict:
    return Verdict(
        "rust", ConditionOutcome.MATCHED, "Rust", (a_citation(),), reasoning, Confidence.HIGH
    )


def a_candidate(run: RunId, name: str = "A") -> Candidate:
    key = f"site:{name.lower()}.example"
    identity = Identity(key, frozenset({key, "page:dir.example/a"}), (name, f"{name} Inc"))
    return Candidate(candidate_id(uuid4()), run, identity, name, f"https://{name}.example")


def a_full_candidate(run: RunId) -> Candidate:
    return replace(
        a_candidate(run),
        description="a thing",
        alternate_urls=("https://mirror.example",),
        pages=("https://a.example", "https://dir.example/a"),
        found_by=("web:query",),
        status=MatchStatus.MATCHED,
        verdicts=(a_verdict(), Verdict("other", ConditionOutcome.UNCLEAR)),
        enrichments=(EnrichmentValue("license", "MIT", (a_citation(2),)),),
        generation=2,
        decided_at=NOW,
        merged_into=CandidateId("cand_x"),
    )


def an_entry(entity: str = "site:a.example", condition: str = "is written in rust") -> LedgerEntry:
    key = LedgerKey(entity, "database", condition, "rules/1")
    return LedgerEntry(key, a_verdict(), frozenset({a_citation().snapshot_id}), NOW)


def a_page(
    url: str,
    text: str = "Hello",
    final_url: str | None = None,
    redirects: tuple[str, ...] = (),
    fetched_at: datetime = NOW,
) -> tuple[RawPage, Snapshot]:
    body = f"<p>{text}</p>".encode()
    final = final_url or url
    raw = RawPage(url, final, 200, body, "text/html", fetched_at, redirects=redirects)
    snapshot = Snapshot(
        id=SnapshotId(sha256(body).hexdigest() + "+1"),
        url=url,
        final_url=final,
        status=200,
        quality=PageQuality.OK,
        fetched_at=fetched_at,
        title="A title",
        segments=(
            Segment(0, SegmentKind.BODY, text),
            Segment(1, SegmentKind.FACT, "Founded: 2014", "Founded"),
            Segment(2, SegmentKind.BODY, "cookies", boilerplate=True),
        ),
        links=(Link(f"{final}/next", "next", "context", 1, True, True),),
        canonical_url=final,
        next_url=f"{final}?page=2",
        language="en",
        updated_on="March 2025",
        archived=True,
        etag='"x"',
        last_modified="Sun, 01 Mar 2026 00:00:00 GMT",
        redirects=redirects,
    )
    return raw, snapshot


async def all_of(store: Store, run: RunId) -> list[Candidate]:
    return [candidate async for candidate in store.candidates.of_run(run)]


# -------------------------------------------------------------------------------------------- runs


def test_a_run_comes_back_as_it_was_made(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = a_full_run()
        assert await store.runs.create(run) == run
        assert await store.runs.get(run.id) == run

    implementation.check(work)


def test_a_new_run_has_no_events_and_no_request_to_stop(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = replace(a_run(), last_seq=9, stop_requested=StopRequest.CANCEL, epoch=3, revision=4)
        kept = await store.runs.create(run)
        assert (kept.last_seq, kept.stop_requested) == (0, StopRequest.NONE)
        assert (kept.epoch, kept.revision) == (0, 0)
        assert await store.runs.get(run.id) == kept

    implementation.check(work)


def test_an_id_is_given_to_one_run_only(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        with pytest.raises(Conflict):
            await store.runs.create(replace(run, spec=RunSpec("another")))
        assert (await store.runs.get(run.id)).spec.objective == "x"

    implementation.check(work)


def test_runs_are_listed_newest_first_and_page_by_page(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        runs = [a_run(NOW + timedelta(seconds=age)) for age in (2, 0, 3, 1)]
        for run in runs:
            await store.runs.create(run)
        ages = [(run.created_at - NOW).seconds for run in await store.runs.list()]
        assert ages == [3, 2, 1, 0]
        first = await store.runs.list(limit=2)
        rest = await store.runs.list(limit=2, before=first[-1].created_at)
        assert [(run.created_at - NOW).seconds for run in rest] == [1, 0]

    implementation.check(work)


def test_an_unknown_run_is_not_found(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        unknown = run_id(UUID(int=7))
        for asked in (
            store.runs.get(unknown),
            store.runs.signal(unknown),
            store.journal.alter(unknown, lambda run: None),
            store.runs.delete(unknown),
            store.journal.commit(Changes(unknown, events=(ROUND,))),
        ):
            with pytest.raises(NotFound) as caught:
                await asked
            assert (caught.value.kind, caught.value.key) == ("run", unknown)
        assert await store.events.after(unknown, 0) == []
        assert await all_of(store, unknown) == []

    implementation.check(work)


def test_candidates_are_read_by_how_they_stand(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        rows = tuple(
            replace(a_candidate(run.id, str(number)), status=status)
            for number, status in enumerate([MatchStatus.MATCHED, MatchStatus.UNMATCHED] * 150)
        )
        await store.journal.commit(Changes(run.id, candidates=rows))
        matched = [x async for x in store.candidates.of_run(run.id, MatchStatus.MATCHED)]
        assert matched == [x for x in rows if x.status is MatchStatus.MATCHED]
        assert [x async for x in store.candidates.of_run(run.id, MatchStatus.DISCARDED)] == []

    implementation.check(work)


def test_deleting_a_run_leaves_ledger_and_pages(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run, other = await store.runs.create(a_run()), await store.runs.create(a_run())
        lost, kept, entry = a_candidate(run.id, "B"), a_candidate(run.id), an_entry()
        merge = Merge(run.id, kept.id, lost.id, "same site", lost, NOW)
        changes = Changes(run.id, (ROUND,), None, (kept, lost), (merge,), (entry,))
        await store.journal.commit(changes)
        theirs = a_candidate(other.id)
        await store.journal.commit(Changes(other.id, (ROUND,), candidates=(theirs,)))
        raw, snapshot = a_page("https://a.example")
        await store.pages.put(raw, snapshot)

        await store.runs.delete(run.id)

        assert [left.id for left in await store.runs.list()] == [other.id]
        assert await all_of(store, run.id) == []
        assert await store.candidates.merges(run.id) == []
        assert await store.events.after(run.id, 0) == []
        with pytest.raises(NotFound):
            await store.candidates.get(kept.id)
        assert await all_of(store, other.id) == [theirs]
        assert await store.ledger.look_up([entry.key]) == {entry.key: entry}
        assert await store.pages.newest(snapshot.url) == snapshot

    implementation.check(work)


# --------------------------------------------------------------------------- journal, candidates


def test_changes_are_written_whole(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        lost, candidate = a_candidate(run.id, "B"), a_full_candidate(run.id)
        merge = Merge(run.id, candidate.id, lost.id, "same site: a.example", lost, NOW)
        later = replace(a_full_run(), id=run.id, created_at=run.created_at)
        entry = an_entry()
        receipt = await store.journal.commit(
            Changes(run.id, (ROUND, ROUND), later, (candidate,), (merge,), (entry,))
        )
        assert receipt.last_seq == 2
        assert await store.runs.get(run.id) == replace(later, last_seq=2, spec=run.spec)
        assert await store.candidates.get(candidate.id) == candidate
        assert await store.candidates.merges(run.id) == [merge]
        assert await store.ledger.look_up([entry.key]) == {entry.key: entry}

    implementation.check(work)


def test_every_kind_of_event_comes_back_as_it_was_written(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        one = candidate_id(UUID(int=1))
        bodies: tuple[EventBody, ...] = (
            RunStatusChanged(RunStatus.FAILED, TerminationReason.ERROR_OCCURRED, "why"),
            RunPlanned("database", ("a",), ("b", "c"), ("d",)),
            ROUND,
            SourceFailed("web", "q", "no answer"),
            CandidateGenerated(one, "A", "https://a.example"),
            CandidateDecided(one, "A", "https://a.example", MatchStatus.MATCHED, (a_verdict(),)),
            CandidateDiscarded(one, "merged", candidate_id(UUID(int=2))),
            CandidateEnriched(one, (EnrichmentValue("license", "MIT", (a_citation(),)),)),
        )
        await store.journal.commit(Changes(run.id, bodies))
        events = await store.events.after(run.id, 0)
        assert tuple(event.body for event in events) == bodies
        assert [event.seq for event in events] == list(range(1, len(bodies) + 1))
        assert {(event.run_id, event.at) for event in events} == {(run.id, NOW)}

    implementation.check(work)


def test_events_are_read_from_where_one_left_off(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        await store.journal.commit(Changes(run.id, (ROUND,) * 7))
        assert [e.seq for e in await store.events.after(run.id, 2, limit=3)] == [3, 4, 5]
        assert [e.seq for e in await store.events.after(run.id, 6)] == [7]
        assert await store.events.after(run.id, 7) == []

    implementation.check(work)


def test_candidates_come_in_the_order_they_were_found(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        found = [a_candidate(run.id, f"C{number}") for number in range(450)]
        for first in range(0, 450, 90):
            await store.journal.commit(Changes(run.id, candidates=tuple(found[first : first + 90])))
        decided = replace(found[0], status=MatchStatus.DISCARDED, verdicts=(a_verdict(),))
        await store.journal.commit(Changes(run.id, candidates=(decided,)))
        assert await all_of(store, run.id) == [decided, *found[1:]]

    implementation.check(work)


def test_a_merge_can_be_marked_as_undone(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        lost = a_full_candidate(run.id)
        merge = Merge(run.id, candidate_id(uuid4()), lost.id, "same site", lost, NOW)
        await store.journal.commit(Changes(run.id, merges=(merge,)))
        undone = replace(merge, undone=True)
        await store.journal.commit(Changes(run.id, merges=(undone,)))
        assert await store.candidates.merges(run.id) == [undone]

    implementation.check(work)


def test_rows_of_another_run_are_refused(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run, other = await store.runs.create(a_run()), await store.runs.create(a_run())
        stray = a_candidate(other.id)
        with pytest.raises(InvalidInput):
            await store.journal.commit(Changes(run.id, (ROUND,), candidates=(stray,)))
        with pytest.raises(InvalidInput):
            await store.journal.commit(Changes(run.id, run=other))
        assert await store.events.after(run.id, 0) == []

    implementation.check(work)


def test_one_unknown_run_does_not_fail_the_others_in_its_commit(
    implementation: Implementation,
) -> None:
    async def work(store: Store) -> None:
        run, unknown = await store.runs.create(a_run()), run_id(uuid4())
        results = await asyncio.gather(
            *(
                store.journal.commit(Changes(unknown if n % 3 == 0 else run.id, (ROUND,)))
                for n in range(30)
            ),
            return_exceptions=True,
        )
        assert [isinstance(r, NotFound) for r in results] == [n % 3 == 0 for n in range(30)]
        assert [e.seq for e in await store.events.after(run.id, 0)] == list(range(1, 21))

    implementation.check(work)


def test_what_is_handed_in_later_is_numbered_later(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        runs = [await store.runs.create(a_run()) for _ in range(3)]
        receipts = await asyncio.gather(
            *(store.journal.commit(Changes(runs[n % 3].id, (ROUND,) * (n % 4))) for n in range(300))
        )
        for start, run in enumerate(runs):
            given = [receipt.last_seq for receipt in receipts[start::3]]
            assert given == sorted(given)
            sizes = [n % 4 for n in range(start, 300, 3)]
            assert given == [sum(sizes[: n + 1]) for n in range(100)]
            events = await store.events.after(run.id, 0, limit=1000)
            assert [event.seq for event in events] == list(range(1, sum(sizes) + 1))

    implementation.check(work)


def test_two_writers_of_one_run_leave_no_gap(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        async with implementation.open() as other:
            receipts = await asyncio.gather(
                *(
                    (store, other)[n % 2].journal.commit(Changes(run.id, (ROUND,)))
                    for n in range(200)
                )
            )
        assert sorted(receipt.last_seq for receipt in receipts) == list(range(1, 201))
        events = await store.events.after(run.id, 0)
        assert [event.seq for event in events] == list(range(1, 201))

    implementation.check(work)


def test_a_cancelled_caller_has_written_once(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        tasks = [
            asyncio.create_task(store.journal.commit(Changes(run.id, (ROUND,)))) for _ in range(20)
        ]
        await asyncio.sleep(0)  # each has handed in its changes, none has its receipt
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
        assert (await store.journal.commit(Changes(run.id, (ROUND,)))).last_seq == 21

    implementation.check(work)


def test_closing_writes_what_was_handed_in(implementation: Implementation) -> None:
    async def work() -> None:
        async with implementation.open() as store:
            run = await store.runs.create(a_run())
            tasks = [
                asyncio.create_task(store.journal.commit(Changes(run.id, (ROUND,))))
                for _ in range(50)
            ]
            await asyncio.sleep(0)
        assert [receipt.last_seq for receipt in await asyncio.gather(*tasks)][-1] == 50
        with pytest.raises(Conflict):
            await store.journal.commit(Changes(run.id, (ROUND,)))
        with pytest.raises(Conflict):
            await store.runs.get(run.id)
        async with implementation.open() as again:
            assert len(await again.events.after(run.id, 0)) == 50

    asyncio.run(work())


def test_text_that_no_utf8_can_hold_is_kept_with_its_length(
    implementation: Implementation,
) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        candidate = replace(a_candidate(run.id), description="a\ud800b \x00 \U0001f600")
        await store.journal.commit(Changes(run.id, candidates=(candidate,)))
        kept = await store.candidates.get(candidate.id)
        assert kept.description == "a\ufffdb \x00 \U0001f600"

    implementation.check(work)


def test_keys_and_queries_may_hold_any_text(implementation: Implementation) -> None:
    odd = "a\ud800\x00\U0001f600'%s"

    async def work(store: Store) -> None:
        run, entry = await store.runs.create(a_run()), an_entry(f"urn:{odd}", odd)
        await store.journal.commit(Changes(run.id, ledger=(entry,)))
        assert await store.ledger.look_up([entry.key]) == {entry.key: entry}
        await store.searches.put(odd, odd, 1, SearchAnswer(()), NOW)
        assert await store.searches.get(odd, odd, 1, since=NOW) == SearchAnswer(())
        raw, snapshot = a_page(f"https://{odd}.example")
        await store.pages.put(raw, snapshot)
        assert (await store.pages.get(snapshot.id)).title == snapshot.title

    implementation.check(work)


# ------------------------------------------------------------------------------------------- ledger


def test_the_ledger_knows_what_was_asked_and_nothing_else(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        entries = [
            an_entry(f"site:{n}.example", f"condition {c}") for n in range(400) for c in "ab"
        ]
        await store.journal.commit(Changes(run.id, ledger=tuple(entries)))
        key = entries[0].key
        strangers = [
            replace(key, entity_key="site:x.example"),
            replace(key, entity_type="company"),
            replace(key, condition_key="condition c"),
            replace(key, judge_profile="model/x/1"),
        ]
        known = {entry.key: entry for entry in entries}
        assert await store.ledger.look_up([*known, *strangers]) == known
        assert await store.ledger.look_up(strangers) == {}
        assert await store.ledger.look_up([]) == {}

    implementation.check(work)


def test_a_newer_verdict_replaces_an_older_one_and_never_the_other_way(
    implementation: Implementation,
) -> None:
    async def work(store: Store) -> None:
        run, old = await store.runs.create(a_run()), an_entry()
        new = replace(old, verdict=a_verdict("better"), decided_at=NOW + timedelta(days=1))
        for entry in (old, new, old):
            await store.journal.commit(Changes(run.id, ledger=(entry,)))
        assert await store.ledger.look_up([old.key]) == {old.key: new}

    implementation.check(work)


# -------------------------------------------------------------------------------------------- pages


def test_a_page_is_found_at_every_address_that_led_to_it(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        through = ("http://a.example", "https://a.example")
        raw, snapshot = a_page("http://a.example", "Hi", "https://www.a.example/", through)
        await store.pages.put(raw, snapshot)
        assert await store.pages.newest("http://a.example") == snapshot
        hop = await store.pages.newest("https://a.example")
        assert hop == replace(snapshot, url="https://a.example", redirects=("https://a.example",))
        end = await store.pages.newest("https://www.a.example/")
        assert end == replace(snapshot, url="https://www.a.example/", redirects=())
        assert await store.pages.newest("https://b.example") is None
        assert await store.pages.get(snapshot.id) == snapshot
        assert await store.pages.raw(snapshot.id) == raw.body

    implementation.check(work)


def test_equal_bytes_at_two_addresses_are_one_content_with_two_visits(
    implementation: Implementation,
) -> None:
    async def work(store: Store) -> None:
        here, there = a_page("https://a.example"), a_page("https://b.example")
        assert here[1].id == there[1].id
        await store.pages.put(*here)
        await store.pages.put(*there)
        assert await store.pages.newest("https://a.example") == here[1]
        assert await store.pages.newest("https://b.example") == there[1]

    implementation.check(work)


def test_a_changed_page_is_a_new_snapshot_and_the_old_one_stays(
    implementation: Implementation,
) -> None:
    async def work(store: Store) -> None:
        old = a_page("https://a.example", "before")
        new = a_page("https://a.example", "after", fetched_at=NOW + timedelta(days=8))
        await store.pages.put(*old)
        assert await store.pages.newest("https://a.example") == old[1]
        await store.pages.put(*new)
        assert await store.pages.newest("https://a.example") == new[1]
        assert await store.pages.get(old[1].id) == old[1]
        assert await store.pages.raw(old[1].id) == old[0].body

    implementation.check(work)


def test_reading_the_same_page_again_makes_it_newer(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        raw, snapshot = a_page("https://a.example")
        again = replace(snapshot, fetched_at=NOW + timedelta(days=8))
        for one in (snapshot, again, snapshot):
            await store.pages.put(raw, one)
            await store.pages.newest("https://a.example")
        assert await store.pages.newest("https://a.example") == again

    implementation.check(work)


def test_what_a_snapshot_says_is_never_overwritten(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        raw, snapshot = a_page("https://a.example", "true")
        await store.pages.put(raw, snapshot)
        forged = replace(
            snapshot,
            segments=(Segment(0, SegmentKind.BODY, "forged"),),
            fetched_at=NOW + timedelta(days=1),
        )
        await store.pages.put(raw, forged)
        newest = await store.pages.newest("https://a.example")
        assert newest is not None
        assert newest.segments == snapshot.segments
        assert (await store.pages.get(snapshot.id)).segments == snapshot.segments

    implementation.check(work)


def test_dead_addresses_share_no_state(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        for url, error in (("https://a.example", "dns"), ("https://b.example", "timeout")):
            empty = SnapshotId(sha256(b"").hexdigest() + "+1")
            raw = RawPage(url, url, 0, b"", "", NOW, error=error)
            await store.pages.put(
                raw, Snapshot(empty, url, url, 0, PageQuality.ERROR, NOW, error=error)
            )
        found = await store.pages.newest_many(["https://a.example", "https://b.example"])
        assert [page.error for page in found.values()] == ["dns", "timeout"]

    implementation.check(work)


def test_many_pages_are_had_at_once(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        pages = [a_page(f"https://{n}.example", f"text {n % 40}") for n in range(600)]
        await asyncio.gather(*(store.pages.put(*page) for page in pages))
        asked = [f"https://{n}.example" for n in range(700)]
        found = await store.pages.newest_many(asked + asked)
        assert found == {snapshot.url: snapshot for _, snapshot in pages}
        assert await store.pages.newest_many([]) == {}

    implementation.check(work)


def test_pages_written_elsewhere_are_seen_at_once(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        await store.pages.put(*a_page("https://a.example", "old"))
        await store.pages.newest("https://a.example")
        newer = a_page("https://a.example", "new", fetched_at=NOW + timedelta(days=1))
        async with implementation.open() as other:
            await other.pages.put(*newer)
        assert await store.pages.newest("https://a.example") == newer[1]

    implementation.check(work)


def test_an_unknown_snapshot_is_not_found(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        with pytest.raises(NotFound):
            await store.pages.get(SnapshotId("0" * 64 + "+1"))
        with pytest.raises(NotFound):
            await store.pages.raw(SnapshotId("0" * 64 + "+1"))

    implementation.check(work)


# ------------------------------------------------------------------------ searches and workspaces


def test_an_answer_is_given_while_it_is_fresh(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        hits = (Hit("https://a.example", "A", "snippet", "A"), Hit("urn:netnew:x:1"))
        answer = SearchAnswer(hits, has_more=True, total=12)
        await store.searches.put("web", "query", 1, answer, NOW)
        assert await store.searches.get("web", "query", 1, since=NOW) == answer
        later = NOW + timedelta(microseconds=1)
        assert await store.searches.get("web", "query", 1, since=later) is None
        for source, query, page in (("x", "query", 1), ("web", "x", 1), ("web", "query", 2)):
            assert await store.searches.get(source, query, page, since=NOW) is None

    implementation.check(work)


def test_the_newest_answer_is_kept(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        new, old = SearchAnswer((Hit("https://new.example"),)), SearchAnswer(())
        await store.searches.put("web", "q", 1, old, NOW - timedelta(days=1))
        await store.searches.put("web", "q", 1, new, NOW)
        await store.searches.put("web", "q", 1, old, NOW - timedelta(days=1))
        assert await store.searches.get("web", "q", 1, since=NOW - timedelta(days=9)) == new

    implementation.check(work)


def test_workspaces_do_not_see_each_other_but_share_pages(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run, entry = await store.runs.create(a_run()), an_entry()
        candidate = a_candidate(run.id)
        merge = Merge(run.id, candidate.id, candidate.id, "x", candidate, NOW)
        await store.journal.commit(
            Changes(run.id, (ROUND,), None, (candidate,), (merge,), (entry,))
        )
        await store.searches.put("web", "q", 1, SearchAnswer(()), NOW)
        raw, snapshot = a_page("https://a.example")
        await store.pages.put(raw, snapshot)
        async with implementation.open(WorkspaceId("other")) as other:
            assert other.workspace_id == "other"
            assert await other.runs.list() == []
            for asked in (
                other.runs.get(run.id),
                other.runs.delete(run.id),
                other.runs.signal(run.id),
                other.journal.alter(run.id, lambda run: None),
                other.journal.commit(Changes(run.id, (ROUND,))),
                other.candidates.get(candidate.id),
            ):
                with pytest.raises(NotFound):
                    await asked
            with pytest.raises(InvalidInput):
                await other.runs.create(a_run())
            assert await all_of(other, run.id) == []
            assert await other.candidates.merges(run.id) == []
            assert await other.events.after(run.id, 0) == []
            assert await other.ledger.look_up([entry.key]) == {}
            assert await other.searches.get("web", "q", 1, since=NOW) is None
            assert await other.pages.newest(snapshot.url) == snapshot

    implementation.check(work)


def test_everything_is_there_after_reopening(implementation: Implementation) -> None:
    async def work() -> None:
        async with implementation.open() as store:
            run = await store.runs.create(a_run())
            candidate = a_full_candidate(run.id)
            await store.journal.commit(Changes(run.id, (ROUND,), candidates=(candidate,)))
            raw, snapshot = a_page("https://a.example")
            await store.pages.put(raw, snapshot)
        async with implementation.open() as store:
            assert (await store.runs.get(run.id)).last_seq == 1
            assert await store.candidates.get(candidate.id) == candidate
            assert await store.pages.newest(snapshot.url) == snapshot

    asyncio.run(work())
