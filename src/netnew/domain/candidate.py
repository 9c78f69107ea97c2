"""A candidate: an entity that may match, with everything known of it in one run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from netnew.domain.condition import Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.ids import CandidateId, RunId


class MatchStatus(StrEnum):
    """Where a candidate stands. `generated`: found, not yet judged. `discarded`: merged into
    another or excluded after it was found; it counts no more."""

    GENERATED = "generated"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    UNCLEAR = "unclear"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an entity is, as far as pages tell.

    `key` is stable across runs and is what the ledger knows the entity by: `site:<domain>`,
    `page:<canonical address without scheme>` or `urn:netnew:<source>:<key>`. `keys` are all keys
    that lead here (its own, its profiles', old addresses', mirrors'). `names` are the display names
    met, best first, former names and aliases included. `own_keys` are those of its own site besides
    `key`, where a page names one and it leads elsewhere.
    """

    key: str
    keys: frozenset[str]
    names: tuple[str, ...]
    own_keys: frozenset[str] = frozenset()


class RecheckOutcome(StrEnum):
    """What came of looking again at a match of an earlier run: its pages still prove it but say
    something else, or they no longer prove it. What did not change has no row."""

    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that may match.

    `url` is its own site, else the best page about it, else a urn; never empty. `alternate_urls`
    are other addresses met for it (mirrors, profiles, redirects). `pages` are the addresses of the
    pages that may serve as evidence, best first. `recheck` is set where a refresh looked again at
    a match of an earlier run. `generation` is the one that decided it.
    """

    id: CandidateId
    run_id: RunId
    identity: Identity
    name: str
    url: str
    description: str = ""
    alternate_urls: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()
    status: MatchStatus = MatchStatus.GENERATED
    verdicts: tuple[Verdict, ...] = ()
    enrichments: tuple[EnrichmentValue, ...] = ()
    generation: int = 1
    decided_at: datetime | None = None
    merged_into: CandidateId | None = None
    recheck: RecheckOutcome | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """One line of the merge log: `lost` was found to be `kept`; undoing it splits them again.

    `reason` names the rule and the values that agreed. `lost_candidate` is the row as it was,
    `kept_identity` who the other was until then.
    """

    run_id: RunId
    kept: CandidateId
    lost: CandidateId
    reason: str
    lost_candidate: Candidate
    merged_at: datetime
    undone: bool = False
    kept_identity: Identity | None = None
