"""RawPage → Snapshot: pure, synchronous, bounded.

Cost grows with the number of elements, about 10 µs each; benchmarks/pages.py prints it.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from netnew.domain.ids import SnapshotId
from netnew.domain.page import Link, PageQuality, RawPage, SegmentKind, Snapshot
from netnew.pages.extraction.documents import (
    ALIASES,
    DOCUMENT_TYPES,
    DocumentUnread,
    ReadDocument,
    document_as_markdown,
)
from netnew.pages.extraction.dom import Tree, parse
from netnew.pages.extraction.links import absolute, links_in
from netnew.pages.extraction.metadata import embedded_fields
from netnew.pages.extraction.page_age import is_archived, updated_on
from netnew.pages.extraction.pagination import next_url
from netnew.pages.extraction.plain_text import plain_blocks, web_addresses
from netnew.pages.extraction.quality import PageSigns, quality_of
from netnew.pages.extraction.segmenter import Segmenter, SegmentList, mark_boilerplate
from netnew.pages.extraction.whitespace import normalised, words
from netnew.pages.fetching.charset import decoded

# Raise it whenever a page may come out with other segments: citations name it.
EXTRACTOR_VERSION = "3"

MAX_TITLE_CHARS = 500
_MARKDOWN_TYPES = frozenset(("text/markdown", "text/x-markdown", "text/x-web-markdown"))
_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml"))
# What servers say of files they do not know.
_UNTOLD = words(
    "application/octet-stream binary/octet-stream application/download application/x-download "
    "application/force-download application/unknown"
) | {""}
_TEXT_LIKE = words(
    "application/json application/xml application/yaml application/x-yaml application/toml "
    "application/ld+json application/rss+xml application/atom+xml"
)


def extract(raw: RawPage, read_document: ReadDocument = document_as_markdown) -> Snapshot:
    """The snapshot of `raw`. Never raises for what a page holds. `read_document` reads PDF, DOCX
    and XLSX; as it is, for as long as that takes.

    `quality` is ERROR, with `error` set, for a status outside 200–299 (BOT_WALL where the page that
    came with it is a wall), for `raw.error`, for a type
    that is no text (`media_type`), and for a document that was not read, with the reason of
    DocumentUnread.
    """
    page = Snapshot(
        id=snapshot_id(raw),
        url=raw.url,
        final_url=raw.final_url,
        status=raw.status,
        quality=PageQuality.OK,
        fetched_at=raw.fetched_at,
        media_type=raw.media_type,
        redirects=raw.redirects,
        etag=raw.etag,
        last_modified=raw.last_modified,
    )
    failure = raw.error or (None if 200 <= raw.status < 300 else f"status_{raw.status}")
    if failure is not None and not raw.body:
        return replace(page, quality=PageQuality.ERROR, error=failure)
    page = _read(raw, page, read_document)
    if failure is None:
        return page
    # Walls come with 403, 429 and 503 too: what stopped us is then worth more than the number.
    quality = page.quality if page.quality is PageQuality.BOT_WALL else PageQuality.ERROR
    return replace(page, quality=quality, error=failure)


def snapshot_id(raw: RawPage) -> SnapshotId:
    """Content and extractor; a page without content is known by its address and what went wrong."""
    content = raw.body or f"{raw.url}\n{raw.status}\n{raw.error or ''}".encode(
        "utf-8", "surrogatepass"
    )
    return SnapshotId(f"{hashlib.sha256(content).hexdigest()[:32]}-{EXTRACTOR_VERSION}")


def is_document(raw: RawPage) -> bool:
    """Whether it is read by `read_document`."""
    return bool(raw.body) and _media_type(raw) in DOCUMENT_TYPES


def _read(raw: RawPage, page: Snapshot, read_document: ReadDocument) -> Snapshot:
    media_type = _media_type(raw)
    page = replace(page, media_type=media_type)
    if media_type in DOCUMENT_TYPES:
        try:
            markdown = read_document(raw.body, media_type)
        except DocumentUnread as unread:
            return replace(page, quality=PageQuality.ERROR, error=unread.reason)
        return _from_markdown(markdown, page)
    if media_type in _HTML_TYPES:
        return _from_html(decoded(raw.body, raw.charset), page)
    if media_type in _MARKDOWN_TYPES:
        return _from_markdown(decoded(raw.body, raw.charset), page)
    if media_type.startswith("text/") or media_type in _TEXT_LIKE:
        return _from_text(decoded(raw.body, raw.charset), page)
    return replace(page, quality=PageQuality.ERROR, error="media_type")


def _media_type(raw: RawPage) -> str:
    """As the server says, but where it says nothing, or the bytes say that it is a PDF."""
    said = raw.media_type.partition(";")[0].strip().lower()
    said = ALIASES.get(said, said)
    if said in _UNTOLD or (raw.body.startswith(b"%PDF-") and said not in DOCUMENT_TYPES):
        return _sniffed(raw.body)
    return said


def _sniffed(body: bytes) -> str:
    head = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"%pdf-"):
        return "application/pdf"
    if body.startswith(b"PK\x03\x04"):
        return _office_type(body) or "application/octet-stream"
    if head.startswith(b"<") or b"<html" in head:
        return "text/html"
    return "application/octet-stream" if b"\x00" in head else "text/plain"


def _office_type(body: bytes) -> str | None:
    """DOCX and XLSX are zip files, known by the folder of their parts."""
    folders = {b"word/": ".docx", b"xl/": ".xlsx"}
    ending = next((folders[name] for name in folders if name in body[-65_536:]), None)
    return next((t for t, known in DOCUMENT_TYPES.items() if known == ending), None)


def _from_html(html: str, page: Snapshot) -> Snapshot:
    tree = parse(html)
    base = absolute(tree.base, page.final_url) or page.final_url
    boilerplate = mark_boilerplate(tree.root)
    out = SegmentList()
    fields = embedded_fields(tree)
    title = _title(tree, fields)
    out.add(SegmentKind.TITLE, title)
    for path, value in fields:
        out.add_labelled(SegmentKind.METADATA, path, value)
    Segmenter(boilerplate, out).read(tree.root)
    links = links_in(tree.root, base, page.final_url, boilerplate)
    segments = out.segments
    if not title:
        title = next((s.text for s in segments if s.kind is SegmentKind.HEADING), "")
    signs = PageSigns(title, tree.noscript, tree.has_password_field, page.final_url, html)
    read = replace(
        page,
        quality=quality_of(segments, signs),
        title=title[:MAX_TITLE_CHARS].rstrip(),
        segments=tuple(segments),
        links=tuple(links),
        canonical_url=_canonical(tree, base),
        next_url=next_url(tree, links, page.final_url, base),
        language=_language(tree, fields),
        updated_on=updated_on(segments),
        archived=is_archived(segments, page.final_url),
    )
    tree.take_apart()
    return read


def _title(tree: Tree, fields: list[tuple[str, str]]) -> str:
    title = normalised(tree.title)
    if title:
        return title
    return next((value for path, value in fields if path in ("og:title", "twitter:title")), "")


def _canonical(tree: Tree, base: str) -> str | None:
    for attributes in tree.head_links:
        if "canonical" in (attributes.get("rel") or "").lower().split():
            return absolute(attributes.get("href") or "", base)
    return None


def _language(tree: Tree, fields: list[tuple[str, str]]) -> str | None:
    if tree.language:
        return tree.language.replace("_", "-")[:35]
    for meta in tree.metas:
        if (meta.get("http-equiv") or "").lower() == "content-language" and meta.get("content"):
            return (meta.get("content") or "").split(",")[0].strip()[:35] or None
    locale = next((v for p, v in fields if p == "og:locale" or p.endswith(".inLanguage")), None)
    return locale.replace("_", "-")[:35] if locale else None


def _from_markdown(markdown: str, page: Snapshot) -> Snapshot:
    from netnew.pages.extraction.markdown import front_matter, markdown_as_html

    fields, text = front_matter(markdown)
    read = _from_html(markdown_as_html(text), page)
    out = SegmentList()
    title = dict(fields).get("title") or read.title
    out.add(SegmentKind.TITLE, title)
    for path, value in fields:
        out.add_labelled(SegmentKind.METADATA, path, value)
    for segment in read.segments:
        if segment.label is not None:
            out.add_labelled(segment.kind, segment.label, segment.value, segment.boilerplate)
        else:
            out.add(segment.kind, segment.text, segment.boilerplate)
    return replace(read, title=title[:MAX_TITLE_CHARS].rstrip(), segments=tuple(out.segments))


def _from_text(text: str, page: Snapshot) -> Snapshot:
    out = SegmentList()
    for block in plain_blocks(text):
        if block.label is not None:
            out.add_labelled(SegmentKind.FACT, block.label, block.text)
        else:
            out.add(SegmentKind.HEADING if block.is_heading else SegmentKind.BODY, block.text)
    segments = out.segments
    title = next((s.text for s in segments if s.kind is SegmentKind.HEADING), "")
    return replace(
        page,
        quality=quality_of(segments, PageSigns(title)),
        title=title[:MAX_TITLE_CHARS].rstrip(),
        segments=tuple(segments),
        links=tuple(Link(url, url) for url in web_addresses(text)),
        updated_on=updated_on(segments),
        archived=is_archived(segments, page.final_url),
    )
