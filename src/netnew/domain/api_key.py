"""An API key of one workspace."""

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
    """A stored key, without its secret. `name`: chosen by its owner. `expires_at`: refused from
    then on; None: never. `successor_id`: the key that replaced it when it was rotated."""

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
        """Whether it is valid at `now`: neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)
