"""How fast the store writes and reads, on a new SQLite file or on PostgreSQL.

    python -m benchmarks.store [--scale 1.0] [--synchronous normal|full] [--folder DIR]
    python -m benchmarks.store --postgres              a server of its own, made for this
    python -m benchmarks.store --database URL          a database that has no runs yet

A candidate of the verify stage is what a run writes most: its row with three verdicts of one
citation each, two events, three ledger entries. It is handed in alone, a hundred at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from netnew.domain.candidate import Candidate, Identity, MatchStatus
from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.event import CandidateDecided, CandidateGenerated
from netnew.domain.evidence import Citation, Confidence
from netnew.domain.ids import LOCAL_WORKSPACE, RunId, SnapshotId, candidate_id, run_id
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.domain.page import Link, PageQuality, RawPage, Segment, SegmentKind, Snapshot
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.ports.store import Changes
from netnew.store import SqlStore, open_store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 100
CONDITIONS = tuple(
    f"the entity has property number {i} and was founded after 2010" for i in range(3)
)
WORDS = (
    "open", "source", "company", "makes", "tools", "for", "data", "teams", "in", "many", "places",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    count: int
    seconds: float
    cpu_seconds: float

    def __str__(self) -> str:
        rate = self.count / self.seconds
        cpu_us = self.cpu_seconds / self.count * 1e6
        return f"{self.name:<52}{self.count:>8}{rate:>12,.0f}/s{cpu_us:>10,.0f} µs"


@contextmanager
def measured(lines: list[Line], name: str, count: int) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    lines.append(Line(name, count, time.perf_counter() - wall, time.process_time() - cpu))


def snapshot_id(number: int) -> SnapshotId:
    return SnapshotId(sha256(str(number).encode()).hexdigest() + "+1")


def verdict(number: int, condition: str) -> Verdict:
    excerpt = f"Company {number} was founded in 2014 and has 120 employees in Ljubljana, Slovenia."
    url = f"https://company-{number}.example/about"
    citation = Citation(snapshot_id(number), url, 12, 0, len(excerpt), excerpt)
    reasoning = "founded 2014 is after 2010"
    return Verdict(
        condition, ConditionOutcome.MATCHED, "2014", (citation,), reasoning, Confidence.HIGH
    )


def decided(run: RunId, number: int) -> Changes:
    """What verify hands in for one candidate."""
    key = f"site:company-{number}.example"
    url = f"https://company-{number}.example"
    verdicts = tuple(verdict(number, condition) for condition in CONDITIONS)
    candidate = Candidate(
        id=candidate_id(UUID(int=number)),
        run_id=run,
        identity=Identity(key, frozenset({key}), (f"Company {number}",)),
        name=f"Company {number}",
        url=url,
        description="Makes tools for data teams",
        pages=(url, f"{url}/about"),
        found_by=("web:data tools",),
        status=MatchStatus.MATCHED,
        verdicts=verdicts,
        decided_at=NOW,
    )
    return Changes(
        run,
        events=(
            CandidateGenerated(candidate.id, candidate.name, url),
            CandidateDecided(candidate.id, candidate.name, url, candidate.status, verdicts),
        ),
        candidates=(candidate,),
        ledger=tuple(
            LedgerEntry(ledger_key(number, v.condition), v, shown(number), NOW) for v in verdicts
        ),
    )


def ledger_key(number: int, condition: str) -> LedgerKey:
    return LedgerKey(f"site:company-{number}.example", "company", condition, "rules/1")


def shown(number: int) -> frozenset[SnapshotId]:
    return frozenset(snapshot_id(number * 10 + i) for i in range(5))


def page(number: int) -> tuple[RawPage, Snapshot]:
    """A page of about 20 kB with 60 segments and 60 links."""
    rng = random.Random(number)
    texts = [" ".join(rng.choices(WORDS, k=30)) + f" {rng.random()}" for _ in range(60)]
    url = f"https://company-{number}.example/about"
    body = "".join(
        f'<p class="text">{text}<a href="/{i}">x</a></p>' for i, text in enumerate(texts)
    )
    links = tuple(Link(f"{url}/{i}", text[:20], text[:60], 1) for i, text in enumerate(texts))
    segments = tuple(Segment(i, SegmentKind.BODY, text) for i, text in enumerate(texts))
    raw = RawPage(url, url, 200, body.encode(), "text/html", NOW)
    digest = SnapshotId(sha256(raw.body).hexdigest() + "+1")
    title = f"About company {number}"
    snapshot = Snapshot(digest, url, url, 200, PageQuality.OK, NOW, title, segments, links)
    return raw, snapshot


async def in_batches(
    count: int, one: Callable[[int], Awaitable[object]], at_once: int = BATCH
) -> None:
    for first in range(0, count, at_once):
        await asyncio.gather(*(one(n) for n in range(first, min(first + at_once, count))))


async def measure(store: SqlStore, scale: float, url: str) -> list[Line]:
    lines: list[Line] = []
    run = Run(run_id(UUID(int=1)), LOCAL_WORKSPACE, RunSpec("x"), RunStatus.RUNNING, NOW, NOW)
    await store.runs.create(run)
    await measure_journal(store, run, lines, int(10_000 * scale), url)
    await measure_ledger(store, lines, int(3_000 * scale))
    await measure_pages(store, lines, int(1_000 * scale))
    return lines


async def measure_journal(
    store: SqlStore, run: Run, lines: list[Line], count: int, url: str
) -> None:
    before = size_of(url)
    changes = [decided(run.id, number) for number in range(count)]
    with measured(lines, "journal: candidates decided, 100 tasks", count):
        await in_batches(count, lambda n: store.journal.commit(changes[n]))
    print(f"{(size_of(url) - before) / count:,.0f} bytes a candidate")
    with measured(lines, "journal: the same again (replaced), 100 tasks", count):
        await in_batches(count, lambda n: store.journal.commit(changes[n]))
    one_by_one = count // 10
    with measured(lines, "journal: candidates decided, 1 task", one_by_one):
        await in_batches(one_by_one, lambda n: store.journal.commit(changes[n]), at_once=1)
    together = [
        replace(
            changes[first],
            events=tuple(e for c in changes[first : first + BATCH] for e in c.events),
            candidates=tuple(x for c in changes[first : first + BATCH] for x in c.candidates),
            ledger=tuple(x for c in changes[first : first + BATCH] for x in c.ledger),
        )
        for first in range(0, count, BATCH)
    ]
    with measured(lines, "journal: candidates decided, 100 in one change", count):
        await in_batches(len(together), lambda n: store.journal.commit(together[n]), at_once=1)
    with measured(lines, "candidates.of_run", count):
        assert len([c async for c in store.candidates.of_run(run.id)]) == count


async def measure_ledger(store: SqlStore, lines: list[Line], count: int) -> None:
    keys = [[ledger_key(n, c) for c in CONDITIONS] for n in range(count)]
    with measured(lines, "ledger: look-ups of 3 keys, 1 task", count):
        await in_batches(count, lambda n: store.ledger.look_up(keys[n]), at_once=1)
    with measured(lines, "ledger: look-ups of 3 keys, 16 tasks", count):
        await in_batches(count, lambda n: store.ledger.look_up(keys[n]), at_once=16)
    flat = [key for some in keys for key in some]
    with measured(lines, "ledger: keys, 300 a look-up", len(flat)):
        for first in range(0, len(flat), 300):
            assert len(await store.ledger.look_up(flat[first : first + 300])) > 0


async def measure_pages(store: SqlStore, lines: list[Line], count: int) -> None:
    pages = [page(number) for number in range(count)]
    urls = [snapshot.url for _, snapshot in pages]
    with measured(lines, "pages: put, 16 tasks", count):
        await in_batches(count, lambda n: store.pages.put(*pages[n]), at_once=16)
    with measured(lines, "pages: newest, never read, 1 task", count):
        await in_batches(count, lambda n: store.pages.newest(urls[n]), at_once=1)
    with measured(lines, "pages: newest_many, 100 at a time", count):
        for first in range(0, count, 100):
            await store.pages.newest_many(urls[first : first + 100])
    read = urls[-min(count, 200) :]
    await store.pages.newest_many(read)
    with measured(lines, "pages: newest, read before, 1 task", count * 3):
        await in_batches(count * 3, lambda n: store.pages.newest(read[n % len(read)]), at_once=1)
    with measured(lines, "pages: newest, read before, 16 tasks", count * 3):
        await in_batches(count * 3, lambda n: store.pages.newest(read[n % len(read)]), at_once=16)
    with measured(lines, "pages: newest, no such page, 16 tasks", count):
        await in_batches(count, lambda n: store.pages.newest(f"https://no.example/{n}"), at_once=16)


def size_of(url: str) -> int:
    """The bytes the database takes on disk."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
    engine = sa.create_engine(parsed.set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        size = connection.scalar(sa.text("select pg_database_size(current_database())"))
    engine.dispose()
    return int(size)


@contextmanager
def database(given: argparse.Namespace) -> Iterator[str]:
    """The address of the database to measure."""
    if given.database:
        yield given.database
    elif given.postgres:
        from tests.support.postgres import running_postgres

        with running_postgres(durable=True) as server:
            yield server.url_of(server.make_database())
    else:
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            yield f"sqlite:///{Path(folder) / 'bench.db'}"


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--synchronous", choices=("normal", "full"), default="normal")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--folder", type=Path, default=None)
    where.add_argument("--postgres", action="store_true")
    where.add_argument("--database", metavar="URL")
    given = parser.parse_args()
    with database(given) as url:
        async with open_store(url, synchronous=given.synchronous) as store:
            lines = await measure(store, given.scale, url)
    print(f"{'':<52}{'count':>8}{'rate':>14}{'CPU each':>13}")
    print(*lines, sep="\n")


if __name__ == "__main__":
    asyncio.run(main())
