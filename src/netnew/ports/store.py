"""The ports of everything that is kept: runs, candidates, events, the ledger, pages."""

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
    """Follows a run: events in lists, without a gap, as they are committed."""

    def __call__(
        self, run_id: RunId, after: int = 0, until_terminal: bool = True
    ) -> AsyncGenerator[list[Event], None]: ...


class UnitOfWork(Protocol):
    """An open transaction, opaque to all but `store` and `durable`: what is done with it becomes
    durable together, or not at all."""


Join = Callable[[UnitOfWork], None]
"""Something of another part that becomes durable in the same transaction (an enqueue)."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that change together, with the events that tell of it: one transaction.

    `run`: how far the run has come. Of it the store writes status, generation and progress; what is
    asked (`spec`) and the numbers that are the store's own are left as they are, but for `alter`.
    Candidates and merges are inserted or replaced whole. Ledger entries replace an older entry of
    the same key. `spent`: what was used since the last commit; it counts towards the workspace's
    day. `epoch`: the worker's hold on the run (None: no worker). `if_revision`: written only
    while what is asked is still that.
    """

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
    """What a commit gave back: the run's last sequence number, whether and how it is to stop, and
    which revision of its spec is in force."""

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
    """The one writer. What arrives while a commit is under way goes into the next one."""

    async def commit(self, changes: Changes) -> Receipt:
        """Write `changes` and their events durably; returns once they are.

        Raises NotFound for an unknown run, TakenOver where `epoch` is no more the run's, Conflict
        where `if_revision` is not, StoreBusy or StoreDamaged where the database fails.
        """
        ...

    async def alter(self, run_id: RunId, alter: Callable[[Run], Changes | None]) -> Run:
        """Change a run by a command: `alter` is shown the run as it is within the transaction, and
        gives what is to be written (`run.spec` included) or None to leave all as it is. It may be
        called twice, on a writer's thread: it must be quick and do nothing else.

        The run afterwards. Raises what `alter` raises, NotFound, StoreBusy, StoreDamaged.
        """
        ...


class RunStore(Protocol):
    async def create(
        self,
        run: Run,
        events: Sequence[EventBody] = (),
        excluded: bytes = b"",
        joins: Sequence[Join] = (),
    ) -> Run:
        """Keep a new run with its first events and its exclude list, as hashes."""
        ...

    async def get(self, run_id: RunId) -> Run:
        """Raises NotFound."""
        ...

    async def list(
        self, limit: int = 50, before: datetime | None = None, offset: int = 0
    ) -> list[Run]:
        """The newest runs first, `offset` of them left out."""
        ...

    async def count(self) -> int:
        """How many runs the workspace has."""
        ...

    async def unfinished(self) -> builtins.list[Run]:
        """All runs of the workspace that are queued or running."""
        ...

    async def take(self, run_id: RunId, generation: int, worker_id: str) -> Run | None:
        """Have this worker, and no other, work on the run from now on; the run as it then is.

        None where there is nothing to work on: it has ended, is paused, is gone, or is in another
        generation.
        """
        ...

    async def signal(self, run_id: RunId) -> Signal:
        """Raises NotFound."""
        ...

    async def excluded(self, run_id: RunId) -> bytes:
        """The hashes of the run's exclude list, as given to `create`."""
        ...

    async def spend(self, spend: Spend) -> None:
        """Count what was used without a run towards the workspace's day."""
        ...

    async def spent_on(self, day: date) -> Spend:
        """What the workspace has spent on a day (UTC)."""
        ...

    async def delete(self, run_id: RunId, joins: Sequence[Join] = ()) -> None:
        """Removes the run, its candidates, merges and events, with what `joins` add to the
        transaction; ledger and pages stay. Raises NotFound."""
        ...


class CandidateStore(Protocol):
    async def get(self, candidate_id: CandidateId) -> Candidate: ...

    def of_run(self, run_id: RunId, status: MatchStatus | None = None) -> AsyncIterator[Candidate]:
        """All candidates of a run in the order they were found, the discarded included; or only
        those that stand at `status`."""
        ...

    async def merges(self, run_id: RunId) -> list[Merge]: ...


class EventStore(Protocol):
    async def after(self, run_id: RunId, seq: int, limit: int = 500) -> list[Event]:
        """Events with a number above `seq`, in order."""
        ...

    async def of_kind(self, run_id: RunId, kind: str, limit: int = 10_000) -> list[Event]:
        """The first events of one kind, in order."""
        ...


class Ledger(Protocol):
    async def look_up(self, keys: Iterable[LedgerKey]) -> dict[LedgerKey, LedgerEntry]:
        """What is on record; whether it still holds is the engine's to say."""
        ...


class PageStore(Protocol):
    """Snapshots by address and by content. Safe for any number of readers."""

    async def newest(self, url: str) -> Snapshot | None:
        """The newest snapshot read at `url` (the address asked for, not only the final one)."""
        ...

    async def newest_many(self, urls: Iterable[str]) -> dict[str, Snapshot]:
        """The same for many addresses at once, without links and segments being left out."""
        ...

    async def put(self, raw: RawPage, snapshot: Snapshot) -> None:
        """Keep a page: raw bytes compressed once per hash, segments once per hash + extractor."""
        ...

    async def get(self, snapshot_id: SnapshotId) -> Snapshot:
        """Raises NotFound."""
        ...

    async def raw(self, snapshot_id: SnapshotId) -> bytes:
        """The bytes as fetched. Raises NotFound."""
        ...


class SearchCache(Protocol):
    """Answers of sources, kept for a while (a raw answer is committed before it is used)."""

    async def get(self, source: str, query: str, page: int, since: datetime) -> SearchAnswer | None:
        """The answer on record if it is from `since` or later."""
        ...

    async def put(
        self, source: str, query: str, page: int, answer: SearchAnswer, at: datetime
    ) -> None: ...


class AuditLog(Protocol):
    """Who had what done, in all workspaces. Entries are never changed; retention removes old
    ones."""

    def joining(self, entry: AuditEntry) -> Join:
        """What keeps `entry` in the transaction of the command."""
        ...

    async def record(self, entry: AuditEntry) -> None:
        """Keep `entry` in a transaction of its own."""
        ...

    async def entries(
        self, limit: int = 50, key_id: str = "", since: datetime | None = None
    ) -> list[AuditEntry]:
        """The newest first. `key_id`: only what was done with that key, or to it."""
        ...


class Store(Protocol):
    """Everything kept, cut by subject; one workspace."""

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
