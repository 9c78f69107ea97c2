"""What an answer looks like, for the document."""

from __future__ import annotations

from typing import Any

from netnew.api.dialects.extruct.error_responses import Responses

_ID = "0b9d7a52-6c5e-4f0c-9a55-7d1f6a3f2c11"
_RESULT_ID = "c2a3f4d6-1f5b-4a7e-8b0d-93c1e2f4a5b6"
_RUN_ID = "run_0b9d7a526c5e4f0c9a557d1f6a3f2c11"
_HOME = f"/netnew/runs/{_RUN_ID}"

TASK: dict[str, Any] = {
    "id": _ID,
    "created_at": "2026-05-04T09:30:00.125000Z",
    "status": "done",
    "query": "Robotics startups in Denmark with fewer than 50 people",
    "desired_num_results": 40,
    "is_exhausted": True,
    "num_results_discovered": 61,
    "num_results_enriched": 58,
    "num_results_evaluated": 58,
    "num_results": 1,
    "table_id": None,
    "auto_data_sources": True,
    "data_sources": ["web_search"],
    "criteria": [
        {
            "key": "is_small",
            "name": "Small team",
            "criterion": "The company has fewer than 50 people.",
        }
    ],
    "exclude_domains": ["example.com"],
    "netnew": {
        "run_id": _RUN_ID,
        "status": "completed",
        "stop_reason": "candidates_exhausted",
        "stop_detail": "no query and no list is left that promises more",
        "generation": 1,
        "is_exhausted": True,
        "entity_type": "startup",
        "generator": "core",
        "match_limit": 40,
        "judge": "rules",
        "sources": ["web"],
        "counts": {"generated": 58, "matched": 1, "unmatched": 50, "unclear": 7, "discarded": 3},
        "estimate": None,
        "budget": {"cost": None, "tokens": None, "searches": 200},
        "spend": {"cost": 0.0, "tokens": 0, "searches": 120, "pages": 240, "ledger_hits": 4},
        "problems": ["2 pages could not be read (for instance https://old.example/: no such host)"],
        "unread_pages": [{"reason": "no such host", "pages": 2, "example": "https://old.example/"}],
        "model_calls": [],
        "links": {"self": _HOME, "events": f"{_HOME}/events"},
        "error": None,
    },
}

RESULT: dict[str, Any] = {
    "id": _RESULT_ID,
    "task_id": _ID,
    "company_name": "Gribe Robotics",
    "company_description": "Grippers for small parts.",
    "company_website": "gribe.example",
    "relevance": 100,
    "created_at": "2026-05-04T09:31:12.480000Z",
    "company_profile_id": _RESULT_ID,
    "source": "web_search",
    "scores": {
        "is_small": {
            "grade": 5,
            "explanation": "Employees: 23",
            "sources": ["https://gribe.example/about"],
        }
    },
    "founding_year": 2019,
    "employee_count": "11-50",
    "hq_country": "Denmark",
    "hq_state_province": None,
    "hq_city": "Odense",
    "company_full_description": "Gribe builds grippers that take small parts out of a box.",
    "netnew": {
        "candidate_id": "cand_c2a3f4d61f5b4a7e8b0d93c1e2f4a5b6",
        "match_status": "matched",
        "is_qualified": True,
        "url": "https://gribe.example/",
    },
}


def with_examples(example: object) -> Responses:
    """Of an answer that looks like this."""
    return {200: {"content": {"application/json": {"example": example}}}}
