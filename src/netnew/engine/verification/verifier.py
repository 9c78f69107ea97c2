"""Verifies candidates: one verdict per condition, proved or unclear.

The ledger is consulted before the judge. Conditions are judged in the order cost ÷ (1 − pass
rate), learned during the run, until the required share is out of reach. For a candidate that
stays unclear, further pages are read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from netnew.domain.budget import Spend
from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.evidence import EvidencePage
from netnew.domain.ids import RunId, SnapshotId
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.domain.match_status import status_of
from netnew.domain.page import Snapshot
from netnew.domain.run import RunSpec
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext
from netnew.engine.resolution.entity import Entity
from netnew.engine.verification.follow_up import FollowUp
from netnew.ports.judging import JudgeRequest


@dataclass(slots=True)
class PassRates:
    """How often each condition was met, with a prior of one in two."""

    asked: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)

    def learn(self, verdict: Verdict) -> None:
        self.asked[verdict.condition] = self.asked.get(verdict.condition, 0) + 1
        self.held[verdict.condition] = self.held.get(verdict.condition, 0) + (
            verdict.outcome is ConditionOutcome.MATCHED
        )

    def rate(self, condition: str) -> float:
        return (self.held.get(condition, 0) + 1) / (self.asked.get(condition, 0) + 2)

    def order(self, conditions: Iterable[MatchCondition]) -> list[MatchCondition]:
        """The conditions, most likely to fail first (their costs are equal); ties in the given
        order."""
        return sorted(conditions, key=lambda c: self.rate(c.name))


# Why a stored verdict does not count yet.
DEFERRED = "not stated: decided before, on a page that this run has not met yet"


def _cites_unread(entity: Entity, entry: LedgerEntry) -> bool:
    """Whether a verdict rests on a page that is not among the entity's in this run."""
    read = {p.snapshot.id for p in entity.pages.values()}
    return any(c.snapshot_id not in read for c in entry.verdict.citations)


# Condition name → what is on record about it.
Known = Mapping[str, LedgerEntry]
# What an earlier generation of the run decided about an entity, by condition.
Recall = Callable[[Entity], Awaitable[Mapping[str, Verdict]]]


async def _recalls_nothing(entity: Entity) -> Mapping[str, Verdict]:
    return {}


