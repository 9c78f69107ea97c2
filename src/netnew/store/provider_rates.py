"""Rate limits of providers across all processes.

Calls are spread evenly: each has its own instant, and instants are assigned in one row of the
database, about a second's worth at a time. So there is one write per second and process, not per
call, and no second has more calls than allowed. Instants taken by a killed process are lost."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import provider_rates
from netnew.ports.system import Clock
from netnew.store.provider_rows import LOCKED_AGAIN_AFTER_S, locked_row

_TAKEN_AHEAD_S = 1.0
# Calls take different times to arrive, and the provider counts arrivals.
_MARGIN = 1.05
# No clock is that far behind: it was set back since the row was written.
_TOO_FAR_AHEAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Asked:
    provider: str
    calls: int
    apart: timedelta
    now: datetime


class Pace:
    """The instants at which this process may call a provider."""

    def __init__(self, database: Database, provider: str, clock: Clock) -> None:
        self._database = database
        self._provider = provider
        self._clock = clock
        self._in_order = asyncio.Lock()
        self._waiting = 0
        self._instants: deque[float] = deque()
        self._lately: deque[float] = deque()

    async def turn(self, rate_per_s: float) -> None:
        """Wait until one more call may start, in order of arrival."""
        self._waiting += 1
        try:
            async with self._in_order:
                await self._next_instant(rate_per_s)
        finally:
            self._waiting -= 1

    async def _next_instant(self, rate_per_s: float) -> None:
        apart_s = _MARGIN / rate_per_s
        while True:
            if not self._instants:
                await self._take(rate_per_s, apart_s)
            due = self._instants[0]
            if due > self._clock.monotonic():
                await asyncio.sleep(due - self._clock.monotonic())
            self._instants.popleft()
            now = self._clock.monotonic()
            if now < due + apart_s:  # otherwise the next instant has passed, whoever has it
                self._lately.append(now)
                return

    async def _take(self, rate_per_s: float, apart_s: float) -> None:
        """As many instants as are waited for or were used recently."""
        most = max(1, int(rate_per_s * _TAKEN_AHEAD_S))
        begins = None
        while begins is None:
            since = self._clock.monotonic()
            while self._lately and self._lately[0] < since - _TAKEN_AHEAD_S:
                self._lately.popleft()
            calls = min(most, max(self._waiting, len(self._lately)))
            now = self._clock.now()
            asked = _Asked(self._provider, calls, timedelta(seconds=apart_s), now)
            begins = await self._database.write(_take, asked)
            if begins is None:
                await asyncio.sleep(LOCKED_AGAIN_AFTER_S)
        first = since + (begins - now).total_seconds()
        self._instants.extend(first + number * apart_s for number in range(calls))


def _take(connection: sa.Connection, asked: Sequence[_Asked]) -> list[datetime | None]:
    return [_take_one(connection, one) for one in asked]


def _take_one(connection: sa.Connection, asked: _Asked) -> datetime | None:
    """The first of the instants taken; None if another process is taking some."""
    row = locked_row(connection, asked.provider)
    if row is None:
        return None
    begins: datetime = max(asked.now, row.period_begins + row.granted * asked.apart)
    if begins > asked.now + max(_TOO_FAR_AHEAD, 1000 * asked.apart):
        begins = asked.now
    connection.execute(
        sa.update(provider_rates)
        .where(provider_rates.c.provider == asked.provider)
        .values(period_begins=begins, granted=asked.calls)
    )
    return begins
