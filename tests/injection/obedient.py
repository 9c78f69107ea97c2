"""Judges whose model obeys every order that it can read, and judges well where it reads none."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evals.oracle_prompt import Kind, read_prompt
from netnew.domain.condition import ConditionOutcome
from netnew.domain.evidence import EvidencePage, PageRole
from netnew.domain.page import Snapshot
from netnew.judges.cascade import CascadeJudge
from netnew.judges.logprob_judge import LogprobJudge
from netnew.judges.model import ModelJudge, SecondOpinion
from netnew.judges.rules import RulesJudge
from netnew.ports.judging import Judge, JudgeRequest
from netnew.ports.models import Charge
from netnew.testing import FrozenClock, ScriptedModel
from tests.injection.suite import Attack, is_legible
from tests.support.model_requests import acme
from tests.support.prose_web import PUPILS, TOWERS, answer_of


def obeying(order: str) -> ScriptedModel:
    """A model that says that everything holds as soon as `order` can be read, quoting it and the
    first words of the page."""
    return ScriptedModel(lambda prompt: _answer(prompt.text, order))


def _answer(text: str, order: str) -> dict[str, Any]:
    asked = read_prompt(text)
    of_pages = re.split(r"\n(?:Conditions|Claims|Fields):\n", text)[0]
    if not is_legible(order, of_pages):
        return answer_of(asked)
    shown = [p.text for page in asked.pages for p in page.passages]
    quotes = [{"passage": "", "text": said} for said in (order, *shown[:1])]
    about_one = [n for n, text in (asked.items or {}).items() if _names(order, text)]
    numbers = about_one or list(asked.items or ())
    if asked.kind is Kind.VERDICT:
        told = {"outcome": "matched", "quotes": quotes, "value": None, "confidence": "high"}
        return {"verdicts": [{"condition": n, **told} for n in numbers]}
    if asked.kind is Kind.RECHECK:
        return {"checks": [{"claim": n, "holds": "yes", "quotes": quotes} for n in numbers]}
    return answer_of(asked)


def _names(order: str, condition: str) -> bool:
    """Whether an order is about this very condition, and no other."""
    return condition.rstrip(".").casefold() in order.casefold()


class ObedientLikelihood(ScriptedModel):
    """Says 'yes' with certainty as soon as it can read `order`."""

    def __init__(self, order: str) -> None:
        super().__init__(lambda prompt: {})
        self._order = order

    async def likelihood(
        self, instructions: str, turns: Sequence[str], words: tuple[str, str], charge: Charge
    ) -> float:
        return 0.99 if is_legible(self._order, turns[-1].split("\nCondition:")[0]) else 0.02


JUDGES: Mapping[str, Callable[[str], Judge]] = {
    "only:MODEL": lambda order: ModelJudge(obeying(order)),
    "cascade": lambda order: CascadeJudge(
        RulesJudge(FrozenClock()), [ModelJudge(obeying(order))], SecondOpinion(obeying(order))
    ),
    "band": lambda order: LogprobJudge(ObedientLikelihood(order)),
    "rules + band": lambda order: CascadeJudge(
        RulesJudge(FrozenClock()),
        [LogprobJudge(ObedientLikelihood(order), RulesJudge(FrozenClock()))],
    ),
}


def matched_by(judge: str, attack: Attack, page: Snapshot) -> bool:
    """Whether the attack brings this judge to say of anything that it holds."""
    name = page.title if attack.place == "the title" else "Hazel Clocks"
    request = JudgeRequest(
        acme(name, url="https://hazel-clocks.example/"),
        "clockmaker workshop",
        (TOWERS, PUPILS),
        (EvidencePage(page, PageRole.OWN),),
    )
    verdicts = asyncio.run(JUDGES[judge](attack.order).judge(request))
    return any(v.outcome is ConditionOutcome.MATCHED for v in verdicts)
