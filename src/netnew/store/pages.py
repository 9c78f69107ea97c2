"""Stored pages: bytes once per hash, text once per hash and extractor, a row per visit.

The text of a snapshot is never overwritten, so a citation can always be checked. Any number of
addresses may lead to one content, and each address has its newest visit."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import PUBLIC, addresses, contents, raw, visits
from netnew.db.upsert import in_key_order, insert_new, upsert
from netnew.domain.errors import NotFound
from netnew.domain.ids import SnapshotId
from netnew.domain.page import RawPage, Snapshot
from netnew.store.compression import compress, decompress
from netnew.store.lru_cache import LruCache
from netnew.store.page_rows import packed_content, packed_visit, snapshot_of_row
from netnew.store.row_codec import FORMAT, batched, hashed

DEFAULT_RECENT = 512
_ASKED_AT_ONCE = 500


_Decoded = LruCache[tuple[str, datetime], Snapshot]
"""By visit and time: reading the same content there again updates the visit's time."""


_PAGE = sa.select(
    visits.c.id,
    visits.c.content_id,
    visits.c.url,
    visits.c.fetched_at,
    visits.c.packed.label("visit"),
    visits.c.format.label("visit_format"),
    contents.c.packed.label("content"),
    contents.c.format.label("content_format"),
).where(visits.c.content_id == contents.c.id, visits.c.workspace_id == PUBLIC)
_VISITS = _PAGE.where(visits.c.id.in_(sa.bindparam("ids", expanding=True)))
_NEWEST_OF_CONTENT = (
    _PAGE.where(visits.c.content_id == sa.bindparam("content_id"))
    .order_by(visits.c.fetched_at.desc())
    .limit(1)
)
_ADDRESSES = sa.select(addresses.c.url, addresses.c.visit_id, addresses.c.fetched_at).where(
    addresses.c.workspace_id == PUBLIC,
    addresses.c.url.in_(sa.bindparam("urls", expanding=True)),
)
_RAW = sa.select(raw.c.packed).where(
    raw.c.sha256 == contents.c.raw_sha256, contents.c.id == sa.bindparam("content_id")
)


class SqlPageStore:
    """`recent`: how many decoded snapshots stay in memory (about 100 kB each)."""

    def __init__(self, database: Database, recent: int = DEFAULT_RECENT) -> None:
        self._database = database
        self._decoded: _Decoded = LruCache(recent)

    async def newest(self, url: str) -> Snapshot | None:
        """The newest snapshot read at `url`, whether it was requested, redirected through or
        arrived at; its `url` is the one requested here."""
        return (await self.newest_many([url])).get(url)

    async def newest_many(self, urls: Iterable[str]) -> dict[str, Snapshot]:
        """The same for many addresses; those never read are omitted. One query per 500."""
        asked = list(dict.fromkeys(urls))
        if not asked:
            return {}
        return await self._database.read(lambda connection: self._newest(connection, asked))

    async def put(self, raw: RawPage, snapshot: Snapshot) -> None:
        """Store a page, and record it under each address on the way to it."""
        rows = await asyncio.to_thread(_page_rows, raw, snapshot)
        try:
            await self._database.write(_write, rows)
        except sa.exc.IntegrityError:
            # Its text existed and was deleted as unused before the visit was written.
            await self._database.write(_write, rows)

    async def get(self, snapshot_id: SnapshotId) -> Snapshot:
        """The snapshot, with the address of its newest visit. Raises NotFound."""
        row = await self._database.read(
            lambda connection: connection.execute(
                _NEWEST_OF_CONTENT, {"content_id": snapshot_id}
            ).first()
        )
        if row is None:
            raise NotFound("snapshot", snapshot_id)
        return await asyncio.to_thread(snapshot_of_row, row)

    async def raw(self, snapshot_id: SnapshotId) -> bytes:
        """The bytes as fetched. Raises NotFound."""
        packed = await self._database.read(
            lambda connection: connection.scalar(_RAW, {"content_id": snapshot_id})
        )
        if packed is None:
            raise NotFound("snapshot", snapshot_id)
        return await asyncio.to_thread(decompress, packed)

    def _newest(self, connection: sa.Connection, asked: Sequence[str]) -> dict[str, Snapshot]:
        visit_at: dict[str, str] = {}
        decoded: dict[str, Snapshot] = {}
        for urls in batched(asked, _ASKED_AT_ONCE):
            for row in connection.execute(_ADDRESSES, {"urls": urls}):
                visit_at[row.url] = row.visit_id
                known = self._decoded.get((row.visit_id, row.fetched_at))
                if known is not None:
                    decoded[row.visit_id] = known
        missing = dict.fromkeys(visit for visit in visit_at.values() if visit not in decoded)
        for ids in batched(missing, _ASKED_AT_ONCE):
            for page in connection.execute(_VISITS, {"ids": ids}):
                decoded[page.id] = snapshot = snapshot_of_row(page)
                self._decoded.put((page.id, page.fetched_at), snapshot)
        # A visit deleted a moment ago counts as never made.
        found = ((url, decoded.get(visit)) for url, visit in visit_at.items())
        return {url: _as_asked(snapshot, url) for url, snapshot in found if snapshot is not None}


def _as_asked(snapshot: Snapshot, url: str) -> Snapshot:
    """The snapshot as if `url` had been requested: earlier redirects are omitted."""
    if snapshot.url == url:
        return snapshot
    through = snapshot.redirects
    rest = through[through.index(url) :] if url in through else ()
    return replace(snapshot, url=url, redirects=rest)


# ------------------------------------------------------------------------------------------ writing


@dataclass(frozen=True, slots=True)
class _PageRows:
    raw: dict[str, Any]
    content: dict[str, Any]
    visit: dict[str, Any]
    addresses: tuple[dict[str, Any], ...]


def _page_rows(raw_page: RawPage, snapshot: Snapshot) -> _PageRows:
    sha256 = hashlib.sha256(raw_page.body).hexdigest()
    visit_id = hashed(PUBLIC, snapshot.id, snapshot.url)
    seen_at = dict.fromkeys((snapshot.url, *snapshot.redirects, snapshot.final_url))
    return _PageRows(
        raw={"sha256": sha256, "size": len(raw_page.body), "packed": compress(raw_page.body)},
        content={
            "id": snapshot.id,
            "raw_sha256": sha256,
            "format": FORMAT,
            "packed": packed_content(snapshot),
        },
        visit={
            "id": visit_id,
            "content_id": snapshot.id,
            "workspace_id": PUBLIC,
            "url": snapshot.url,
            "fetched_at": snapshot.fetched_at,
            "first_fetched_at": snapshot.fetched_at,
            "format": FORMAT,
            "packed": packed_visit(snapshot),
        },
        addresses=tuple(
            {
                "workspace_id": PUBLIC,
                "url": url,
                "visit_id": visit_id,
                "fetched_at": snapshot.fetched_at,
            }
            for url in seen_at
        ),
    )


def _write(connection: sa.Connection, pages: Sequence[_PageRows]) -> list[None]:
    new_raw = in_key_order(raw, (page.raw for page in pages))
    connection.execute(insert_new(connection, raw), new_raw)
    new_contents = in_key_order(contents, (page.content for page in pages))
    connection.execute(insert_new(connection, contents), new_contents)
    newer_visit = upsert(connection, visits, keep=("first_fetched_at",), newer="fetched_at")
    connection.execute(newer_visit, in_key_order(visits, (page.visit for page in pages)))
    at = in_key_order(addresses, (address for page in pages for address in page.addresses))
    connection.execute(upsert(connection, addresses, newer="fetched_at"), at)
    return [None] * len(pages)
