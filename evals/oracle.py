"""The oracle: answers prompts as a perfect reader would, who sees only what he is shown.

It knows which entity a page is about and which fields it states, and the entities' fields; it says
yes or no only where a passage shown contains the value, and quotes that passage. Of plans, tables
and pairs it knows no more than stands in the prompt and in the query of that objective. Errors can
be drawn, as a model of a given quality would make them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from evals.oracle_decide import UNCLEAR, Decider, Decision
from evals.oracle_evidence import Evidence, Knowledge, items_of
from evals.oracle_prompt import Asked, Kind, Passage, read_prompt
from evals.oracle_tally import Tally
from evals.oracle_values import Found
from evals.rows import Condition, Query

Answer = dict[str, Any]
MAX_QUOTES = 3
_MAX_QUOTE_CHARS = 300
_SENTENCE_END = re.compile(r"[.!?](?=\s)")
_CUT_MARKS = "… "
_FIELD = re.compile(r"([^\[\]:]+?)\s*(?:\[[^\]]*\])?\s*(?::|$)")
_DAY = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
_CHECKED = {True: "yes", False: "no", None: "not stated"}
_OUTCOMES = {True: "matched", False: "unmatched", None: "unclear"}


@dataclass(frozen=True, slots=True)
class Errors:
    """How often a decided verdict is turned into its opposite (`wrong`), or is left `unclear`;
    drawn anew for each (seed, entity, condition, model, kind of question, attempt)."""

    wrong: float = 0.0
    unclear: float = 0.0
    seed: int = 0

    def spoil(self, holds: bool | None, *what: object) -> bool | None:
        if holds is None:
            return None
        if _draw("unclear", self.seed, *what) < self.unclear:
            return None
        return holds != (_draw("wrong", self.seed, *what) < self.wrong)


NO_ERRORS = Errors()


class Oracle:
    """Answers prompts on one web; what was asked before is in the tally alone."""

    def __init__(self, knowledge: Knowledge, errors: Errors = NO_ERRORS) -> None:
        self._known = knowledge
        self._errors = errors
        self._decider = Decider(knowledge.web.truth, knowledge.entities)
        self._queries = {_folded(q.objective): q for q in knowledge.web.queries}
        self._conditions: dict[str, list[tuple[Condition, Query]]] = {}
        for query in knowledge.web.queries:
            for condition in query.conditions:
                known = self._conditions.setdefault(_folded(condition.description), [])
                known.append((condition, query))

    def answer(self, text: str, model: str, tally: Tally) -> tuple[Kind, Answer]:
        """The kind of the prompt, and the answer as JSON; an unknown prompt gets {}."""
        asked = read_prompt(text)
        match asked.kind:
            case Kind.VERDICT:
                return asked.kind, self._verdicts(asked, model, tally)
            case Kind.RECHECK:
                return asked.kind, self._checks(asked, model, tally)
            case Kind.FIELDS:
                return asked.kind, self._fields(asked)
            case Kind.PLAN:
                return asked.kind, self._plan(asked)
            case Kind.TABLE:
                return asked.kind, {"name_column": self._name_column(asked)}
            case Kind.PAIR:
                return asked.kind, self._pairs(asked)
            case _:
                return asked.kind, {}

    # -------------------------------------------------------------------------------- verdicts

    def _verdicts(self, asked: Asked, model: str, tally: Tally) -> Answer:
        items = asked.items or {}
        entity = self._known.entity_asked(asked)
        tally.count_verdict_prompt(entity or asked.key, items)
        verdicts = []
        for number, text in items.items():
            decision, holds = self._decided(asked, entity, text, model, tally)
            clear = holds is not None
            verdicts.append(
                {
                    "condition": number,
                    "outcome": _OUTCOMES[holds],
                    "value": _value(decision) if clear else None,
                    "quotes": _quotes(decision.places) if clear else [],
                    "reasoning": "The passage says so." if clear else "No passage says it.",
                    "confidence": "high" if clear else "low",
                }
            )
        return {"verdicts": verdicts}

    def _checks(self, asked: Asked, model: str, tally: Tally) -> Answer:
        entity = self._known.entity_asked(asked)
        checks = []
        for number, text in (asked.items or {}).items():
            decision, holds = self._decided(asked, entity, text, model, tally)
            quotes = _quotes(decision.places) if holds is not None else []
            checks.append({"claim": number, "holds": _CHECKED[holds], "quotes": quotes})
        return {"checks": checks}

    def _decided(
        self, asked: Asked, entity: str | None, text: str, model: str, tally: Tally
    ) -> tuple[Decision, bool | None]:
        """What the passages show, and what is said of it."""
        decision = self._decision(asked, entity, text)
        what = (asked.kind.value, model, entity or asked.key, text)
        return decision, self._errors.spoil(decision.holds, *what, tally.attempt(*what))

    def _decision(self, asked: Asked, entity: str | None, text: str) -> Decision:
        known = self._conditions.get(text)
        if entity is None or not known:
            return UNCLEAR
        kind = self._known.entities.get(entity, {}).get("entity_type")
        of_kind = [pair for pair in known if pair[1].entity_type == kind]
        condition, query = (of_kind or known)[0]
        evidence = Evidence(self._known, asked.pages, entity)
        return self._decider.decide(condition, query, evidence)

    # ---------------------------------------------------------------------------- the others

    def _fields(self, asked: Asked) -> Answer:
        entity = self._known.entity_asked(asked)
        evidence = Evidence(self._known, asked.pages, entity) if entity else None
        values = []
        for number, text in (asked.items or {}).items():
            value, places = _field_read(evidence, text) if evidence else (None, [])
            values.append(
                {
                    "field": number,
                    "value": value,
                    "quotes": _quotes(places),
                    "confidence": "high" if value else "low",
                }
            )
        return {"values": values}

    def _plan(self, asked: Asked) -> Answer:
        query = self._queries.get(asked.objective)
        conditions = query.conditions if query else ()
        return {
            "entity_type": query.entity_type if query else "",
            "conditions": [{"name": c.name, "description": c.description} for c in conditions],
            "enrichments": [],
            "queries": [],
        }

    def _name_column(self, asked: Asked) -> int:
        """The column with most cells that are names of entities; -1 where no cell is one."""
        width = max((len(row) for row in asked.rows), default=0)
        columns = [[row[n] for row in asked.rows if n < len(row)] for n in range(width)]
        names = [sum(self._known.is_name(cell) for cell in column) for column in columns]
        return names.index(max(names)) if any(names) else -1

    def _pairs(self, asked: Asked) -> Answer:
        pairs = []
        for number, sides in (asked.pairs or {}).items():
            a, b = (self._known.entity_told(side) for side in sides)
            same = "unsure" if a is None or b is None else "yes" if a == b else "no"
            pairs.append({"pair": number, "same": same})
        return {"pairs": pairs}


def _field_read(evidence: Evidence, asked: str) -> tuple[str | None, list[Found]]:
    """The value of the entity's field of the name asked for, and where it is stated: of a list,
    every item."""
    match = _FIELD.match(asked)
    name = _field_key(match[1]) if match else ""
    for field, value in evidence.attributes.items():
        if _field_key(field) == name:
            places = evidence.shows_all(field, items_of(value)) or []
            return (_field_value(value, places) if places else None), places
    return None, []


def _field_value(value: object, places: Sequence[Found]) -> str:
    """Numbers, dates, yes and no in a form of their own, everything else as the page writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) or _DAY.fullmatch(str(value)):
        return str(value)
    return ", ".join(place.value for place in places)


