"""Databases of every age are brought up to date, with what is in them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from netnew.db.database import backend_of, open_database
from netnew.db.migrate import VERSION_TABLE, newest_revision, revision_of, revisions, upgrade_to
from netnew.db.tables import PREFIX, metadata

Rows = dict[str, dict[str, Any]]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that has no tables yet."""
    if request.param == "postgres":
        return str(request.getfixturevalue("empty_postgres_url"))
    return f"sqlite:///{tmp_path / 'netnew.db'}"


def open_and_close(url: str) -> None:
    async def work() -> None:
        async with open_database(url):
            pass

    asyncio.run(work())


def make(url: str, revision: str) -> Rows:
    """Make a database as it was at `revision`, with a row in each table; the rows by table."""
    backend = backend_of(url)
    engine = backend.writer()
    with engine.begin() as connection:
        upgrade_to(connection, backend, revision)
        assert revision_of(connection) == revision
        rows = {}
        for table in our_tables(connection):
            rows[table.name] = {column.name: sample(column) for column in table.columns}
            connection.execute(sa.insert(table), rows[table.name])
    engine.dispose()
    return rows


def rows_in(url: str) -> dict[str, list[dict[str, Any]]]:
    engine = backend_of(url).reader()
    with engine.connect() as connection:
        found = {
            table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in our_tables(connection)
        }
    engine.dispose()
    return found


def our_tables(connection: sa.Connection) -> list[sa.Table]:
    """The tables as the database has them, those first that others point to."""
    there = sa.MetaData()
    there.reflect(connection, only=lambda name, _: name.startswith(PREFIX))
    return [table for table in there.sorted_tables if table.name != VERSION_TABLE]


def sample(column: sa.Column[Any]) -> Any:
    """A value for a column; the same for all of a kind, so that rows may point to each other."""
    return {bool: True, int: 7, float: 0.5, str: "né – 東", bytes: b"\x00\xff"}[
        column.type.python_type
    ]


@pytest.mark.parametrize("revision", revisions()[:-1])
def test_rows_of_every_age_are_kept(url: str, revision: str) -> None:
    before = make(url, revision)
    open_and_close(url)
    after = rows_in(url)
    for table, row in before.items():
        kept = after[table][0]
        assert len(after[table]) == 1
        assert {name: row[name] for name in row if name in kept} == {
            name: kept[name] for name in row if name in kept
        }


def test_a_run_that_was_asked_to_stop_is_so_still(url: str) -> None:
    assert make(url, "0001")["fa_runs"]["cancel_requested"] is True
    open_and_close(url)
    (run,) = rows_in(url)["fa_runs"]
    assert run["stop_requested"] == "cancel"
    assert "cancel_requested" not in run


def test_a_key_made_before_there_were_scopes_allows_everything_for_ever(url: str) -> None:
    make(url, "0003")
    open_and_close(url)
    (key,) = rows_in(url)["fa_keys"]
    assert (key["scope"], key["expires_at"]) == ("full", None)


def test_the_migrations_make_the_tables_that_the_code_knows(url: str) -> None:
    make(url, revisions()[0])
    open_and_close(url)
    engine = backend_of(url).reader()
    with engine.connect() as connection:
        assert revision_of(connection) == newest_revision()
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        differences = compare_metadata(
            MigrationContext.configure(connection, opts=options), metadata
        )
    engine.dispose()
    assert differences == []


def test_processes_that_open_a_new_database_at_once_all_succeed(url: str) -> None:
    program = (
        "import asyncio, sys\n"
        "from netnew.db.database import open_database\n"
        "async def main():\n"
        "    print('ready', flush=True)\n"
        "    sys.stdin.readline()\n"
        "    async with open_database(sys.argv[1]): pass\n"
        "asyncio.run(main())\n"
    )
    command, pipe = [sys.executable, "-c", program, url], subprocess.PIPE
    children = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(4)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    ended = [(child.communicate()[1], child.returncode) for child in children]
    assert ended == [("", 0)] * 4
    assert rows_in(url).keys() == metadata.tables.keys()


def test_a_migration_that_fails_leaves_nothing_behind(url: str) -> None:
    make(url, revisions()[0])
    before = rows_in(url)
    backend = backend_of(url)
    engine = backend.writer()
    with engine.begin() as connection:
        # The next revision creates a table of this name, and cannot.
        connection.exec_driver_sql("CREATE VIEW fa_workers AS SELECT 1 AS id")
    engine.dispose()
    with pytest.raises(sa.exc.DBAPIError):
        open_and_close(url)
    assert rows_in(url) == before