@dataclass(slots=True)
class Verifier:
    """Verifies entities of one run and learns the pass rates.

    `recall`: what this run decided before; it stays decided, however old its pages are.
    `record`: stores paid verdicts immediately if further calls follow for the same candidate."""

    context: RunContext
    run_id: RunId
    generation: int
    spec: RunSpec
    meter: BudgetMeter
    follow_up: FollowUp
    recall: Recall = _recalls_nothing
    record: Callable[[list[LedgerEntry]], Awaitable[None]] | None = None
    rates: PassRates = field(default_factory=PassRates)

    async def known(self, batch: Sequence[Entity]) -> dict[str, Known]:
        """Entity id → stored verdicts that still apply; one lookup for all of `batch`."""
        keys = {self._key(e, c): (e, c.name) for e in batch for c in self.spec.conditions}
        entries = await self.context.store.ledger.look_up(keys)
        newest = await self._newest_cited(batch, entries.values())
        known: dict[str, dict[str, LedgerEntry]] = {}
        for key, entry in entries.items():
            entity, condition = keys[key]
            if self._still_holds(entity, entry, newest):
                known.setdefault(entity.id, {})[condition] = entry
        for entity in batch:
            mine = known.setdefault(entity.id, {})
            if len(mine) < len(self.spec.conditions):
                await self._recall_into(mine, entity)
        return {**known}

    async def verify(self, entity: Entity, known: Known) -> list[LedgerEntry]:
        """Judge an entity: set its status and verdicts, and return new ledger entries that are
        not stored yet."""
        entity.changed = False
        known = await self._met_again(entity, known)
        verdicts = self._from_ledger(entity, known)
        entries = await self._judge_missing(entity, verdicts)
        for look in (self.follow_up.deeper, self.follow_up.targeted):
            if self._status(entity, verdicts) is not MatchStatus.UNCLEAR:
                break
            if await look(entity, self._open(verdicts)):
                entries = await self._recorded(entries)
                known = (await self.known([entity])).get(entity.id, {})
                decided = {
                    n: v for n, v in verdicts.items() if v.outcome is not ConditionOutcome.UNCLEAR
                }
                verdicts = self._from_ledger(entity, known) | decided
                entries += await self._judge_missing(entity, verdicts)
        entity.changed = False
        self._settle(entity, verdicts)
        return entries

    # -------------------------------------------------------------------------------- inside

    async def _met_again(self, entity: Entity, known: Known) -> Known:
        """What was decided on pages of a second look once: they are read again, from the store,
        before it is believed."""
        for look in (self.follow_up.deeper, self.follow_up.targeted):
            if not any(_cites_unread(entity, entry) for entry in known.values()):
                break
            verdicts = {n: e.verdict for n, e in known.items() if not _cites_unread(entity, e)}
            if await look(entity, self._open(verdicts)):
                # What was unclear without these pages may be asked again now.
                known = (await self.known([entity])).get(entity.id, {})
        return known

    def _open(self, verdicts: Mapping[str, Verdict]) -> list[MatchCondition]:
        """The undecided conditions."""
        unclear = Verdict("", ConditionOutcome.UNCLEAR)
        return [
            c
            for c in self.spec.conditions
            if verdicts.get(c.name, unclear).outcome is ConditionOutcome.UNCLEAR
        ]

    def _key(self, entity: Entity, condition: MatchCondition) -> LedgerKey:
        return LedgerKey(
            entity.key,
            self.spec.entity_type.casefold(),
            condition.key,
            str(self.context.judge.profile),
        )

    async def _recall_into(self, known: dict[str, LedgerEntry], entity: Entity) -> None:
        shown = frozenset(p.snapshot.id for p in entity.evidence())
        for name, verdict in (await self.recall(entity)).items():
            condition = next((c for c in self.spec.conditions if c.name == name), None)
            if condition is not None and name not in known:
                at = entity.decided_at or self.context.clock.now()
                known[name] = LedgerEntry(self._key(entity, condition), verdict, shown, at)

    async def _recorded(self, entries: list[LedgerEntry]) -> list[LedgerEntry]:
        """Those still to be recorded: none, where verdicts are paid for and more calls follow."""
        if self.record is None or self.context.judge_is_free or not entries:
            return entries
        await self.record(entries)
        return []

    async def _newest_cited(
        self, batch: Sequence[Entity], entries: Iterable[LedgerEntry]
    ) -> dict[str, Snapshot]:
        """The newest snapshot of each cited address: as read in this run, else from the store."""
        read = {url: p.snapshot for e in batch for url, p in e.pages.items()}
        cited = {c.url for entry in entries for c in entry.verdict.citations}
        missing = cited - read.keys()
        stored = await self.context.store.pages.newest_many(missing) if missing else {}
        oldest = self.context.clock.now() - self.context.page_max_age
        return read | {u: s for u, s in stored.items() if s.fetched_at >= oldest}

    def _still_holds(self, entity: Entity, entry: LedgerEntry, newest: dict[str, Snapshot]) -> bool:
        """A decided verdict applies while each cited snapshot is its page's newest text and
        fresh; an unclear one while there is no new evidence."""
        if entry.verdict.outcome is ConditionOutcome.UNCLEAR:
            return {p.snapshot.id for p in entity.evidence()} <= entry.shown
        return all(
            c.url in newest and newest[c.url].id == c.snapshot_id for c in entry.verdict.citations
        )

    def _from_ledger(self, entity: Entity, known: Known) -> dict[str, Verdict]:
        """The verdicts on record, by condition. One that rests on pages not met yet in this run is
        kept back as unclear, so that a second run walks the way of the first; `apply_deferred`
        makes it count in the end."""
        verdicts: dict[str, Verdict] = {}
        for name, entry in known.items():
            verdict = replace(entry.verdict, condition=name)
            if _cites_unread(entity, entry):
                entity.deferred[name] = verdict
                verdict = Verdict(name, ConditionOutcome.UNCLEAR, reasoning=DEFERRED)
            else:
                entity.deferred.pop(name, None)
                self.rates.learn(verdict)
            verdicts[name] = verdict
        self.meter.add(Spend(ledger_hits=len(verdicts)))
        return verdicts

    def apply_deferred(self, entity: Entity) -> bool:
        """Let verdicts that were kept back count; whether there were any."""
        if not entity.deferred:
            return False
        verdicts = {v.condition: v for v in entity.verdicts} | entity.deferred
        entity.deferred = {}
        self._settle(entity, verdicts)
        return True

    def _settle(self, entity: Entity, verdicts: dict[str, Verdict]) -> None:
        order = {c.name: i for i, c in enumerate(self.spec.conditions)}
        entity.verdicts = tuple(sorted(verdicts.values(), key=lambda v: order[v.condition]))
        entity.status = self._status(entity, verdicts)
        entity.decided_at = self.context.clock.now()

    def _missing(self, verdicts: dict[str, Verdict]) -> list[MatchCondition]:
        return self.rates.order(c for c in self.spec.conditions if c.name not in verdicts)

    def _status(self, entity: Entity, verdicts: dict[str, Verdict]) -> MatchStatus:
        return status_of(
            tuple(verdicts.values()),
            len(self.spec.conditions),
            self.spec.match_rule,
            has_evidence=bool(entity.evidence()),
        )

    async def _judge_missing(
        self, entity: Entity, verdicts: dict[str, Verdict]
    ) -> list[LedgerEntry]:
        """Call the judge for groups of conditions until the outcome is settled."""
        missing = self._missing(verdicts)
        entries: list[LedgerEntry] = []
        evidence = entity.evidence()
        size = self.context.conditions_per_call
        if not self.context.judge_is_free and self._cannot_match(verdicts):
            return entries
        while missing and not self._is_settled(verdicts):
            entries = await self._recorded(entries)
            group, missing = missing[:size], missing[size:]
            for verdict in await self._ask(entity, group, evidence, self._may_fail(verdicts)):
                verdicts[verdict.condition] = verdict
                self.rates.learn(verdict)
                condition = next(c for c in group if c.name == verdict.condition)
                if evidence and not self._is_undecided(verdict):
                    entries.append(self._entry(entity, condition, verdict, evidence))
        return entries

    def _is_undecided(self, verdict: Verdict) -> bool:
        """Whether it is unclear only because no answer of the model was ever usable: that is to be
        asked again once the model works."""
        return verdict.outcome is ConditionOutcome.UNCLEAR and self.meter.has_only_unusable_answers

    def _cannot_match(self, verdicts: dict[str, Verdict]) -> bool:
        """Whether what is on record, the unclear included, leaves no match to pay for."""
        rule, asked = self.spec.match_rule, len(self.spec.conditions)
        lost = sum(v.outcome is not ConditionOutcome.MATCHED for v in verdicts.values())
        return not rule.evaluate_all and rule.is_out_of_reach(lost, asked)

    def _may_fail(self, verdicts: dict[str, Verdict]) -> int | None:
        """How many more conditions may fail before the others need no verdict (None: all do)."""
        rule, asked = self.spec.match_rule, len(self.spec.conditions)
        if rule.evaluate_all:
            return None
        failed = sum(v.outcome is ConditionOutcome.UNMATCHED for v in verdicts.values())
        return asked - rule.needed(asked) - failed

    def _is_settled(self, verdicts: dict[str, Verdict]) -> bool:
        rule = self.spec.match_rule
        failed = sum(v.outcome is ConditionOutcome.UNMATCHED for v in verdicts.values())
        return not rule.evaluate_all and rule.is_out_of_reach(failed, len(self.spec.conditions))

    async def _ask(
        self,
        entity: Entity,
        group: list[MatchCondition],
        evidence: tuple[EvidencePage, ...],
        may_fail: int | None,
    ) -> tuple[Verdict, ...]:
        if not evidence:
            return tuple(
                Verdict(
                    c.name, ConditionOutcome.UNCLEAR, reasoning="not stated: no page could be read"
                )
                for c in group
            )
        candidate = entity.candidate(self.run_id, self.generation)
        request = JudgeRequest(
            candidate,
            self.spec.entity_type,
            tuple(group),
            evidence,
            may_fail,
            self.meter.charge_judge,
        )
        self.meter.add(Spend(judge_calls=1))
        verdicts = await self.context.judge.judge(request)
        self.meter.add(Spend(judgements=len(verdicts)))
        return tuple(v.proved() for v in verdicts)

    def _entry(
        self,
        entity: Entity,
        condition: MatchCondition,
        verdict: Verdict,
        evidence: tuple[EvidencePage, ...],
    ) -> LedgerEntry:
        shown: frozenset[SnapshotId] = frozenset(p.snapshot.id for p in evidence)
        return LedgerEntry(self._key(entity, condition), verdict, shown, self.context.clock.now())
