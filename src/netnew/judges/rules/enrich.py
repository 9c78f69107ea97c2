"""Fields asked about a match, read from its pages."""

from __future__ import annotations

from collections.abc import Sequence

from netnew.domain.enrichment import Enrichment, EnrichmentValue
from netnew.domain.evidence import Confidence, cite
from netnew.domain.page import SegmentKind
from netnew.judges.rules.asked_field import field_of
from netnew.judges.rules.attributes import agreement
from netnew.judges.rules.facts import Origin
from netnew.judges.rules.finding import Located, Page
from netnew.judges.rules.predicate import Field
from netnew.judges.rules.terms import denies
from netnew.lexicon.words import fold

_FIT = 0.5


def field_value(enrichment: Enrichment, tiers: Sequence[Sequence[Page]]) -> EnrichmentValue:
    """The value of the asked field with its proof; value None where no page states it."""
    named = field_of(enrichment.name.replace("_", " "))
    told = field_of(enrichment.description)
    for tier in tiers:
        best = _best(named, told, tier)
        if best is not None:
            return _given(enrichment.name, best)
    if "@description" in named.features | told.features:
        for tier in tiers:
            if lead := _lead(tier):
                return _given(enrichment.name, lead)
    return EnrichmentValue(enrichment.name, None, reasoning="not stated: no field with that name")


def _best(named: Field, told: Field, tier: Sequence[Page]) -> Located | None:
    best: Located | None = None
    # A name that is a known attribute says what is asked; its description then only blurs it.
    by_description = not any(f[0] == "@" for f in named.features)
    for page in tier:
        for fact in page.facts.facts:
            fit = agreement(named.features, fact.features)
            if fold(fact.label) in (fold(named.text), fold(told.text)):
                fit = max(fit, agreement(told.features, fact.features)) + 1.0
            elif by_description:
                fit = max(fit, agreement(told.features, fact.features))
            fit -= 0.05 * fact.origin  # a labelled cell before metadata before prose
            if fit >= _FIT and not denies(fact.value) and (best is None or fit > best.fit):
                best = Located(fact, page, fit)
    return best


def _lead(tier: Sequence[Page]) -> Located | None:
    """The first real paragraph, as a description."""
    for page in tier:
        for sentence in page.facts.sentences:
            if sentence.segment.kind is SegmentKind.BODY and len(sentence.words) >= 5:
                for fact in page.facts.facts:
                    if fact.segment.index == sentence.segment.index:
                        return Located(fact, page, _FIT)
    return None


def _given(name: str, at: Located) -> EnrichmentValue:
    fact = at.fact
    citation = cite(at.page.evidence.snapshot, fact.segment, fact.start, fact.end)
    sure = fact.origin is Origin.FACT and at.fit >= 0.7
    return EnrichmentValue(
        name,
        fact.value,
        (citation,),
        f"{fact.label} is stated",
        Confidence.HIGH if sure else Confidence.MEDIUM,
    )
