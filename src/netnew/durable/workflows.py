"""The engine's workflows: for a run a loop over one step, for a batch one step, and nothing else.

Each calls a step in one place only, so its number identifies it; steps called in a varying order
would get each other's results on replay."""

from __future__ import annotations

from dataclasses import asdict

from dbos import DBOS

from netnew.domain.errors import Conflict
from netnew.domain.ids import CandidateId, RunId
from netnew.domain.judging_batch import JudgingBatch
from netnew.durable.executor import LoopExecutor
from netnew.durable.workflow_ids import BATCH_STEP, BATCH_WORKFLOW, STEP, WORKFLOW

_executor: LoopExecutor | None = None  # there is one engine per process, so one of these


def register(executor: LoopExecutor) -> None:
    """Run the engine's workflows of this process there. Raises Conflict if one is registered."""
    global _executor
    if _executor is not None:
        raise Conflict("this process has an open worker already")
    _executor = executor


def unregister() -> None:
    global _executor
    _executor = None


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)  # takeovers are counted in the run
async def run(run_id: str, generation: int, place: str) -> int:
    """Work on a generation until there is no more to do; return the number of steps."""
    with _registered().working_on((RunId(run_id), generation)):
        number = 0
        while await step(run_id, generation, number):
            number += 1
        return number + 1


@DBOS.step(name=STEP)
async def step(run_id: str, generation: int, number: int) -> bool:
    return await _registered().step((RunId(run_id), generation))


@DBOS.workflow(name=BATCH_WORKFLOW, max_recovery_attempts=None)
async def batch(
    run_id: str, generation: int, epoch: int, candidates: list[str]
) -> dict[str, float]:
    """Judge candidates for another worker; return what that used."""
    return await judge(run_id, generation, epoch, candidates)


@DBOS.step(name=BATCH_STEP)
async def judge(
    run_id: str, generation: int, epoch: int, candidates: list[str]
) -> dict[str, float]:
    asked = JudgingBatch(RunId(run_id), generation, epoch, tuple(map(CandidateId, candidates)))
    return asdict(await _registered().judge(asked))


def _registered() -> LoopExecutor:
    assert _executor is not None, "the engine runs without a worker"
    return _executor
