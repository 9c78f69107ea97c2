"""What a model was asked in a run, and whether that was more than it takes.

The oracle's server counts for itself; for another model only what the product says is known.
"""

from __future__ import annotations

from collections.abc import Mapping

from evals.data_folder import Web
from evals.missed import Resolve, entity_of
from evals.oracle_prompt import Kind
from evals.oracle_tally import Tally
from evals.results import Result
from evals.rows import Query

MEASURES = (
    "calls_per_sent_first",
    "calls_per_sent",
    "rechecks_per_match",
    "sent_per_match",
    "sent_floor",
    "sent_over_floor",
    "cost",
    "first_match_s",
)
"""`calls_per_sent_first`: verdict prompts that ask something of a candidate for the first time, a
candidate sent to the model; `calls_per_sent`: all verdict prompts. `sent_floor`: the candidates
that pass the most selective condition, a right answer among the candidates. `first_match_s`:
seconds from the run's start to its first match."""

Measures = dict[str, float | None]


def model_measures(
    web: Web, resolve: Resolve, query: Query, result: Result, tally: Tally | None
) -> Measures:
    """The measures, all None where no model was asked; those that need the server's counts are
    None without it. `cost` is in dollars."""
    matched = sum(c.status == "matched" for c in result.candidates)
    measures: Measures = dict.fromkeys(MEASURES)
    if tally is None and not result.spend.get("model_calls"):
        return measures
    measures["cost"] = result.spend.get("cost")
    measures["first_match_s"] = result.first_match_s
    measures["sent_floor"] = floor_of(web, resolve, query, result)
    if tally is None:
        return measures
    sent = len(tally.sent)
    per_match = _ratio(sent, matched)
    measures["calls_per_sent_first"] = _ratio(tally.first_looks, sent)
    measures["calls_per_sent"] = _ratio(tally.first_looks + tally.second_looks, sent)
    measures["rechecks_per_match"] = _ratio(tally.calls[Kind.RECHECK], matched)
    measures["sent_per_match"] = per_match
    floor = measures["sent_floor"]
    measures["sent_over_floor"] = per_match / floor if per_match is not None and floor else None
    return measures


def floor_of(web: Web, resolve: Resolve, query: Query, result: Result) -> float | None:
    """Among the candidates reported: how many pass the condition that fewest pass, a right answer.
    None without right answers, or where the folder has not its entities."""
    standing = [c for c in result.candidates if c.status != "discarded"]
    ids = {entity_of(c, resolve) for c in standing}
    rows = [row for i in ids if i is not None and (row := web.entity_rows.get(i)) is not None]
    right = len(query.truth & ids)
    if not rows or not right or not hasattr(web.truth, "judge_condition"):
        return None
    passing = [
        sum(web.truth.judge_condition(condition.row, row) is True for row in rows)
        for condition in query.conditions
    ]
    return min(passing) / right if passing else None


def use_document(result: Result, tally: Tally | None) -> dict[str, object] | None:
    """What the server counted, beside what the product says; None where nobody asked a model.
    `differs` names what they do not agree on."""
    told = {name: round(result.spend.get(name, 0)) for name in ("model_calls", "tokens")}
    if tally is None:
        return {"product": told} if any(told.values()) else None
    counted = {"model_calls": tally.all_calls, "tokens": tally.all_tokens}
    differs = [name for name in counted if counted[name] != told[name]]
    return {"product": told, "server": tally.document(), "differs": differs}


def added_use(uses: list[dict[str, object] | None]) -> dict[str, object] | None:
    """All of them as one; `differs` counts the queries on which server and product differ."""
    known = [use for use in uses if use is not None]
    if not known:
        return None
    return {
        "product": _added([use["product"] for use in known]),
        "server": _added([use["server"] for use in known if "server" in use]),
        "differs": sum(bool(use.get("differs")) for use in known),
    }


def _added(tables: list[object]) -> dict[str, object]:
    out: dict[str, object] = {}
    for table in tables:
        assert isinstance(table, Mapping)
        for key, value in table.items():
            if isinstance(value, Mapping):
                out[key] = _added([out.get(key, {}), value])
            else:
                before = out.get(key, 0)
                assert isinstance(before, int)
                out[key] = before + value
    return out


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
