"""The normalised trace of a golden run: rows, events, steps, exported results, and requests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.golden.normalise import Normaliser, sorted_rows, without_class_names
from evals.golden.tables import Rows, read_tables

# Who worked and how fast it was allowed to: not what was done.
_LEFT_OUT = ("fa_workers", "fa_provider_rates", "fa_provider_slots", "fa_secrets")
# Told by their digest: the texts of all pages would be most of the trace.
_DIGESTED = ("fa_contents", "fa_searches", "fa_visits")
# Random ids, and numbers that candidates judged side by side have in any order.
_LEFT_OUT_COLUMNS = {"fa_candidates": ("ordinal",), "fa_audit": ("id",)}
# Model calls that may be repeated after a kill: one at a time is asked, and the answers before it
# may wait for their commit.
IN_FLIGHT = 4


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a golden run left: its database, exported files, requests by address, chat bodies, and
    the dates on which it ran."""

    database_url: str
    outputs: Sequence[Path]
    requests: Mapping[str, int]
    calls: Sequence[dict[str, Any]]
    days: frozenset[str]


def trace_of(recorded: Recorded) -> dict[str, Any]:
    """The whole trace. What is judged at the same time has no order: see `_events`."""
    tables = read_tables(recorded.database_url)
    normaliser = normaliser_of(tables, recorded.days)
    calls = [_call(normaliser, body) for body in recorded.calls]
    trace: dict[str, Any] = {"gapless": _gapless(tables)}
    trace["events"] = _events(normaliser, tables.pop("fa_events"))
    trace["steps"] = _steps(normaliser, tables.pop("operation_outputs"))
    trace["exported"] = [_export(normaliser, path) for path in recorded.outputs]
    trace["tables"] = {
        name: _rows(normaliser, name, rows)
        for name, rows in tables.items()
        if name not in _LEFT_OUT
    }
    trace["requests"] = dict(sorted(normaliser.value(dict(recorded.requests)).items()))
    trace["model_calls"] = {"count": len(calls), "bodies": sorted_rows(calls)}
    return trace


def trace_of_killed(recorded: Recorded) -> dict[str, Any]:
    """What holds whenever the process was killed: which round a candidate falls into, what a round
    spent, and which pages were read ahead depend on the instant, so these are left out.

    A model is asked nothing twice but what was in flight, or answered and not yet committed.
    """
    tables = read_tables(recorded.database_url)
    normaliser = normaliser_of(tables, recorded.days)
    events = [
        [row["kind"], normaliser.value(row["packed"])]
        for row in tables["fa_events"]
        if row["kind"].startswith("candidate.")
    ]
    calls = [_call(normaliser, body) for body in recorded.calls]
    distinct = {json.dumps(call, sort_keys=True): call for call in calls}
    return {
        "gapless": _gapless(tables),
        "event_kinds": sorted({row["kind"] for row in tables["fa_events"]}),
        "runs": [_ending(row) for row in tables["fa_runs"]],
        "candidate_events": sorted_rows(events),
        "candidates": _rows(normaliser, "fa_candidates", tables["fa_candidates"]),
        "verdicts": _rows(normaliser, "fa_ledger", tables["fa_ledger"]),
        "steps": sorted({row["function_name"] for row in tables["operation_outputs"]}),
        "workflows": sorted_rows([normaliser.value(row) for row in tables["workflow_status"]]),
        "model_calls": {
            "asked_again_at_most_in_flight": len(calls) - len(distinct) <= IN_FLIGHT,
            "bodies": sorted_rows(list(distinct.values())),
        },
    }


def _ending(run: Mapping[str, Any]) -> dict[str, Any]:
    body = run["body"]
    told = ("termination_reason", "termination_detail", "counts", "judge_profile")
    return {"status": run["status"], "generation": run["generation"]} | {k: body[k] for k in told}


def trace_of_stopped(recorded: Recorded) -> dict[str, Any]:
    """The trace of a run that met its match limit on the way. Pages are read ahead of the judging,
    so how many were by then depends on speed; in the end all were."""
    trace: dict[str, Any] = _without_page_counts(trace_of(recorded))
    return trace | {"requests": sorted(trace["requests"])}


def _without_page_counts(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_page_counts(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        k: "READ AHEAD"
        if k in ("pages", "stored_pages") and isinstance(v, int)
        else _without_page_counts(v)
        for k, v in value.items()
    }


def normaliser_of(tables: Mapping[str, Rows], days: frozenset[str]) -> Normaliser:
    """Runs are named by their number, candidates by run and identity."""
    ordered = sorted(tables["fa_runs"], key=lambda row: str(row["created_at"]))
    runs = {row["id"]: f"run {n}" for n, row in enumerate(ordered, 1)}
    candidates: dict[str, str] = {}
    for row in sorted(tables["fa_candidates"], key=lambda row: int(row["ordinal"])):
        key = row["packed"].get("identity", {}).get("key") or row["packed"].get("url")
        candidates[row["id"]] = f"{runs[row['run_id']]}, {key}"
    return Normaliser(runs, candidates, days)


def _gapless(tables: Mapping[str, Rows]) -> bool:
    """Whether the events of each run are numbered 1, 2, 3, … up to its last."""
    return all(
        sorted(row["seq"] for row in tables["fa_events"] if row["run_id"] == run["id"])
        == list(range(1, run["last_seq"] + 1))
        for run in tables["fa_runs"]
    )


def _events(normaliser: Normaliser, rows: Rows) -> list[Any]:
    """Runs one after the other; the events of each in their order, with one exception. Candidates
    of a round are judged side by side, so between two events of the run itself those of different
    candidates have no order: they are grouped by candidate, each with its own in order."""
    ordered = sorted(rows, key=lambda row: (normaliser.text(row["run_id"]), row["seq"]))
    keyed = []
    stage = 0
    for row in ordered:
        told = normaliser.value(row["packed"])
        candidate = told.get("candidate_id", "") if row["kind"].startswith("candidate.") else ""
        stage += not candidate
        event = [normaliser.text(row["run_id"]), row["kind"], told]
        keyed.append(((stage, candidate, row["seq"]), event))
        stage += not candidate
    return [event for _, event in sorted(keyed, key=lambda pair: pair[0])]


def _steps(normaliser: Normaliser, rows: Rows) -> list[Any]:
    named: list[dict[str, Any]] = [normaliser.value(row) for row in rows]
    return sorted(named, key=lambda row: (row["workflow_uuid"], row["function_id"]))


def _rows(normaliser: Normaliser, name: str, rows: Rows) -> list[Any]:
    if name in _DIGESTED:
        rows = [row | {"packed": _digest(normaliser.value(row["packed"]))} for row in rows]
    if name == "fa_searches":
        rows = [row | {"query": _query(row)} for row in rows]
    left_out = _LEFT_OUT_COLUMNS.get(name, ())
    kept = [{k: v for k, v in row.items() if k not in left_out} for row in rows]
    return sorted_rows([normaliser.value(row) for row in kept])


def _query(row: Mapping[str, Any]) -> str:
    """What was searched for. A stored plan is found by a hash of its prompt, with today's date."""
    return "HASH" if str(row["source"]).startswith("plan:") else str(row["query"])


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _export(normaliser: Normaliser, path: Path) -> Any:
    document: dict[str, Any] = normaliser.value(json.loads(path.read_bytes()))
    return document | {"candidates": sorted_rows(document["candidates"])}


def _call(normaliser: Normaliser, body: dict[str, Any]) -> Any:
    return normaliser.value(without_class_names(body))
