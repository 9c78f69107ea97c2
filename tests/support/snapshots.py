"""Snapshots of text written in a test."""

from __future__ import annotations

from datetime import UTC, datetime

from netnew.domain.page import Link, RawPage, SegmentKind, Snapshot
from netnew.pages.extraction.extract import extract

AT = datetime(2026, 6, 1, tzinfo=UTC)
URL = "https://acme.example/about"


def raw_page(
    body: str | bytes,
    media_type: str = "text/html",
    url: str = URL,
    status: int = 200,
    charset: str | None = "utf-8",
    error: str | None = None,
) -> RawPage:
    content = body.encode() if isinstance(body, str) else body
    return RawPage(url, url, status, content, media_type, AT, charset=charset, error=error)


def read(body: str | bytes, media_type: str = "text/html", url: str = URL) -> Snapshot:
    return extract(raw_page(body, media_type, url))


def facts(page: Snapshot) -> dict[str, str]:
    return {s.label or "": s.value for s in page.segments if s.kind is SegmentKind.FACT}


def metadata(page: Snapshot) -> list[str]:
    return [s.text for s in page.segments if s.kind is SegmentKind.METADATA]


def texts(page: Snapshot, kind: SegmentKind = SegmentKind.BODY) -> list[str]:
    return [s.text for s in page.segments if s.kind is kind and not s.boilerplate]


def boilerplate(page: Snapshot) -> list[str]:
    return [s.text for s in page.segments if s.boilerplate]


def leads(page: Snapshot) -> list[Link]:
    return [link for link in page.links if link.lead and not link.boilerplate]
