"""Pages as read: bytes once per hash, text once per hash and extractor, a row per visit.

What a snapshot says is never overwritten, so a citation made today can be checked for ever. Any
number of addresses may lead to one content, and each address knows its newest visit.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import PUBLIC, addresses, contents, raw, visits
from netnew.db.upsert import insert_new, upsert
from netnew.domain.errors import NotFound
from netnew.domain.ids import SnapshotId
from netnew.domain.page import RawPage, Snapshot
from netnew.store.packed import pack, unpack
from netnew.store.page_rows import StoredPage, packed_content, packed_visit
from netnew.store.recent import Recent
from netnew.store.rows import FORMAT

DEFAULT_RECENT = 512
_ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _VisitKey:
    content_id: SnapshotId
    url: str
    fetched_at: datetime


_Decoded = Recent[_VisitKey, Snapshot]


class SqlPageStore:
    """`recent`: how many decoded snapshots stay in memory (a usual page takes about 100 kB)."""

    def __init__(self, database: Database, recent: int = DEFAULT_RECENT) -> None:
        self._database = database
        self._decoded: _Decoded = Recent(recent)

    async def newest(self, url: str) -> Snapshot | None:
        """The newest snapshot read at `url`, whether it was asked for, gone through or arrived at;
        with `url` as it is asked here."""
        return (await self.newest_many([url])).get(url)

    async def newest_many(self, urls: Iterable[str]) -> dict[str, Snapshot]:
        """The same for many addresses; those never read are left out. One query for each 500."""
        asked = list(dict.fromkeys(urls))
        if not asked:
            return {}
        return await self._database.read(lambda connection: self._newest(connection, asked))

    async def put(self, raw: RawPage, snapshot: Snapshot) -> None:
        """Keep a page, and remember it under each address on the way to it."""
        rows = await asyncio.to_thread(_page_rows, raw, snapshot)
        await self._database.write(_write, rows)

    async def get(self, snapshot_id: SnapshotId) -> Snapshot:
        """The snapshot with the address of its newest visit. Raises NotFound."""
        found = await self._database.read(lambda connection: _of_content(connection, snapshot_id))
        if found is None:
            raise NotFound("snapshot", snapshot_id)
        return await asyncio.to_thread(found.snapshot)

    async def raw(self, snapshot_id: SnapshotId) -> bytes:
        """The bytes as fetched. Raises NotFound."""
        query = sa.select(raw.c.packed).where(
            raw.c.sha256 == contents.c.raw_sha256, contents.c.id == snapshot_id
        )
        packed = await self._database.read(lambda connection: connection.scalar(query))
        if packed is None:
            raise NotFound("snapshot", snapshot_id)
        return await asyncio.to_thread(unpack, packed)

    def _newest(self, connection: sa.Connection, asked: Sequence[str]) -> dict[str, Snapshot]:
        wanted = _visits_at(connection, asked)
        decoded: dict[_VisitKey, Snapshot] = {}
        missing = []
        for key in set(wanted.values()):
            known = self._decoded.get(key)
            if known is None:
                missing.append(key)
            else:
                decoded[key] = known
        for page in _stored(connection, missing):
            snapshot = page.snapshot()
            key = _VisitKey(page.id, page.url, page.fetched_at)
            decoded[key] = snapshot
            self._decoded.put(key, snapshot)
        # A visit made anew between the two queries has another time: it is the newer, and taken.
        newest = {(key.content_id, key.url): snapshot for key, snapshot in decoded.items()}
        return {url: _as_asked(newest[key.content_id, key.url], url) for url, key in wanted.items()}


def _as_asked(snapshot: Snapshot, url: str) -> Snapshot:
    """The snapshot as if `url` had been asked for: what was gone through before it is left out."""
    if snapshot.url == url:
        return snapshot
    through = snapshot.redirects
    rest = through[through.index(url) :] if url in through else ()
    return replace(snapshot, url=url, redirects=rest)


# ------------------------------------------------------------------------------------------ reading


def _visits_at(connection: sa.Connection, urls: Sequence[str]) -> dict[str, _VisitKey]:
    found = {}
    left = iter(urls)
    while some := list(islice(left, _ASKED_AT_ONCE)):
        query = sa.select(
            addresses.c.url, addresses.c.content_id, addresses.c.visit_url, addresses.c.fetched_at
        ).where(addresses.c.workspace_id == PUBLIC, addresses.c.url.in_(some))
        for row in connection.execute(query):
            found[row.url] = _VisitKey(SnapshotId(row.content_id), row.visit_url, row.fetched_at)
    return found


_PAGES = sa.select(
    visits.c.content_id,
    visits.c.url,
    visits.c.fetched_at,
    contents.c.packed.label("content"),
    contents.c.format.label("content_format"),
    visits.c.packed.label("visit"),
    visits.c.format.label("visit_format"),
).where(visits.c.content_id == contents.c.id, visits.c.workspace_id == PUBLIC)


def _stored(connection: sa.Connection, keys: Sequence[_VisitKey]) -> list[StoredPage]:
    pages = []
    left = iter(keys)
    while some := list(islice(left, _ASKED_AT_ONCE)):
        at = [(key.content_id, key.url) for key in some]
        query = _PAGES.where(sa.tuple_(visits.c.content_id, visits.c.url).in_(at))
        pages += [StoredPage(*row) for row in connection.execute(query)]
    return pages


def _of_content(connection: sa.Connection, snapshot_id: SnapshotId) -> StoredPage | None:
    query = _PAGES.where(visits.c.content_id == snapshot_id)
    row = connection.execute(query.order_by(visits.c.fetched_at.desc()).limit(1)).first()
    return None if row is None else StoredPage(*row)


# ------------------------------------------------------------------------------------------ writing


@dataclass(frozen=True, slots=True)
class _PageRows:
    raw: dict[str, Any]
    content: dict[str, Any]
    visit: dict[str, Any]
    addresses: tuple[dict[str, Any], ...]


def _page_rows(raw_page: RawPage, snapshot: Snapshot) -> _PageRows:
    sha256 = hashlib.sha256(raw_page.body).hexdigest()
    seen_at = dict.fromkeys((snapshot.url, *snapshot.redirects, snapshot.final_url))
    return _PageRows(
        raw={"sha256": sha256, "size": len(raw_page.body), "packed": pack(raw_page.body)},
        content={
            "id": snapshot.id,
            "raw_sha256": sha256,
            "format": FORMAT,
            "packed": packed_content(snapshot),
        },
        visit={
            "content_id": snapshot.id,
            "workspace_id": PUBLIC,
            "url": snapshot.url,
            "fetched_at": snapshot.fetched_at,
            "first_fetched_at": snapshot.fetched_at,
            "etag": raw_page.etag,
            "last_modified": raw_page.last_modified,
            "format": FORMAT,
            "packed": packed_visit(snapshot),
        },
        addresses=tuple(
            {
                "workspace_id": PUBLIC,
                "url": url,
                "content_id": snapshot.id,
                "visit_url": snapshot.url,
                "fetched_at": snapshot.fetched_at,
            }
            for url in seen_at
        ),
    )


def _write(connection: sa.Connection, pages: Sequence[_PageRows]) -> list[None]:
    connection.execute(insert_new(connection, raw), [page.raw for page in pages])
    connection.execute(insert_new(connection, contents), [page.content for page in pages])
    newer_visit = upsert(connection, visits, keep=("first_fetched_at",), newer="fetched_at")
    connection.execute(newer_visit, [page.visit for page in pages])
    at = [address for page in pages for address in page.addresses]
    connection.execute(upsert(connection, addresses, newer="fetched_at"), at)
    return [None] * len(pages)
