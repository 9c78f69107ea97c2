"""Evidence: citations into snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from netnew.domain.ids import SnapshotId
from netnew.domain.page import Segment, Snapshot


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class PageRole(StrEnum):
    """How a page relates to a candidate.

    `own`: on the candidate's own site. `profile`: somebody else's page about this one entity (a
    directory profile). `mention`: a page about several things that names it, or a press copy.
    """

    OWN = "own"
    PROFILE = "profile"
    MENTION = "mention"


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """A snapshot shown to a judge, with its role for the candidate."""

    snapshot: Snapshot
    standing: PageRole


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a snapshot. `excerpt == snapshot.segments[segment].text[start:end]`, always."""

    snapshot_id: SnapshotId
    url: str
    segment: int
    start: int
    end: int
    excerpt: str


def cite(snapshot: Snapshot, segment: Segment, start: int = 0, end: int | None = None) -> Citation:
    """A citation of `segment.text[start:end]`; the whole segment by default.

    Raises ValueError where the span is empty or outside the segment.
    """
    end = len(segment.text) if end is None else end
    if not 0 <= start < end <= len(segment.text):
        raise ValueError(f"span {start}:{end} is not inside a segment of {len(segment.text)}")
    return Citation(
        snapshot.id, snapshot.final_url, segment.index, start, end, segment.text[start:end]
    )


def cite_quote(snapshot: Snapshot, quote: str) -> Citation | None:
    """The citation of `quote` if it appears verbatim in one segment of `snapshot`, otherwise
    None."""
    if not quote.strip():
        return None
    for segment in snapshot.segments:
        at = segment.text.find(quote)
        if at >= 0:
            return cite(snapshot, segment, at, at + len(quote))
    return None


def holds_in(citation: Citation, snapshot: Snapshot) -> bool:
    """Whether the excerpt is exactly what `snapshot` has at that position."""
    return (
        citation.snapshot_id == snapshot.id
        and 0 <= citation.segment < len(snapshot.segments)
        and citation.excerpt != ""
        and snapshot.segments[citation.segment].text[citation.start : citation.end]
        == citation.excerpt
    )
