"""Recording commands in the audit log: the one way for all use cases."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog

from netnew.domain.audit import Actor, AuditEntry, AuditOutcome, outcome_of
from netnew.domain.errors import NetnewError, StoreBusy, StoreDamaged
from netnew.domain.ids import WorkspaceId
from netnew.ports.store import AuditLog, Join
from netnew.ports.system import Clock

_SECRET = re.compile(r"nn_\w+")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Auditor:
    """Records the commands of one actor in one workspace."""

    log: AuditLog
    clock: Clock
    workspace_id: WorkspaceId
    actor: Actor

    def of(self, actor: Actor) -> Auditor:
        """The same for another actor."""
        return replace(self, actor=actor)

    def within(self, workspace_id: WorkspaceId) -> Auditor:
        """The same for another workspace."""
        return replace(self, workspace_id=workspace_id)

    def done(self, action: str, subject: str = "", detail: str = "") -> Join:
        """What records the command as done, in the transaction that does it."""
        return self.log.joining(self._entry(action, subject, AuditOutcome.DONE, detail))

    @asynccontextmanager
    async def refusals(self, action: str, subject: str = "") -> AsyncIterator[None]:
        """Record the command as refused or failed where the block raises; the error goes on."""
        try:
            yield
        except (StoreBusy, StoreDamaged):
            raise  # nor could this be written; to wait for that would double the wait
        except Exception as error:
            entry = self._entry(action, subject, outcome_of(error), type(error).__name__)
            try:
                await self.log.record(entry)
            except NetnewError as problem:
                _log.warning("a refusal was not recorded", action=action, error=str(problem))
            raise

    @asynccontextmanager
    async def recorded(
        self, action: str, subject: str = "", detail: str = ""
    ) -> AsyncIterator[None]:
        """The same, and record it as done where the block ends: for a command that writes nothing
        of its own, or not in one transaction."""
        async with self.refusals(action, subject):
            yield
        await self.log.record(self._entry(action, subject, AuditOutcome.DONE, detail))

    def _entry(self, action: str, subject: str, outcome: AuditOutcome, detail: str) -> AuditEntry:
        # Who pastes a key where its id is asked for has not asked to have it kept.
        subject = _SECRET.sub("nn_…", subject)
        return AuditEntry(
            self.clock.now(), self.workspace_id, self.actor, action, subject, outcome, detail
        )
