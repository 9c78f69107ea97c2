"""Concurrency limits of providers across all processes, as leases.

A slot is a row with its holder and the end of its lease. A row with a negative number is a slot
that its holder waits for; the nearest to zero has waited longest. Slots are taken and returned
about once a second, not per call, under the lock of the provider's row.

Sharing: nobody keeps more than an equal part (slots divided by the processes that have or want
any) while another has less and wants more; with fewer slots than processes, they take turns.
What nobody else wants, anyone may have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from netnew.db.tables import provider_slots
from netnew.store.provider_rows import locked_row

_RENEWED_BELOW = 0.7  # of the lease

_ALL = sa.select(provider_slots.c.slot, provider_slots.c.holder, provider_slots.c.until).where(
    provider_slots.c.provider == sa.bindparam("provider")
)


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """A request of `holder` for `wanted` slots of `at_once`, of which `in_use` cannot be
    returned now. `had_turn`: it has had slots long enough to give others a turn. `lease`: how
    long slots stay its own without renewal; those of a killed process then become free."""

    provider: str
    holder: str
    at_once: int
    wanted: int
    in_use: int
    had_turn: bool
    now: datetime
    lease: timedelta


@dataclass(frozen=True, slots=True)
class Leases:
    """The result: `held` slots until `until`, of which `usable` may start calls; the rest is
    returned as soon as their calls end."""

    held: int
    usable: int
    until: datetime


class _Row(NamedTuple):
    slot: int
    holder: str
    until: datetime


def reconcile(connection: sa.Connection, wishes: Sequence[LeaseRequest]) -> list[Leases | None]:
    """Take, keep and return slots; None if another process is doing so now."""
    return [_settle_one(connection, request) for request in wishes]


def _settle_one(connection: sa.Connection, request: LeaseRequest) -> Leases | None:
    if locked_row(connection, request.provider) is None:
        return None
    rows = [
        row
        for row in (_Row(*x) for x in connection.execute(_ALL, {"provider": request.provider}))
        if row.holder == request.holder or row.until > request.now
    ]
    mine = {row.slot for row in rows if row.holder == request.holder}
    usable, in_line_anew = _usable(rows, request)
    wanted = _rows_wanted(rows, request, usable, in_line_anew)
    until = min((row.until for row in rows if row.holder == request.holder), default=request.now)
    if until < request.now + _RENEWED_BELOW * request.lease or wanted != mine:
        until = request.now + request.lease
        _replace(connection, request, wanted, until)
    held = sum(slot >= 0 for slot in wanted)
    return Leases(held, min(usable, held), until)


def _usable(rows: Sequence[_Row], request: LeaseRequest) -> tuple[int, bool]:
    """How many slots it may use, and whether it moves to the end of the queue for more."""
    held = Counter(row.holder for row in rows if row.slot >= 0)
    waits = Counter(row.holder for row in rows if row.slot < 0)
    others = (held.keys() | waits.keys()) - {request.holder}
    part = -(-request.at_once // (len(others) + 1))
    mine, goal = held[request.holder], min(request.wanted, request.at_once)
    free = max(0, request.at_once - held.total())
    short = sum(min(waits[other], max(0, part - held[other])) for other in others)
    without = {other for other in others if waits[other] and not held[other]}
    if goal > mine:
        before_me = len(without if mine else _ahead(rows, request, without))
        most = max(mine, part if short else request.at_once)
        taken = min(goal, most) - mine
        if (taken := min(taken, free - before_me)) > 0:
            return mine + taken, False
    if mine > part:
        return min(goal, mine - max(0, min(short - free, mine - part))), False
    if mine and request.had_turn and len(without) > free and max(held.values()) <= part:
        return min(goal, mine - 1), True
    return min(goal, mine), False


def _ahead(rows: Sequence[_Row], request: LeaseRequest, without: set[str]) -> set[str]:
    """The holders `without` a slot who have waited longer."""
    since = max((r.slot for r in rows if r.holder == request.holder and r.slot < 0), default=None)
    return {
        row.holder
        for row in rows
        if row.holder in without and row.slot < 0 and (since is None or row.slot > since)
    }


def _rows_wanted(
    rows: Sequence[_Row], request: LeaseRequest, usable: int, in_line_anew: bool
) -> set[int]:
    """The numbers of all rows that the holder should have."""
    taken = {row.slot for row in rows}
    mine = sorted(row.slot for row in rows if row.holder == request.holder)
    slots = [slot for slot in mine if slot >= 0]
    keep = max(usable, min(request.in_use, len(slots)))
    free = [slot for slot in range(request.at_once) if slot not in taken]
    slots = (slots + free)[:keep]
    waiting = [] if in_line_anew else [slot for slot in reversed(mine) if slot < 0]
    last = min(min(taken, default=0), 0)
    more = max(0, min(request.wanted, request.at_once) - len(slots))
    return {*slots, *(waiting + [last - 1 - number for number in range(more)])[:more]}


def _replace(
    connection: sa.Connection, request: LeaseRequest, wanted: set[int], until: datetime
) -> None:
    """Rewrite the holder's rows, and delete those whose holder is gone."""
    connection.execute(
        sa.delete(provider_slots).where(
            provider_slots.c.provider == request.provider,
            (provider_slots.c.holder == request.holder) | (provider_slots.c.until <= request.now),
        )
    )
    if wanted:
        row = {"provider": request.provider, "holder": request.holder, "until": until}
        connection.execute(sa.insert(provider_slots), [{**row, "slot": x} for x in sorted(wanted)])
