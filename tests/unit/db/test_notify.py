"""Hearing of commits as they happen."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from queue import Queue

import sqlalchemy as sa

from netnew.db.database import open_database
from netnew.db.notify import notify
from netnew.domain.errors import NetnewError
from tests.support.postgres import execute

SOON_S = 20


def tell(connection: sa.Connection, run_ids: Sequence[str]) -> list[NetnewError | None]:
    for run_id in run_ids:
        notify(connection, run_id)
        notify(connection, run_id)
    return [None] * len(run_ids)


def test_a_commit_elsewhere_is_heard_of_once_and_in_order(postgres_url: str) -> None:
    heard: Queue[str | None] = Queue()

    async def work() -> None:
        async with open_database(postgres_url) as here, open_database(postgres_url) as there:
            assert here.listens
            close = here.listen(heard.put)
            # The first word says that one listens, and had better look once.
            assert await asyncio.to_thread(heard.get, timeout=SOON_S) is None
            for run_id in ("run_a", "run_b"):
                await there.write(tell, run_id)
            assert await asyncio.to_thread(heard.get, timeout=SOON_S) == "run_a"
            assert await asyncio.to_thread(heard.get, timeout=SOON_S) == "run_b"
            await asyncio.to_thread(close)
            await there.write(tell, "run_c")

    asyncio.run(work())
    assert heard.empty()


def test_a_write_that_is_undone_is_not_heard_of(postgres_url: str) -> None:
    heard: Queue[str | None] = Queue()

    def tell_and_fail(connection: sa.Connection, run_ids: Sequence[str]) -> list[None]:
        tell(connection, run_ids)
        raise ValueError("no")

    async def work() -> None:
        async with open_database(postgres_url) as database:
            database.listen(heard.put)
            assert await asyncio.to_thread(heard.get, timeout=SOON_S) is None
            failed = await asyncio.gather(
                database.write(tell_and_fail, "run_a"), return_exceptions=True
            )
            assert isinstance(failed[0], ValueError)
            await database.write(tell, "run_b")
            assert await asyncio.to_thread(heard.get, timeout=SOON_S) == "run_b"

    asyncio.run(work())


def test_a_lost_connection_is_made_anew_and_said(postgres_url: str) -> None:
    heard: Queue[str | None] = Queue()

    async def work() -> None:
        async with open_database(postgres_url) as database:
            database.listen(heard.put)
            assert await asyncio.to_thread(heard.get, timeout=SOON_S) is None
            execute(
                postgres_url,
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and query like 'LISTEN%'",
            )
            assert await asyncio.to_thread(heard.get, timeout=SOON_S) is None
            await database.write(tell, "run_a")
            assert await asyncio.to_thread(heard.get, timeout=SOON_S) == "run_a"

    asyncio.run(work())


def test_a_file_tells_nobody_and_nobody_fails_for_it(tmp_path: Path) -> None:
    heard: Queue[str | None] = Queue()

    async def work() -> None:
        async with open_database(f"sqlite:///{tmp_path / 'netnew.db'}") as database:
            assert not database.listens
            close = database.listen(heard.put)
            await database.write(tell, "run_a")
            close()

    asyncio.run(work())
    assert heard.empty()
