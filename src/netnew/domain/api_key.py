"""A key that lets somebody ask over HTTP, for one workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from netnew.domain.ids import WorkspaceId


class KeyScope(StrEnum):
    """What a key allows: everything, or only reading (GET requests and streams)."""

    FULL = "full"
    READ_ONLY = "read-only"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key; the secret itself is not. `name` is what its owner calls it.
    `expires_at`: from then on it is refused; None: never. `successor_id`: the key that took its
    place when it was rotated."""

    id: str
    workspace_id: WorkspaceId
    name: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    scope: KeyScope = KeyScope.FULL
    expires_at: datetime | None = None
    successor_id: str | None = None

    def is_in_force(self, now: datetime) -> bool:
        """Whether it is accepted at `now`: not revoked and not expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
