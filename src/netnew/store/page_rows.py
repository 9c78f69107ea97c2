"""A snapshot as two compressed values: what follows from its bytes, and what belongs to the
visit."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from netnew.domain.ids import SnapshotId
from netnew.domain.page import Link, PageQuality, Segment, Snapshot
from netnew.store.row_codec import Codec


@dataclass(frozen=True, slots=True)
class Content:
    """The fields that depend only on the bytes and the extractor: shared by all addresses."""

    title: str = ""
    segments: tuple[Segment, ...] = ()
    language: str | None = None
    updated_on: str | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """The fields that depend on where and when the page was read, including links, since most
    are relative."""

    final_url: str
    status: int
    quality: PageQuality
    links: tuple[Link, ...] = ()
    canonical_url: str | None = None
    next_url: str | None = None
    media_type: str = "text/html"
    error: str | None = None
    redirects: tuple[str, ...] = ()
    etag: str | None = None
    last_modified: str | None = None


_CONTENT = Codec(Content)
_VISIT = Codec(Visit)
_CONTENT_FIELDS = tuple(field.name for field in fields(Content))
_VISIT_FIELDS = tuple(field.name for field in fields(Visit))


def packed_content(snapshot: Snapshot) -> bytes:
    return _CONTENT.pack(Content(**{name: getattr(snapshot, name) for name in _CONTENT_FIELDS}))


def packed_visit(snapshot: Snapshot) -> bytes:
    return _VISIT.pack(Visit(**{name: getattr(snapshot, name) for name in _VISIT_FIELDS}))


def snapshot_of_row(row: Any) -> Snapshot:
    """The snapshot from a row of a visit joined with its content."""
    content = _CONTENT.unpack(row.content, row.content_format)
    visit = _VISIT.unpack(row.visit, row.visit_format)
    return Snapshot(
        id=SnapshotId(row.content_id),
        url=row.url,
        fetched_at=row.fetched_at,
        **{name: getattr(content, name) for name in _CONTENT_FIELDS},
        **{name: getattr(visit, name) for name in _VISIT_FIELDS},
    )


def addresses_of_visit(row: Any) -> tuple[str, ...]:
    """The addresses that led to the page of a visit, except its own."""
    visit = _VISIT.unpack(row.packed, row.format)
    return (*visit.redirects, visit.final_url)
