"""The ports of everything stored: runs, candidates, events, the ledger, pages."""

from __future__ import annotations

import builtins
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Iterable,
    Sequence,
)
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from netnew.domain.audit import AuditEntry
from netnew.domain.budget import Spend
from netnew.domain.candidate import Candidate, MatchStatus, Merge
from netnew.domain.event import Event, EventBody
from netnew.domain.ids import CandidateId, RunId, SnapshotId, WorkspaceId
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.domain.page import RawPage, Snapshot
from netnew.domain.run import Run, StopRequest
from netnew.domain.search import SearchAnswer


class EventWatch(Protocol):
    """Follows a run: events in lists, without gaps, as they are committed."""

    def __call__(
        self, run_id: RunId, after: int = 0, until_terminal: bool = True
    ) -> AsyncGenerator[list[Event], None]: ...


class UnitOfWork(Protocol):
    """An open transaction, opaque except to `store` and `durable`: what is done in it becomes
    durable together or not at all."""


Join = Callable[[UnitOfWork], None]
"""A change by another part that becomes durable in the same transaction (an enqueue)."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that change together, with the events that describe them: one transaction.

    `run`: the progress of the run. The store writes its status, generation and progress; the
    spec and the store's own counters are written by `alter` only. Candidates and merges are
    inserted or replaced completely. Ledger entries replace older entries of the same key.
    `spent`: what was used since the last commit; it counts towards the workspace's day. `epoch`:
    the worker's epoch (None: no worker). `if_revision`: write only if the spec's revision is
    still that."""

    run_id: RunId
    events: tuple[EventBody, ...] = ()
    run: Run | None = None
    candidates: tuple[Candidate, ...] = ()
    merges: tuple[Merge, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    spent: Spend | None = None
    epoch: int | None = None
    if_revision: int | None = None
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The result of a commit: the run's last sequence number, whether and how it should stop,
    and the current revision of its spec."""

    last_seq: int
    stop_requested: StopRequest = StopRequest.NONE
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Signal:
    """What a worker must know between two commits."""

    stop_requested: StopRequest
    revision: int
    epoch: int


class Journal(Protocol):
    """The single writer. Changes that arrive during a commit go into the next one."""

    async def commit(self, changes: Changes) -> Receipt:
        """Write `changes` and their events; returns once they are durable.

        Raises NotFound for an unknown run, TakenOver if `epoch` is no longer the run's, Conflict
        if `if_revision` is not, StoreBusy or StoreDamaged if the database fails."""
        ...

    async def alter(self, run_id: RunId, alter: Callable[[Run], Changes | None]) -> Run:
        """Apply a command to a run: `alter` gets the run within the transaction and returns the
        changes (including `run.spec`), or None to change nothing. It may be called twice, on the
        writer's thread: it must be fast and have no side effects.

        Returns the run afterwards. Raises what `alter` raises, NotFound, StoreBusy,
        StoreDamaged."""
        ...


class RunStore(Protocol):
    async def create(
        self,
        run: Run,
        events: Sequence[EventBody] = (),
        excluded: bytes = b"",
        joins: Sequence[Join] = (),
    ) -> Run:
        """Store a new run with its first events and its exclude list, as hashes."""
        ...

    async def get(self, run_id: RunId) -> Run:
        """Raises NotFound."""
        ...

    async def list(
        self, limit: int = 50, before: datetime | None = None, offset: int = 0
    ) -> list[Run]:
        """Newest runs first, after skipping `offset`."""
        ...

    async def count(self) -> int:
        """The number of runs in the workspace."""
        ...

    async def unfinished(self) -> builtins.list[Run]:
        """All runs of the workspace that are queued or running."""
        ...

    async def take(self, run_id: RunId, generation: int, worker_id: str) -> Run | None:
        """Assign the run to this worker only; return the run.

        None if there is nothing to do: it has ended, is paused or deleted, or is in another
        generation."""
        ...

    async def signal(self, run_id: RunId) -> Signal:
        """Raises NotFound."""
        ...

    async def excluded(self, run_id: RunId) -> bytes:
        """The hashes of the run's exclude list, as given to `create`."""
        ...

    async def spend(self, spend: Spend) -> None:
        """Add spend without a run to the workspace's day."""
        ...

    async def spent_on(self, day: date) -> Spend:
        """The workspace's spend on a day (UTC)."""
        ...

    async def delete(self, run_id: RunId, joins: Sequence[Join] = ()) -> None:
        """Delete the run with its candidates, merges and events; `joins` add to the transaction.
        Ledger and pages stay. Raises NotFound."""
        ...


class CandidateStore(Protocol):
    async def get(self, candidate_id: CandidateId) -> Candidate: ...

    def of_run(self, run_id: RunId, status: MatchStatus | None = None) -> AsyncIterator[Candidate]:
        """All candidates of a run in the order found, including discarded ones; or only those
        with `status`."""
        ...

    async def merges(self, run_id: RunId) -> list[Merge]: ...


class EventStore(Protocol):
    async def after(self, run_id: RunId, seq: int, limit: int = 500) -> list[Event]:
        """Events with numbers above `seq`, in order."""
        ...

    async def of_kind(self, run_id: RunId, kind: str, limit: int = 10_000) -> list[Event]:
        """The first events of one kind, in order."""
        ...


class Ledger(Protocol):
    async def look_up(self, keys: Iterable[LedgerKey]) -> dict[LedgerKey, LedgerEntry]:
        """The stored entries; the engine decides whether they still apply."""
        ...


class PageStore(Protocol):
    """Snapshots by address and by content. Safe for any number of readers."""

    async def newest(self, url: str) -> Snapshot | None:
        """The newest snapshot read at `url` (the requested address, not only the final one)."""
        ...

    async def newest_many(self, urls: Iterable[str]) -> dict[str, Snapshot]:
        """The same for many addresses at once, complete with links and segments."""
        ...

    async def put(self, raw: RawPage, snapshot: Snapshot) -> None:
        """Store a page: raw bytes compressed once per hash, segments once per hash and
        extractor."""
        ...

    async def get(self, snapshot_id: SnapshotId) -> Snapshot:
        """Raises NotFound."""
        ...

    async def raw(self, snapshot_id: SnapshotId) -> bytes:
        """The bytes as fetched. Raises NotFound."""
        ...


class SearchCache(Protocol):
    """Answers of sources, kept for a while (an answer is committed before it is used)."""

    async def get(self, source: str, query: str, page: int, since: datetime) -> SearchAnswer | None:
        """The stored answer if it is from `since` or later."""
        ...

    async def put(
        self, source: str, query: str, page: int, answer: SearchAnswer, at: datetime
    ) -> None: ...


class AuditLog(Protocol):
    """The audit log of all workspaces. Entries never change; retention deletes old ones."""

    def joining(self, entry: AuditEntry) -> Join:
        """What stores `entry` in the transaction of the command."""
        ...

    async def record(self, entry: AuditEntry) -> None:
        """Keep `entry` in a transaction of its own."""
        ...

    async def entries(
        self, limit: int = 50, key_id: str = "", since: datetime | None = None
    ) -> list[AuditEntry]:
        """Newest first. `key_id`: only lines by or about that key."""
        ...


class Store(Protocol):
    """Everything stored for one workspace, by subject."""

    @property
    def workspace_id(self) -> WorkspaceId: ...
    @property
    def runs(self) -> RunStore: ...
    @property
    def candidates(self) -> CandidateStore: ...
    @property
    def events(self) -> EventStore: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def pages(self) -> PageStore: ...
    @property
    def searches(self) -> SearchCache: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def audit(self) -> AuditLog: ...
