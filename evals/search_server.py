"""A search engine's endpoint in the shape of SearXNG's JSON."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

from evals.http_answer import Answer
from evals.search_index import SearchIndex

RESULTS_A_PAGE = 10
PAGES_A_QUERY = 5
_JSON = ("Content-Type", "application/json; charset=utf-8")


def answer_search(index: SearchIndex, query_string: str) -> Answer:
    """`q`, `pageno` (from 1) and `format=json`, as SearXNG takes them.

    A page beyond the fifth is empty; another format is refused with 403 and no `q` with 400, as
    SearXNG does.
    """
    given = parse_qs(query_string)
    query, page = given.get("q", [""])[0], given.get("pageno", ["1"])[0]
    if not query.strip():
        return Answer(400, "search_refused", b"No query\n")
    if given.get("format", [""])[0] != "json":
        return Answer(403, "search_refused", b"Only format=json is served\n")
    if not page.isdecimal() or int(page) < 1:
        return Answer(400, "search_refused", b"pageno must be 1 or more\n")
    body = _results(index, query, int(page))
    return Answer(200, "search", json.dumps(body, ensure_ascii=False).encode(), (_JSON,))


def _results(index: SearchIndex, query: str, page: int) -> dict[str, object]:
    hits, total = index.search_counted(query, RESULTS_A_PAGE, (page - 1) * RESULTS_A_PAGE)
    if page > PAGES_A_QUERY:
        hits = []
    return {
        "query": query,
        "number_of_results": total,
        "results": [
            {
                "url": hit.url,
                "title": hit.title,
                "content": hit.snippet,
                "engine": "bm25",
                "engines": ["bm25"],
                "category": "general",
                "score": round(hit.score, 4),
            }
            for hit in hits
        ],
        "answers": [],
        "corrections": [],
        "infoboxes": [],
        "suggestions": [],
        "unresponsive_engines": [],
    }
