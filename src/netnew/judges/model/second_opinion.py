"""The independent re-check: would another question on the same pages be answered the same?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.errors import NoAnswer
from netnew.domain.evidence import Confidence
from netnew.judges.model.contradiction import contradicts
from netnew.judges.model.judge import Shown, known_as, unclear
from netnew.judges.model.prompts import second_opinion
from netnew.judges.model.quote_matching import citations_of
from netnew.judges.model.response_models import Checks
from netnew.ports.judging import Judge, JudgeRequest
from netnew.ports.models import LanguageModel, Prompt

_PER_ANSWER_TOKENS = 150
_AGREES = {
    "yes": ConditionOutcome.MATCHED,
    "no": ConditionOutcome.UNMATCHED,
    "not stated": ConditionOutcome.UNCLEAR,
}


class SecondOpinion:
    """Asks `model` whether pages state what was found to hold. Where it does not agree, the judge
    is asked a second time for that condition, and the majority counts; without one it is
    unclear."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    @property
    def family(self) -> str:
        """What the ledger knows it by."""
        return f"{second_opinion.FAMILY}:{known_as(self._model)}"

    async def look(
        self, request: JudgeRequest, decided: Mapping[str, Verdict], doubting: Judge
    ) -> dict[str, Verdict]:
        """Verdicts in the place of those of `decided` that it does not bear out; a verdict that it
        does bear out is more certain. `doubting`: the judge, told of the doubt."""
        said = await self._said(request)
        looked: dict[str, Verdict] = {}
        for_pairs = []
        for condition in request.conditions:
            verdict = decided[condition.name]
            if said.get(condition.name) is ConditionOutcome.MATCHED:
                looked[condition.name] = replace(verdict, confidence=Confidence.HIGH)
            else:
                for_pairs.append(condition)
        if not for_pairs:
            return looked
        again = {v.condition: v
                 for v in await doubting.judge(replace(request, conditions=tuple(for_pairs),
                                                    may_fail=None))}  # fmt: skip
        for condition in for_pairs:
            second = again[condition.name]
            if second.outcome is ConditionOutcome.MATCHED:
                looked[condition.name] = replace(second, confidence=Confidence.MEDIUM)
            elif second.outcome is said.get(condition.name, ConditionOutcome.UNCLEAR):
                looked[condition.name] = second
            else:
                looked[condition.name] = unclear(
                    condition, "not stated: two looks at the pages do not agree"
                )
        return looked

    async def _said(self, request: JudgeRequest) -> dict[str, ConditionOutcome]:
        """What the pages state of each condition by this question; 'yes' and 'no' need a quote."""
        conditions = request.conditions
        shown = Shown.of(request, [f"{c.name} {c.description}" for c in conditions])
        text = second_opinion.render_prompt(shown.text, shown.about, conditions, shown.control)
        tokens = _PER_ANSWER_TOKENS * (len(conditions) + 2)
        try:
            answer = await self._model.ask(
                Prompt(second_opinion.INSTRUCTIONS, text, Checks, tokens), request.charge
            )
        except NoAnswer:
            return {}
        control = len(conditions) + 1
        if any(c.claim == control and c.holds == "yes" for c in answer.checks):
            return {}  # it does what a page tells it to, or guesses
        said: dict[str, ConditionOutcome] = {}
        for check in answer.checks:
            if 1 <= check.claim <= len(conditions):
                proved = citations_of(check.quotes, shown.evidence, shown.passages)
                condition = conditions[check.claim - 1]
                outcome = _AGREES[check.holds] if proved else ConditionOutcome.UNCLEAR
                if outcome is ConditionOutcome.MATCHED and contradicts(
                    condition.description, proved, shown.passages
                ):
                    outcome = ConditionOutcome.UNCLEAR
                said[condition.name] = outcome
        return said
