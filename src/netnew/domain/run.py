"""A run: what was asked, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from netnew.domain.budget import Budget, Spend
from netnew.domain.condition import MatchCondition, MatchRule
from netnew.domain.enrichment import Enrichment
from netnew.domain.ids import RunId, WorkspaceId

Plain = str | int | float | bool

MAX_MATCH_LIMIT = 100_000
MAX_CONDITIONS = 20
MAX_OBJECTIVE_CHARS = 10_000
MAX_CONDITION_CHARS = 10_000
MAX_NAME_CHARS = 500
MAX_QUERIES = 100
MAX_QUERY_CHARS = 500
MAX_METADATA_BYTES = 65_536


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        return self in (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED)


class TerminationReason(StrEnum):
    MATCH_LIMIT_MET = "match_limit_met"
    EVALUATE_LIMIT_MET = "evaluate_limit_met"
    CANDIDATES_EXHAUSTED = "candidates_exhausted"
    LOW_MATCH_RATE = "low_match_rate"
    BUDGET_EXHAUSTED = "budget_exhausted"
    USER_CANCELLED = "user_cancelled"
    MODEL_UNUSABLE = "model_unusable"
    MODEL_UNAVAILABLE = "model_unavailable"
    ERROR_OCCURRED = "error_occurred"
    TIMEOUT = "timeout"


class StopRequest(StrEnum):
    """How a run is asked to stop at its next checkpoint; rows are kept in each case.

    `cancel`: it is not wanted any more. `pause`: it is to be continued later. `keep`: what it has
    is enough.
    """

    NONE = ""
    CANCEL = "cancel"
    PAUSE = "pause"
    KEEP = "keep"


class GenerationKind(StrEnum):
    """What a generation of a run is for: to find, or only to fill fields of what was found."""

    FIND = "find"
    ENRICH = "enrich"


@dataclass(frozen=True, slots=True)
class ExcludedEntity:
    """One that is known by its name and its address together; either may be empty."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class ExcludeList:
    """Whom to leave out: by address, by name, by registered domain, all that a run found, or by
    name and address together.

    `kept_apart`: the number of entries of a list too long to be read with its run; then all but
    `run_ids` are empty, and only their hashes are kept.
    """

    urls: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    run_ids: tuple[RunId, ...] = ()
    kept_apart: int = 0
    entities: tuple[ExcludedEntity, ...] = ()

    def __len__(self) -> int:
        listed = (self.urls, self.names, self.domains, self.entities)
        return sum(map(len, listed)) + self.kept_apart


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What is asked. `match_limit`: most matches wanted (1 to 100,000). `evaluate_limit`: most
    candidates to judge (None: no limit). `generator`: how hard to try (`preview`, `base`, `core`,
    `pro`). `sources`: source specs ('corpus:NAME', 'web:searxng=URL'). `judge`: 'auto', 'rules' or
    a model's name. Empty `entity_type` or `conditions` are filled by `plan`. `refreshes`: the run
    this one refreshes; with `rechecks` its matches are looked at again. `queries`: asked besides
    those that follow from the objective and the conditions. `metadata` is the caller's, given back
    as it is. `notes`: what a dialect keeps with the run, as JSON text under its name; nobody else
    reads it. `unread`: a model has yet to read the objective; the worker does that first and stores
    the reading. `max_conditions`: how many are read from the objective at most, the last ones as
    one."""

    objective: str
    entity_type: str = ""
    conditions: tuple[MatchCondition, ...] = ()
    enrichments: tuple[Enrichment, ...] = ()
    match_limit: int = 100
    evaluate_limit: int | None = None
    match_rule: MatchRule = MatchRule()
    generator: str = "core"
    exclude: ExcludeList = ExcludeList()
    sources: tuple[str, ...] = ()
    judge: str = "auto"
    budget: Budget = Budget()
    metadata: Mapping[str, Plain] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    refreshes: RunId | None = None
    rechecks: bool = False
    queries: tuple[str, ...] = ()
    unread: bool = False
    max_conditions: int | None = None

    @property
    def is_preview(self) -> bool:
        """Whether only the candidates that are judged are listed and counted."""
        return self.generator == "preview"


@dataclass(frozen=True, slots=True)
class Range:
    """A number of matches, and the nominal 80 % interval of it."""

    matches: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many matches probably exist: found, undecided and unseen together.

    `matches` is the point estimate, `low`..`high` the nominal 80 % interval; it begins below what
    was found, since some of that may be wrong. It allows for matches among the `unclear` candidates
    and those `not_judged`; `decided_high` is its upper end if none of these matched (None in
    estimates stored before they were allowed for). `method` names the estimator. `coverage` is
    Good–Turing's share of the matching mass already seen, 0..1. `is_lower_bound`: the run was cut
    short (a limit, a cap, candidates not judged, queries cut at their depth); it may be far more
    then. `own_words`: how many of them the question reaches in its own words (the objective, the
    conditions, the objective with each value they name), with the lists so met; what is beyond, the
    run's further queries bring. None where nothing was asked in words.
    """

    matches: float
    low: float
    high: float
    coverage: float
    method: str = "chao2"
    is_lower_bound: bool = False
    own_words: Range | None = None
    unclear: int = 0
    not_judged: int = 0
    decided_high: float | None = None

    @property
    def undecided(self) -> int:
        """How many candidates without a decision the interval allows for."""
        return self.unclear + self.not_judged


