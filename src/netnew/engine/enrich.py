"""enrich: fill the asked fields of matched candidates, each with citations, null where the pages do
not say. Values go through the ledger like verdicts, so that none is read twice."""

from __future__ import annotations

from collections.abc import Sequence

from netnew.domain.budget import Spend
from netnew.domain.condition import MatchCondition, Outcome, Verdict
from netnew.domain.enrichment import Enrichment, EnrichmentValue
from netnew.domain.ids import RunId
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.domain.run import RunSpec
from netnew.engine.entity import Entity
from netnew.engine.meter import Meter
from netnew.engine.parts import Parts
from netnew.ports import EnrichRequest


async def enrich(
    entity: Entity, run_id: RunId, generation: int, spec: RunSpec, parts: Parts, meter: Meter
) -> list[LedgerEntry]:
    """Set `entity.enrichments`, one value a field in their order; what is new for the ledger."""
    evidence = entity.evidence()
    shown = frozenset(p.snapshot.id for p in evidence)
    keys = {_key(entity, e, spec, parts): e for e in spec.enrichments}
    known = {
        keys[key].name: _value(keys[key].name, entry)
        for key, entry in (await parts.store.ledger.look_up(keys)).items()
        if entry.shown == shown
    }
    meter.add(Spend(ledger_hits=len(known)))
    missing = tuple(e for e in spec.enrichments if e.name not in known)
    entries: list[LedgerEntry] = []
    if missing:
        meter.add(Spend(judge_calls=1, judgements=len(missing)))
        candidate = entity.candidate(run_id, generation)
        values = await parts.judge.enrich(
            EnrichRequest(candidate, spec.entity_type, missing, evidence)
        )
        known |= {v.name: v for v in _proved(values)}
        now = parts.clock.now()
        entries = [
            LedgerEntry(_key(entity, e, spec, parts), _verdict(known[e.name]), shown, now)
            for e in missing
        ]
    entity.enrichments = tuple(known[e.name] for e in spec.enrichments)
    return entries


def _proved(values: Sequence[EnrichmentValue]) -> list[EnrichmentValue]:
    """A value without a citation is no value."""
    return [
        v if v.citations or v.value is None else EnrichmentValue(v.name, None, (), v.reasoning)
        for v in values
    ]


def _key(entity: Entity, enrichment: Enrichment, spec: RunSpec, parts: Parts) -> LedgerKey:
    asked = MatchCondition(enrichment.name, f"{enrichment.name}: {enrichment.description}")
    return LedgerKey(
        entity.key, spec.entity_type.casefold(), f"enrich {asked.key}", str(parts.judge.profile)
    )


def _verdict(value: EnrichmentValue) -> Verdict:
    outcome = Outcome.UNCLEAR if value.value is None else Outcome.MATCHED
    return Verdict(
        value.name, outcome, value.value, value.citations, value.reasoning, value.confidence
    )


def _value(name: str, entry: LedgerEntry) -> EnrichmentValue:
    v = entry.verdict
    return EnrichmentValue(name, v.value, v.citations, v.reasoning, v.confidence)
