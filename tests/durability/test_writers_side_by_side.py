"""Two processes that write the same verdicts and pages, each in an order of its own."""

from __future__ import annotations

import subprocess
import sys

from tests.support.postgres import execute

WRITES = 40

CHILD = """
import asyncio, random, sys
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4
from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.ids import LOCAL_WORKSPACE, SnapshotId, run_id
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.domain.page import PageQuality, RawPage, Segment, SegmentKind, Snapshot
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.ports.store import Changes
from netnew.store import open_store

url, writes = sys.argv[1], int(sys.argv[2])
VERDICT = Verdict("c", ConditionOutcome.UNCLEAR)

def verdicts():
    now = datetime.now(UTC)
    keys = [LedgerKey(f"site:{n}.example", "thing", f"condition {n % 7}", "rules/1")
            for n in range(60)]
    random.shuffle(keys)
    return tuple(LedgerEntry(key, VERDICT, frozenset(), now) for key in keys)

def page(n):
    address, now = f"https://{n}.example", datetime.now(UTC)
    body = f"<p>page {n}</p>".encode()
    digest = SnapshotId(sha256(body).hexdigest() + "+1")
    segments = (Segment(0, SegmentKind.BODY, f"page {n}"),)
    raw = RawPage(address, address, 200, body, "text/html", now)
    return raw, Snapshot(digest, address, address, 200, PageQuality.OK, now, "", segments)

async def main():
    async with open_store(url) as store:
        now = datetime.now(UTC)
        run = Run(run_id(uuid4()), LOCAL_WORKSPACE, RunSpec("x"), RunStatus.RUNNING, now, now)
        await store.runs.create(run)
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(writes):
            await store.journal.commit(Changes(run.id, ledger=verdicts()))
            numbers = random.sample(range(30), 30)
            await asyncio.gather(*(store.pages.put(*page(n)) for n in numbers))

asyncio.run(main())
"""


def test_they_do_not_wait_for_each_other_in_a_ring(postgres_url: str) -> None:
    command = [sys.executable, "-c", CHILD, postgres_url, str(WRITES)]
    pipe = subprocess.PIPE
    children = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(2)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    ended = [(child.communicate()[1], child.returncode) for child in children]
    assert ended == [("", 0)] * 2
    rings = execute(
        postgres_url, "select deadlocks from pg_stat_database where datname = current_database()"
    )
    assert rings == [(0,)]
    for table, rows in (("fa_ledger", 60), ("fa_questions", 7), ("fa_addresses", 30)):
        assert execute(postgres_url, "select count(*) from {}", table) == [(rows,)]
