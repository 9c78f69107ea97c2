"""PostgreSQL: what is said where it cannot be used, and what is done again by itself."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from netnew.db.database import Database, open_database
from netnew.db.tables import metadata, questions
from netnew.db.upsert import upsert
from netnew.domain.errors import InvalidInput, NetnewError, StoreBusy, StoreDamaged
from tests.support.postgres import PostgresServer, execute

Row = dict[str, str]


def row(id_: str, type_: str = "t") -> Row:
    return {
        "id": id_,
        "workspace_id": "w",
        "entity_type": type_,
        "condition_key": "c",
        "judge_profile": "p",
    }


def insert(connection: sa.Connection, rows: Sequence[Row]) -> list[str | NetnewError]:
    connection.execute(sa.insert(questions), rows)
    return [row["id"] for row in rows]


async def ids(database: Database) -> set[str]:
    return await database.read(lambda c: set(c.scalars(sa.select(questions.c.id))))


def open_and_close(url: str) -> None:
    async def work() -> None:
        async with open_database(url):
            pass

    asyncio.run(work())


def end_all_connections(url: str) -> None:
    execute(
        url,
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()",
    )


# -------------------------------------------------------------------------------------- opening


def test_the_password_is_never_shown(postgres_server: PostgresServer) -> None:
    url = postgres_server.url_of("nonesuch").replace("postgres:@", "postgres:s3cret@")
    with pytest.raises(StoreDamaged, match="there is no such database") as caught:
        open_and_close(url)
    assert "s3cret" not in str(caught.value)
    assert "/nonesuch" in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://me:s3cret@host:port/x", "mysql://me:s3cret@h/x"])
def test_an_address_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InvalidInput, match=r"sqlite:///path, postgresql://") as caught:
        open_and_close(url)
    assert "s3cret" not in str(caught.value)


def test_an_unknown_user_is_refused(postgres_server: PostgresServer) -> None:
    url = postgres_server.url_of("postgres").replace("postgres:@", "nobody:@")
    with pytest.raises(StoreDamaged, match="access is denied"):
        open_and_close(url)


@pytest.mark.parametrize("host", ["127.0.0.1:1", "no-such-host.invalid"])
def test_a_server_that_is_not_there_is_said_at_once(host: str) -> None:
    with pytest.raises(StoreBusy, match=rf"{re.escape(host)}/x: it cannot be reached"):
        open_and_close(f"postgresql://me:s3cret@{host}/x")


def test_a_database_of_another_encoding_is_refused(postgres_server: PostgresServer) -> None:
    postgres_server.run("create database latin template template0 encoding 'LATIN1' locale 'C'")
    with pytest.raises(StoreDamaged, match="its encoding is LATIN1; netnew needs UTF8"):
        open_and_close(postgres_server.url_of("latin"))
    postgres_server.drop_database("latin")


def test_who_may_not_make_tables_is_told(
    postgres_server: PostgresServer, empty_postgres_url: str
) -> None:
    postgres_server.run("create role reader login")
    with pytest.raises(StoreDamaged, match=r"access is denied .*permission denied"):
        open_and_close(empty_postgres_url.replace("postgres:@", "reader:@"))
    postgres_server.run("drop role reader")


def test_a_read_only_database_refuses_writes_by_name(postgres_url: str) -> None:
    async def work() -> None:
        database = sa.make_url(postgres_url).database or ""
        execute(postgres_url, "alter database {} set default_transaction_read_only = on", database)
        async with open_database(postgres_url) as opened:
            assert await ids(opened) == set()
            with pytest.raises(StoreDamaged, match="it is read-only"):
                await opened.write(insert, row("a"))

    asyncio.run(work())


def test_every_form_of_the_address_is_understood(postgres_url: str) -> None:
    for scheme in ("postgres://", "postgresql+psycopg://", "postgresql+asyncpg://"):
        open_and_close(postgres_url.replace("postgresql://", scheme))


def test_text_is_sorted_as_in_a_file(postgres_url: str) -> None:
    found = execute(
        postgres_url,
        "select c.relname, a.attname, l.collname from pg_attribute a"
        " join pg_class c on c.oid = a.attrelid join pg_collation l on l.oid = a.attcollation"
        " where c.relname like 'fa\\_%' and c.relkind = 'r' and a.atttypid = 'text'::regtype",
    )
    text = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if column.type.compile(postgresql.dialect()) == "TEXT"
    }
    assert {(table, column) for table, column, _ in found} == text
    assert {collation for _, _, collation in found} == {"C"}


# ---------------------------------------------------------------------------- lost connections


def test_lost_connections_are_made_anew(postgres_url: str) -> None:
    async def work() -> None:
        async with open_database(postgres_url) as database:
            await database.write(insert, row("a"))
            assert await ids(database) == {"a"}
            end_all_connections(postgres_url)
            # The reads come first: as many threads as there are have lost theirs.
            found = await asyncio.gather(*(ids(database) for _ in range(12)))
            assert found == [{"a"}] * 12
            await database.write(insert, row("b"))
            assert await ids(database) == {"a", "b"}

    asyncio.run(work())


def test_a_write_whose_connection_is_lost_on_the_way_is_done_again(postgres_url: str) -> None:
    attempts = 0

    def lose_and_insert(connection: sa.Connection, rows: Sequence[Row]) -> list[str | NetnewError]:
        nonlocal attempts
        attempts += 1
        written = insert(connection, rows)
        if attempts == 1:
            end_all_connections(postgres_url)
        return [*written[:-1], *insert(connection, [row("z" + rows[-1]["id"])])]

    async def work() -> None:
        async with open_database(postgres_url) as database:
            assert await database.write(lose_and_insert, row("a")) == "za"
            assert await ids(database) == {"a", "za"}

    asyncio.run(work())
    assert attempts == 2


def test_a_server_that_is_away_for_a_moment_is_waited_for(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    name = sa.make_url(postgres_url).database or ""

    async def work() -> None:
        async with open_database(postgres_url) as database:
            assert await ids(database) == set()
            postgres_server.run("alter database {} allow_connections false", name)
            end_all_connections_of(postgres_server, name)
            reading = asyncio.create_task(ids(database))
            writing = asyncio.create_task(database.write(insert, row("a")))
            done, _ = await asyncio.wait({reading, writing}, timeout=0.3)
            assert not done
            postgres_server.run("alter database {} allow_connections true", name)
            assert await writing == "a"
            assert await reading <= {"a"}

    asyncio.run(work())


def test_a_server_that_stays_away_is_busy_and_can_be_used_when_it_is_back(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    name = sa.make_url(postgres_url).database or ""

    async def work() -> None:
        async with open_database(postgres_url, patience_s=0.1) as database:
            assert await ids(database) == set()
            postgres_server.run("alter database {} allow_connections false", name)
            end_all_connections_of(postgres_server, name)
            with pytest.raises(StoreBusy, match="it cannot be reached"):
                await ids(database)
            with pytest.raises(StoreBusy, match="it cannot be reached"):
                await database.write(insert, row("a"))
            postgres_server.run("alter database {} allow_connections true", name)
            assert await database.write(insert, row("b")) == "b"
            assert await ids(database) == {"b"}

    asyncio.run(work())


def end_all_connections_of(server: PostgresServer, name: str) -> None:
    server.run(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        f" where datname = '{name}' and pid <> pg_backend_pid()"
    )


@pytest.mark.parametrize("kept", [True, False])
def test_a_commit_nobody_knows_of_is_not_repeated(postgres_url: str, kept: bool) -> None:
    """The connection breaks when COMMIT is sent: before the server has it, or after it did it."""
    attempts = 0

    def insert_counted(connection: sa.Connection, rows: Sequence[Row]) -> list[str | NetnewError]:
        nonlocal attempts
        attempts += 1
        return insert(connection, rows)

    async def work() -> None:
        with breaking_at_commit(postgres_url, kept) as (url, break_next):
            async with open_database(url) as database:
                await database.write(insert_counted, row("a"))
                break_next.set()
                with pytest.raises(StoreBusy, match=r"lost during a commit.* may be there or not"):
                    await database.write(insert_counted, row("b"))
                assert await ids(database) == ({"a", "b"} if kept else {"a"})
                await database.write(insert_counted, row("c"))

    asyncio.run(work())
    assert attempts == 3


@contextmanager
def breaking_at_commit(url: str, kept: bool) -> Iterator[tuple[str, threading.Event]]:
    """An address that leads to `url`; once the event is set the next COMMIT breaks its connection.

    `kept`: the server has received it and answered, but the answer is lost.
    """
    parsed = sa.make_url(url)
    folder = str(parsed.query["host"])
    break_next = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        pump = threading.Thread(
            target=_lead_all, args=(listening, f"{folder}/.s.PGSQL.5432", break_next, kept)
        )
        pump.start()
        port = listening.getsockname()[1]
        name = parsed.database
        yield f"postgresql://postgres@127.0.0.1:{port}/{name}?sslmode=disable", break_next
        listening.shutdown(socket.SHUT_RDWR)
        pump.join()


def _lead_all(
    listening: socket.socket, server: str, break_next: threading.Event, kept: bool
) -> None:
    with ExitStack() as stack:
        while True:
            try:
                client = stack.enter_context(listening.accept()[0])
            except OSError:
                break
            upstream = stack.enter_context(socket.socket(socket.AF_UNIX))
            upstream.connect(server)
            swallow = threading.Event()
            for pump in (
                threading.Thread(
                    target=_pump_there, args=(client, upstream, swallow, break_next, kept)
                ),
                threading.Thread(target=_pump_back, args=(client, upstream, swallow)),
            ):
                pump.start()
                stack.callback(pump.join)


def _pump_there(
    client: socket.socket,
    upstream: socket.socket,
    swallow: threading.Event,
    break_next: threading.Event,
    kept: bool,
) -> None:
    while said := client.recv(65536):
        if b"COMMIT\x00" in said and break_next.is_set():
            break_next.clear()
            if not kept:
                break
            swallow.set()
        upstream.sendall(said)
    _shut(client)
    _shut(upstream)


def _pump_back(client: socket.socket, upstream: socket.socket, swallow: threading.Event) -> None:
    while answered := upstream.recv(65536):
        if swallow.is_set():
            break
        with suppress(OSError):  # a client that has gone
            client.sendall(answered)
    _shut(client)
    _shut(upstream)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):  # the other side was quicker
        end.shutdown(socket.SHUT_RDWR)


# ------------------------------------------------------------------- writers of the same rows


def test_writers_that_wait_for_each_other_both_get_through(postgres_url: str) -> None:
    meeting = threading.Barrier(2)

    async def work() -> None:
        async with open_database(postgres_url) as one, open_database(postgres_url) as other:
            rows = [row("a"), row("b")]
            await one.write(insert_pair, rows)
            there = crossing(meeting, rows)
            back = crossing(meeting, rows[::-1])
            written = await asyncio.gather(one.write(there, "there"), other.write(back, "back"))
            assert written == ["there", "back"]
            types = await one.read(lambda c: set(c.scalars(sa.select(questions.c.entity_type))))
            assert len(types) == 1

    asyncio.run(work())


def insert_pair(connection: sa.Connection, pairs: Sequence[list[Row]]) -> list[None]:
    connection.execute(sa.insert(questions), [row for pair in pairs for row in pair])
    return [None] * len(pairs)


def crossing(meeting: threading.Barrier, rows: list[Row]):  # type: ignore[no-untyped-def]
    """A write that locks `rows` in their order; the first time both meet half-way."""
    first = True

    def write(connection: sa.Connection, asked: Sequence[str]) -> list[str]:
        nonlocal first
        for each in rows:
            named = {**each, "entity_type": asked[0]}
            connection.execute(upsert(connection, questions), named)
            if first and each is rows[0]:
                first = False
                meeting.wait()
        return list(asked)

    return write
