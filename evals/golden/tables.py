"""The stored rows of a database, by plain SQL: SQLite and PostgreSQL alike."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import psycopg
from psycopg import sql

Rows = list[dict[str, Any]]
PREFIX = "fa_"
# The number of the schema: left out, so that a new migration does not change the traces.
VERSION = "fa_version"
# Columns of the workflow engine's own tables; its other columns belong to its version, not to us.
_ENGINE_TABLES = {
    "workflow_status": ("name", "status", "class_name", "application_version", "workflow_uuid"),
    "operation_outputs": ("workflow_uuid", "function_id", "function_name", "output", "error"),
}
_ENGINE_SCHEMA = "dbos"


def read_tables(url: str) -> dict[str, Rows]:
    """All rows of the product's tables and of its workflows, in no particular order.

    A `packed` column is unpacked; JSON texts become what they say.
    """
    found = _of_sqlite(url) if url.startswith("sqlite") else _of_postgres(url)
    return {table: [_plain(row) for row in rows] for table, rows in sorted(found.items())}


def _of_sqlite(url: str) -> dict[str, Rows]:
    path = Path(unquote(url.removeprefix("sqlite:///")))
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row

        def rows(query: str) -> Rows:
            return [dict(row) for row in connection.execute(query)]

        names = [r["name"] for r in rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        own = {
            n: rows(f'SELECT * FROM "{n}"') for n in names if n.startswith(PREFIX) and n != VERSION
        }
        engine = {
            table: rows(f"SELECT {', '.join(columns)} FROM {table}")
            for table, columns in _ENGINE_TABLES.items()
        }
    return own | engine


def _of_postgres(url: str) -> dict[str, Rows]:
    with psycopg.connect(url) as connection:

        def rows(query: sql.SQL | sql.Composed) -> Rows:
            cursor = connection.execute(query)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor]

        tables = rows(sql.SQL("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        found = (r["tablename"] for r in tables)
        names = [n for n in found if n.startswith(PREFIX) and n != VERSION]
        own = {n: rows(sql.SQL("SELECT * FROM {}").format(sql.Identifier(n))) for n in names}
        engine = {
            table: rows(_selection(columns, sql.Identifier(_ENGINE_SCHEMA, table)))
            for table, columns in _ENGINE_TABLES.items()
        }
    return own | engine


def _selection(columns: Sequence[str], table: sql.Identifier) -> sql.Composed:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("SELECT {} FROM {}").format(listed, table)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, bytes):
        return _unpacked(value) if name == "packed" else {"bytes": len(value)}
    return _parsed(value) if isinstance(value, str) else value


def _unpacked(packed: bytes) -> Any:
    """What is stored behind a byte that says how: 0 as it is, 1 by zlib."""
    content = zlib.decompress(packed[1:]) if packed[:1] == b"\x01" else packed[1:]
    try:
        return _parsed(content.decode())
    except UnicodeDecodeError:
        return {"bytes": len(content)}


def _parsed(text: str) -> Any:
    if text[:1] not in ("{", "["):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
