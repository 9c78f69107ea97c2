"""The independent re-check: would another question on the same pages be answered the same?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from netnew.domain.condition import Outcome, Verdict
from netnew.domain.errors import NoAnswer
from netnew.domain.evidence import Confidence
from netnew.judges.model.answers import Checks
from netnew.judges.model.contrary import says_the_opposite
from netnew.judges.model.judge import Shown, known_as, unclear
from netnew.judges.model.prompts import recheck
from netnew.judges.model.quotes import citations_of
from netnew.ports import Judge, JudgeRequest, LanguageModel, Prompt

_PER_ANSWER_TOKENS = 150
_AGREES = {"yes": Outcome.MATCHED, "no": Outcome.UNMATCHED, "not stated": Outcome.UNCLEAR}


class Recheck:
    """Asks `model` whether pages state what was found to hold. Where it does not agree, the judge
    is asked a second time for that condition, and the majority counts; without one it is
    unclear."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    @property
    def family(self) -> str:
        """What the ledger knows it by."""
        return f"{recheck.FAMILY}:{known_as(self._model)}"

    async def look(
        self, request: JudgeRequest, decided: Mapping[str, Verdict], doubting: Judge
    ) -> dict[str, Verdict]:
        """Verdicts in the place of those of `decided` that it does not bear out; a verdict that it
        does bear out is more certain. `doubting`: the judge, told of the doubt."""
        said = await self._said(request)
        looked: dict[str, Verdict] = {}
        doubtful = []
        for condition in request.conditions:
            verdict = decided[condition.name]
            if said.get(condition.name) is Outcome.MATCHED:
                looked[condition.name] = replace(verdict, confidence=Confidence.HIGH)
            else:
                doubtful.append(condition)
        if not doubtful:
            return looked
        again = {v.condition: v
                 for v in await doubting.judge(replace(request, conditions=tuple(doubtful),
                                                    may_fail=None))}  # fmt: skip
        for condition in doubtful:
            second = again[condition.name]
            if second.outcome is Outcome.MATCHED:
                looked[condition.name] = replace(second, confidence=Confidence.MEDIUM)
            elif second.outcome is said.get(condition.name, Outcome.UNCLEAR):
                looked[condition.name] = second
            else:
                looked[condition.name] = unclear(
                    condition, "not stated: two looks at the pages do not agree"
                )
        return looked

    async def _said(self, request: JudgeRequest) -> dict[str, Outcome]:
        """What the pages state of each condition by this question; 'yes' and 'no' need a quote."""
        conditions = request.conditions
        shown = Shown.of(request, [f"{c.name} {c.description}" for c in conditions])
        text = recheck.asked(shown.text, shown.about, conditions, shown.control)
        tokens = _PER_ANSWER_TOKENS * (len(conditions) + 2)
        try:
            answer = await self._model.ask(
                Prompt(recheck.INSTRUCTIONS, text, Checks, tokens), request.charge
            )
        except NoAnswer:
            return {}
        control = len(conditions) + 1
        if any(c.claim == control and c.holds == "yes" for c in answer.checks):
            return {}  # it does what a page tells it to, or guesses
        said: dict[str, Outcome] = {}
        for check in answer.checks:
            if 1 <= check.claim <= len(conditions):
                proved = citations_of(check.quotes, shown.evidence, shown.passages)
                condition = conditions[check.claim - 1]
                outcome = _AGREES[check.holds] if proved else Outcome.UNCLEAR
                if outcome is Outcome.MATCHED and says_the_opposite(
                    condition.description, proved, shown.passages
                ):
                    outcome = Outcome.UNCLEAR
                said[condition.name] = outcome
        return said
