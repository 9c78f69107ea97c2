"""A process that writes through the journal is killed without warning; nothing told is lost.

The child says each receipt on its standard output before it goes on; the parent reads some of
them and kills it. What was said must be there, numbered without a gap, and nothing by halves.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from netnew.domain.event import CandidateDecided
from netnew.domain.ids import LOCAL_WORKSPACE, run_id
from netnew.domain.ledger import LedgerKey
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.store import SqlStore, open_store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUN = run_id(UUID(int=1))
AT_ONCE = 20

CHILD = """
import asyncio, sys
from datetime import UTC, datetime
from uuid import uuid4
from netnew.domain.candidate import Candidate, Identity, MatchStatus
from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.event import CandidateDecided
from netnew.domain.ids import RunId, candidate_id
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.ports.store import Changes
from netnew.store import open_store

url, run, at_once = sys.argv[1], RunId(sys.argv[2]), int(sys.argv[3])

def changes():
    id = candidate_id(uuid4())
    verdict = Verdict("c", ConditionOutcome.UNCLEAR, reasoning="x" * 300)
    candidate = Candidate(
        id, run, Identity(id, frozenset({id}), ("A",)), "A", "https://a.example",
        status=MatchStatus.UNCLEAR, verdicts=(verdict,),
    )
    event = CandidateDecided(id, "A", candidate.url, candidate.status, (verdict,))
    key = LedgerKey(id, "thing", "c", "rules/1")
    entry = LedgerEntry(key, verdict, frozenset(), datetime.now(UTC))
    return Changes(run, (event,), candidates=(candidate,), ledger=(entry,))

async def worker(store):
    while True:
        change = changes()
        receipt = await store.journal.commit(change)
        print(receipt.last_seq, change.candidates[0].id, flush=True)

async def main():
    async with open_store(url) as store:
        await asyncio.gather(*(worker(store) for _ in range(at_once)))

asyncio.run(main())
"""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'netnew.db'}"


def test_what_was_acknowledged_survives_a_kill_at_any_point(url: str) -> None:
    asyncio.run(_make_run(url))
    told: dict[int, str] = {}
    for receipts_until_kill in (1, 7, 60, 333):
        told.update(_write_and_kill(url, receipts_until_kill))
        asyncio.run(_check(url, told))
    assert len(told) >= 401


async def _make_run(url: str) -> None:
    async with open_store(url) as store:
        run = Run(RUN, LOCAL_WORKSPACE, RunSpec("x"), RunStatus.RUNNING, NOW, NOW)
        await store.runs.create(run)


def _write_and_kill(url: str, receipts: int) -> Iterator[tuple[int, str]]:
    """The receipts a child gave before it was killed: at least `receipts` of them."""
    command = [sys.executable, "-c", CHILD, url, RUN, str(AT_ONCE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(receipts)]
        child.kill()
        lines += child.stdout.readlines()
    for line in lines:
        if line.endswith("\n"):  # the last one may have been cut
            seq, candidate = line.split()
            yield int(seq), candidate


async def _check(url: str, told: dict[int, str]) -> None:
    async with open_store(url) as store:
        run = await store.runs.get(RUN)
        events = await store.events.after(RUN, 0, limit=1_000_000)
        assert [event.seq for event in events] == list(range(1, run.last_seq + 1))
        decided = {
            event.seq: event.body.candidate_id
            for event in events
            if isinstance(event.body, CandidateDecided)
        }
        assert told.items() <= decided.items()
        assert {c.id async for c in store.candidates.of_run(RUN)} == set(decided.values())
        await _check_ledger(store, list(decided.values()))


async def _check_ledger(store: SqlStore, decided: list[str]) -> None:
    keys = [LedgerKey(id_, "thing", "c", "rules/1") for id_ in decided]
    assert (await store.ledger.look_up(keys)).keys() == set(keys)
