"""The audit log: who did what, with what result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from netnew.domain.errors import CallerError, QuotaExceeded
from netnew.domain.ids import WorkspaceId


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a command. `name`: a key's id, 'anybody' while there is no key, 'user:' and
    a login on this machine. `face`: 'cli', 'library', or the name of a dialect."""

    name: str
    face: str


LIBRARY = Actor("library", "library")
"""A caller of the use cases that does not identify itself."""


class AuditOutcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    """The caller's error, or not allowed."""
    FAILED = "failed"
    """The server's error: the database, a source, a defect."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One command. `subject`: the run, key or delivery concerned, '' without one. `detail`: a
    few words (a format, a number), or the kind of error. It never contains text of callers or
    pages, nor secrets."""

    at: datetime
    workspace_id: WorkspaceId
    actor: Actor
    action: str
    subject: str
    outcome: AuditOutcome
    detail: str = ""


def outcome_of(error: Exception) -> AuditOutcome:
    """The outcome of a command that raised `error`."""
    if isinstance(error, CallerError | QuotaExceeded):
        return AuditOutcome.REFUSED
    return AuditOutcome.FAILED
