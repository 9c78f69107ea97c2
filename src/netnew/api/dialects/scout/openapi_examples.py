"""Examples for the document of the operations; the tests hold them to the shapes."""

from __future__ import annotations

from typing import Any

_QUERY = "observatories with more than two domes that offer public tours"
_ID = "0b6c2f5c6e5d4f7fa9c1c1f0a2f4d3b1"
_PAGE = "https://northcliff-observatory.example/about"

ASKED: dict[str, Any] = {"query": _QUERY, "fields": ["name", "website", "country"], "limit": 20}

_TOLD: dict[str, Any] = {
    "run_id": f"run_{_ID}",
    "status": "completed",
    "unread": False,
    "stop_reason": "candidates_exhausted",
    "stop_detail": "no query and no list is left that promises more",
    "generation": 1,
    "is_exhausted": True,
    "entity_type": "observatory",
    "generator": "core",
    "match_limit": 20,
    "judge": "rules/3",
    "sources": ["web"],
    "counts": {"generated": 53, "matched": 1, "unmatched": 48, "unclear": 4, "discarded": 0},
    "estimate": {"matches": 1.0, "low": 1.0, "high": 2.0, "coverage": 1.0, "method": "chao2"},
    "budget": {"cost": None, "tokens": None, "searches": None, "pages": None, "seconds": None},
    "spend": {"cost": 0.0, "tokens": 0, "searches": 133, "pages": 105, "ledger_hits": 0},
    "problems": ["2 pages could not be read (for instance https://old.example/: no such host)"],
    "unread_pages": [{"reason": "no such host", "pages": 2, "example": "https://old.example/"}],
    "model_calls": [],
    "links": {"self": f"/netnew/runs/run_{_ID}", "events": f"/netnew/runs/run_{_ID}/events"},
}

_CANDIDATE: dict[str, Any] = {
    "candidate_id": "cand_5f0d2b7c9a4e4c58b6f7f0a1d2c3b4a5",
    "name": "Northcliff Observatory",
    "url": "https://northcliff-observatory.example/",
    "description": "An observatory above the bay.",
    "match_status": "matched",
    "output": {
        "two_domes": {"type": "match_condition", "value": "5", "is_matched": True},
        "country": {"type": "enrichment", "value": "New Zealand"},
    },
    "basis": [
        {
            "field": "two_domes",
            "citations": [{"url": _PAGE, "title": None, "excerpts": ["Number of domes: 5"]}],
            "reasoning": "Number of domes: 5",
            "confidence": "high",
        },
        {
            "field": "country",
            "citations": [{"url": _PAGE, "title": None, "excerpts": ["Country: New Zealand"]}],
            "reasoning": "Country is stated",
            "confidence": "high",
        },
    ],
}

RUN: dict[str, Any] = {
    "findall_id": f"fa-{_ID}",
    "status": {
        "status": "completed",
        "is_active": False,
        "metrics": {"generated_candidates_count": 53, "matched_candidates_count": 1},
        "termination_reason": "candidates_exhausted",
    },
    "query": _QUERY,
    "fields": ["name", "website", "country"],
    "output_schema": None,
    "entities": [
        {
            "name": "Northcliff Observatory",
            "website": "https://northcliff-observatory.example/",
            "country": "New Zealand",
            "source": _PAGE,
        }
    ],
    "candidates": [_CANDIDATE],
    "metadata": {"title": _QUERY, "input": _QUERY},
    "findall_schema": {
        "objective": _QUERY,
        "entity_type": "observatory",
        "match_conditions": [
            {"name": "two_domes", "description": "The observatory has more than two domes."}
        ],
        "generator": "core",
        "match_limit": 20,
    },
    "count": 1,
    "error": None,
    "createdAt": "2026-01-05T10:00:00+00:00",
    "completedAt": "2026-01-05T10:02:31+00:00",
    "credits": 2,
    "webhook_attempts": 0,
    "last_webhook_status": None,
    "last_webhook_error": None,
    "netnew": _TOLD,
}

PREVIEW: dict[str, Any] = {
    **{
        name: RUN[name]
        for name in (
            "query",
            "entities",
            "count",
            "credits",
            "findall_id",
            "metadata",
            "status",
            "candidates",
            "findall_schema",
            "netnew",
        )
    },
    "turns": 1,
    "sources": [_PAGE],
    "is_preview": True,
}
