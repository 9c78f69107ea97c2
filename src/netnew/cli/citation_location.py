"""Where on its page a citation stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netnew.cli.consoles import short
from netnew.domain.errors import NetnewError
from netnew.domain.evidence import Citation
from netnew.domain.ids import SnapshotId
from netnew.domain.page import Segment, SegmentKind, Snapshot

if TYPE_CHECKING:
    from netnew.app.service import Service


class CitationLocations:
    """Looks up the segments of citations; reads each snapshot once."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._snapshots: dict[SnapshotId, Snapshot | None] = {}

    async def locate(self, citation: Citation) -> str:
        """'fact “License”', 'paragraph', 'title'; '' if the snapshot no longer exists."""
        snapshot = await self._snapshot(citation.snapshot_id)
        if snapshot is None or citation.segment >= len(snapshot.segments):
            return ""
        return _place(snapshot.segments[citation.segment])

    async def _snapshot(self, snapshot_id: SnapshotId) -> Snapshot | None:
        if snapshot_id not in self._snapshots:
            try:
                self._snapshots[snapshot_id] = await self._service.queries.snapshot(snapshot_id)
            except NetnewError:
                self._snapshots[snapshot_id] = None
        return self._snapshots[snapshot_id]


def _place(segment: Segment) -> str:
    label = f" “{short(segment.label, 60)}”" if segment.label else ""
    kind = "paragraph" if segment.kind is SegmentKind.BODY else segment.kind.value
    return f"{kind}{label}"
