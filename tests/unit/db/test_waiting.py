"""Callers with a limit learn soon that the database is silent; nothing is written behind them."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from netnew.db.database import Database, open_database
from netnew.db.tables import questions
from netnew.db.waiting import wait_at_most
from netnew.domain.errors import NetnewError, StoreBusy

LIMIT_S = 0.3


def row(id_: str) -> dict[str, str]:
    return {
        "id": id_,
        "workspace_id": "w",
        "entity_type": "t",
        "condition_key": "c",
        "judge_profile": "p",
    }


def insert(connection: sa.Connection, rows: Sequence[dict[str, str]]) -> list[str | NetnewError]:
    connection.execute(sa.insert(questions), rows)
    return [row["id"] for row in rows]


async def ids(database: Database) -> set[str]:
    return await database.read(lambda c: set(c.scalars(sa.select(questions.c.id))))


@contextmanager
def lock_of(path: Path) -> Iterator[None]:
    """The write lock, held by another connection."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_who_has_a_limit_is_told_soon_and_nothing_is_written_for_him(tmp_path: Path) -> None:
    path = tmp_path / "netnew.db"

    async def work() -> None:
        async with open_database(f"sqlite:///{path}") as database:
            with lock_of(path):
                patient = asyncio.create_task(database.write(insert, row("patient")))
                with wait_at_most(LIMIT_S), pytest.raises(StoreBusy, match="nothing was written"):
                    await database.write(insert, row("limited"))
                assert await ids(database) == set()
                assert not patient.done()
            assert await patient == "patient"
            assert await ids(database) == {"patient"}
            with wait_at_most(LIMIT_S):
                assert await database.write(insert, row("limited")) == "limited"

    asyncio.run(work())


def test_a_slow_write_is_no_silence(tmp_path: Path) -> None:
    def slowly(
        connection: sa.Connection, rows: Sequence[dict[str, str]]
    ) -> list[str | NetnewError]:
        time.sleep(3 * LIMIT_S)
        return insert(connection, rows)

    def slow(connection: sa.Connection) -> int:
        found = connection.scalar(sa.select(sa.func.count()).select_from(questions)) or 0
        time.sleep(3 * LIMIT_S)
        return found

    async def work() -> None:
        async with open_database(f"sqlite:///{tmp_path / 'netnew.db'}") as database:
            with wait_at_most(LIMIT_S):
                # The first two keep the others waiting; the reads are more than there are threads.
                written = [database.write(slowly, row("a")), database.write(insert, row("b"))]
                assert await asyncio.gather(*written) == ["a", "b"]
                assert await asyncio.gather(*(database.read(slow) for _ in range(5))) == [2] * 5

    asyncio.run(work())


def test_a_write_under_way_may_be_there_or_not(tmp_path: Path) -> None:
    path = tmp_path / "netnew.db"

    async def work() -> None:
        async with open_database(f"sqlite:///{path}") as database:
            hangs = asyncio.Event()
            loop = asyncio.get_running_loop()

            def hang(
                connection: sa.Connection, rows: Sequence[dict[str, str]]
            ) -> list[str | NetnewError]:
                given = insert(connection, rows)
                raw = connection.connection.dbapi_connection
                assert raw is not None
                raw.create_function("hang", 0, lambda: time.sleep(4 * LIMIT_S))
                loop.call_soon_threadsafe(hangs.set)
                connection.exec_driver_sql("select hang()")
                return given

            with wait_at_most(LIMIT_S), pytest.raises(StoreBusy, match="may be there or not"):
                await database.write(hang, row("a"))
            assert hangs.is_set()
            await database.write(insert, row("b"))  # comes after it
            assert await ids(database) == {"a", "b"}

    asyncio.run(work())


def test_a_server_that_says_nothing_is_told_soon_and_used_again_when_it_is_back(
    postgres_url: str,
) -> None:
    async def work() -> None:
        async with open_database(postgres_url) as database:
            await database.write(insert, row("a"))
            await asyncio.sleep(1.1)  # a connection that was used lately is taken to be alive
            with all_stopped(processes_of(postgres_url)), wait_at_most(LIMIT_S):
                with pytest.raises(StoreBusy, match="no answer within"):
                    await ids(database)
                with pytest.raises(StoreBusy, match="nothing was written"):
                    await database.write(insert, row("limited"))
            assert await database.write(insert, row("b")) == "b"
            assert await ids(database) == {"a", "b"}

    asyncio.run(work())


def processes_of(url: str) -> list[int]:
    """Those of the server: the first, which takes connections, and all it has begun."""
    with psycopg.connect(url) as connection:
        (own,) = connection.execute("select pg_backend_pid()").fetchone() or (0,)
        first = int(Path(f"/proc/{own}/stat").read_text().rpartition(")")[2].split()[1])
        others = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *(int(pid) for pid in others if int(pid) != own)]


@contextmanager
def all_stopped(pids: Sequence[int]) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
