"""The workflow engine's rows of our runs, through its public client only. All calls block: use a
thread.

They only say which worker has which generation of a run: everything about a run is in our own
tables, and a finished or lost row of the engine may be created again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from dbos import (
    DBOSClient,
    DBOSPortableJSONSerializer,
    EnqueueOptions,
    WorkflowStatus,
    WorkflowStatusString,
)

from netnew.domain.budget import Spend
from netnew.domain.errors import NotFound
from netnew.domain.ids import RunId
from netnew.domain.judging_batch import JudgingBatch
from netnew.durable.dbos_config import Connection
from netnew.durable.workflow_ids import (
    APPLICATION,
    BATCH_WORKFLOW,
    VERSION,
    WORKFLOW,
    own_queue,
    owner_of,
    queue_name,
    run_of,
    workflow_id,
)

QUEUED = WorkflowStatusString.ENQUEUED.value
RUNNING = WorkflowStatusString.PENDING.value
FAILED = WorkflowStatusString.ERROR.value
_DONE = WorkflowStatusString.SUCCESS.value
_UNFINISHED = (QUEUED, RUNNING, WorkflowStatusString.DELAYED.value)
_FINISHED = [status.value for status in WorkflowStatusString if status.value not in _UNFINISHED]
_FORGOTTEN_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A run generation as the engine knows it. `worker_id`: the last worker that took it from
    its queue."""

    run_id: RunId
    generation: int
    place: str
    status: str
    worker_id: str

    @property
    def key(self) -> tuple[RunId, int]:
        return self.run_id, self.generation

    @property
    def finished(self) -> bool:
        return self.status not in _UNFINISHED


