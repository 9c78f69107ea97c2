"""Candidates in Parallel's format: verdicts and fields in one `output`, and why in `basis`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pydantic import JsonValue

from netnew.api.dialects.parallel import responses
from netnew.api.dialects.parallel.convert import match_state
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.enrichment import Enrichment, EnrichmentValue, document_of
from netnew.domain.event import CandidateDecided, CandidateEnriched, CandidateGenerated
from netnew.domain.evidence import Citation
from netnew.domain.ids import CandidateId
from netnew.domain.run import Run

_NOT_STATED = "not stated:"
_NOTHING_FOUND = "the pages do not say"


def candidate_named(candidate_id: CandidateId) -> str:
    """`candidate_` and the uuid."""
    digits = candidate_id.removeprefix("cand_")
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return f"candidate_{'-'.join(parts)}"


def candidate_view(candidate: Candidate, run: Run) -> responses.FindAllCandidate:
    """All that is known of it: verdicts, and the fields of a match. In a run that has ended a match
    has all fields, null where nothing was found."""
    return _view(candidate, run, has_all_fields=run.status.is_terminal)


def candidate_told(
    row: Candidate,
    said: CandidateGenerated | CandidateDecided | CandidateEnriched,
    run: Run,
    decided: CandidateDecided | None = None,
) -> responses.FindAllCandidate:
    """What was said of it then: the same whenever it is told, so without the fields that it has
    only since. `decided`: what was decided of one whose fields were filled, where it is known."""
    known = row if decided is None else candidate_at(row, decided)
    return _view(candidate_at(known, said), run, has_all_fields=False)


def _view(candidate: Candidate, run: Run, has_all_fields: bool) -> responses.FindAllCandidate:
    state = match_state(candidate.status, candidate.verdicts, run.spec.conditions)
    view = responses.FindAllCandidate(
        candidate_id=candidate_named(candidate.id),
        name=candidate.name,
        url=candidate.url,
        match_status=state,
    )
    if candidate.description:
        view.description = candidate.description
    if state in ("matched", "unmatched"):
        output, basis = _verdicts_told(candidate.verdicts)
        if state == "matched":
            asked, values = run.spec.enrichments, candidate.enrichments
            if not has_all_fields:
                asked = tuple(x for x in asked if _of_field(x, values))
            _add_fields(output, basis, asked, values)
        view.output, view.basis = output, basis
    return view


def candidate_at(
    row: Candidate, said: CandidateGenerated | CandidateDecided | CandidateEnriched
) -> Candidate:
    """The candidate as it stood when that was said of it; what is told later is left out."""
    match said:
        case CandidateGenerated(name=name, url=url, description=text):
            bare = replace(row, name=name, url=url, description=text, status=MatchStatus.GENERATED)
            return replace(bare, verdicts=(), enrichments=())
        case CandidateDecided(name=name, url=url, description=text, status=status):
            decided = replace(row, name=name, url=url, description=text, status=status)
            return replace(decided, verdicts=said.verdicts, enrichments=())
        case CandidateEnriched(values=values):
            return replace(row, status=MatchStatus.MATCHED, enrichments=values)


def _verdicts_told(
    verdicts: Sequence[Verdict],
) -> tuple[dict[str, JsonValue], list[responses.FieldBasis]]:
    """The conditions that were judged."""
    output = {x.condition: _verdict_told(x) for x in verdicts}
    return output, [_basis_of_verdict(x) for x in verdicts]


def _add_fields(
    output: dict[str, JsonValue],
    basis: list[responses.FieldBasis],
    asked: Sequence[Enrichment],
    values: Sequence[EnrichmentValue],
) -> None:
    """Every field of `asked` has its key, null where nothing was found. One that is still to be
    looked for is none of them: clients take the key for the sign that it is done."""
    document = document_of(asked, values)
    for field in asked:
        output[field.name] = {"value": _json(document[field.name]), "type": "enrichment"}
        basis.append(_basis_of_field(field.name, _of_field(field, values)))


def _of_field(field: Enrichment, values: Sequence[EnrichmentValue]) -> list[EnrichmentValue]:
    """Of a nested field, those of its parts."""
    return [x for x in values if x.name.split(".")[0] == field.name]


def _verdict_told(verdict: Verdict) -> JsonValue:
    """The value that the pages give, else the words that prove it."""
    quoted = verdict.citations[0].excerpt if verdict.citations else None
    return {
        "value": verdict.value if verdict.value is not None else quoted,
        "type": "match_condition",
        "is_matched": verdict.outcome is ConditionOutcome.MATCHED,
    }


def _basis_of_verdict(verdict: Verdict) -> responses.FieldBasis:
    reasoning = verdict.reasoning
    if verdict.outcome is ConditionOutcome.UNCLEAR and not reasoning.startswith(_NOT_STATED):
        reasoning = f"{_NOT_STATED} {reasoning}".strip()
    return _basis(verdict.condition, reasoning, verdict.citations, verdict.confidence)


def _basis_of_field(name: str, values: Sequence[EnrichmentValue]) -> responses.FieldBasis:
    """Of a nested field, the reasons of its parts, each after its path; it is as sure as the least
    sure of those that were found."""
    found = [x for x in values if x.value is not None]
    confidences = {x.confidence for x in found or values}
    surest = next((x for x in ("low", "medium", "high") if x in confidences), "low")
    reasons = [
        x.reasoning if x.name == name else f"{x.name}: {x.reasoning}" for x in values if x.reasoning
    ]
    citations = dict.fromkeys(c for x in values for c in x.citations)
    return _basis(name, "; ".join(reasons) or _NOTHING_FOUND, citations, surest)


def _basis(
    field: str, reasoning: str, citations: Iterable[Citation], confidence: str
) -> responses.FieldBasis:
    return responses.FieldBasis.model_validate(
        {
            "field": field,
            "reasoning": reasoning,
            "citations": _by_page(citations),
            "confidence": str(confidence),
        }
    )


def _by_page(citations: Iterable[Citation]) -> list[responses.Citation]:
    """One a page, with all that is quoted of it."""
    pages: dict[str, list[str]] = {}
    for citation in citations:
        excerpts = pages.setdefault(citation.url, [])
        if citation.excerpt not in excerpts:
            excerpts.append(citation.excerpt)
    return [responses.Citation(url=url, excerpts=excerpts) for url, excerpts in pages.items()]


def _json(value: object) -> JsonValue:
    """What `document_of` gives is JSON."""
    return value  # type: ignore[return-value]
