"""A run and its candidates as JSON values, as in `--json`, `.json` and `.jsonl`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from netnew.domain.candidate import Candidate
from netnew.domain.condition import Verdict
from netnew.domain.condition_stats import ConditionStats
from netnew.domain.enrichment import (
    Enrichment,
    EnrichmentValue,
    Format,
    document_of,
    leaves,
    plain_value,
)
from netnew.domain.evidence import Citation
from netnew.domain.run import Run
from netnew.exports.problems import model_documents, problems_of, unread_documents

Json = Mapping[str, object]


def run_and_candidates(
    run: Run, candidates: Iterable[Candidate], yields: Sequence[ConditionStats] = ()
) -> Json:
    """`{"run": …, "candidates": […]}`, candidates in the order given; where `yields` are given also
    these, a condition each; of a refresh that looked again at old matches also `rechecked`, those
    that changed or are gone."""
    asked = run.spec.enrichments
    own: list[Json] = []
    rechecked: list[Json] = []
    for candidate in candidates:
        which = own if candidate.recheck is None else rechecked
        which.append(candidate_document(candidate, asked))
    document: dict[str, object] = {"run": run_document(run)}
    if yields:
        document["yields"] = [asdict(x) for x in yields]
    document["candidates"] = own
    return document | {"rechecked": rechecked} if run.spec.rechecks else document


def run_document(run: Run) -> Json:
    """Times are ISO 8601 in UTC, cost is in US dollars; unknown values are null."""
    return {
        "id": run.id,
        "objective": run.spec.objective,
        "entity_type": run.spec.entity_type,
        "conditions": [asdict(x) for x in run.spec.conditions],
        "enrichments": [asked_document(x) for x in run.spec.enrichments],
        "match_limit": run.spec.match_limit,
        "sources": list(run.spec.sources),
        "refreshes": run.spec.refreshes,
        "rechecks": run.spec.rechecks,
        "unread": run.spec.unread,
        "status": run.status,
        "termination_reason": run.termination_reason,
        "termination_detail": run.termination_detail,
        "is_exhausted": run.is_exhausted,
        "stop_requested": run.stop_requested or None,
        "generation": run.generation,
        "created_at": _iso(run.created_at),
        "updated_at": _iso(run.updated_at),
        "started_at": _iso(run.started_at),
        "ended_at": _iso(run.ended_at),
        "counts": asdict(run.counts),
        "spend": run.spend.numbers(),
        "problems": problems_of(run),
        "unread_pages": unread_documents(run),
        "model_calls": model_documents(run),
        "estimate": asdict(run.estimate) if run.estimate else None,
        "judge_profile": run.judge_profile,
        "generator": run.spec.generator,
    }


def asked_document(asked: Enrichment) -> Json:
    """`fields` is present for objects only, `options` if there are any."""
    document: dict[str, object] = {
        "name": asked.name,
        "description": asked.description,
        "format": asked.format,
    }
    if asked.fields:
        document["fields"] = [asked_document(x) for x in asked.fields]
    if asked.options:
        document["options"] = list(asked.options)
    return document


def candidate_document(candidate: Candidate, asked: Sequence[Enrichment]) -> Json:
    """`enrichments` has the values in the shape of `asked`, null where there is none; `basis` says
    of each leaf why, by its path."""
    formats = {x.name: x.format for x in leaves(asked)}
    return {
        "candidate_id": candidate.id,
        "name": candidate.name,
        "url": candidate.url,
        "alternate_urls": list(candidate.alternate_urls),
        "pages": list(candidate.pages),
        "description": candidate.description,
        "match_status": candidate.status,
        **({"recheck": candidate.recheck} if candidate.recheck else {}),
        "verdicts": [verdict_document(x) for x in candidate.verdicts],
        "enrichments": document_of(asked, candidate.enrichments),
        "basis": [
            basis_document(x, formats.get(x.name, Format.TEXT)) for x in candidate.enrichments
        ],
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


def basis_document(field: EnrichmentValue, format: Format) -> Json:
    return {
        "field": field.name,
        "value": plain_value(format, field.value),
        "reasoning": field.reasoning,
        "confidence": field.confidence,
        "citations": [citation_document(x) for x in field.citations],
    }


def citation_document(citation: Citation) -> Json:
    """`excerpt` is exactly characters `start`..`end` of segment `segment` of the snapshot."""
    return asdict(citation)


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
