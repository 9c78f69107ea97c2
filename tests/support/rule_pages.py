"""Small pages and one-condition requests for tests of the rules judge."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from netnew.domain.candidate import Candidate, Identity
from netnew.domain.condition import MatchCondition, Verdict
from netnew.domain.evidence import EvidencePage, PageRole, holds_in
from netnew.domain.ids import SnapshotId, candidate_id, run_id
from netnew.domain.page import PageQuality, Segment, SegmentKind, Snapshot
from netnew.judges.rules import RulesJudge
from netnew.ports.judging import JudgeRequest

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class NoonClock:
    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0


def snapshot(page: str, key: str = "1", archived: bool = False) -> Snapshot:
    """A page of lines: '* label: value' is a labelled fact, '@ path: value' is metadata, any other
    line is a paragraph."""
    segments = []
    for index, line in enumerate(page.strip().splitlines()):
        if line[:2] in ("* ", "@ "):
            label = line[2:].split(": ", 1)[0]
            kind = SegmentKind.FACT if line[0] == "*" else SegmentKind.METADATA
            segments.append(Segment(index, kind, line[2:], label))
        else:
            segments.append(Segment(index, SegmentKind.BODY, line))
    url = f"https://example.org/{key}"
    return Snapshot(
        SnapshotId(key), url, url, 200, PageQuality.OK, NOON, "", tuple(segments), archived=archived
    )


def candidate(name: str, aliases: tuple[str, ...] = ()) -> Candidate:
    identity = Identity("site:example.org", frozenset(), (name, *aliases))
    ids = candidate_id(UUID(int=1)), run_id(UUID(int=2))
    return Candidate(*ids, identity, name, "https://example.org/")


def judged(
    kind: str, name: str, page: str, condition: str, *more: EvidencePage, standing: str = "own"
) -> Verdict:
    """The verdict on one condition from one page (and `more` evidence), its quotes checked."""
    first = EvidencePage(snapshot(page), PageRole(standing))
    request = JudgeRequest(candidate(name), kind, (MatchCondition("c", condition),), (first, *more))
    (verdict,) = asyncio.run(RulesJudge(NoonClock()).judge(request))
    shown = {e.snapshot.id: e.snapshot for e in (first, *more)}
    assert all(holds_in(c, shown[c.snapshot_id]) for c in verdict.citations)
    return verdict
