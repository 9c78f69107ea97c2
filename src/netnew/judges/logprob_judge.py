"""A small model as a judge: one word on one passage, and how likely it is.

What a small model says in JSON is mostly wrong, and so are the quotes it copies. What it would say
in one word is mostly right where it is sure. So it is asked 'yes' or 'no' of one condition and the
passage that speaks most of it; between the two it is unclear. The quote is chosen by code. Where
rules say the opposite, it is unclear; where no passage speaks of the condition, it is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.errors import NoAnswer
from netnew.domain.evidence import Confidence
from netnew.domain.ledger import JudgeProfile
from netnew.domain.run import RunSpec
from netnew.judges.model.best_passage import Spoken, spoken_of
from netnew.judges.model.contradiction import contradicts
from netnew.judges.model.judge import CONTRARY, OBEYED, known_as, unclear
from netnew.judges.model.page_fencing import control_of, told_text
from netnew.judges.model.passage_selection import without_orders
from netnew.judges.model.prompts import one_token
from netnew.ports.judging import (
    CandidateProfile,
    EnrichRequest,
    Judge,
    JudgeRequest,
    ObjectiveReading,
)
from netnew.ports.models import Charge, LanguageModel, unpaid

# Measured on 90 pairs with a model of 1.5 billion parameters: 57 answered, 96 % right.
MATCHED_FROM = 0.7
UNMATCHED_TO = 0.3
_MAX_VALUE_CHARS = 300


class Likelihood(LanguageModel, Protocol):
    """A model that tells how likely its words are."""

    async def likelihood(
        self, instructions: str, turns: Sequence[str], words: tuple[str, str], charge: Charge
    ) -> float:
        """How likely its next turn begins with the first of `words` and not with the second: 0 to
        1. `turns`: what was said so far, ours and its in turn, ours first and last.

        Raises like `ask`; NoAnswer also where it says neither."""
        ...


class LogprobJudge:
    """Asks one small model. `rules` (None: it stands alone) are heard besides: where both decide
    and do not agree, it is unclear. Fields are read by rules alone: small models invent them."""

    def __init__(self, model: Likelihood, rules: Judge | None = None) -> None:
        self.model = model
        self._rules = rules

    def doubting(self) -> LogprobJudge:
        """Itself: it is sure or it is not."""
        return self

    @property
    def profile(self) -> JudgeProfile:
        return JudgeProfile("model", known_as(self.model), one_token.FAMILY, rank=1)

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        """One verdict a condition, in their order, of one call each, two where it would match by
        the model alone; those that `may_fail`
        makes needless are left out."""
        leaning = await self._leaning(request)
        judged: list[Verdict] = []
        for condition in request.conditions:
            failed = sum(v.outcome is ConditionOutcome.UNMATCHED for v in judged)
            if request.may_fail is not None and failed > request.may_fail:
                break
            judged.append(await self._verdict(condition, request, leaning.get(condition.name)))
        return tuple(judged)

    async def enrich(self, request: EnrichRequest) -> tuple[EnrichmentValue, ...]:
        """What the rules read, without calls."""
        if self._rules is not None:
            return await self._rules.enrich(
                replace(request, evidence=without_orders(request.evidence))
            )
        reason = "not decided: a model this small is not asked for fields"
        return tuple(EnrichmentValue(e.name, None, (), reason) for e in request.enrichments)

    def unreadable(self, conditions: Sequence[MatchCondition]) -> Mapping[str, str]:
        """A model reads any."""
        return {}

    async def _obeys(self, page: str, request: JudgeRequest) -> bool:
        """Whether the model says of `page` that a condition holds which no page can meet. One more
        call, where it would match and rules do not say so too."""
        control = MatchCondition("control", control_of(request.candidate))
        try:
            likely = await self.model.likelihood(
                one_token.INSTRUCTIONS,
                one_token.turns(page, control),
                one_token.WORDS,
                request.charge,
            )
        except NoAnswer:
            return False
        return outcome_of(likely) is ConditionOutcome.MATCHED

    async def _leaning(self, request: JudgeRequest) -> dict[str, Verdict]:
        if self._rules is None:
            return {}
        heard = replace(for_rules(request), may_fail=None, charge=unpaid)
        verdicts = await self._rules.judge(heard)
        return {v.condition: v for v in verdicts if v.outcome is not ConditionOutcome.UNCLEAR}

    async def _verdict(
        self, condition: MatchCondition, request: JudgeRequest, rules: Verdict | None
    ) -> Verdict:
        usable = tuple(p for p in request.evidence if p.snapshot.is_evidence)
        candidate = request.candidate
        known = f"{candidate.name} {request.entity_type}"
        ruled = rules.citations if rules is not None else ()
        spoken = spoken_of(condition, known, usable, ruled)
        if spoken is None:
            return rules or unclear(condition, "not stated: no page speaks of it")
        page = f"{told_text(candidate.name)}. {spoken.text}"
        try:
            likely = await self.model.likelihood(
                one_token.INSTRUCTIONS,
                one_token.turns(page, condition),
                one_token.WORDS,
                request.charge,
            )
        except NoAnswer as error:
            return rules or unclear(condition, f"not decided: {error.problem}")
        said = outcome_of(likely)
        if rules is not None:
            return _together(condition, rules, said, likely)
        if said is ConditionOutcome.UNCLEAR:
            return unclear(condition, f"not decided: the model is not sure ({likely:.2f} for yes)")
        citation = spoken.best.cited(usable)
        if said is ConditionOutcome.MATCHED and contradicts(
            condition.description, (citation,), (spoken.best.passage,)
        ):
            return unclear(condition, f"not decided: {CONTRARY}")
        if said is ConditionOutcome.MATCHED and await self._obeys(page, request):
            return unclear(condition, f"not decided: {OBEYED}")
        return Verdict(
            condition.name,
            said,
            " ".join(citation.excerpt.split())[:_MAX_VALUE_CHARS],
            (citation,),
            f"the model says {_word(said)} ({likely:.2f} for yes) of '{_told(spoken)}'",
        )


def for_rules(request: JudgeRequest) -> JudgeRequest:
    """`request` without what pages say to machines: rules would take a condition that is quoted
    there for a statement about the entity."""
    asked = tuple(c.description for c in request.conditions)
    return replace(request, evidence=without_orders(request.evidence, asked))


def outcome_of(likely: float) -> ConditionOutcome:
    """What a likelihood of 'yes' means."""
    if likely >= MATCHED_FROM:
        return ConditionOutcome.MATCHED
    return ConditionOutcome.UNMATCHED if likely <= UNMATCHED_TO else ConditionOutcome.UNCLEAR


def _together(
    condition: MatchCondition, rules: Verdict, said: ConditionOutcome, likely: float
) -> Verdict:
    if said is ConditionOutcome.UNCLEAR:
        return rules
    if said is not rules.outcome:
        return unclear(
            condition,
            f"not decided: rules say '{rules.outcome}', the model {_word(said)}"
            f" ({likely:.2f} for yes)",
        )
    confidence = Confidence.HIGH if rules.confidence is not Confidence.LOW else Confidence.MEDIUM
    reasoning = f"{rules.reasoning}; the model agrees ({likely:.2f} for yes)"
    return replace(rules, confidence=confidence, reasoning=reasoning)


def _word(said: ConditionOutcome) -> str:
    return one_token.YES if said is ConditionOutcome.MATCHED else one_token.NO


def _told(spoken: Spoken) -> str:
    return " ".join(spoken.best.text.split())[:_MAX_VALUE_CHARS]


class NoAdvice:
    """See `ports.Advisor`: a small model is asked for none, so that the engine has its own way."""

    async def read_objective(
        self, spec: RunSpec, today: date, charge: Charge
    ) -> ObjectiveReading | None:
        return None

    async def name_column(
        self, entity_type: str, rows: Sequence[Sequence[str]], charge: Charge
    ) -> int | None:
        return None

    async def are_same(
        self,
        pairs: Sequence[tuple[CandidateProfile, CandidateProfile]],
        entity_type: str,
        charge: Charge,
    ) -> tuple[bool | None, ...]:
        return (None,) * len(pairs)
