"""What a workspace spends, day by day (UTC)."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from netnew.db.tables import spend_by_day
from netnew.db.upsert import insert_new
from netnew.domain.budget import Spend
from netnew.domain.ids import WorkspaceId

# The parts of a run's spend that have a cap; the others are not summed.
CAPPED = ("cost", "tokens", "searches", "pages", "seconds")


def add_to_day(
    connection: sa.Connection, workspace_id: WorkspaceId, day: str, spend: Spend
) -> None:
    """Add `spend` to the workspace's spend on `day` (ISO)."""
    nothing = {"workspace_id": workspace_id, "day": day, **dict.fromkeys(CAPPED, 0)}
    connection.execute(insert_new(connection, spend_by_day), nothing)
    more: dict[str, Any] = {x: spend_by_day.c[x] + getattr(spend, x) for x in CAPPED}
    connection.execute(sa.update(spend_by_day).where(_of(workspace_id, day)).values(more))


def spent_on(connection: sa.Connection, workspace_id: WorkspaceId, day: date) -> Spend:
    """The spend on `day`; zero if none is recorded."""
    query = sa.select(*(spend_by_day.c[x] for x in CAPPED))
    row = connection.execute(query.where(_of(workspace_id, day.isoformat()))).first()
    return Spend() if row is None else Spend(*row)


def _of(workspace_id: WorkspaceId, day: str) -> sa.ColumnElement[bool]:
    return sa.and_(spend_by_day.c.workspace_id == workspace_id, spend_by_day.c.day == day)
