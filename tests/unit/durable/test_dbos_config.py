"""The engine's settings that cannot be left as it has them; docs/decisions/engine.md says why."""

from __future__ import annotations

import ast
import asyncio
import inspect
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from netnew.durable import workflows
from netnew.durable.dbos_config import connect
from tests.support.recorded_runs import noted_runs, run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "netnew.db"


def test_one_place_calls_a_step() -> None:
    """Two of one workflow could be given each other's results when it is replayed."""
    module = ast.parse(inspect.getsource(workflows))
    functions = [x for x in ast.walk(module) if isinstance(x, ast.AsyncFunctionDef)]
    steps = {x.name for x in functions if "DBOS.step" in ast.unparse(x.decorator_list[0])}
    called = {
        function.name: [
            x.func.id
            for x in ast.walk(function)
            if isinstance(x, ast.Call) and isinstance(x.func, ast.Name) and x.func.id in steps
        ]
        for function in functions
        if "DBOS.workflow" in ast.unparse(function.decorator_list[0])
    }
    assert called == {"run": ["step"], "batch": ["judge"]}
    assert not any(isinstance(x, ast.Attribute) and x.attr == "gather" for x in ast.walk(module))


def test_what_the_engine_keeps_can_be_read_by_any_version_and_is_no_code(path: Path) -> None:
    async def test() -> None:
        async with noted_runs(f"sqlite:///{path}") as opened:
            await opened.start(run(1))
            async with opened.worker() as worker:
                await worker.until_done(run(1), 0)

    asyncio.run(test())
    with closing(sqlite3.connect(path)) as connection:
        workflows = connection.execute(
            "select application_version, serialization from workflow_status"
        ).fetchall()
        steps = connection.execute("select output, serialization from operation_outputs").fetchall()
    assert workflows == [("1", "portable_json")]
    assert steps == [("true", "portable_json")] * 2 + [("false", "portable_json")]


@pytest.mark.parametrize(("synchronous", "level"), [("normal", 1), ("full", 2)])
def test_its_connections_to_a_file_are_made_as_ours_are(
    path: Path, synchronous: str, level: int
) -> None:
    opened = connect(f"sqlite:///{path}", synchronous, 2)  # type: ignore[arg-type]
    assert opened.engine is not None
    with opened.engine.connect() as connection:
        asked = ("journal_mode", "busy_timeout", "synchronous", "foreign_keys")
        given = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
        assert given == ["wal", 30_000, level, 1]
        assert connection.connection.dbapi_connection.isolation_level == "IMMEDIATE"  # type: ignore[union-attr]
    opened.close()


def test_many_runs_at_once_do_not_take_a_thread_each(path: Path) -> None:
    async def test() -> None:
        async with noted_runs(f"sqlite:///{path}", stretches=1, seconds=0.3) as opened:
            for number in range(40):
                await opened.start(run(number))
            async with opened.worker() as worker:
                await worker.until_idle(0.2)
                names = [thread.name for thread in threading.enumerate()]
            assert len(await opened.runs.times_ended()) == 40
        assert 0 < sum(name.startswith("dbos-executor") for name in names) <= 8

    asyncio.run(test())


def test_nothing_of_it_is_left_when_the_worker_has_left(path: Path) -> None:
    async def test() -> None:
        async with noted_runs(f"sqlite:///{path}") as opened:
            before = threading.active_count()
            async with opened.worker():
                assert threading.active_count() > before
            names = {thread.name for thread in threading.enumerate()}
            assert not [x for x in names if "queue" in x or x == "netnew-watch"]

    asyncio.run(test())
    with closing(sqlite3.connect(path)) as connection:
        # The row of a private queue goes with its worker.
        queues = {name for (name,) in connection.execute("select name from queues")}
        assert queues == {"runs", "runs@home"}
        assert connection.execute("select count(*) from fa_workers").fetchone() == (0,)
