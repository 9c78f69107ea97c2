"""The engine's names: workflows after run generations, queues after who may take from them."""

from __future__ import annotations

from netnew.domain.ids import RunId

APPLICATION = "netnew"
WORKFLOW = "run"
STEP = "stretch"
BATCH_WORKFLOW = "batch"
BATCH_STEP = "judge"

VERSION = "1"
"""Workflows of another version are neither taken from a queue nor recovered. It stays the same
as long as workflows call the same steps in the same order; the engine's default, a hash of the
source and of its own version, would strand every run at each upgrade."""

SHARED_QUEUE = "runs"
_OWN = "own-"


def workflow_id(run_id: RunId, generation: int) -> str:
    return f"{run_id}:{generation}"


def run_of(workflow: str) -> tuple[RunId, int]:
    """The run and its generation: the inverse of `workflow_id`."""
    run, _, generation = workflow.rpartition(":")
    return RunId(run), int(generation)


def queue_name(place: str = "", worker_id: str = "") -> str:
    """The private queue of a worker, otherwise the queue of a place, otherwise the shared one."""
    if worker_id:
        return own_queue(worker_id)
    return f"{SHARED_QUEUE}@{place}" if place else SHARED_QUEUE


def own_queue(worker_id: str) -> str:
    return _OWN + worker_id


def owner_of(queue: str) -> str | None:
    """The owner of a private queue; None if it is not private."""
    return queue.removeprefix(_OWN) if queue.startswith(_OWN) else None
