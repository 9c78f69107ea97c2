"""Deletes old pages that nothing refers to.

Pages are deleted while runs fetch and cite others. So pages that an active run may have read are
kept, and each small transaction checks again which runs are active. If a page is fetched
meanwhile, rows locked by the fetcher are skipped, and deleted ones are written again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import addresses, contents, raw, runs, visits
from netnew.domain.run import RunStatus
from netnew.store.page_rows import addresses_of_visit
from netnew.store.reference_filter import BloomFilter, all_references

PAUSE_S = 0.01
"""Pause between two transactions, for other processes."""

_READ_AT_ONCE = 200
_REMOVED_AT_ONCE = 50  # some 20 to 40 kB each
_ADDRESSES_AT_ONCE = 500
_UNDER_WAY = [status.value for status in RunStatus if not status.is_terminal]
_OLDEST_UNDER_WAY = sa.select(sa.func.min(runs.c.created_at)).where(runs.c.status.in_(_UNDER_WAY))


@dataclass(slots=True)
class SweptPages:
    """Numbers of deleted rows: visits, texts and bytes without visits, and addresses that lead
    to none of them."""

    visits: int = 0
    contents: int = 0
    raw: int = 0
    addresses: int = 0


@dataclass(frozen=True, slots=True)
class _Age:
    """Pages read before `before` are old, except those that an active run may have read: it uses
    stored pages up to `max_age`."""

    before: datetime
    max_age: timedelta

    def limit(self, connection: sa.Connection) -> datetime:
        oldest = connection.scalar(_OLDEST_UNDER_WAY)
        return self.before if oldest is None else min(self.before, oldest - self.max_age)


@dataclass(frozen=True, slots=True)
class _Some:
    """A few visits, or a few addresses (each with its workspace), that may be deleted if old."""

    age: _Age
    keys: Sequence[tuple[str, ...]]


class _Found(NamedTuple):
    ids: Sequence[tuple[str, ...]]
    next: tuple[str, ...] | None


async def sweep_pages(database: Database, before: datetime, max_age: timedelta) -> SweptPages:
    """Delete pages read before `before` that no candidate, merge or ledger entry cites or lists."""
    swept = SweptPages()
    age = _Age(before, max_age)
    if not await database.read(partial(_is_any_old, age)):
        return swept
    mentions = await all_references(database)
    after: tuple[str, ...] | None = ("",)
    while after is not None:
        found = await database.read(partial(_unmentioned, age, mentions, after))
        for first in range(0, len(found.ids), _REMOVED_AT_ONCE):
            some = _Some(age, found.ids[first : first + _REMOVED_AT_ONCE])
            gone = await database.write(_remove, some)
            swept.visits += gone.visits
            swept.contents += gone.contents
            swept.raw += gone.raw
            await asyncio.sleep(PAUSE_S)
        after = found.next
    swept.addresses = await _sweep_addresses(database, age)
    return swept


async def _sweep_addresses(database: Database, age: _Age) -> int:
    gone = 0
    after: tuple[str, ...] | None = ("", "")
    while after is not None:
        found = await database.read(partial(_leading_nowhere, after))
        if found.ids:
            gone += await database.write(_remove_addresses, _Some(age, found.ids))
            await asyncio.sleep(PAUSE_S)
        after = found.next
    return gone


# ------------------------------------------------------------------------------------------ finding


def _is_any_old(age: _Age, connection: sa.Connection) -> bool:
    query = sa.select(visits.c.id).where(visits.c.fetched_at < age.limit(connection)).limit(1)
    return connection.execute(query).first() is not None


def _unmentioned(
    age: _Age, mentions: BloomFilter, after: tuple[str, ...], connection: sa.Connection
) -> _Found:
    rows = connection.execute(
        sa.select(visits)
        .where(visits.c.id > after[0], visits.c.fetched_at < age.limit(connection))
        .order_by(visits.c.id)
        .limit(_READ_AT_ONCE)
    ).all()
    ids = [
        (row.id,)
        for row in rows
        if row.content_id not in mentions
        and row.url not in mentions
        and not any(url in mentions for url in addresses_of_visit(row))
    ]
    return _Found(ids, (rows[-1].id,) if len(rows) == _READ_AT_ONCE else None)


_VISIT_THERE = sa.exists().where(visits.c.id == addresses.c.visit_id)
_ADDRESS = sa.tuple_(addresses.c.workspace_id, addresses.c.url)


def _leading_nowhere(after: tuple[str, ...], connection: sa.Connection) -> _Found:
    rows = connection.execute(
        sa.select(addresses.c.workspace_id, addresses.c.url, _VISIT_THERE)
        .where(sa.tuple_(*map(sa.literal, after)) < _ADDRESS)
        .order_by(addresses.c.workspace_id, addresses.c.url)
        .limit(_ADDRESSES_AT_ONCE)
    ).all()
    ids = [(workspace, url) for workspace, url, is_there in rows if not is_there]
    return _Found(ids, (rows[-1][0], rows[-1][1]) if len(rows) == _ADDRESSES_AT_ONCE else None)


# ----------------------------------------------------------------------------------------- removing


def _remove(connection: sa.Connection, asked: Sequence[_Some]) -> list[SweptPages]:
    return [_remove_visits(connection, some) for some in asked]


def _remove_visits(connection: sa.Connection, some: _Some) -> SweptPages:
    found = connection.execute(
        sa.select(visits.c.id, visits.c.content_id)
        .where(
            visits.c.id.in_([key[0] for key in some.keys]),
            visits.c.fetched_at < some.age.limit(connection),
        )
        .with_for_update(skip_locked=True)
    ).all()
    connection.execute(sa.delete(visits).where(visits.c.id.in_([row.id for row in found])))
    of_contents = sa.exists().where(visits.c.content_id == contents.c.id)
    gone = _remove_unused(connection, contents, of_contents, {row.content_id for row in found})
    of_raw = sa.exists().where(contents.c.raw_sha256 == raw.c.sha256)
    gone_raw = _remove_unused(connection, raw, of_raw, {raw_of for _, raw_of in gone})
    return SweptPages(len(found), len(gone), len(gone_raw))


def _remove_unused(
    connection: sa.Connection, table: sa.Table, is_used: sa.Exists, keys: set[str]
) -> list[tuple[str, str]]:
    """Delete those of `keys` that no row refers to; return the first two columns of each.

    A transaction that adds a reference locks the row, so it is skipped. Once we have locked it,
    a later statement sees all references added before."""
    (key,) = table.primary_key
    locked = (
        sa.select(key).where(key.in_(keys), ~is_used).with_for_update(skip_locked=True, of=table)
    )
    ours = connection.scalars(locked).all()
    gone = sa.delete(table).where(key.in_(ours), ~is_used).returning(*list(table.c)[:2])
    return [(str(first), str(second)) for first, second in connection.execute(gone)]


def _remove_addresses(connection: sa.Connection, asked: Sequence[_Some]) -> list[int]:
    return [
        connection.execute(
            sa.delete(addresses).where(
                _ADDRESS.in_(some.keys),
                ~_VISIT_THERE,
                addresses.c.fetched_at < some.age.before,
            )
        ).rowcount
        for some in asked
    ]
