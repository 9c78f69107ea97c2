"""How pages lie in the database: once each, found by index, decoded once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from netnew.domain.ids import SnapshotId
from netnew.domain.page import PageQuality, RawPage, Segment, SegmentKind, Snapshot
from netnew.store import open_store

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def page(url: str, text: str = "Hello", extractor: str = "1") -> tuple[RawPage, Snapshot]:
    body = text.encode()
    raw = RawPage(url, url, 200, body, "text/html", NOW)
    snapshot_id = SnapshotId(f"{sha256(body).hexdigest()}+{extractor}")
    segments = (Segment(0, SegmentKind.BODY, text),)
    return raw, Snapshot(snapshot_id, url, url, 200, PageQuality.OK, NOW, segments=segments)


def put(path: Path, pages: Iterable[tuple[RawPage, Snapshot]]) -> None:
    async def work() -> None:
        async with open_store(f"sqlite:///{path}") as store:
            for raw, snapshot in pages:
                await store.pages.put(raw, snapshot)

    asyncio.run(work())


def counts(path: Path) -> dict[str, int]:
    connection = sqlite3.connect(path)
    tables = ("raw", "contents", "visits", "addresses")
    found = {
        table: connection.execute(f"select count(*) from fa_{table}").fetchone()[0]
        for table in tables
    }
    connection.close()
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "netnew.db"


def test_equal_bytes_are_kept_once_however_many_addresses_have_them(path: Path) -> None:
    put(path, [page(f"https://{n}.example") for n in range(9)])
    assert counts(path) == {"raw": 1, "contents": 1, "visits": 9, "addresses": 9}


def test_a_page_read_again_without_change_takes_no_more_room(path: Path) -> None:
    raw, snapshot = page("https://a.example")
    put(path, [(raw, replace(snapshot, fetched_at=NOW.replace(day=day))) for day in (1, 2, 3)])
    assert counts(path) == {"raw": 1, "contents": 1, "visits": 1, "addresses": 1}


def test_a_new_extractor_reads_the_same_bytes_anew(path: Path) -> None:
    put(path, [page("https://a.example", extractor=version) for version in "12"])
    assert counts(path) == {"raw": 1, "contents": 2, "visits": 2, "addresses": 1}


def test_a_snapshot_read_before_is_not_decoded_again(path: Path) -> None:
    put(path, [page("https://a.example")])

    async def work() -> None:
        async with open_store(f"sqlite:///{path}") as store:
            first = await store.pages.newest("https://a.example")
            assert await store.pages.newest("https://a.example") is first
        async with open_store(f"sqlite:///{path}", recent_pages=0) as store:
            assert await store.pages.newest("https://a.example") == first

    asyncio.run(work())
