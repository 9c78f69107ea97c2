"""Counts over all workspaces, for monitoring."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import deliveries, runs, spend_by_day
from netnew.domain.budget import Spend
from netnew.ports.api import StoreStats
from netnew.ports.system import Clock
from netnew.store.daily_spend import CAPPED


class SqlStats:
    """Each count uses an index only."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def now(self) -> StoreStats:
        """The current counts."""
        day = self._clock.now().date()
        return await self._database.read(lambda connection: _figures(connection, day))


def _figures(connection: sa.Connection, day: date) -> StoreStats:
    sums = [sa.func.coalesce(sa.func.sum(spend_by_day.c[x]), 0) for x in CAPPED]
    spent = sa.select(*sums).where(spend_by_day.c.day == day.isoformat())
    return StoreStats(
        runs=_counted(connection, runs.c.status),
        deliveries=_counted(connection, deliveries.c.state),
        spent=_plain(*connection.execute(spent).one()),
    )


def _counted(connection: sa.Connection, column: sa.Column[str]) -> dict[str, int]:
    query = sa.select(column, sa.func.count()).group_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}


def _plain(cost: Any, tokens: Any, searches: Any, pages: Any, seconds: Any) -> Spend:
    """PostgreSQL sums integers to decimals."""
    return Spend(float(cost), int(tokens), int(searches), int(pages), float(seconds))
