"""A stand-in for the product's command line: it searches once, and takes every hit for a match.

It speaks the same flags, settings and export. An objective with 'crash' in it makes it fail, one
with 'sleep' makes it hang.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


def fetch(url: str) -> int:
    gateway = os.environ["NETNEW_TEST_GATEWAY"]
    try:
        with urlopen(Request(gateway + "/", headers={"X-Netnew-Address": url})) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["find"])
    parser.add_argument("objective")
    parser.add_argument("--where", action="append", default=[])
    for flag in ("--type", "--limit", "--generator", "--source", "--judge", "-o"):
        parser.add_argument(flag, required=True)
    parser.add_argument("--all", action="store_true", required=True)
    given = parser.parse_args()
    if "crash" in given.objective:
        print("the fake crashed as asked", file=sys.stderr)
        return 3
    if "sleep" in given.objective:
        time.sleep(600)
    memory = Path(os.environ["NETNEW_HOME"]) / "searched.json"
    known = memory.exists()
    if not known:
        searx = given.source.removeprefix("web:searxng=")
        query = urlencode({"q": given.objective, "format": "json"})
        with urlopen(f"{searx}/search?{query}") as answer:
            memory.write_bytes(answer.read())
    hits = json.loads(memory.read_text())["results"]
    pages = 0 if known else sum(fetch(hit["url"]) == 200 for hit in hits)
    names = [where.split(": ", 1)[0] for where in given.where]
    candidates = [
        {
            "candidate_id": f"cand_{n}",
            "name": hit["title"],
            "url": hit["url"],
            "alternate_urls": [],
            "pages": [hit["url"]],
            "match_status": "matched",
            "verdicts": [
                {
                    "condition": name,
                    "outcome": "matched",
                    "value": None,
                    "reasoning": "a hit is a match",
                    "confidence": "low",
                    "citations": [
                        {
                            "snapshot_id": "0" * 64,
                            "url": hit["url"],
                            "segment": 0,
                            "start": 0,
                            "end": 1,
                            "excerpt": "?",
                        }
                    ],
                }
                for name in names
            ],
            "enrichments": [],
        }
        for n, hit in enumerate(hits)
    ]
    run = {
        "id": "run_0",
        "status": "completed",
        "termination_reason": "candidates_exhausted",
        "spend": {"searches": int(not known), "pages": pages, "judge_calls": 0},
        "estimate": {"matches": 10, "low": 5, "high": 15, "coverage": 0.5},
    }
    Path(given.o).write_text(json.dumps({"run": run, "candidates": candidates}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
