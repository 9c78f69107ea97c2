"""A batch: candidates of a run that another worker should judge."""

from __future__ import annotations

from dataclasses import dataclass

from netnew.domain.ids import CandidateId, RunId


@dataclass(frozen=True, slots=True)
class JudgingBatch:
    """Candidates whose rows are there. `epoch` is the hold on the run of who hands them out: once
    another has the run, nobody waits for them."""

    run_id: RunId
    generation: int
    epoch: int
    candidates: tuple[CandidateId, ...]
