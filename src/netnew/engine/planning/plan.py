"""Turns an objective into a complete spec and first queries."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date

from netnew.domain.budget import Budget, Spend
from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import InvalidInput
from netnew.domain.run import (
    MAX_CONDITION_CHARS,
    MAX_CONDITIONS,
    MAX_MATCH_LIMIT,
    MAX_METADATA_BYTES,
    MAX_NAME_CHARS,
    MAX_OBJECTIVE_CHARS,
    MAX_QUERIES,
    MAX_QUERY_CHARS,
    RunSpec,
)
from netnew.engine.effort import generator_named
from netnew.engine.planning.cost_forecast import CostForecast
from netnew.engine.planning.field_schema import check_enrichments
from netnew.engine.planning.objective_parser import parse_objective
from netnew.engine.planning.queries import first_queries
from netnew.engine.planning.query_diversity import diverse
from netnew.ports.judging import Judge
from netnew.ports.system import Clock
from netnew.text.dates import bounds_in


@dataclass(frozen=True, slots=True)
class Plan:
    """A complete spec, the first queries, and the budget.

    `unreadable`: condition name → the part that the judge cannot read. `budget`: the caps in
    effect, the generator's overridden by the caller's. `spend`: what planning used.
    `judge_because`: why this judge. `expected`: expected cost of judging (None: nothing)."""

    spec: RunSpec
    queries: tuple[str, ...]
    judge_profile: str
    budget: Budget
    unreadable: Mapping[str, str] = field(default_factory=dict)
    spend: Spend = Spend()
    judge_because: str = ""
    expected: CostForecast | None = None


def plan(spec: RunSpec, judge: Judge, clock: Clock) -> Plan:
    """Fill what is missing in `spec`. Only this stage reads the objective as free text.

    Raises InvalidInput naming the invalid field.
    """
    check(spec)
    today = clock.now().date()
    read = parse_objective(spec.objective, spec.entity_type)
    if spec.conditions:
        conditions = tuple(_dated(c, today) for c in spec.conditions)
    else:
        conditions = _conditions_read(read.conditions, spec, today)
    generator = generator_named(spec.generator)
    limits = [x for x in (spec.evaluate_limit, generator.evaluate_limit) if x is not None]
    complete = replace(
        spec,
        entity_type=spec.entity_type or read.entity_type,
        conditions=conditions,
        evaluate_limit=min(limits, default=None),
    )
    return Plan(
        spec=complete,
        queries=diverse(first_queries(complete, today), complete.queries),
        judge_profile=str(judge.profile),
        budget=generator.budget.with_caps_of(spec.budget),
        unreadable=dict(judge.unreadable(complete.conditions)),
    )


def _conditions_read(
    read: Sequence[MatchCondition], spec: RunSpec, today: date
) -> tuple[MatchCondition, ...]:
    """The conditions that rules read in the objective, within the limits of those that are given: a
    run keeps them, and its plan is made again from what it keeps. Where one is too long, the whole
    objective is the condition."""
    dated = tuple(_dated(c, today) for c in _apart(read, spec.enrichments))
    conditions = limit_conditions(min(spec.max_conditions or MAX_CONDITIONS, MAX_CONDITIONS), dated)
    if all(
        len(x.name) <= MAX_NAME_CHARS and len(x.description) <= MAX_CONDITION_CHARS
        for x in conditions
    ):
        return conditions
    return _apart([MatchCondition("matches_objective", spec.objective.strip())], spec.enrichments)


def _apart(
    read: Sequence[MatchCondition], fields: Sequence[Enrichment]
) -> tuple[MatchCondition, ...]:
    """The conditions under names that no field has: these are ours to give, those of fields not."""
    taken = {x.name for x in fields}
    return tuple(replace(c, name=f"{c.name}_holds") if c.name in taken else c for c in read)


def _dated(condition: MatchCondition, today: date) -> MatchCondition:
    """The condition with days where it says when relative to today ('in the last two years'): the
    ledger must not answer next year with a verdict of this one."""
    text = condition.description
    if bounds_in(text) is not None:
        return condition
    bound = bounds_in(text, today)
    if bound is None:
        return condition
    first = date.fromordinal(int(bound.interval.low))
    last = date.fromordinal(int(bound.interval.high))
    said = f"on or after {first}" if last >= today else f"between {first} and {last}"
    before = re.sub(r"\b(in|within|during|over)\s*$", "", text[: bound.start])
    return replace(condition, description=f"{before}{said}{text[bound.end :]}")


def check(spec: RunSpec) -> None:
    """Raises InvalidInput for the first field of `spec` that cannot be worked with."""
    objective = spec.objective.strip()
    if not objective:
        raise InvalidInput("objective", "it is empty", "a question in plain words")
    _check_length("objective", objective, MAX_OBJECTIVE_CHARS)
    if not 1 <= spec.match_limit <= MAX_MATCH_LIMIT:
        raise InvalidInput(
            "match_limit", f"{spec.match_limit:,} is out of range", f"1 to {MAX_MATCH_LIMIT:,}"
        )
    if spec.evaluate_limit is not None and spec.evaluate_limit < 1:
        raise InvalidInput("evaluate_limit", f"{spec.evaluate_limit} is too small", "1 or more")
    if not 0 < spec.match_rule.share <= 1:
        raise InvalidInput("match_rule", f"{spec.match_rule.share} is no share", "above 0, up to 1")
    generator_named(spec.generator)
    _check_conditions(spec)
    check_enrichments(spec.conditions, spec.enrichments)
    _check_what_is_kept(spec)
    for cap in fields(Budget):
        limit = getattr(spec.budget, cap.name)
        if limit is not None and limit < 0:
            raise InvalidInput(f"budget.{cap.name}", f"{limit} is negative", "0 or more")


def _check_conditions(spec: RunSpec) -> None:
    if len(spec.conditions) > MAX_CONDITIONS:
        raise InvalidInput(
            "conditions", f"there are {len(spec.conditions)}", f"at most {MAX_CONDITIONS}"
        )
    names: set[str] = set()
    for condition in spec.conditions:
        if not condition.name.strip() or not condition.description.strip():
            raise InvalidInput("conditions", "one has no name or no text", "'name: text'")
        _check_length("conditions", condition.name, MAX_NAME_CHARS, "the name of one")
        _check_length("conditions", condition.description, MAX_CONDITION_CHARS, "one")
        if condition.name in names:
            raise InvalidInput("conditions", f"{condition.name!r} is there twice", "unique names")
        names.add(condition.name)


def _check_what_is_kept(spec: RunSpec) -> None:
    """A list of runs has all of it for each."""
    if len(spec.queries) > MAX_QUERIES:
        raise InvalidInput("queries", f"there are {len(spec.queries)}", f"at most {MAX_QUERIES}")
    for query in spec.queries:
        _check_length("queries", query, MAX_QUERY_CHARS, "one")
    size = len(json.dumps(dict(spec.metadata), ensure_ascii=False).encode("utf-8", "surrogatepass"))
    if size > MAX_METADATA_BYTES:
        allowed = f"at most {MAX_METADATA_BYTES:,} as JSON"
        raise InvalidInput("metadata", f"it has {size:,} bytes", allowed)


def _check_length(field: str, text: str, most: int, which: str = "it") -> None:
    if len(text) > most:
        raise InvalidInput(field, f"{which} has {len(text):,} characters", f"at most {most:,}")


Conditions = tuple[MatchCondition, ...]


def limit_conditions(most: int | None, conditions: Conditions) -> Conditions:
    """The conditions, the last of them made one where there are more than `most` (None: as many as
    there are)."""
    if most is None or len(conditions) <= most:
        return conditions
    kept, rest = conditions[: most - 1], conditions[most - 1 :]
    joined = "; ".join(x.description.strip().rstrip(".") for x in rest)
    taken = {x.name for x in kept}
    name = next(x for x in ("further", *(x.name for x in rest)) if x not in taken)
    return (*kept, MatchCondition(name, f"All of these hold: {joined}."))