def _field_key(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


def _value(decision: Decision) -> str | None:
    return ", ".join(dict.fromkeys(place.value for place in decision.places)) or None


def _quotes(places: Sequence[Found]) -> list[dict[str, str]]:
    """The sentences that the places stand in, one quote a passage, cut from it sign by sign."""
    spans: dict[str, tuple[Passage, int, int]] = {}
    for place in places:
        passage, start, end = place.passage, place.start, place.end
        _, first, last = spans.get(passage.mark, (passage, start, end))
        spans[passage.mark] = (passage, min(first, start), max(last, end))
    cut = [(mark, _sentence(*span)) for mark, span in spans.items()]
    return [{"passage": mark, "text": text} for mark, text in cut][:MAX_QUOTES]


def _sentence(passage: Passage, start: int, end: int) -> str:
    """The part of the passage from `start` to `end`, widened to whole sentences if it is short."""
    text = passage.text
    before = [m.end() for m in _SENTENCE_END.finditer(text, 0, start)]
    first = before[-1] if before else 0
    after = _SENTENCE_END.search(text, max(end - 1, 0))
    last = after.end() if after else len(text)
    if last - first > _MAX_QUOTE_CHARS:
        first, last = start, end
    return text[first:last].strip(_CUT_MARKS)


def _draw(*what: object) -> float:
    """A number from 0 to 1 that depends on `what` alone."""
    digest = sha256("\x1f".join(map(str, what)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _folded(text: str) -> str:
    return " ".join(text.split())
