"""A key that lets somebody ask over HTTP, for one workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from netnew.domain.ids import WorkspaceId


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key; the secret itself is not. `name` is what its owner calls it."""

    id: str
    workspace_id: WorkspaceId
    name: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def is_in_force(self) -> bool:
        return self.revoked_at is None
