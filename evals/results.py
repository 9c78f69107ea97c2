"""What a run of the product gave back, read from its export."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.rows import Row

JUDGED = frozenset({"matched", "unmatched", "unclear"})


@dataclass(frozen=True, slots=True)
class GivenVerdict:
    """A condition as decided. `cited` are the addresses of the cited pages."""

    condition: str
    outcome: str
    value: str | None
    reasoning: str
    cited: tuple[str, ...]

    @classmethod
    def of(cls, row: Row) -> GivenVerdict:
        cited = tuple(dict.fromkeys(c["url"] for c in row.get("citations") or ()))
        value = row.get("value")
        return cls(row["condition"], row["outcome"], value, row.get("reasoning") or "", cited)


@dataclass(frozen=True, slots=True)
class GivenCandidate:
    """A candidate as exported."""

    id: str
    name: str
    url: str
    alternate_urls: tuple[str, ...]
    pages: tuple[str, ...]
    status: str
    verdicts: tuple[GivenVerdict, ...]

    @classmethod
    def of(cls, row: Row) -> GivenCandidate:
        return cls(
            id=row["candidate_id"],
            name=row.get("name") or "",
            url=row["url"],
            alternate_urls=tuple(row.get("alternate_urls") or ()),
            pages=tuple(row.get("pages") or ()),
            status=row["match_status"],
            verdicts=tuple(GivenVerdict.of(v) for v in row.get("verdicts") or ()),
        )


@dataclass(frozen=True, slots=True)
class Result:
    """A whole run. `estimate` is (low, high) of the number of matches, None where none was made;
    `own_words` is the same of what the question reaches in its own words. `stop_reason` is 'failed'
    where the product failed: an empty result with a `problem`.
    `first_match_s`: seconds from its start to its first match, where that is known."""

    stop_reason: str
    spend: Mapping[str, float] = field(default_factory=dict)
    estimate: tuple[float, float] | None = None
    own_words: tuple[float, float] | None = None
    candidates: tuple[GivenCandidate, ...] = ()
    problem: str = ""
    first_match_s: float | None = None

    @classmethod
    def of(
        cls,
        export: Mapping[str, Any] | None,
        problem: str = "",
        events: Iterable[Row] = (),
    ) -> Result:
        if export is None:
            return cls(stop_reason="failed", problem=problem or "no result")
        run = export["run"]
        estimate = run.get("estimate")
        return cls(
            stop_reason=run.get("termination_reason") or run.get("status") or "unknown",
            spend={k: float(v or 0) for k, v in (run.get("spend") or {}).items()},
            estimate=_ends(estimate),
            own_words=_ends((estimate or {}).get("own_words")),
            candidates=tuple(GivenCandidate.of(row) for row in export["candidates"]),
            first_match_s=_first_match_s(run, events),
        )


def _first_match_s(run: Row, events: Iterable[Row]) -> float | None:
    matched = (e["at"] for e in events if (e.get("body") or e).get("status") == "matched")
    first, begun = next(iter(matched), None), run.get("started_at") or run.get("created_at")
    if first is None or begun is None:
        return None
    return (datetime.fromisoformat(first) - datetime.fromisoformat(begun)).total_seconds()


def _ends(said: Mapping[str, Any] | None) -> tuple[float, float] | None:
    return (said["low"], said["high"]) if said else None


def write_rows(path: Path, query_id: str, rows: Iterable[Row]) -> None:
    """One line a candidate, as exported and with its query: enough to recompute every score."""
    with path.open("w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps({"query": query_id, **row}, ensure_ascii=False) + "\n")
