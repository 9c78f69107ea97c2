"""A page store in a dict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from netnew.domain.errors import NotFound
from netnew.domain.ids import SnapshotId
from netnew.domain.page import RawPage, Snapshot


@dataclass(slots=True)
class MemoryPages:
    """Fills ports.PageStore; `puts` are the addresses put, in order."""

    by_url: dict[str, Snapshot] = field(default_factory=dict)
    bodies: dict[SnapshotId, bytes] = field(default_factory=dict)
    puts: list[str] = field(default_factory=list)

    async def newest(self, url: str) -> Snapshot | None:
        return self.by_url.get(url)

    async def newest_many(self, urls: Iterable[str]) -> dict[str, Snapshot]:
        return {url: self.by_url[url] for url in urls if url in self.by_url}

    async def put(self, raw: RawPage, snapshot: Snapshot) -> None:
        self.puts.append(raw.url)
        self.by_url[raw.url] = snapshot
        self.bodies[snapshot.id] = raw.body

    async def get(self, snapshot_id: SnapshotId) -> Snapshot:
        for snapshot in self.by_url.values():
            if snapshot.id == snapshot_id:
                return snapshot
        raise NotFound("snapshot", snapshot_id)

    async def raw(self, snapshot_id: SnapshotId) -> bytes:
        if snapshot_id not in self.bodies:
            raise NotFound("snapshot", snapshot_id)
        return self.bodies[snapshot_id]
