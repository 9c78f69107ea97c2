"""The grey zone: pairs of entities that no key joins and no rule keeps apart. A model is asked.

Only about pairs of which both match, or could: a double among those that do not match harms nobody.
Several pairs go into one prompt. Each is asked about once; the answers are kept in the ledger, so
that a run walked again and a run asked again settle the same pairs without asking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from netnew.domain.budget import Spend
from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.errors import ModelUnavailable
from netnew.domain.evidence import Confidence
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.domain.match_status import status_of
from netnew.domain.page import SegmentKind
from netnew.domain.run import RunSpec
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext
from netnew.engine.resolution.blocking import BlockingIndex, may_match
from netnew.engine.resolution.entity import Entity
from netnew.engine.resolution.resolver import Resolver
from netnew.ports.judging import Advisor, CandidateProfile

PAIRS_A_PROMPT = 10
_PROMPTS_AT_ONCE = 8
_MAX_SHOWN = 6
_MAX_FACTS = 10
_ABOUT_CHARS = 500
# Begins the reason of each merge that a model decided.
BY_MODEL = "a model: "

Pair = tuple[int, int]
"""Two entities by their ordinals, the older first."""
Record = Callable[[list[LedgerEntry]], Awaitable[None]]

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class PairMatcher:
    """What a run knows of its unclear pairs. `open`: those not settled yet, with how alike they
    are. `different`: whom the model told apart."""

    blocking_index: BlockingIndex = field(default_factory=BlockingIndex)
    open: dict[Pair, int] = field(default_factory=dict)
    different: dict[int, set[int]] = field(default_factory=dict)
    _met: dict[int, set[int]] = field(default_factory=dict)

    def take_note(self, entities: Iterable[Entity]) -> None:
        """Look for pairs that each of `entities` is in."""
        for entity in entities:
            if may_match(entity):
                for alike, other in self.blocking_index.take(entity):
                    self._meet(entity.ordinal, other.ordinal, alike)

    def are_different(self, one: Entity, other: Entity) -> None:
        self.different.setdefault(one.ordinal, set()).add(other.ordinal)
        self.different.setdefault(other.ordinal, set()).add(one.ordinal)

    def became(self, lost: Entity, kept: Entity) -> None:
        """What was known of `lost` is known of `kept` now."""
        for of in (self.different, self._met):
            others = of.pop(lost.ordinal, set()) - {kept.ordinal}
            of.setdefault(kept.ordinal, set()).update(others)
            for other in others:
                of.setdefault(other, set()).add(kept.ordinal)
        for pair in [p for p in self.open if lost.ordinal in p]:
            alike = self.open.pop(pair)
            other = pair[0] + pair[1] - lost.ordinal
            if other != kept.ordinal:
                self.open.setdefault(_in_order(kept.ordinal, other), alike)

    def _meet(self, one: int, other: int, alike: int) -> None:
        if other not in self._met.setdefault(one, set()):
            self._met[one].add(other)
            self._met.setdefault(other, set()).add(one)
            self.open[_in_order(one, other)] = alike


async def match_pairs(
    zone: PairMatcher,
    resolver: Resolver,
    context: RunContext,
    spec: RunSpec,
    meter: BudgetMeter,
    *,
    may_ask: bool,
    halted: Callable[[], Awaitable[bool]],
    record: Record,
) -> list[Entity]:
    """Settle the pairs that have come up since this was last asked; the entities that are more
    than before, in the order they were found.

    Without `may_ask` only what was answered before counts, and the other pairs stay open; so do
    those of a prompt that was not answered, or that was under way when `halted` said to stop. Each
    answer is kept by `record` at once. Raises ModelMisconfigured.
    """
    if context.advisor is None:
        return []
    work = _Settling(zone, resolver, context, spec, meter, context.advisor)
    zone.take_note(resolver.entity_counts.for_pairs.take())
    await work.remember()
    if may_ask:
        await work.ask(halted, record)
    grown = {e.ordinal: e for e in work.grown if e.merged_into is None}
    return [grown[ordinal] for ordinal in sorted(grown)]


@dataclass(slots=True)
class _Settling:
    zone: PairMatcher
    resolver: Resolver
    context: RunContext
    spec: RunSpec
    meter: BudgetMeter
    advisor: Advisor
    grown: list[Entity] = field(default_factory=list)

    async def remember(self) -> None:
        """Settle the open pairs of which the answer is on record."""
        keys = {self._key(pair): pair for pair in self._open()}
        known = await self.context.store.ledger.look_up(keys) if keys else {}
        for key, pair in keys.items():
            if key in known:
                self._take(pair, known[key].verdict.outcome)
        self.meter.add(Spend(ledger_hits=len(known)))

    async def ask(self, halted: Callable[[], Awaitable[bool]], record: Record) -> None:
        """Ask about those that are left, several prompts at the same time."""
        waiting = self._open()
        prompts = [
            waiting[start : start + PAIRS_A_PROMPT]
            for start in range(0, len(waiting), PAIRS_A_PROMPT)
        ]
        while prompts and not await halted():
            some, prompts = prompts[:_PROMPTS_AT_ONCE], prompts[_PROMPTS_AT_ONCE:]
            answered = await asyncio.gather(*(self._answers(pairs, record) for pairs in some))
            for pairs, answers in zip(some, answered, strict=True):
                for pair, outcome in zip(pairs, answers or (), strict=False):
                    self._take(pair, outcome)

    def _open(self) -> list[Pair]:
        """The pairs to be settled now: those with a match first, then the most alike."""
        entities = self.resolver.entities

        def matters(pair: Pair) -> bool:
            one, other = (entities[x] for x in pair)
            if not may_match(one) or not may_match(other) or one.key == other.key:
                return False
            return self.resolver.may_be_one(one, other)

        def rank(pair: Pair) -> tuple[bool, int, Pair]:
            matches = any(entities[x].status is MatchStatus.MATCHED for x in pair)
            return (not matches, -self.zone.open[pair], pair)

        return sorted(filter(matters, self.zone.open), key=rank)

    async def _answers(
        self, pairs: Sequence[Pair], record: Record
    ) -> list[ConditionOutcome] | None:
        """What the model says of each; None where its server does not answer."""
        entities = self.resolver.entities
        profiles = [(profile_of(entities[a]), profile_of(entities[b])) for a, b in pairs]
        keys = [self._key(pair) for pair in pairs]
        try:
            said = await self.advisor.are_same(profiles, self.spec.entity_type, self.meter.add)
        except ModelUnavailable as error:
            _log.warning("%s; %s pairs wait", error, len(pairs))
            return None
        outcomes = [_OUTCOMES[same] for same in said]
        now = self.context.clock.now()
        await record(
            [
                LedgerEntry(key, _verdict(key, outcome), frozenset(), now)
                for key, outcome in zip(keys, outcomes, strict=True)
            ]
        )
        return outcomes

    def _take(self, pair: Pair, outcome: ConditionOutcome) -> None:
        """Do as was answered. Who was merged meanwhile is taken as what he became."""
        one, other = (self.resolver.living(self.resolver.entities[x]) for x in pair)
        self.zone.open.pop(pair, None)
        if one is other:
            return
        if outcome is ConditionOutcome.UNMATCHED:
            self.zone.are_different(one, other)
        elif outcome is ConditionOutcome.MATCHED:
            self._unite(one, other)

    def _unite(self, one: Entity, other: Entity) -> None:
        if other.ordinal in self.zone.different.get(one.ordinal, ()):
            return
        before = {e.ordinal: e.verdicts for e in (one, other)}
        reason = f"{BY_MODEL}'{one.name}' ({one.url}) is '{other.name}' ({other.url})"
        kept = self.resolver.unite(one, other, reason)
        if kept is None:
            return
        lost = other if kept is one else one
        self.zone.became(lost, kept)
        self._settle(kept, before[kept.ordinal], lost)
        self.grown.append(kept)

    def _settle(self, kept: Entity, verdicts: tuple[Verdict, ...], lost: Entity) -> None:
        """What was decided of either holds for both; where both were, as for the one kept."""
        by_name = {v.condition: v for v in lost.verdicts}
        by_name |= {
            v.condition: v
            for v in verdicts
            if v.outcome is not ConditionOutcome.UNCLEAR or v.condition not in by_name
        }
        conditions = self.spec.conditions
        kept.verdicts = tuple(by_name[c.name] for c in conditions if c.name in by_name)
        kept.deferred = {**lost.deferred, **kept.deferred}
        kept.enrichments = kept.enrichments or lost.enrichments
        has_evidence = bool(kept.evidence())
        rule = self.spec.match_rule
        kept.status = status_of(kept.verdicts, len(conditions), rule, has_evidence)

    def _key(self, pair: Pair) -> LedgerKey:
        one, other = sorted(self.resolver.entities[x].key for x in pair)
        profile = str(self.context.judge.profile)
        return pair_key(one, other, self.spec.entity_type, profile)


_OUTCOMES = {
    True: ConditionOutcome.MATCHED,
    False: ConditionOutcome.UNMATCHED,
    None: ConditionOutcome.UNCLEAR,
}


def pair_key(one: str, other: str, entity_type: str, judge_profile: str) -> LedgerKey:
    """What the ledger knows the question by whether two entities are one."""
    first, second = sorted((one, other))
    return LedgerKey(first, entity_type.casefold(), f"same as {second}", judge_profile)


def profile_of(entity: Entity) -> CandidateProfile:
    """What a model is told of an entity, to say whether it is another."""
    pages = [p.snapshot for p in entity.evidence()]
    facts = dict.fromkeys(
        s.text
        for p in pages
        for s in p.segments
        if s.kind is SegmentKind.FACT and not s.boilerplate
    )
    said = [entity.description] if entity.description else []
    said += list(facts)[:_MAX_FACTS]
    if not said:
        said = [s.text for p in pages[:1] for s in p.segments if s.kind is SegmentKind.BODY][:2]
    addresses = dict.fromkeys([entity.url, *(p.final_url for p in pages), *entity.addresses])
    return CandidateProfile(
        tuple(entity.names[:_MAX_SHOWN]),
        tuple(addresses)[:_MAX_SHOWN],
        "; ".join(said)[:_ABOUT_CHARS],
    )


def _verdict(key: LedgerKey, outcome: ConditionOutcome) -> Verdict:
    return Verdict(key.condition_key, outcome, confidence=Confidence.MEDIUM)


def _in_order(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)
