"""Numbers of all workspaces, over both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from netnew.db.database import open_database
from netnew.domain.budget import Spend
from netnew.domain.ids import LOCAL_WORKSPACE, WorkspaceId, run_id
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.ports.store import Changes
from netnew.store.stats import SqlStats
from netnew.store.store import SqlStore
from tests.support.databases import KINDS, new_database
from tests.support.stores import StandingClock

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("kind", KINDS)
def test_runs_and_what_was_spent_today_are_counted_over_all_workspaces(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = new_database(kind, request, tmp_path)

    async def work() -> None:
        clock = StandingClock(NOW)
        async with open_database(url) as database:
            before = await SqlStats(database, clock).now()
            assert before.spent == Spend()
            for workspace in (LOCAL_WORKSPACE, WorkspaceId("other")):
                store = SqlStore(database, workspace, clock)
                for status in (RunStatus.QUEUED, RunStatus.COMPLETED):
                    run = Run(run_id(uuid4()), workspace, RunSpec("x"), status, NOW, NOW)
                    await store.runs.create(run)
                    spent = Spend(cost=0.25, tokens=10, searches=2, pages=3, judge_calls=4)
                    await store.journal.commit(Changes(run.id, spent=spent))
            figures = await SqlStats(database, clock).now()
            assert figures.runs == {"queued": 2, "completed": 2}
            assert figures.deliveries == {}
            assert figures.spent == Spend(cost=1.0, tokens=40, searches=8, pages=12)
            tomorrow = StandingClock(NOW + timedelta(days=1))
            assert (await SqlStats(database, tomorrow).now()).spent == Spend()

    asyncio.run(work())
