"""A run and its candidates as JSON values: the shape of `--json`, `.json` and `.jsonl`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from netnew.domain.candidate import Candidate
from netnew.domain.condition import Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.evidence import Citation
from netnew.domain.run import Run

Json = Mapping[str, object]


def run_and_candidates(run: Run, candidates: Iterable[Candidate]) -> Json:
    """`{"run": …, "candidates": […]}`, candidates in the order given."""
    return {"run": run_document(run), "candidates": [candidate_document(x) for x in candidates]}


def run_document(run: Run) -> Json:
    """Times are ISO 8601 in UTC, cost is in US dollars; what is not known yet is null."""
    return {
        "id": run.id,
        "objective": run.spec.objective,
        "entity_type": run.spec.entity_type,
        "conditions": [asdict(x) for x in run.spec.conditions],
        "enrichments": [asdict(x) for x in run.spec.enrichments],
        "match_limit": run.spec.match_limit,
        "sources": list(run.spec.sources),
        "status": run.status,
        "termination_reason": run.termination_reason,
        "termination_detail": run.termination_detail,
        "created_at": _iso(run.created_at),
        "updated_at": _iso(run.updated_at),
        "ended_at": _iso(run.ended_at),
        "counts": asdict(run.counts),
        "spend": asdict(run.spend),
        "estimate": asdict(run.estimate) if run.estimate else None,
        "judge_profile": run.judge_profile,
        "generator": run.spec.generator,
    }


def candidate_document(candidate: Candidate) -> Json:
    return {
        "candidate_id": candidate.id,
        "name": candidate.name,
        "url": candidate.url,
        "alternate_urls": list(candidate.alternate_urls),
        "pages": list(candidate.pages),
        "description": candidate.description,
        "match_status": candidate.status,
        "verdicts": [verdict_document(x) for x in candidate.verdicts],
        "enrichments": [enrichment_document(x) for x in candidate.enrichments],
    }


def verdict_document(verdict: Verdict) -> Json:
    return {
        "condition": verdict.condition,
        "outcome": verdict.outcome,
        "value": verdict.value,
        "reasoning": verdict.reasoning,
        "confidence": verdict.confidence,
        "citations": [citation_document(x) for x in verdict.citations],
    }


def enrichment_document(field: EnrichmentValue) -> Json:
    return {
        "name": field.name,
        "value": field.value,
        "reasoning": field.reasoning,
        "confidence": field.confidence,
        "citations": [citation_document(x) for x in field.citations],
    }


def citation_document(citation: Citation) -> Json:
    """`excerpt` is exactly characters `start`..`end` of segment `segment` of the snapshot."""
    return asdict(citation)


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
