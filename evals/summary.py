"""Many graded queries as one: macro averages, their uncertainty, and totals."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from statistics import fmean, median

from evals.grade import MEASURES, SPENT, Grade

RESAMPLES = 1000
INTERVAL = 0.90
_MEDIANS = frozenset({"estimate_width", "total_width"})


def macro(grades: Sequence[Grade]) -> dict[str, float | None]:
    """Each measure averaged over the queries for which it has a meaning; every query counts alike.
    Of widths it is the median."""
    return {name: _average(name, [g.measures[name] for g in grades]) for name in MEASURES}


def interval(grades: Sequence[Grade], seed: int = 0) -> dict[str, list[float] | None]:
    """A 90 % bootstrap interval of each macro figure: percentiles over resampled queries."""
    rng = random.Random(seed)
    drawn = [macro(rng.choices(grades, k=len(grades))) for _ in range(RESAMPLES if grades else 0)]
    return {name: _middle([d[name] for d in drawn]) for name in MEASURES}


def totals(grades: Sequence[Grade]) -> dict[str, int]:
    counted = ("matched", "truth", "reachable", "candidates", "judged")
    sums = {name: sum(g.counts[name] for g in grades) for name in counted}
    return {**sums, **{name: round(sum(g.spent.get(name, 0) for g in grades)) for name in SPENT}}


def added(tables: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """The tables added up, key by key."""
    out: dict[str, int] = {}
    for table in tables:
        for key, count in table.items():
            out[key] = out.get(key, 0) + count
    return out


def missed_by_kind(grades: Sequence[Grade]) -> dict[str, dict[str, int]]:
    """Kind of query → its truth and what was missed of it, by cause."""
    table: dict[str, dict[str, int]] = {}
    for grade in grades:
        for kind in grade.kinds or ("plain",):
            row = {"queries": 1, "truth": grade.counts["truth"], **grade.missed}
            table[kind] = added([table.get(kind, {}), row])
    return dict(sorted(table.items()))


def missed_by_op(grades: Sequence[Grade]) -> dict[str, dict[str, int]]:
    """Predicate op → misses that a condition with that op caused."""
    table: dict[str, dict[str, int]] = {}
    for grade in grades:
        for op, row in grade.missed_by_op.items():
            table[op] = added([table.get(op, {}), row])
    return dict(sorted(table.items()))


def _average(name: str, values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    if not known:
        return None
    return median(known) if name in _MEDIANS else fmean(known)


def _middle(values: Sequence[float | None]) -> list[float] | None:
    known = sorted(v for v in values if v is not None)
    if not known:
        return None
    tail = (1 - INTERVAL) / 2
    last = len(known) - 1
    return [known[round(tail * last)], known[round((1 - tail) * last)]]
