"""Lets a model read the objective; the plan uses its reading.

Its reading is stored like a source's answer: the same question is not asked twice on one day.
Without a usable answer, rules read the objective."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import structlog

from netnew.domain.budget import Budget, Spend
from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import ModelUnavailable
from netnew.domain.ledger import JudgeProfile
from netnew.domain.run import RunSpec
from netnew.domain.search import Hit, SearchAnswer
from netnew.engine.planning.plan import limit_conditions
from netnew.ports.judging import Advisor, ObjectiveReading
from netnew.ports.models import Charge
from netnew.ports.store import SearchCache
from netnew.ports.system import Clock

KEPT = timedelta(days=1)
_KIND, _CONDITION = "urn:netnew:plan:kind", "urn:netnew:plan:condition"
_FIELD, _QUERY = "urn:netnew:plan:field", "urn:netnew:plan:query"
_log = structlog.get_logger(__name__)


def is_read(spec: RunSpec) -> bool:
    """Whether its objective was read before: what is asked again is not read again."""
    is_complete = bool(spec.entity_type and spec.conditions)
    return is_complete and (bool(spec.queries) or spec.refreshes is not None)


def is_unpaid(spec: RunSpec) -> bool:
    """Whether its own caps leave nothing to pay a model with."""
    caps = Budget(cost=spec.budget.cost, tokens=spec.budget.tokens)
    return caps.exhausted_by(Spend()) is not None


async def ingest(
    spec: RunSpec,
    advisor: Advisor,
    profile: JudgeProfile,
    kept: SearchCache,
    clock: Clock,
    charge: Charge,
) -> RunSpec:
    """`spec` with what the advisor read in its objective; what it says already stays. Fields are
    added only to a question whose kind and conditions were left open: one that says both is asked
    as it stands. `profile` names who was asked. Raises ModelMisconfigured."""
    today = clock.now().date()
    reading = await _remembered(spec, advisor, f"plan:{profile}", kept, clock, charge, today)
    if reading is None:
        return spec
    fields = () if spec.entity_type and spec.conditions else reading.enrichments
    return replace(
        spec,
        entity_type=spec.entity_type or reading.entity_type,
        conditions=spec.conditions or limit_conditions(spec.max_conditions, reading.conditions),
        enrichments=spec.enrichments or fields,
        queries=spec.queries or reading.queries,
    )


async def _remembered(
    spec: RunSpec,
    advisor: Advisor,
    kept_as: str,
    kept: SearchCache,
    clock: Clock,
    charge: Charge,
    today: date,
) -> ObjectiveReading | None:
    asked = (today.isoformat(), spec.objective, spec.entity_type)
    # Names enter: what is read must not have a name that is used already.
    said = (f"{c.name}: {c.key}" for c in spec.conditions)
    fields = (f"field {e.name}" for e in spec.enrichments)
    question = sha256("\n".join((*asked, *said, *fields)).encode()).hexdigest()
    known = await kept.get(kept_as, question, 1, clock.now() - KEPT)
    if known is not None:
        return _reading(known)
    try:
        reading = await advisor.read_objective(spec, today, charge)
    except ModelUnavailable as error:
        _log.warning("plan_by_rules", problem=str(error))
        return None
    if reading is not None:
        await kept.put(kept_as, question, 1, _answer(reading), clock.now())
    return reading


def _answer(reading: ObjectiveReading) -> SearchAnswer:
    hits = [Hit(_KIND, reading.entity_type)]
    hits += [Hit(_CONDITION, c.name, c.description) for c in reading.conditions]
    hits += [Hit(_FIELD, e.name, e.description) for e in reading.enrichments]
    hits += [Hit(_QUERY, query) for query in reading.queries]
    return SearchAnswer(tuple(hits))


def _reading(answer: SearchAnswer) -> ObjectiveReading:
    said = answer.hits
    return ObjectiveReading(
        next((h.title for h in said if h.url == _KIND), ""),
        tuple(MatchCondition(h.title, h.snippet) for h in said if h.url == _CONDITION),
        tuple(Enrichment(h.title, h.snippet) for h in said if h.url == _FIELD),
        tuple(h.title for h in said if h.url == _QUERY),
    )
