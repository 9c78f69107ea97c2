"""How the workflow engine reaches the database: the same file or server as everything else.

On SQLite it gets connections like ours (WAL, busy timeout, IMMEDIATE); its own would be five
times slower and give up early. On PostgreSQL its own are fine, and few."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from dbos import DBOS

from netnew.db.sqlite import BUSY_TIMEOUT_S, Synchronous
from netnew.domain.errors import StoreBusy
from netnew.durable.dbos_logging import quiet_dbos_logging

_OPENING_TAKES_AT_MOST_S = 30.0
_OPENING_AGAIN_AFTER_S = 0.05


@dataclass(frozen=True, slots=True)
class Connection:
    """Either `engine` (SQLite) or only `url` (PostgreSQL); its opener closes it."""

    url: str
    engine: sa.Engine | None

    def options(self) -> dict[str, Any]:
        """The arguments of both the engine and its client."""
        if self.engine is not None:
            return {"system_database_engine": self.engine}
        return {"system_database_url": self.url}

    def close(self) -> None:
        if self.engine is not None:
            # A thread of the engine may still hold one; it is closed when it comes back.
            sa.event.listen(self.engine, "checkin", _close_late)
            self.engine.dispose()


def connect(database_url: str, synchronous: Synchronous, max_connections: int) -> Connection:
    """Connections to `database_url`, with the engine's own tables created or migrated.

    Raises StoreBusy if the database is locked or unreachable for 30 s.
    """
    quiet_dbos_logging()
    url = sa.make_url(database_url)
    engine = None
    if url.get_backend_name() == "sqlite":
        url = url.set(drivername="sqlite")
        engine = _sqlite_engine(url, synchronous, max_connections)
    connection = Connection(url.render_as_string(hide_password=False), engine)
    try:
        _bring_up_to_date(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _sqlite_engine(url: sa.URL, synchronous: Synchronous, max_connections: int) -> sa.Engine:
    engine = sa.create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_S, "isolation_level": "IMMEDIATE"},
        pool_size=max_connections,
        max_overflow=0,
    )

    def set_up(connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in (
            f"busy_timeout={int(BUSY_TIMEOUT_S * 1000)}",
            "journal_mode=WAL",
            f"synchronous={synchronous.upper()}",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    sa.event.listen(engine, "connect", set_up)
    return engine


def _bring_up_to_date(connection: Connection) -> None:
    give_up_at = time.monotonic() + _OPENING_TAKES_AT_MOST_S
    while True:
        try:
            if connection.engine is not None:
                connection.engine.connect().close()  # so that a new file is in WAL mode first
            DBOS.migrate(connection.url)
        except sa.exc.OperationalError as error:
            # Switching a new file to WAL does not wait for others that do the same.
            if time.monotonic() > give_up_at:
                raise busy(error) from error
            time.sleep(_OPENING_AGAIN_AFTER_S)
        else:
            return


def busy(error: sa.exc.DBAPIError) -> StoreBusy:
    return StoreBusy(f"the workflow engine's tables: {error.orig}")


def _close_late(_connection: Any, record: Any) -> None:
    record.invalidate()
