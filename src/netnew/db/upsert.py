"""INSERT … ON CONFLICT: the same in SQLite and PostgreSQL, but separate in SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]
Insert = sqlite.Insert | postgresql.Insert


def insert_new(connection: sa.Connection, table: sa.Table) -> Insert:
    """Insert rows whose key does not exist; leave the others unchanged. `rowcount` of the result
    is the number inserted."""
    return _insert_new(connection.dialect.name, table)


def upsert(
    connection: sa.Connection,
    table: sa.Table,
    keep: tuple[str, ...] = (),
    newer: str | None = None,
    same: str | None = None,
) -> Insert:
    """Insert rows, or replace those with the same key, except the columns `keep`.

    With `newer`, a row is replaced only if that column does not decrease; with `same`, only if
    that column is equal."""
    return _upsert(connection.dialect.name, table, keep, newer, same)


def in_key_order(table: sa.Table, rows: Iterable[Row]) -> list[Row]:
    """`rows` sorted by key; rows with the same key keep their order.

    Two processes that write the same rows in one order cannot deadlock.
    """
    key = itemgetter(*(column.name for column in table.primary_key))
    return sorted(rows, key=key)


# Building a statement takes longer than running it, so each is cached.


@cache
def _insert_new(dialect: str, table: sa.Table) -> Insert:
    # Of an INSERT the count is let go of otherwise, on PostgreSQL.
    return (
        _insert(dialect, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    )


@cache
def _upsert(
    dialect: str, table: sa.Table, keep: tuple[str, ...], newer: str | None, same: str | None
) -> Insert:
    statement = _insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    left = {*keys, *keep}
    wanted = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in left}
    where = None
    if newer is not None:
        where = statement.excluded[newer] >= table.c[newer]
    if same is not None:
        where = statement.excluded[same] == table.c[same]
    return statement.on_conflict_do_update(index_elements=keys, set_=wanted, where=where)


def _insert(dialect: str, table: sa.Table) -> Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
