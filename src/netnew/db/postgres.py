"""A server, any number of readers and writers over all processes.

Transactions are READ COMMITTED. Two writers of one run are ordered by the lock of its row. Two
that write the same ledger entries or pages in different orders may deadlock; PostgreSQL then
aborts one of them, which is retried. So is a transaction whose connection was lost before its
commit."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import psycopg
import sqlalchemy as sa

from netnew.db.sqlite import Synchronous
from netnew.domain.errors import NetnewError, StoreBusy, StoreDamaged

_READERS = 4
_MIGRATING = 7_308_332_217  # the id of the advisory lock; any number that nobody else uses
_RETRY_AFTER_S = 1.0

_CONNECTING = {
    "application_name": "netnew",
    "client_encoding": "utf8",
    "connect_timeout": 10,
    # A silently lost peer is noticed after about half a minute.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

_CONFLICTS = {"40001", "40P01"}  # serialization failure, deadlock
_AWAY = {
    "25P03": "it ended a transaction that was idle for too long",
    "53300": "it has too many connections",
    "57P01": "it is shutting down",
    "57P02": "it is shutting down",
    "57P03": "it is starting up",
    "57P05": "it ended a connection that was idle for too long",
}
_BUSY = {
    "53200": "it is out of memory",
    "55P03": "another process holds a lock",
    "57014": "it cancelled a statement",
}
_DAMAGED = {
    "25006": "it is read-only",
    "28000": "access is denied",
    "28P01": "access is denied",
    "3D000": "there is no such database",
    "3F000": "it is not as netnew made it",
    "42501": "access is denied",
    "42703": "it is not as netnew made it",
    "42P01": "it is not as netnew made it",
    "53100": "the disk is full",
    "57P04": "there is no such database",
    "58030": "the disk does not read or write",
    "XX001": "it is damaged",
    "XX002": "it is damaged",
}
# Refused connections have messages without a code.
_REFUSALS = {
    re.compile(r'database ".*" does not exist'): "there is no such database",
    re.compile(
        r'authentication failed|no password supplied|no pg_hba\.conf|role ".*" does not exist'
        r"|permission denied|not permitted to log in|SSL|certificate"
    ): "access is denied",
}


class PostgresBackend:
    """A PostgreSQL database at `url` (`postgresql://user:password@host:port/name`)."""

    kind = "PostgreSQL"
    readers = _READERS
    listens = True

    def __init__(self, url: sa.URL, synchronous: Synchronous = "normal") -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self._synchronous = synchronous
        self._connecting = {x: y for x, y in _CONNECTING.items() if x not in url.query}
        self.place = _place(url)

    def is_there(self) -> bool:
        return True

    def check_file(self) -> None:
        """Nothing to do: a server has no file here."""

    def for_reading(self) -> None:
        """The server itself refuses writes."""

    def make_room(self) -> None:
        """Nothing to do: the database is created by others."""

    def check_space(self) -> None:
        """Only the server knows, and reports it on writing."""

    def writer(self) -> sa.Engine:
        return self._engine("READ COMMITTED", 1)

    def reader(self) -> sa.Engine:
        return self._engine("AUTOCOMMIT", _READERS)

    def connect_to_listen(self) -> psycopg.Connection[Any]:
        dialect = self._url.get_dialect()()
        _, arguments = dialect.create_connect_args(self._url)
        return psycopg.connect(**{**self._connecting, **arguments}, autocommit=True)

    def lock_schema(self, connection: sa.Connection) -> None:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))

    def settle_schema(self, connection: sa.Connection, prefix: str) -> None:
        """Sort text by code points, as SQLite does, not by language."""
        found: dict[str, list[str]] = {}
        for table, column in connection.execute(_TEXTS_BY_LANGUAGE, {"prefix": prefix}):
            change = f'ALTER COLUMN {column} TYPE text COLLATE "C"'
            found.setdefault(table, []).append(change)
        for table, changes in found.items():
            connection.exec_driver_sql(f"ALTER TABLE {table} {', '.join(changes)}")

    def explain(self, error: sa.exc.DBAPIError) -> NetnewError | None:
        cause = error.orig
        code, said = _code(cause), _said(cause)
        if code is None and isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
            for pattern, problem in _REFUSALS.items():
                if pattern.search(said):
                    return self._damaged(problem, said)
            return self._busy("it cannot be reached", said)
        if code in _DAMAGED:
            return self._damaged(_DAMAGED[code], said)
        if self.is_worth_retrying(error):
            return self._busy(_AWAY.get(str(code), "others write the same rows"), said)
        return self._busy(_BUSY[code], said) if code in _BUSY else None

    def is_worth_retrying(self, error: sa.exc.DBAPIError) -> bool:
        code = _code(error.orig)
        if code is not None:
            return code in _CONFLICTS or code in _AWAY or code.startswith("08")
        lost = isinstance(error.orig, psycopg.OperationalError | psycopg.InterfaceError)
        return lost and not any(x.search(_said(error.orig)) for x in _REFUSALS)

    def may_open_soon(self, error: sa.exc.DBAPIError) -> bool:
        # A server that responds says FATAL; without a response nobody knows how long to wait.
        there = _code(error.orig) is not None or "FATAL" in _said(error.orig)
        return there and self.is_worth_retrying(error)

    def _busy(self, problem: str, said: str) -> StoreBusy:
        return StoreBusy(f"{self.place}: {problem} ({said})", _RETRY_AFTER_S)

    def _damaged(self, problem: str, said: str) -> StoreDamaged:
        return StoreDamaged(f"{self.place}: {problem} ({said})")

    def _engine(self, isolation_level: Any, connections: int) -> sa.Engine:
        engine = sa.create_engine(
            self._url,
            connect_args=self._connecting,
            isolation_level=isolation_level,
            pool_size=connections,
            max_overflow=0,
            use_native_hstore=False,
            hide_parameters=True,  # the failure is reported without the data
        )
        sa.event.listen(engine, "connect", self._set_up)
        return engine

    def _set_up(self, connection: psycopg.Connection[Any], _record: Any) -> None:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise StoreDamaged(f"{self.place}: its encoding is {encoding}; netnew needs UTF8")
        # Statements are short and many; JIT-compiling one takes longer than running it.
        wanted = ["SET jit = off"]
        if self._synchronous == "full":
            wanted.append("SET synchronous_commit = on")
        was_autocommit = connection.autocommit
        connection.autocommit = True
        connection.execute("; ".join(wanted))
        connection.autocommit = was_autocommit


# Columns with the database's own collation: those not settled before.
_TEXTS_BY_LANGUAGE = sa.text(
    "SELECT c.oid::regclass::text, quote_ident(a.attname)"
    " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'"
    " AND starts_with(c.relname, :prefix) AND a.attnum > 0 AND NOT a.attisdropped"
    " AND a.atttypid = 'text'::regtype AND a.attcollation <> 'pg_catalog.\"C\"'::regcollation"
    " ORDER BY 1, a.attnum"
)


def _code(cause: BaseException | None) -> str | None:
    """The SQLSTATE; None if the server sent none."""
    return getattr(cause, "sqlstate", None)


def _said(cause: BaseException | None) -> str:
    """The first line of the message; the others are hints and positions in a statement."""
    return str(cause).strip().partition("\n")[0]


def _place(url: sa.URL) -> str:
    """The address without its password, and of what follows a `?` only the host."""
    where = {name: value for name, value in url.query.items() if name in ("host", "port")}
    shown = sa.URL.create("postgresql", url.username, None, url.host, url.port, url.database, where)
    return unquote(shown.render_as_string())
