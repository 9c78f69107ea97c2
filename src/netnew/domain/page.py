"""A page as it was read: a snapshot, its segments and its links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from netnew.domain.ids import SnapshotId


class SegmentKind(StrEnum):
    """What a segment of text is.

    `fact` is one table row, definition or label–value line, written 'label: value'; `metadata` is
    embedded data (JSON-LD, Open Graph, meta tags) written 'path: value'.
    """

    TITLE = "title"
    HEADING = "heading"
    BODY = "body"
    FACT = "fact"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a snapshot's text that never changes; citations point into it.

    `index` is its place in `Snapshot.segments`. A `body` segment is one block (paragraph, list
    item, cell of a table that is no fact). `label` is set for `fact` and `metadata` alone, and then
    `text` is `f"{label}: {value}"`. `boilerplate` is text of navigation, footer, cookie banner: it
    is kept so that the page can be shown, and never judged.
    """

    index: int
    kind: SegmentKind
    text: str
    label: str | None = None
    boilerplate: bool = False

    @property
    def value_start(self) -> int:
        """Where the value begins in `text`; 0 without a label."""
        return len(self.label) + 2 if self.label is not None else 0

    @property
    def value(self) -> str:
        return self.text[self.value_start :]


@dataclass(frozen=True, slots=True)
class Link:
    """An outgoing link.

    `url` is absolute and without fragment (links within the page are left out). `text` is the
    anchor's text. `context` is the text of the repeated item it stands in, without the anchor
    (at most 300 characters), else ''. `group` numbers the list of like siblings it belongs to
    (None: no list). `boilerplate`: in navigation, header or footer. `lead`: it is the first or
    most prominent link of its repeated item, so the item is 'about' it.
    """

    url: str
    text: str
    context: str = ""
    group: int | None = None
    boilerplate: bool = False
    lead: bool = False


class PageQuality(StrEnum):
    """Whether a page may serve as evidence; only `ok` may."""

    OK = "ok"
    EMPTY = "empty"
    SOFT_404 = "soft_404"
    PARKED = "parked"
    BOT_WALL = "bot_wall"
    LOGIN_WALL = "login_wall"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class RawPage:
    """What came over the wire, or out of a corpus, before any reading.

    `status` 0 means no answer at all; `error` then says why, in one word: `dns`, `timeout`,
    `refused` (the connection), `connect`, `tls`, `address` (refused by the guard), `robots`,
    `too_large`, `redirects`, `protocol`. `final_url` is the address after redirects.
    `redirects` are all addresses gone through, `url` first and without `final_url`.
    """

    url: str
    final_url: str
    status: int
    body: bytes
    media_type: str
    fetched_at: datetime
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    error: str | None = None
    redirects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One page as read once: content-addressed, immutable.

    `id` is `sha256(raw bytes) + extractor version`, hence two addresses with equal bytes share
    segments. `canonical_url` is what the page itself names (rel=canonical), absolute, if any.
    `updated_on`: the date the page itself gives for its last update, as written; `archived`: it
    says that it is an archived or outdated copy. `next_url`: the next page of a paginated list.
    `etag` and `last_modified` make the next request for it conditional.
    """

    id: SnapshotId
    url: str
    final_url: str
    status: int
    quality: PageQuality
    fetched_at: datetime
    title: str = ""
    segments: tuple[Segment, ...] = ()
    links: tuple[Link, ...] = ()
    canonical_url: str | None = None
    next_url: str | None = None
    language: str | None = None
    media_type: str = "text/html"
    updated_on: str | None = None
    archived: bool = False
    error: str | None = None
    redirects: tuple[str, ...] = ()
    etag: str | None = None
    last_modified: str | None = None

    @property
    def is_evidence(self) -> bool:
        return self.quality is PageQuality.OK


@dataclass(frozen=True, slots=True)
class Fetched:
    """A snapshot, and whether it came from the store (True) or was fetched just now (False)."""

    snapshot: Snapshot
    from_store: bool
