"""How often single verdicts are right, by kind of comparison.

Finer than matches: every verdict on a candidate that is an entity is held against what the entity's
fields say. Only where the data folder has its entities; a verdict that field and text disagree on
counts neither way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evals.data_folder import Web
from evals.missed import Resolve, entity_of
from evals.results import GivenCandidate
from evals.rows import Leaf, Query

COLUMNS = (
    "matched_right",
    "matched_wrong",
    "unmatched_right",
    "unmatched_wrong",
    "unclear_yes",
    "unclear_no",
)
Table = dict[str, dict[str, int]]


def verdict_table(
    web: Web, resolve: Resolve, query: Query, candidates: Iterable[GivenCandidate]
) -> Table:
    """Predicate op → how many verdicts were right and wrong, and what the unclear ones should have
    been. A condition with several comparisons is named by all their ops ('ge or eq')."""
    conditions = {c.name: (c, op_name(c.leaves)) for c in query.conditions}
    table: Table = {}
    for candidate in candidates:
        entity = web.entity_rows.get(entity_of(candidate, resolve) or "")
        if entity is None or candidate.status == "discarded":
            continue
        for verdict in candidate.verdicts:
            if verdict.condition not in conditions:
                continue
            condition, op = conditions[verdict.condition]
            holds = web.truth.judge_condition(condition.row, entity)
            if holds is not None:
                row = table.setdefault(op, dict.fromkeys(COLUMNS, 0))
                row[column_of(verdict.outcome, holds)] += 1
    return dict(sorted(table.items()))


def column_of(outcome: str, holds: bool) -> str:
    if outcome == "unclear":
        return "unclear_yes" if holds else "unclear_no"
    return f"{outcome}_{'right' if holds == (outcome == 'matched') else 'wrong'}"


def op_name(leaves: Iterable[Leaf]) -> str:
    return " or ".join(dict.fromkeys(leaf.op for leaf in leaves))


def added_tables(tables: Iterable[Mapping[str, Mapping[str, int]]]) -> Table:
    out: Table = {}
    for table in tables:
        for op, row in table.items():
            known = out.setdefault(op, dict.fromkeys(COLUMNS, 0))
            for column, count in row.items():
                known[column] += count
    return dict(sorted(out.items()))
