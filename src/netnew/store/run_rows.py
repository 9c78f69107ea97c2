"""A run as a row: its spec in one column, its progress in another."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from netnew.domain.budget import Spend
from netnew.domain.ids import RunId, WorkspaceId
from netnew.domain.run import (
    Counts,
    Estimate,
    GenerationKind,
    Run,
    RunSpec,
    RunStatus,
    StopRequest,
    TerminationReason,
    UnreadPages,
)
from netnew.store.row_codec import FORMAT, Codec


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The fields of a Run without a column of their own."""

    updated_at: datetime
    ended_at: datetime | None
    termination_reason: TerminationReason | None
    termination_detail: str
    counts: Counts
    spend: Spend
    estimate: Estimate | None
    judge_profile: str
    started_at: datetime | None = None
    spend_before: Spend = Spend()
    rounds: int = 0
    rounds_before: int = 0
    errand: GenerationKind = GenerationKind.FIND
    ended_as: RunStatus | None = None
    unread_pages: tuple[UnreadPages, ...] = ()
    counts_told: Counts = Counts()
    spend_told: Spend = Spend()


_SPEC = Codec(RunSpec)
_PROGRESS = Codec(RunProgress)
_PROGRESS_FIELDS = tuple(field.name for field in fields(RunProgress))


def state_of_run(run: Run) -> dict[str, Any]:
    """The columns of a run's progress."""
    progress = RunProgress(**{name: getattr(run, name) for name in _PROGRESS_FIELDS})
    return {
        "status": run.status.value,
        "generation": run.generation,
        "takeovers": run.takeovers,
        "format": FORMAT,
        "body": _PROGRESS.dump(progress),
    }


def question_of_run(run: Run) -> str:
    """The column of a run's spec."""
    return _SPEC.dump(run.spec)


def row_of_new_run(run: Run) -> dict[str, Any]:
    """All columns of a new run."""
    return {
        "id": run.id,
        "workspace_id": run.workspace_id,
        "created_at": run.created_at,
        "last_seq": 0,
        "last_ordinal": 0,
        "revision": 0,
        "epoch": 0,
        "stop_requested": StopRequest.NONE.value,
        "worker_id": "",
        "spec": question_of_run(run),
        **state_of_run(replace(run, takeovers=0)),
    }


def run_of_row(row: sa.Row[Any]) -> Run:
    progress = _PROGRESS.load(row.body, row.format)
    return Run(
        id=RunId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        spec=_SPEC.load(row.spec, row.format),
        status=RunStatus(row.status),
        created_at=row.created_at,
        generation=row.generation,
        last_seq=row.last_seq,
        revision=row.revision,
        epoch=row.epoch,
        takeovers=row.takeovers,
        stop_requested=StopRequest(row.stop_requested),
        worker_id=row.worker_id,
        **{name: getattr(progress, name) for name in _PROGRESS_FIELDS},
    )
