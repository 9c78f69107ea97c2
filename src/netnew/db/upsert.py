"""INSERT … ON CONFLICT, which SQLite and PostgreSQL write alike and SQLAlchemy keeps apart."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert


def insert_new(connection: sa.Connection, table: sa.Table) -> Insert:
    """Insert rows whose key is not there yet; leave the others as they are."""
    return _insert(connection, table).on_conflict_do_nothing()


def upsert(
    connection: sa.Connection,
    table: sa.Table,
    keep: Iterable[str] = (),
    newer: str | None = None,
    same: str | None = None,
) -> Insert:
    """Insert rows, or replace those of the same key but for the columns `keep`.

    With `newer` a row is replaced only where that column does not get smaller; with `same` only
    where that column stays equal.
    """
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    left = {*keys, *keep}
    wanted = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in left}
    where = None
    if newer is not None:
        where = statement.excluded[newer] >= table.c[newer]
    if same is not None:
        where = statement.excluded[same] == table.c[same]
    return statement.on_conflict_do_update(index_elements=keys, set_=wanted, where=where)


def _insert(connection: sa.Connection, table: sa.Table) -> Insert:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
