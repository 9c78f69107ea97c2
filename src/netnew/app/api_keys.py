"""The commands on keys; each leaves a line in the audit log."""

from __future__ import annotations

import builtins
from datetime import datetime, timedelta

from netnew.app.auditing import Auditor
from netnew.domain.api_key import ApiKey, KeyScope
from netnew.domain.audit import AuditEntry
from netnew.domain.ids import WorkspaceId
from netnew.ports.api import KeyStore


class ApiKeys:
    """Made by `bootstrap`. A line stands in the workspace of its key; that of a refused command in
    the auditor's own."""

    def __init__(self, keys: KeyStore, auditor: Auditor) -> None:
        self._keys = keys
        self._auditor = auditor

    async def create(
        self,
        name: str,
        workspace_id: WorkspaceId,
        *,
        scope: KeyScope = KeyScope.FULL,
        expires_at: datetime | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key and its secret. Raises InvalidInput."""
        async with self._auditor.refusals("key.create"):
            return await self._keys.create(
                name,
                workspace_id,
                scope=scope,
                expires_at=expires_at,
                joining=lambda key: self._of(key).done("key.create", key.id, key.scope.value),
            )

    async def rotate(
        self, key_id: str, overlap: timedelta, *, expires_at: datetime | None = None
    ) -> tuple[ApiKey, str]:
        """A new key in the place of one, and its secret; see `KeyStore.rotate`."""
        async with self._auditor.refusals("key.rotate", key_id):
            return await self._keys.rotate(
                key_id,
                overlap,
                expires_at=expires_at,
                joining=lambda key: self._of(key).done("key.rotate", key_id, f"new: {key.id}"),
            )

    async def revoke(self, key_id: str) -> ApiKey:
        """The key, no more in force. Raises NotFound."""
        async with self._auditor.refusals("key.revoke", key_id):
            return await self._keys.revoke(
                key_id, joining=lambda key: self._of(key).done("key.revoke", key_id)
            )

    async def list(self) -> list[ApiKey]:
        """All keys, the newest first, revoked and expired ones included."""
        return await self._keys.list()

    async def audit(
        self, limit: int, key_id: str = "", since: datetime | None = None
    ) -> builtins.list[AuditEntry]:
        """The newest lines of the audit log first; see `AuditLog.entries`."""
        return await self._auditor.log.entries(limit, key_id, since)

    def _of(self, key: ApiKey) -> Auditor:
        return self._auditor.within(key.workspace_id)