class WorkflowClient:
    """A client of the engine, safe for any number of threads."""

    def __init__(self, connection: Connection, max_connections: int) -> None:
        self._client = DBOSClient(
            **connection.options(),
            application_name=APPLICATION,
            serializer=DBOSPortableJSONSerializer(),
            system_database_pool_size=max_connections,
            retry_connection_errors=False,
        )

    def close(self) -> None:
        self._client.destroy()

    def start(
        self,
        connection: sa.Connection,
        run_id: RunId,
        generation: int,
        place: str,
        worker_id: str,
        after_s: float = 0.0,
    ) -> None:
        """Enqueue it within the transaction open on `connection`, to be taken after that many
        seconds; at most once."""
        options = _enqueued(run_id, generation, queue_name(place, worker_id))
        if after_s > 0:
            options["delay_seconds"] = after_s
        self._client.enqueue_in_transaction(connection, options, run_id, generation, place)

    def row(self, run_id: RunId, generation: int) -> WorkflowRow | None:
        rows = self._client.list_workflows(
            workflow_ids=[workflow_id(run_id, generation)], load_output=False
        )
        return _row(rows[0]) if rows else None

    def cancel(self, run_id: RunId, generation: int) -> None:
        self._client.cancel_workflows([workflow_id(run_id, generation)])

    def resume(self, run_id: RunId, generation: int, queue: str, place: str = "") -> None:
        """Put it on `queue`, whatever its state; one that succeeded is left alone."""
        row = self.row(run_id, generation)
        workflow = workflow_id(run_id, generation)
        if row is not None and row.status != FAILED and not self._would_fail_again(workflow):
            self._client.resume_workflows([workflow], queue_name=queue)
            return
        if row is not None:
            self._client.delete_workflows([workflow])
        self._client.enqueue(_enqueued(run_id, generation, queue), run_id, generation, place)

    def _would_fail_again(self, workflow: str) -> bool:
        """Whether a failure of a step is kept while the end of it all was not written any more (a
        full disk, a kill in between): replayed, it would only fail once more."""
        return any(step["error"] is not None for step in self._client.list_workflow_steps(workflow))

    def start_batch(self, batch: JudgingBatch, worker_id: str) -> str:
        """Put it on the private queue of a worker; return its name."""
        name = f"{batch.run_id}:batch:{uuid4().hex}"
        options: EnqueueOptions = {
            "workflow_name": BATCH_WORKFLOW,
            "workflow_id": name,
            "queue_name": own_queue(worker_id),
            "app_version": VERSION,
        }
        candidates = list(batch.candidates)
        self._client.enqueue(options, batch.run_id, batch.generation, batch.epoch, candidates)
        return name

    def batch_spend(self, name: str) -> Spend | None:
        """What a batch used, or None if it is not done yet. Raises NotFound if it never will be."""
        rows = self._client.list_workflows(workflow_ids=[name], load_input=False)
        if rows and rows[0].status in _UNFINISHED:
            return None
        if not rows or rows[0].status != _DONE or rows[0].output is None:
            raise NotFound("batch", name)
        return Spend.from_document(rows[0].output)

    def end_batch(self, name: str) -> None:
        """Delete a batch nobody waits for. One in progress is deleted by `forget`."""
        rows = self._client.list_workflows(workflow_ids=[name], load_input=False, load_output=False)
        if rows and rows[0].status == _DONE:
            self._client.delete_workflows([name])
        elif rows and rows[0].status in _UNFINISHED:
            self._client.cancel_workflows([name])

    def forget(self, older_than: datetime) -> int:
        """Delete rows that ended before `older_than`, and batches nobody can be waiting for;
        return how many."""
        before = older_than.isoformat()
        return self._forget(name=WORKFLOW, status=_FINISHED, completed_before=before) + (
            self._forget(name=BATCH_WORKFLOW, end_time=before)
        )

    def _forget(self, **which: Any) -> int:
        forgotten = 0
        while True:
            rows = self._client.list_workflows(
                limit=_FORGOTTEN_AT_ONCE, load_input=False, load_output=False, **which
            )
            if not rows:
                return forgotten
            self._client.delete_workflows([row.workflow_id for row in rows])
            forgotten += len(rows)

    def left_by(self, worker_id: str) -> list[WorkflowRow]:
        """What a worker had taken and not finished, and what only it could take."""
        taken = self._unfinished(status=RUNNING, executor_id=worker_id)
        private = self._unfinished(status=QUEUED, queue_name=own_queue(worker_id))
        return [*taken, *private]

    def taken_by(self, worker_id: str) -> list[WorkflowRow]:
        return list(self._unfinished(status=RUNNING, executor_id=worker_id))

    def any_queued(self, queues: Iterable[str]) -> bool:
        return bool(
            self._client.list_workflows(
                name=WORKFLOW,
                status=QUEUED,
                queue_name=list(queues),
                limit=1,
                load_input=False,
                load_output=False,
            )
        )

    def workers_named(self) -> set[str]:
        """All workers with unfinished work or a private queue."""
        taken = self._client.list_workflows(
            name=WORKFLOW, status=RUNNING, load_input=False, load_output=False
        )
        owners = {owner_of(queue.name) for queue in self._client.list_queues()}
        return {row.executor_id for row in taken if row.executor_id} | {x for x in owners if x}

    def open_queue(self, name: str, at_once: int, poll_s: float) -> None:
        self._client.register_queue(name, worker_concurrency=at_once, polling_interval_sec=poll_s)

    def close_queue(self, name: str) -> None:
        self._client.delete_queue(name)

    def _unfinished(
        self, status: str, executor_id: str | None = None, queue_name: str | None = None
    ) -> Iterator[WorkflowRow]:
        rows = self._client.list_workflows(
            name=WORKFLOW,
            status=status,
            executor_id=executor_id,
            queue_name=queue_name,
            load_output=False,
        )
        return map(_row, rows)


def _enqueued(run_id: RunId, generation: int, queue: str) -> EnqueueOptions:
    return {
        "workflow_name": WORKFLOW,
        "workflow_id": workflow_id(run_id, generation),
        "queue_name": queue,
        "app_version": VERSION,
    }


def _row(status: WorkflowStatus) -> WorkflowRow:
    run_id, generation = run_of(status.workflow_id)
    arguments = status.input["args"] if status.input else ()
    return WorkflowRow(
        run_id=run_id,
        generation=generation,
        place=str(arguments[2]) if len(arguments) > 2 else "",
        status=status.status,
        worker_id=status.executor_id or "",
    )
