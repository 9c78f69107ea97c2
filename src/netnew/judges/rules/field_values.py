"""Fields asked about a match, read from its pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.enrichment import Enrichment, EnrichmentValue, Format
from netnew.domain.evidence import Confidence, PageRole, cite
from netnew.domain.page import SegmentKind
from netnew.judges.rules.attributes import agreement
from netnew.judges.rules.evaluation.term_matching import denies
from netnew.judges.rules.facts import Fact, FactOrigin
from netnew.judges.rules.finding import FindingPage, Located
from netnew.judges.rules.nested_fields import NestedField, nested_field
from netnew.judges.rules.parsing.fields import field_of
from netnew.judges.rules.predicate import Field
from netnew.text.tokens import fold
from netnew.text.typed_values import value_in

_FIT = 0.5
_WHETHER = re.compile(
    r"^(?:(?:says|tells|states?)\s+)?(?:whether|if)\s+(?:or not\s+)?", re.IGNORECASE
)
_DOES = re.compile(r"^(?:does|do|did)\s+(?:it|they|the \w+)\s+", re.IGNORECASE)
_THERE = re.compile(r"^(?:is|are|was|were)\s+there\s+", re.IGNORECASE)
_IS = re.compile(r"^(?P<is>is|are|was|were|has|have|can)\s+(?P<who>it|they|the \w+)\s+", re.I)

Fit = Callable[[Fact], float]


def field_value(
    enrichment: Enrichment, tiers: Sequence[Sequence[FindingPage]], entity_type: str = ""
) -> EnrichmentValue:
    """The value of the asked field in the page's words, with its proof; None where no page states
    it. Where a page states it, but in no way that gives the asked format, that is the value."""
    part = nested_field(enrichment, entity_type)
    named = part.own if part else field_of(enrichment.name.replace("_", " "))
    told = part.told if part else field_of(enrichment.description)
    fit = part.fit if part else _plain_fit(named, told)
    unfitting: Located | None = None
    for tier in tiers:
        best, other = _best(enrichment, fit, tier)
        if best is not None:
            return _given(enrichment.name, best, best.fact.value)
        unfitting = unfitting or other
        if part is not None and (inside := _inside(enrichment, part, tier)):
            return inside
    is_the_entitys = part is None or part.whole is None
    if "@description" in named.features | told.features and is_the_entitys:
        for tier in tiers:
            if lead := _lead(enrichment.name, tier):
                return lead
    if unfitting is not None:
        return _given(enrichment.name, unfitting, unfitting.fact.value)
    return EnrichmentValue(enrichment.name, None, reasoning="not stated: no field with that name")


def claim_of(asked: Enrichment) -> str:
    """The claim that a yes-or-no field makes: 'Does it offer tours?' → 'they offer tours'."""
    told = asked.description.split("\n")[0].strip(" ?.")
    told = _WHETHER.sub("", told)
    if does := _DOES.match(told):
        return f"they {told[does.end() :]}"
    if there := _THERE.match(told):
        return f"they have {told[there.end() :]}"
    if asks := _IS.match(told):
        return f"{asks['who']} {asks['is'].lower()} {told[asks.end() :]}"
    return told


def truth_value(enrichment: Enrichment, verdict: Verdict) -> EnrichmentValue:
    """A verdict on what a yes-or-no field claims, as its value."""
    if verdict.outcome is ConditionOutcome.UNCLEAR:
        return EnrichmentValue(enrichment.name, None, reasoning=verdict.reasoning)
    return EnrichmentValue(
        enrichment.name,
        "true" if verdict.outcome is ConditionOutcome.MATCHED else "false",
        verdict.citations,
        verdict.reasoning,
        verdict.confidence,
    )


def _plain_fit(named: Field, told: Field) -> Fit:
    # A name that is a known attribute says what is asked; its description then only blurs it.
    by_description = not any(f[0] == "@" for f in named.features)

    def fit(fact: Fact) -> float:
        by_name = agreement(named.features, fact.features)
        if fold(fact.label) in (fold(named.text), fold(told.text)):
            return max(by_name, agreement(told.features, fact.features)) + 1.0
        return max(by_name, agreement(told.features, fact.features)) if by_description else by_name

    return fit


def _best(
    enrichment: Enrichment, fit: Fit, tier: Sequence[FindingPage]
) -> tuple[Located | None, Located | None]:
    """The best fact whose value is of the asked format, and the best of the others."""
    best: dict[bool, Located] = {}
    for page in tier:
        for fact in page.facts.facts:
            how_well = (
                fit(fact) - 0.05 * fact.origin
            )  # a labelled cell before metadata before prose
            if how_well < _FIT or _denied(enrichment, fact):
                continue
            reads = _reads(enrichment, fact.value)
            if reads not in best or how_well > best[reads].fit:
                best[reads] = Located(fact, page, how_well)
    return best.get(True), best.get(False)


def _inside(
    enrichment: Enrichment, part: NestedField, tier: Sequence[FindingPage]
) -> EnrichmentValue | None:
    """What a fact about the field's object says of the field."""
    for page in tier:
        for fact in page.facts.facts:
            value = part.inside(fact)
            if value and _reads(enrichment, value) and not _denied(enrichment, fact):
                return _given(enrichment.name, Located(fact, page, _FIT), value)
    return None


def _denied(enrichment: Enrichment, fact: Fact) -> bool:
    """Whether a fact says that there is none; as a number or a yes-or-no that is an answer."""
    answers = (Format.BOOLEAN, Format.NUMBER, Format.OPTIONS)
    return enrichment.format not in answers and denies(fact.value)


def _reads(enrichment: Enrichment, value: str) -> bool:
    """Whether `value` gives a value of the asked format."""
    asked = enrichment.description
    return value_in(enrichment.format, value, asked, enrichment.options) is not None


def _lead(name: str, tier: Sequence[FindingPage]) -> EnrichmentValue | None:
    """The first real sentence of a page about it alone, as a description."""
    for page in tier:
        if page.evidence.standing is PageRole.MENTION:
            continue
        for said in page.facts.sentences:
            if said.segment.kind is SegmentKind.BODY and len(said.words) >= 5:
                citation = cite(page.evidence.snapshot, said.segment, said.start, said.end)
                reason = "its page begins so"
                return EnrichmentValue(
                    name, citation.excerpt, (citation,), reason, Confidence.MEDIUM
                )
    return None


def _given(name: str, at: Located, value: str) -> EnrichmentValue:
    fact = at.fact
    citation = cite(at.page.evidence.snapshot, fact.segment, fact.start, fact.end)
    sure = fact.origin is FactOrigin.FACT and at.fit >= 0.7
    return EnrichmentValue(
        name,
        value,
        (citation,),
        f"{fact.label} is stated",
        Confidence.HIGH if sure else Confidence.MEDIUM,
    )
