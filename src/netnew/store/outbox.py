"""What a deliverer needs from the store, for all workspaces.

A claim is a lease: it moves `next_at` to its end. So due deliveries are one range of one index,
those of a killed process become due again by themselves, and claims need no cleanup."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import attempts, deliveries, runs, webhooks
from netnew.domain.webhook import Attempt, Delivery, DeliveryState, Webhook
from netnew.ports.system import Clock
from netnew.store.webhook_rows import delivery_of_row, row_of_delivery, webhook_of_row

_PENDING = DeliveryState.PENDING.value


@dataclass(frozen=True, slots=True)
class _Put:
    webhook: Webhook
    seq: int
    deliveries: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class _Claim:
    holder: str
    limit: int
    now: datetime
    until: datetime
    faces: Sequence[str]
    passing_over: Collection[str]


@dataclass(frozen=True, slots=True)
class _Record:
    holder: str
    delivery: Delivery
    attempt: Attempt
    state: DeliveryState
    next_at: datetime | None


class SqlOutbox:
    """See `ports.Outbox`. `faces`: the dialects that the deliverer supports."""

    def __init__(self, database: Database, clock: Clock, faces: Collection[str]) -> None:
        self._database = database
        self._clock = clock
        self._faces = sorted(faces)

    async def behind(self, limit: int = 100) -> list[Webhook]:
        """Webhooks whose runs have unexamined events; those with few come first, so that a long
        run does not delay others."""
        query = (
            sa.select(webhooks)
            .join(runs, runs.c.id == webhooks.c.run_id)
            .where(
                runs.c.last_seq > webhooks.c.seq,
                runs.c.workspace_id == webhooks.c.workspace_id,
                webhooks.c.face.in_(self._faces),
            )
            .order_by(runs.c.last_seq - webhooks.c.seq)
            .limit(limit)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [webhook_of_row(row) for row in rows]

    async def put(self, webhook: Webhook, seq: int, deliveries: Sequence[Delivery]) -> bool:
        """Store deliveries and the fact that all events up to `seq` were examined, together.
        False, with nothing stored, if another process did so meanwhile."""
        return await self._database.write(_put, _Put(webhook, seq, deliveries))

    async def claim(
        self, holder: str, limit: int, lease: timedelta, passing_over: Collection[str] = ()
    ) -> list[tuple[Delivery, Webhook]]:
        """Claim due deliveries, longest due first, for `holder` until the lease expires; none to
        an address that begins with one of `passing_over`."""
        now = self._clock.now()
        claim = _Claim(holder, limit, now, now + lease, self._faces, passing_over)
        return await self._database.write(_claim, claim)

    async def record(
        self,
        holder: str,
        delivery: Delivery,
        attempt: Attempt,
        state: DeliveryState,
        next_at: datetime | None,
    ) -> None:
        """Record an attempt and end its claim. If the lease had expired, the attempt is
        recorded, and the delivery changes only if it succeeded."""
        await self._database.write(_record, _Record(holder, delivery, attempt, state, next_at))

    async def next_due(self) -> datetime | None:
        """When the next delivery is due or the next lease ends; None if none is pending."""
        query = (
            sa.select(deliveries.c.next_at)
            .join_from(deliveries, webhooks, webhooks.c.id == deliveries.c.webhook_id)
            .where(deliveries.c.state == _PENDING, webhooks.c.face.in_(self._faces))
            .order_by(deliveries.c.next_at)
            .limit(1)
        )
        return await self._database.read(lambda connection: connection.scalar(query))


def _put(connection: sa.Connection, asked: Sequence[_Put]) -> list[bool]:
    return [_put_one(connection, one) for one in asked]


def _put_one(connection: sa.Connection, one: _Put) -> bool:
    # This does not wait for another process, whose transaction may hold locks of other rows.
    as_known = sa.and_(webhooks.c.id == one.webhook.id, webhooks.c.seq == one.webhook.seq)
    locked = sa.select(webhooks.c.id).where(as_known).with_for_update(skip_locked=True)
    if connection.execute(locked).first() is None:
        return False
    connection.execute(sa.update(webhooks).where(as_known).values(seq=one.seq))
    if one.deliveries:
        connection.execute(sa.insert(deliveries), [row_of_delivery(x) for x in one.deliveries])
    return True


def _claim(
    connection: sa.Connection, asked: Sequence[_Claim]
) -> list[list[tuple[Delivery, Webhook]]]:
    return [_claim_one(connection, one) for one in asked]


def _claim_one(connection: sa.Connection, one: _Claim) -> list[tuple[Delivery, Webhook]]:
    columns = (*webhooks.c, deliveries.c.id.label("delivery_id"))
    query = (
        sa.select(*columns)
        .join_from(deliveries, webhooks, webhooks.c.id == deliveries.c.webhook_id)
        .where(
            deliveries.c.state == _PENDING,
            deliveries.c.next_at <= one.now,
            webhooks.c.face.in_(one.faces),
            *(~webhooks.c.url.startswith(x, autoescape=True) for x in one.passing_over),
        )
        .order_by(deliveries.c.next_at)
        .limit(one.limit)
        .with_for_update(skip_locked=True, of=deliveries)
    )
    rows = connection.execute(query).all()
    to = {row.delivery_id: webhook_of_row(row) for row in rows}
    if not to:
        return []
    held = {"claimed_by": one.holder, "claimed_until": one.until, "next_at": one.until}
    mine = deliveries.c.id.in_(to)
    connection.execute(sa.update(deliveries).where(mine).values(held))
    found = connection.execute(sa.select(deliveries).where(mine).order_by(deliveries.c.seq))
    return [(delivery_of_row(row), to[row.id]) for row in found]


def _record(connection: sa.Connection, asked: Sequence[_Record]) -> list[None]:
    for one in asked:
        _record_one(connection, one)
    return [None for _ in asked]


def _record_one(connection: sa.Connection, one: _Record) -> None:
    this = deliveries.c.id == one.delivery.id
    row = connection.execute(
        sa.update(deliveries)
        .where(this)
        .values(tries=deliveries.c.tries + 1)
        .returning(deliveries.c.tries, deliveries.c.claimed_by)
    ).first()
    if row is None:
        return  # deleted with its run
    attempt = one.attempt
    connection.execute(
        sa.insert(attempts),
        {
            "delivery_id": one.delivery.id,
            "number": row.tries,
            "at": attempt.at,
            "status": attempt.status,
            "problem": attempt.problem,
            "took_ms": attempt.took_ms,
        },
    )
    if row.claimed_by == one.holder or one.state is DeliveryState.DELIVERED:
        ended = {
            "state": one.state.value,
            "next_at": one.next_at,
            "claimed_by": None,
            "claimed_until": None,
        }
        connection.execute(sa.update(deliveries).where(this).values(ended))
