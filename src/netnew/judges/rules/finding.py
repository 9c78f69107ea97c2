"""What one page tier says about one predicate."""

from __future__ import annotations

from dataclasses import dataclass

from netnew.domain.condition import ConditionOutcome
from netnew.domain.evidence import Citation, Confidence, EvidencePage, cite
from netnew.judges.rules.facts import Fact, FactOrigin, PageFacts


@dataclass(frozen=True, slots=True)
class FindingPage:
    """A page as the judge sees it: its facts, its standing, and the names of the candidate."""

    evidence: EvidencePage
    facts: PageFacts


@dataclass(frozen=True, slots=True)
class Finding:
    outcome: ConditionOutcome
    value: str | None = None
    citations: tuple[Citation, ...] = ()
    reasoning: str = ""
    confidence: Confidence = Confidence.MEDIUM


def unclear(reasoning: str) -> Finding:
    return Finding(
        ConditionOutcome.UNCLEAR, reasoning=f"not stated: {reasoning}", confidence=Confidence.LOW
    )


@dataclass(frozen=True, slots=True)
class Located:
    """A fact and the page it stands on; `fit` is how well its label answers the field, 0..1."""

    fact: Fact
    page: FindingPage
    fit: float


def decided(outcome: ConditionOutcome, at: Located, reasoning: str) -> Finding:
    """A finding proved by one fact."""
    fact = at.fact
    citation = cite(at.page.evidence.snapshot, fact.segment, fact.start, fact.end)
    sure = fact.origin is FactOrigin.FACT and at.fit >= 0.7
    return Finding(
        outcome,
        fact.value[:300],
        (citation,),
        reasoning,
        Confidence.HIGH if sure else Confidence.MEDIUM,
    )
