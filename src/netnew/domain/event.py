"""What can happen to a run, in order.

Events are numbered 1, 2, 3 … without gaps within their run. `EventBody` is the tagged union; the
tag is `kind`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from netnew.domain.budget import Spend
from netnew.domain.candidate import MatchStatus, RecheckOutcome
from netnew.domain.condition import Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.ids import CandidateId, RunId
from netnew.domain.run import Counts, Estimate, RunStatus, TerminationReason


@dataclass(frozen=True, slots=True)
class RunStatusChanged:
    status: RunStatus
    termination_reason: TerminationReason | None = None
    detail: str = ""
    kind: Literal["run.status"] = "run.status"


@dataclass(frozen=True, slots=True)
class RunPlanned:
    """The spec is complete: entity type, conditions and the first queries are known."""

    entity_type: str
    conditions: tuple[str, ...]
    queries: tuple[str, ...]
    unreadable: tuple[str, ...] = ()
    kind: Literal["run.planned"] = "run.planned"


@dataclass(frozen=True, slots=True)
class RunChanged:
    """The spec was changed: the match limit, or fields were added. `limit_before`: the previous
    match limit; None in older events."""

    match_limit: int
    enrichments: tuple[str, ...] = ()
    limit_before: int | None = None
    kind: Literal["run.changed"] = "run.changed"


@dataclass(frozen=True, slots=True)
class RoundEnded:
    """A round of discovery ended: what it brought, and the state of the run after it.

    `new_candidates` and `new_matches` are the increases since the previous event (negative if
    some were merged or excluded), so that they add up to the run's counts. `is_rest`: not a
    round, but what changed since the last one, reported as the run stops."""

    number: int
    queries: tuple[str, ...]
    new_candidates: int
    new_matches: int
    counts: Counts
    spend: Spend
    estimate: Estimate | None = None
    is_rest: bool = False
    kind: Literal["run.round"] = "run.round"


@dataclass(frozen=True, slots=True)
class SourceFailed:
    """A source failed to answer a query (an empty answer is not a failure)."""

    source: str
    query: str
    problem: str
    kind: Literal["source.failed"] = "source.failed"


@dataclass(frozen=True, slots=True)
class CandidateGenerated:
    candidate_id: CandidateId
    name: str
    url: str
    description: str = ""
    kind: Literal["candidate.generated"] = "candidate.generated"


@dataclass(frozen=True, slots=True)
class CandidateDecided:
    candidate_id: CandidateId
    name: str
    url: str
    status: MatchStatus
    verdicts: tuple[Verdict, ...]
    description: str = ""
    kind: Literal["candidate.decided"] = "candidate.decided"


@dataclass(frozen=True, slots=True)
class CandidateDiscarded:
    candidate_id: CandidateId
    reason: str
    merged_into: CandidateId | None = None
    kind: Literal["candidate.discarded"] = "candidate.discarded"


@dataclass(frozen=True, slots=True)
class CandidateRechecked:
    """A match of the refreshed run was rechecked and has changed or is gone."""

    candidate_id: CandidateId
    name: str
    url: str
    recheck: RecheckOutcome
    status: MatchStatus
    verdicts: tuple[Verdict, ...]
    kind: Literal["candidate.rechecked"] = "candidate.rechecked"


@dataclass(frozen=True, slots=True)
class CandidateEnriched:
    candidate_id: CandidateId
    values: tuple[EnrichmentValue, ...] = field(default=())
    kind: Literal["candidate.enriched"] = "candidate.enriched"


EventBody = (
    RunStatusChanged
    | RunPlanned
    | RunChanged
    | RoundEnded
    | SourceFailed
    | CandidateGenerated
    | CandidateDecided
    | CandidateDiscarded
    | CandidateRechecked
    | CandidateEnriched
)


@dataclass(frozen=True, slots=True)
class Event:
    """A committed event. `seq` starts at 1 and has no gaps within a run."""

    run_id: RunId
    seq: int
    at: datetime
    body: EventBody
