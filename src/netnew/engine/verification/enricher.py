"""Fills the requested fields of matches, each with citations, null if the pages do not say. Values
go through the ledger like verdicts, so that none is paid for twice.

A judge answers the leaves of nested fields as the pages say them; here the answers are converted
to the requested format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from netnew.domain.budget import Spend
from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.enrichment import Enrichment, EnrichmentValue, Format, leaves
from netnew.domain.evidence import Confidence
from netnew.domain.ids import RunId
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.domain.run import RunSpec
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext
from netnew.engine.resolution.entity import Entity
from netnew.ports.judging import EnrichRequest
from netnew.text.typed_values import value_in

_MAX_QUOTED = 120
_WANTED = {
    Format.NUMBER: "a single number in the unit asked for",
    Format.DATE: "a single day, month or year",
    Format.URL: "a web address",
    Format.EMAIL: "an email address",
    Format.BOOLEAN: "a yes or no",
}


async def enrich(
    entity: Entity,
    run_id: RunId,
    generation: int,
    spec: RunSpec,
    context: RunContext,
    meter: BudgetMeter,
) -> list[LedgerEntry]:
    """Set `entity.enrichments`, one value a leaf in their order; what is new for the ledger."""
    evidence = entity.evidence()
    shown = frozenset(p.snapshot.id for p in evidence)
    asked = leaves(spec.enrichments)
    keys = {_key(entity, leaf, spec, context): leaf for leaf in asked}
    known = {
        keys[key].name: _value(keys[key].name, entry)
        for key, entry in (await context.store.ledger.look_up(keys)).items()
        if entry.shown == shown
    }
    meter.add(Spend(ledger_hits=len(known)))
    missing = tuple(leaf for leaf in asked if leaf.name not in known)
    entries: list[LedgerEntry] = []
    if missing:
        candidate = entity.candidate(run_id, generation)
        values = await context.judge.enrich(
            EnrichRequest(candidate, spec.entity_type, missing, evidence, meter.charge_judge)
        )
        meter.add(Spend(judge_calls=1, judgements=len(missing)))
        known |= {v.name: v for v in _fitted(missing, values)}
        now = context.clock.now()
        entries = [
            LedgerEntry(_key(entity, leaf, spec, context), _verdict(known[leaf.name]), shown, now)
            for leaf in missing
        ]
    entity.enrichments = tuple(known[leaf.name] for leaf in asked)
    return entries


def _fitted(
    asked: Sequence[Enrichment], values: Sequence[EnrichmentValue]
) -> Iterator[EnrichmentValue]:
    """The values in their formats. One without a citation is none; one that is nothing of its
    format is none either, and keeps the citation that shows it."""
    for leaf, value in zip(asked, values, strict=True):
        said = value.value
        if said is None or not value.citations:
            yield EnrichmentValue(leaf.name, None, (), value.reasoning)
            continue
        fitting = value_in(leaf.format, said, leaf.description, leaf.options)
        if fitting is not None:
            yield replace(value, name=leaf.name, value=fitting)
        else:
            reason = f"not usable: the page says '{said[:_MAX_QUOTED]}', not {_wanted(leaf)}"
            yield EnrichmentValue(leaf.name, None, value.citations, reason, Confidence.LOW)


def _wanted(leaf: Enrichment) -> str:
    """What a value had to be, in words."""
    if leaf.format is Format.OPTIONS:
        return f"one of {', '.join(leaf.options)}"
    return _WANTED.get(leaf.format, leaf.format.value)


def _key(entity: Entity, leaf: Enrichment, spec: RunSpec, context: RunContext) -> LedgerKey:
    """The path, the description with those of the objects around it, and the format. The order of
    fields and options does not enter."""
    text = f"{leaf.name}: {leaf.description}"
    if leaf.format is not Format.TEXT:
        text += f" ({' | '.join((leaf.format.value, *sorted(leaf.options)))})"
    asked = MatchCondition(leaf.name, text)
    return LedgerKey(
        entity.key, spec.entity_type.casefold(), f"enrich {asked.key}", str(context.judge.profile)
    )


def _verdict(value: EnrichmentValue) -> Verdict:
    outcome = ConditionOutcome.UNCLEAR if value.value is None else ConditionOutcome.MATCHED
    return Verdict(
        value.name, outcome, value.value, value.citations, value.reasoning, value.confidence
    )


def _value(name: str, entry: LedgerEntry) -> EnrichmentValue:
    v = entry.verdict
    return EnrichmentValue(name, v.value, v.citations, v.reasoning, v.confidence)
