"""What the ledger remembers: verdicts, by who was asked what, and on which evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from netnew.domain.condition import Verdict
from netnew.domain.ids import SnapshotId


@dataclass(frozen=True, slots=True)
class JudgeProfile:
    """Who decides: `kind` ('rules', 'model', 'human'), `model` ('' for rules), `family` (the
    version of its rules or prompts). `rank`: a lower rank's verdict never answers for a higher."""

    kind: str
    model: str = ""
    family: str = "1"
    rank: int = 0

    def __str__(self) -> str:
        return "/".join(x for x in (self.kind, self.model, self.family) if x)


@dataclass(frozen=True, slots=True)
class LedgerKey:
    """The question: this entity, as this type, this condition (its `key`), asked of this judge."""

    entity_key: str
    entity_type: str
    condition_key: str
    judge_profile: str


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A verdict and the snapshots it was shown.

    `shown` are all snapshots the judge saw: an `unclear` is asked again only when there is evidence
    outside of `shown`. The verdict's citations name the snapshots that a hit depends on.
    """

    key: LedgerKey
    verdict: Verdict
    shown: frozenset[SnapshotId]
    decided_at: datetime