@dataclass(frozen=True, slots=True)
class Counts:
    """Candidates by status. `generated` counts all ever found, less the discarded."""

    generated: int = 0
    matched: int = 0
    unmatched: int = 0
    unclear: int = 0
    discarded: int = 0


@dataclass(frozen=True, slots=True)
class UnreadPages:
    """Pages that a run wanted and could not read, all for one `reason` (a clause: 'connection
    refused'), with the address of one of them."""

    reason: str
    pages: int
    example: str


@dataclass(frozen=True, slots=True)
class Run:
    """One asked question and its work.

    `generation` counts the times it was begun: 1, and one more for each extend, resume, enrichment
    or continuation after it ended. `started_at`: when this one began. `rounds`: rounds of discovery
    finished in all; `rounds_before` and `spend_before`: those before the budget that runs now,
    which counts none of them. `ended_as`: how the run stood before an errand that does not change
    that. `revision` counts the changes of `spec`, `epoch` the workers that took the run, and
    `takeovers` those of them that took it from a dead one. `unread_pages`: what
    could not be read, the most frequent reason first. `counts_told`, `spend_told`: what the last
    `RoundEnded` said.
    """

    id: RunId
    workspace_id: WorkspaceId
    spec: RunSpec
    status: RunStatus
    created_at: datetime
    updated_at: datetime
    generation: int = 1
    started_at: datetime | None = None
    ended_at: datetime | None = None
    termination_reason: TerminationReason | None = None
    termination_detail: str = ""
    counts: Counts = Counts()
    spend: Spend = Spend()
    spend_before: Spend = Spend()
    rounds: int = 0
    rounds_before: int = 0
    errand: GenerationKind = GenerationKind.FIND
    ended_as: RunStatus | None = None
    estimate: Estimate | None = None
    judge_profile: str = ""
    unread_pages: tuple[UnreadPages, ...] = ()
    counts_told: Counts = Counts()
    spend_told: Spend = Spend()
    last_seq: int = 0
    revision: int = 0
    epoch: int = 0
    takeovers: int = 0
    stop_requested: StopRequest = StopRequest.NONE
    worker_id: str = ""

    @property
    def is_exhausted(self) -> bool:
        """Whether it ended since there was nothing more to be found by asking."""
        exhausted = self.termination_reason is TerminationReason.CANDIDATES_EXHAUSTED
        return self.status.is_terminal and exhausted
