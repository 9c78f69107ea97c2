"""A candidate: an entity that may match, with everything known about it in one run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from netnew.domain.condition import Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.ids import CandidateId, RunId


class MatchStatus(StrEnum):
    """The status of a candidate. `generated`: found, not yet judged. `discarded`: merged into
    another or excluded after it was found; it no longer counts."""

    GENERATED = "generated"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    UNCLEAR = "unclear"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of an entity, as far as pages tell.

    `key` is stable across runs and identifies the entity in the ledger: `site:<domain>`,
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
    """The result of rechecking a match of an earlier run: its pages still prove it but say
    something else, or no longer prove it. Unchanged matches have no row."""

    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that may match.

    `url` is its own site, otherwise the best page about it, otherwise a urn; never empty.
    `alternate_urls` are its other addresses (mirrors, profiles, redirects). `pages` are the
    addresses of its evidence, best first. `recheck` is set by a refresh for matches of an
    earlier run. `generation`: the one that decided it."""

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
    """A line of the merge log: `lost` was merged into `kept`; undoing it separates them.

    `reason` names the rule and the values that agreed. `lost_candidate` is the row before the
    merge, `kept_identity` the other's identity before it."""

    run_id: RunId
    kept: CandidateId
    lost: CandidateId
    reason: str
    lost_candidate: Candidate
    merged_at: datetime
    undone: bool = False
    kept_identity: Identity | None = None
