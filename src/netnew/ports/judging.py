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
class ObjectiveReading:
    """An objective as a model read it: what kind of thing is asked for, what must hold, which
    fields are wanted, and queries that would find such things, the best first."""

    entity_type: str
    conditions: tuple[MatchCondition, ...]
    enrichments: tuple[Enrichment, ...] = ()
    queries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CandidateProfile:
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

    async def read_objective(
        self, spec: RunSpec, today: date, charge: Charge
    ) -> ObjectiveReading | None:
        """The objective of `spec` read; what the spec says already is kept as it is."""
        ...

    async def name_column(
        self, entity_type: str, rows: Sequence[Sequence[str]], charge: Charge
    ) -> int | None:
        """Which column of a table names entities of the type: its number from 0. `rows`: the first
        few, header first. -1: none does."""
        ...

    async def are_same(
        self,
        pairs: Sequence[tuple[CandidateProfile, CandidateProfile]],
        entity_type: str,
        charge: Charge,
    ) -> tuple[bool | None, ...]:
        """Whether each pair is one entity."""
        ...
