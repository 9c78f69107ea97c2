"""Who had what done, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from netnew.domain.errors import CallerError, QuotaExceeded
from netnew.domain.ids import WorkspaceId


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever gives commands. `name`: a key's id, 'anybody' while there is no key, 'user:' and a
    login on this machine. `face`: 'cli', 'library', or the name of a wire format."""

    name: str
    face: str


LIBRARY = Actor("library", "library")
"""Whoever calls the use cases without saying who it is."""


class AuditOutcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    """The caller's mistake, or more than it may do."""
    FAILED = "failed"
    """Ours: the database, a source, a defect."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One command. `subject`: the run, key or delivery that it was about, '' where there is none.
    `detail`: a few words of ours (a format, a number); of a refusal the kind of error. It never has
    what a caller or a page said, and no secret."""

    at: datetime
    workspace_id: WorkspaceId
    actor: Actor
    action: str
    subject: str
    outcome: AuditOutcome
    detail: str = ""


def outcome_of(error: Exception) -> AuditOutcome:
    """Of a command that raised `error`."""
    if isinstance(error, CallerError | QuotaExceeded):
        return AuditOutcome.REFUSED
    return AuditOutcome.FAILED
