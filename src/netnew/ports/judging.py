"""The ports of decisions: judges and the model that advises them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from netnew.domain.candidate import Candidate
from netnew.domain.condition import MatchCondition, Verdict
from netnew.domain.enrichment import Enrichment, EnrichmentValue
from netnew.domain.evidence import EvidencePage
from netnew.domain.ledger import JudgeProfile
from netnew.domain.run import RunSpec
from netnew.ports.models import Charge, unpaid


@dataclass(frozen=True, slots=True)
class JudgeRequest:
    """A candidate, the conditions to judge, and all usable evidence, best first.

    `may_fail`: how many conditions may fail before the others need no verdict (None: decide
    all). `charge`: called with what the judge uses."""

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
    """Decides conditions on evidence and reads fields from it."""

    @property
    def profile(self) -> JudgeProfile: ...

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        """One verdict per condition, in order; those made unnecessary by `may_fail` may be
        omitted. Raises ModelUnavailable if it cannot judge now, ModelMisconfigured if it never
        can."""
        ...

    async def enrich(self, request: EnrichRequest) -> tuple[EnrichmentValue, ...]:
        """One value per field, in order; None if the evidence does not say. Raises like `judge`."""
        ...

    def unreadable(self, conditions: Sequence[MatchCondition]) -> Mapping[str, str]:
        """Condition name → the part that this judge cannot read (so its verdict will be
        'unclear')."""
        ...


@dataclass(frozen=True, slots=True)
class ObjectiveReading:
    """An objective as read by a model: entity type, conditions, requested fields, and queries,
    best first."""

    entity_type: str
    conditions: tuple[MatchCondition, ...]
    enrichments: tuple[Enrichment, ...] = ()
    queries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CandidateProfile:
    """A short description of an entity, for deciding whether two are the same: names, addresses,
    and what its pages say (at most a few hundred characters)."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    about: str = ""


class Advisor(Protocol):
    """Questions to a model other than verdicts. Without an advisor the engine uses rules.

    Each method raises ModelUnavailable and ModelMisconfigured like a judge, and returns None
    (for a pair: None) if the model has no usable answer."""

    async def read_objective(
        self, spec: RunSpec, today: date, charge: Charge
    ) -> ObjectiveReading | None:
        """Read the objective of `spec`; what the spec already says is kept."""
        ...

    async def name_column(
        self, entity_type: str, rows: Sequence[Sequence[str]], charge: Charge
    ) -> int | None:
        """The column of a table that names entities of the type, from 0; -1: none. `rows`: the
        first few, header first."""
        ...

    async def are_same(
        self,
        pairs: Sequence[tuple[CandidateProfile, CandidateProfile]],
        entity_type: str,
        charge: Charge,
    ) -> tuple[bool | None, ...]:
        """For each pair, whether it is the same entity."""
        ...
