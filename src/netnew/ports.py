"""The seams: what the engine needs from the outside, as small protocols.

`engine/` calls these; `store/`, `pages/`, `sources/`, `judges/` and `llms/` fill them; `testing.py`
has a fake of each. All are async and safe to call from many tasks of one event loop.
"""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, Protocol, TypeVar, runtime_checkable
from uuid import UUID

from netnew.domain.audit import AuditEntry
from netnew.domain.budget import Spend
from netnew.domain.candidate import Candidate, MatchStatus, Merge
from netnew.domain.condition import MatchCondition, Verdict
from netnew.domain.enrichment import Enrichment, EnrichmentValue
from netnew.domain.event import Event, EventBody
from netnew.domain.evidence import EvidencePage
from netnew.domain.ids import CandidateId, RunId, SnapshotId, WorkspaceId
from netnew.domain.ledger import JudgeProfile, LedgerEntry, LedgerKey
from netnew.domain.page import Fetched, RawPage, Snapshot
from netnew.domain.price import Price
from netnew.domain.run import Run, RunSpec, StopRequest
from netnew.domain.search import SearchAnswer


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        ...


class Ids(Protocol):
    def uuid(self) -> UUID:
        """A new uuid4."""
        ...


# ------------------------------------------------------------------------------- sources and pages


class Source(Protocol):
    """Where candidates come from.

    `spec` is its full spec ('web:searxng=http://…', 'corpus:crawl'). `enumerates`: it has a list of
    its own that is walked whole (csv, sitemap): then `query` is '' and is ignored.
    """

    @property
    def spec(self) -> str: ...

    @property
    def enumerates(self) -> bool: ...

    @property
    def revision(self) -> str:
        """Names the state of what the source holds itself: another text, other answers. '' where
        it cannot tell (a service of the web); then only their age says whether answers are good.
        """
        ...

    async def search(self, query: str, page: int) -> SearchAnswer:
        """Page `page` (1, 2, …) of the answer to `query`.

        Raises SourceUnavailable where it cannot answer now, SourceMisconfigured where it never can.
        """
        ...

    async def aclose(self) -> None: ...


@runtime_checkable
class PageProvider(Protocol):
    """A source that carries its pages itself (a corpus, the installed packages)."""

    async def raw_page(self, url: str) -> RawPage | None:
        """The page at exactly `url` (redirects of the dump followed), None where it has none."""
        ...


class Fetcher(Protocol):
    async def fetch(self, url: str, max_age: timedelta | None = None) -> Fetched:
        """The page at `url`, from the store where it is younger than `max_age` (None: the default
        of the settings; zero: always anew).

        Never raises for a page's sake: a dead host, a refused address or a timeout is a snapshot
        with `quality` ERROR and `error` set.
        """
        ...


# ------------------------------------------------------------------------------------------ models

T = TypeVar("T")

Charge = Callable[[Spend], None]
"""Told what a call used, as soon as that is known; also of one whose answer was of no use."""


def unpaid(spend: Spend) -> None:
    """Charges nobody."""


@dataclass(frozen=True, slots=True)
class Prompt(Generic[T]):
    """What a model is asked. `instructions` come first and are the same for many prompts (servers
    keep them in their cache), `text` is this one. `answer`: the pydantic model that the answer must
    be. `most_tokens`: how long the answer may be."""

    instructions: str
    text: str
    answer: type[T]
    most_tokens: int = 2_000


class LanguageModel(Protocol):
    """A model behind a server, asked for typed answers."""

    @property
    def name(self) -> str:
        """Its full name, 'openai:gpt-5-mini'; part of the judge profile in the ledger."""
        ...

    @property
    def price(self) -> Price | None:
        """None where it is not known, or is free."""
        ...

    async def ask(self, prompt: Prompt[T], charge: Charge) -> T:
        """The answer. Every request made is charged, with its tokens and what they cost.

        Raises ModelUnavailable where its server does not answer after some tries, NoAnswer where
        it answers with nothing usable, ModelMisconfigured where it never can.
        """
        ...


# ------------------------------------------------------------------------------------------ judges


@dataclass(frozen=True, slots=True)
class JudgeRequest:
    """A candidate, the conditions asked, and all evidence that may be used, best first.

    `may_fail`: how many of the conditions may fail before the others need no verdict any more
    (None: all are to be decided). `charge`: told what the judge uses.
    """

    candidate: Candidate
    entity_type: str
    conditions: tuple[MatchCondition, ...]
    evidence: tuple[EvidencePage, ...]
    may_fail: int | None = None
    charge: Charge = unpaid


@dataclass(frozen=True, slots=True)
class EnrichRequest:
    candidate: Candidate
    entity_type: str
    enrichments: tuple[Enrichment, ...]
    evidence: tuple[EvidencePage, ...]
    charge: Charge = unpaid


class Judge(Protocol):
    """Decides conditions on evidence, and reads fields from it."""

    @property
    def profile(self) -> JudgeProfile: ...

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        """One verdict a condition, in their order; those that `may_fail` makes needless may be left
        out. Raises ModelUnavailable where it cannot now, ModelMisconfigured where it never can."""
        ...

    async def enrich(self, request: EnrichRequest) -> tuple[EnrichmentValue, ...]:
        """One value a field, in their order; None where the evidence does not say. Raises like
        `judge`."""
        ...

    def unreadable(self, conditions: Sequence[MatchCondition]) -> Mapping[str, str]:
        """Condition name → the part of it this judge cannot read (then it will say 'unclear')."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """An objective as a model read it: what kind of thing is asked for, what must hold, which
    fields are wanted, and queries that would find such things, the best first."""

    entity_type: str
    conditions: tuple[MatchCondition, ...]
    enrichments: tuple[Enrichment, ...] = ()
    queries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of an entity, in a few words, for the question whether two are one: its names,
    its addresses, and what its pages say of it (at most some hundred characters)."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    about: str = ""


class Advisor(Protocol):
    """What a model is asked besides verdicts. The engine has its own way where there is none.

    Each raises ModelUnavailable and ModelMisconfigured like a judge, and gives None (of a pair:
    None) where the model has no usable answer.
    """

    async def read_objective(self, spec: RunSpec, today: date, charge: Charge) -> Reading | None:
        """The objective of `spec` read; what the spec says already is kept as it is."""
        ...

    async def name_column(
        self, entity_type: str, rows: Sequence[Sequence[str]], charge: Charge
    ) -> int | None:
        """Which column of a table names entities of the type: its number from 0. `rows`: the first
        few, header first. -1: none does."""
        ...

    async def are_same(
        self, pairs: Sequence[tuple[Profile, Profile]], entity_type: str, charge: Charge
    ) -> tuple[bool | None, ...]:
        """Whether each pair is one entity."""
        ...


# ------------------------------------------------------------------------------------------- store


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
