"""A field asked about each match, and the value found for it."""

from __future__ import annotations

from dataclasses import dataclass

from netnew.domain.evidence import Citation, Confidence


@dataclass(frozen=True, slots=True)
class Enrichment:
    """A field to fill for every match. `description` says what is wanted, in plain words."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class EnrichmentValue:
    """What the pages say about a field; `value` None where they do not say (then no citations)."""

    name: str
    value: str | None
    citations: tuple[Citation, ...] = ()
    reasoning: str = ""
    confidence: Confidence = Confidence.MEDIUM
