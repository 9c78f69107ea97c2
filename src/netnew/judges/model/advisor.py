"""What a model is asked besides verdicts: to read an objective, a table's head, a pair of
entities."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import NoAnswer
from netnew.domain.run import MAX_CONDITIONS, RunSpec
from netnew.judges.model.page_fencing import shown_text
from netnew.judges.model.prompts import objective, pair, table
from netnew.judges.model.response_models import AskedText, NameColumn, ObjectiveAnswer, Pairs
from netnew.ports.judging import CandidateProfile, ObjectiveReading
from netnew.ports.models import Charge, LanguageModel, Prompt

T = TypeVar("T")

_MAX_QUERIES = 16
_MAX_QUERY_CHARS = 200
_MAX_TEXT_CHARS = 500
_MAX_FIELDS = 10
_SAME = {"yes": True, "no": False}


class ModelAdvisor:
    """Asks one model."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    async def read_objective(
        self, spec: RunSpec, today: date, charge: Charge
    ) -> ObjectiveReading | None:
        """See `ports.Advisor`."""
        said = tuple(c.description for c in spec.conditions)
        text = objective.render_prompt(spec.objective, today, spec.entity_type, said)
        read = await self._answer(Prompt(objective.INSTRUCTIONS, text, ObjectiveAnswer), charge)
        if read is None or not read.entity_type.strip():
            return None
        asked = {e.name for e in spec.enrichments}
        conditions = spec.conditions or tuple(
            MatchCondition(name, told)
            for name, told in _named(read.conditions, asked)[:MAX_CONDITIONS]
        )
        taken = {c.name for c in conditions}
        wanted = spec.enrichments or tuple(
            Enrichment(name, told)
            for name, told in _named(read.enrichments, set())[:_MAX_FIELDS]
            if name not in taken
        )
        queries = dict.fromkeys(
            query for q in read.queries if (query := shown_text(q)[:_MAX_QUERY_CHARS].strip())
        )
        kind = spec.entity_type or shown_text(read.entity_type)[:_MAX_TEXT_CHARS]
        return ObjectiveReading(kind, conditions, wanted, tuple(queries)[:_MAX_QUERIES])

    async def name_column(
        self, entity_type: str, rows: Sequence[Sequence[str]], charge: Charge
    ) -> int | None:
        """See `ports.Advisor`."""
        text = table.render_prompt(entity_type, rows)
        answer = await self._answer(Prompt(table.INSTRUCTIONS, text, NameColumn, 200), charge)
        if answer is None:
            return None
        width = max(map(len, rows), default=0)
        return answer.name_column if 0 <= answer.name_column < width else -1

    async def are_same(
        self,
        pairs: Sequence[tuple[CandidateProfile, CandidateProfile]],
        entity_type: str,
        charge: Charge,
    ) -> tuple[bool | None, ...]:
        """See `ports.Advisor`."""
        text = pair.render_prompt(entity_type, pairs)
        tokens = 100 + 30 * len(pairs)
        answer = await self._answer(Prompt(pair.INSTRUCTIONS, text, Pairs, tokens), charge)
        said = {p.pair: _SAME.get(p.same) for p in answer.pairs} if answer else {}
        return tuple(said.get(n) for n in range(1, len(pairs) + 1))

    async def _answer(self, prompt: Prompt[T], charge: Charge) -> T | None:
        try:
            return await self._model.ask(prompt, charge)
        except NoAnswer:
            return None


def _named(given: Sequence[AskedText], taken: set[str]) -> list[tuple[str, str]]:
    """Names made usable and unique, with their descriptions; those without a text, and those that
    say the same again, are left out."""
    named: list[tuple[str, str]] = []
    used, said = set(taken), set[str]()
    for one in given:
        told = shown_text(one.description)[:_MAX_TEXT_CHARS]
        if not told or told.casefold() in said:
            continue
        said.add(told.casefold())
        plain = re.sub(r"\W+", "_", one.name.strip().casefold()).strip("_")[:60]
        name, number = plain or "condition", 1
        while name in used:
            number += 1
            name = f"{plain or 'condition'}_{number}"
        used.add(name)
        named.append((name, told))
    return named
