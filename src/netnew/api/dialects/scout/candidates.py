"""A candidate with its proof, in Scout's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from netnew.api.dialects.scout import responses
from netnew.api.dialects.scout.flat_rows import is_match
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.enrichment import document_of
from netnew.domain.evidence import Citation
from netnew.domain.run import RunSpec

_UNSAID = "not stated: "


def candidate_view(candidate: Candidate, spec: RunSpec) -> responses.FindAllCandidate:
    return responses.FindAllCandidate(
        candidate_id=candidate.id,
        name=candidate.name,
        url=candidate.url,
        description=candidate.description or None,
        match_status=_status(candidate, spec),
        output=dict(_output(candidate, spec)),
        basis=list(_basis(candidate)),
    )


def _status(candidate: Candidate, spec: RunSpec) -> Literal["generated", "matched", "unmatched"]:
    if candidate.status is MatchStatus.GENERATED:
        return "generated"
    return "matched" if is_match(candidate, spec) else "unmatched"


def _output(
    candidate: Candidate, spec: RunSpec
) -> Iterator[tuple[str, responses.ConditionOutput | responses.FieldOutput]]:
    for verdict in candidate.verdicts:
        is_matched = verdict.outcome is ConditionOutcome.MATCHED
        yield (
            verdict.condition,
            responses.ConditionOutput(value=verdict.value, is_matched=is_matched),
        )
    if candidate.enrichments:
        for name, value in document_of(spec.enrichments, candidate.enrichments).items():
            yield name, responses.FieldOutput(value=value)


def _basis(candidate: Candidate) -> Iterator[responses.FieldBasis]:
    """One a condition, then one a field that was asked for, nested ones by their path."""
    for verdict in candidate.verdicts:
        yield responses.FieldBasis(
            field=verdict.condition,
            citations=_citations(verdict.citations),
            reasoning=_reasoning(verdict),
            confidence=verdict.confidence.value,
        )
    for value in candidate.enrichments:
        yield responses.FieldBasis(
            field=value.name,
            citations=_citations(value.citations),
            reasoning=value.reasoning,
            confidence=value.confidence.value,
        )


def _reasoning(verdict: Verdict) -> str:
    said = verdict.reasoning
    if verdict.outcome is not ConditionOutcome.UNCLEAR or said.startswith(_UNSAID.rstrip()):
        return said
    return f"{_UNSAID}{said}"


def _citations(citations: Sequence[Citation]) -> list[responses.Citation]:
    """One a page, with all that is quoted from it."""
    quoted: dict[str, list[str]] = {}
    for citation in citations:
        quoted.setdefault(citation.url, []).append(citation.excerpt)
    return [responses.Citation(url=url, title=None, excerpts=x) for url, x in quoted.items()]
