"""How a run stands, in the four words of Extruct."""

from __future__ import annotations

from netnew.api.dialects.extruct.requests import Status
from netnew.domain.run import GenerationKind, Run, RunStatus
from netnew.engine.run.transitions import is_asked_out

_STATUSES = {
    RunStatus.QUEUED: Status.IN_PROGRESS,
    RunStatus.RUNNING: Status.IN_PROGRESS,
    RunStatus.PAUSED: Status.IN_PROGRESS,
    RunStatus.COMPLETED: Status.DONE,
    RunStatus.CANCELLED: Status.DONE,
    RunStatus.FAILED: Status.FAILED,
}


def status_of(run: Run) -> Status:
    """`created` until it is first taken up; what goes on later is in progress. While fields are
    filled of what was found, the task is what it was before: nothing new is looked for."""
    if run.errand is GenerationKind.ENRICH and run.ended_as is not None:
        return _STATUSES[run.ended_as]
    if run.status is RunStatus.QUEUED and run.generation == 1:
        return Status.CREATED
    return _STATUSES[run.status]


def is_exhausted(run: Run) -> bool:
    """Whether nothing more is to be found; never while it is in progress."""
    return is_asked_out(run)
