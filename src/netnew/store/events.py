"""Events of runs, in order. The journal writes them."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any, get_args

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import events
from netnew.domain.errors import StoreDamaged
from netnew.domain.event import Event, EventBody
from netnew.domain.ids import RunId, WorkspaceId
from netnew.store.row_codec import FORMAT, Codec


def _kind_of(type_: Any) -> str:
    return next(str(field.default) for field in fields(type_) if field.name == "kind")


_BODIES: dict[str, Codec[EventBody]] = {_kind_of(t): Codec(t) for t in get_args(EventBody)}

_NEXT_OF_RUN = (
    sa.select(events)
    .where(
        events.c.workspace_id == sa.bindparam("workspace_id"),
        events.c.run_id == sa.bindparam("run_id"),
        events.c.seq > sa.bindparam("after"),
    )
    .order_by(events.c.seq)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


_OF_KIND = (
    sa.select(events)
    .where(
        events.c.workspace_id == sa.bindparam("workspace_id"),
        events.c.run_id == sa.bindparam("run_id"),
        events.c.kind == sa.bindparam("kind"),
    )
    .order_by(events.c.seq)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def row_of_event(
    workspace_id: WorkspaceId, run_id: RunId, seq: int, at: datetime, body: EventBody
) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "seq": seq,
        "workspace_id": workspace_id,
        "at": at,
        "kind": body.kind,
        "format": FORMAT,
        "packed": _BODIES[body.kind].pack(body),
    }


def _event_of_row(row: sa.Row[Any]) -> Event:
    codec = _BODIES.get(row.kind)
    if codec is None:
        raise StoreDamaged(f"an event of run {row.run_id} is of the unknown kind {row.kind!r}")
    return Event(RunId(row.run_id), row.seq, row.at, codec.unpack(row.packed, row.format))


class SqlEventStore:
    def __init__(self, database: Database, workspace_id: WorkspaceId) -> None:
        self._database = database
        self._workspace_id = workspace_id

    async def after(self, run_id: RunId, seq: int, limit: int = 500) -> list[Event]:
        """Up to `limit` events with numbers above `seq`, in order; none for an unknown run."""
        return await self._database.read(
            lambda connection: events_after(connection, self._workspace_id, run_id, seq, limit)
        )

    async def of_kind(self, run_id: RunId, kind: str, limit: int = 10_000) -> list[Event]:
        """The first `limit` events of one kind, in order."""
        asked = {"workspace_id": self._workspace_id, "run_id": run_id, "kind": kind, "most": limit}
        return await self._database.read(
            lambda connection: [_event_of_row(x) for x in connection.execute(_OF_KIND, asked)]
        )


def events_after(
    connection: sa.Connection, workspace_id: str, run_id: RunId, seq: int, limit: int
) -> list[Event]:
    """See `SqlEventStore.after`."""
    asked = {"workspace_id": workspace_id, "run_id": run_id, "after": seq, "most": limit}
    return [_event_of_row(row) for row in connection.execute(_NEXT_OF_RUN, asked)]
