"""The processes that work on runs, each with a row that it renews. Does not need the engine."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import workers
from netnew.db.upsert import insert_new

GONE = datetime(1970, 1, 1, tzinfo=UTC)
"""The last renewal of a worker that deregistered or never had a row."""


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A process that works on runs. `home`: the HOME whose files it has; `host`: unique to the
    machine and its process id namespace; `reaped_by`: the worker that takes over, if this one is
    dead."""

    id: str
    home: str
    host: str
    pid: int
    takes_all: bool
    started_at: datetime
    beat_at: datetime
    reaped_by: str | None = None


async def live_workers(
    database: Database, clock_now: Callable[[], datetime], dead_after_s: float = 30.0
) -> list[WorkerRow]:
    """The workers that renewed within `dead_after_s`, oldest first."""
    rows = await all_workers(database)
    now = clock_now()
    return [row for row in rows if row.reaped_by is None and not is_dead(row, now, dead_after_s)]


def is_dead(row: WorkerRow, now: datetime, dead_after_s: float) -> bool:
    """Whether it has not renewed for that long, or was a process of this machine that is gone."""
    return now - row.beat_at > timedelta(seconds=dead_after_s) or not _is_running(row)


def _is_running(row: WorkerRow) -> bool:
    if sys.platform != "linux" or row.host != this_host():
        return True  # elsewhere a host has no unique mark, and checking could end the process
    try:
        os.kill(row.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@cache
def this_host() -> str:
    """The machine's name with a mark of its current boot and process id namespace.

    Two containers may have the same name and process ids.
    """
    name = socket.gethostname()
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as boot_id:
            space = boot_id.read() + os.readlink("/proc/self/ns/pid")
    except OSError:
        return name
    return f"{name}/{sha256(space.encode()).hexdigest()[:8]}"


async def all_workers(database: Database) -> list[WorkerRow]:
    return await database.read(_read_all)


async def register(database: Database, row: WorkerRow) -> bool:
    """Add the row; False where there is one of this id."""
    return await database.write(_enter, row)


async def renew(database: Database, worker_id: str, at: datetime) -> bool:
    """Renew its row; False if the row is gone or was claimed by another worker."""
    return await database.write(_beat, (worker_id, at))


async def claim(database: Database, dead: WorkerRow, reaper: str) -> bool:
    """Claim a worker to take over from it; False if its row has changed since it was read."""
    return await database.write(_claim, (dead, reaper))


async def deregister(database: Database, worker_id: str) -> None:
    """Mark the worker as gone: the next reaper takes over what is left."""
    await database.write(_beat, (worker_id, GONE))


async def evict(database: Database, worker_id: str) -> None:
    """Delete the row: nothing is left of this worker."""
    await database.write(_strike, worker_id)


def _read_all(connection: sa.Connection) -> list[WorkerRow]:
    rows = connection.execute(sa.select(workers).order_by(workers.c.started_at, workers.c.id))
    return [WorkerRow(**row) for row in rows.mappings()]


def _enter(connection: sa.Connection, rows: Sequence[WorkerRow]) -> list[bool]:
    return [
        connection.execute(insert_new(connection, workers), _values(row)).rowcount == 1
        for row in rows
    ]


def _beat(connection: sa.Connection, beats: Sequence[tuple[str, datetime]]) -> list[bool]:
    return [
        connection.execute(
            sa.update(workers)
            .where(workers.c.id == worker_id, workers.c.reaped_by.is_(None))
            .values(beat_at=at)
        ).rowcount
        == 1
        for worker_id, at in beats
    ]


def _claim(connection: sa.Connection, claims: Sequence[tuple[WorkerRow, str]]) -> list[bool]:
    return [
        connection.execute(
            sa.update(workers)
            .where(
                workers.c.id == dead.id,
                workers.c.beat_at == dead.beat_at,
                workers.c.reaped_by.is_not_distinct_from(dead.reaped_by),
            )
            .values(reaped_by=reaper)
        ).rowcount
        == 1
        for dead, reaper in claims
    ]


def _strike(connection: sa.Connection, ids: Sequence[str]) -> list[None]:
    connection.execute(sa.delete(workers).where(workers.c.id.in_(ids)))
    return [None for _ in ids]


def _values(row: WorkerRow) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in workers.columns}
