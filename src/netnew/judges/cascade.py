"""A cascade of judges: rules where they are certain, then a model, then a larger one for what stays
unclear; and where asked for, an independent look at what would match."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.evidence import Confidence
from netnew.domain.ledger import JudgeProfile
from netnew.judges.logprob_judge import LogprobJudge, for_rules
from netnew.judges.model.judge import ModelJudge, known_as
from netnew.judges.model.passage_selection import without_orders
from netnew.judges.model.second_opinion import SecondOpinion
from netnew.judges.rule_calibration import RuleCalibration
from netnew.ports.judging import EnrichRequest, Judge, JudgeRequest
from netnew.ports.models import unpaid

Decided = dict[str, Verdict]
Certain = Callable[[MatchCondition, str, Verdict], bool]
"""Whether what the rules say on a condition, for an entity of a type, needs no model."""


def is_high(condition: MatchCondition, entity_type: str, verdict: Verdict) -> bool:
    """Whether rules say it with the highest confidence."""
    return verdict.outcome is not ConditionOutcome.UNCLEAR and verdict.confidence is Confidence.HIGH


class CascadeJudge:
    """`rules` (None: left out) decides what it is certain of; `models`, the smallest first, the
    rest; `recheck` (None: none) looks again at a candidate of which every condition asked holds.
    `certain`: what of the rules needs no model."""

    def __init__(
        self,
        rules: Judge | None,
        models: Sequence[ModelJudge | LogprobJudge],
        recheck: SecondOpinion | None = None,
        certain: Certain = is_high,
    ) -> None:
        self._rules = rules
        self._models = tuple(models)
        self._recheck = recheck
        self._certain = certain
        self._trust = RuleCalibration()

    @property
    def profile(self) -> JudgeProfile:
        """Every part of it enters: another rule set, model or wording is another judge."""
        model = ">".join(known_as(m.model) for m in self._models)
        families = [m.profile.family for m in self._models[:1]]
        if self._rules is not None:
            families.append(f"rules{self._rules.profile.family}")
        if self._recheck is not None:
            families.append(self._recheck.family)
        return JudgeProfile("model", model, "+".join(families), rank=len(self._models))

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        """A verdict a condition, in their order. Where more fail than `may_fail`, the conditions
        that only a model could decide are left out."""
        leaning = await self._leaning(request)
        kind = request.entity_type
        decided = {
            c.name: leaning[c.name]
            for c in request.conditions
            if c.name in leaning and self._certain(c, kind, leaning[c.name])
        }
        if not _is_settled(request, decided) and not await self._spares(request, leaning, decided):
            await self._ask(request, leaning, decided)
        if self._recheck is not None and _all_hold(request, decided):
            decided |= await self._recheck.look(request, decided, self._models[-1].doubting())
        return tuple(decided[c.name] for c in request.conditions if c.name in decided)

    async def _leaning(self, request: JudgeRequest) -> Decided:
        """What the rules say, certain or not."""
        if self._rules is None:
            return {}
        heard = replace(for_rules(request), may_fail=None, charge=unpaid)
        verdicts = await self._rules.judge(heard)
        for condition, verdict in zip(request.conditions, verdicts, strict=True):
            self._trust.see(condition.key, verdict.outcome)
        return {v.condition: v for v in verdicts}

    async def _spares(self, request: JudgeRequest, leaning: Decided, decided: Decided) -> bool:
        """Whether rules that were right so far say that it cannot match; what they say is taken
        then. Only where all conditions must hold: else one that fails settles nothing."""
        if request.may_fail != 0:
            return False
        for condition in request.conditions:
            said = leaning.get(condition.name)
            if said is None or condition.name in decided:
                continue
            if await self._trust.believes(condition.key, said.outcome):
                decided[condition.name] = said
                return True
        return False

    async def _ask(self, request: JudgeRequest, leaning: Decided, decided: Decided) -> None:
        """What stays unclear goes to the next larger model; all of it is one answer to what the
        rules said."""
        asked = [c for c in request.conditions if c.name not in decided]
        doubted = {c.key: leaning[c.name].outcome for c in asked if c.name in leaning}
        async with self._trust.asking(doubted) as said:
            for model in self._models:
                left = tuple(c for c in asked if _is_open(decided.get(c.name)))
                if not left or _is_settled(request, decided):
                    break
                ask = replace(request, conditions=left, may_fail=_allowed(request, decided))
                decided |= {v.condition: v for v in await model.judge(ask)}
            said |= {c.key: decided[c.name].outcome for c in asked if c.name in decided}

    async def enrich(self, request: EnrichRequest) -> tuple[EnrichmentValue, ...]:
        """What rules read from labelled fields with certainty, the model for the rest."""
        known: dict[str, EnrichmentValue] = {}
        if self._rules is not None:
            asked = replace(request, evidence=without_orders(request.evidence))
            known = {v.name: v for v in await self._rules.enrich(asked) if _is_certain_value(v)}
        left = tuple(e for e in request.enrichments if e.name not in known)
        if left:
            asked = replace(request, enrichments=left)
            known |= {v.name: v for v in await self._models[-1].enrich(asked)}
        return tuple(known[e.name] for e in request.enrichments)

    def unreadable(self, conditions: Sequence[MatchCondition]) -> Mapping[str, str]:
        """A model reads any."""
        return {}


def _is_certain_value(value: EnrichmentValue) -> bool:
    return value.value is not None and value.confidence is Confidence.HIGH


def _is_open(verdict: Verdict | None) -> bool:
    return verdict is None or verdict.outcome is ConditionOutcome.UNCLEAR


def _failed(decided: Decided) -> int:
    return sum(v.outcome is ConditionOutcome.UNMATCHED for v in decided.values())


def _allowed(request: JudgeRequest, decided: Decided) -> int | None:
    return None if request.may_fail is None else request.may_fail - _failed(decided)


def _is_settled(request: JudgeRequest, decided: Decided) -> bool:
    return request.may_fail is not None and _failed(decided) > request.may_fail


def _all_hold(request: JudgeRequest, decided: Decided) -> bool:
    return bool(request.conditions) and all(
        c.name in decided and decided[c.name].outcome is ConditionOutcome.MATCHED
        for c in request.conditions
    )
