"""Whether what was shown of an entity decides a condition, and by which words.

Bound to what was shown: a comparison holds or fails only where the value of its field stands in a
passage of a page that states it rightly. For a 'yes' to one item of a list that item is enough; a
'no', and anything said of a whole list, needs all of it. That a page is silent on a field is seen
only where all else that it states was shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.data_folder import Truth
from evals.oracle_evidence import Evidence, items_of
from evals.oracle_prompt import Passage
from evals.oracle_values import Found
from evals.rows import Condition, Query, Row


@dataclass(frozen=True, slots=True)
class Decision:
    """`holds` is None where what was shown does not say; `places` are the words that say it."""

    holds: bool | None
    places: tuple[Found, ...] = ()


UNCLEAR = Decision(None)


class Decider:
    """Decides conditions by the folder's own truth."""

    def __init__(self, truth: Truth, entities: Mapping[str, Row]) -> None:
        self._truth, self._entities = truth, entities

    def decide(self, condition: Condition, query: Query | None, evidence: Evidence) -> Decision:
        """`query` is the one that the condition is of: without the entities' fields, its answers
        are all that is known."""
        if evidence.entity in self._entities and hasattr(self._truth, "judge_condition"):
            return self._part(condition.predicate, evidence)
        return _by_answer(condition, query, evidence)

    def _part(self, predicate: Row, evidence: Evidence) -> Decision:
        match predicate["op"]:
            case "and":
                return _all_of([self._part(p, evidence) for p in predicate["of"]])
            case "or":
                return self._any_of(predicate["of"], evidence)
            case "no":
                return _silence(predicate["field"], evidence)
            case _:
                return self._comparison(predicate, evidence)

    def _any_of(self, predicates: Sequence[Row], evidence: Evidence) -> Decision:
        """One that holds is enough. All must fail for a 'no'; one whose field nothing states fails
        where its silence is seen."""
        parts = [(p, self._part(p, evidence)) for p in predicates]
        for _, part in parts:
            if part.holds:
                return part
        places: list[Found] = []
        for predicate, part in parts:
            if part.holds is None and not _is_seen_silent(predicate, evidence):
                return UNCLEAR
            places += part.places
        return Decision(False, tuple(places)) if places else UNCLEAR

    def _comparison(self, predicate: Row, evidence: Evidence) -> Decision:
        field, op = predicate["field"], predicate["op"]
        stated = evidence.attributes.get(field)
        items = items_of(stated)
        if not items:
            return UNCLEAR
        holds = self._holds(predicate, evidence.entity)
        if isinstance(stated, list | tuple):
            some = _enough(op, holds, items, items_of(predicate.get("value")))
            if some is not None:
                shown = (evidence.shows(field, item) for item in some)
                place = next((p for p in shown if p is not None), None)
                return Decision(holds, (place,)) if place else UNCLEAR
            if op == "contains_all" and holds:
                items = items_of(predicate.get("value"))
        places = evidence.shows_all(field, items) or evidence.derives(field, items)
        return Decision(holds, tuple(places)) if places else UNCLEAR

    def _holds(self, predicate: Row, entity: str) -> bool:
        bare = {"name": "", "description": "", "predicate": predicate}
        return bool(self._truth.judge_condition(bare, self._entities[entity]))


def _enough(
    op: str, holds: bool, items: Sequence[object], wanted: Sequence[object]
) -> list[object] | None:
    """The items of which any one, shown, decides; None where all are needed."""
    if (op, holds) in (("contains_any", True), ("contains_none", False)):
        return [item for item in items if item in wanted]
    if (op, holds) == ("only", False):
        return [item for item in items if item not in wanted]
    return list(items) if (op, holds) == ("exists", True) else None


def _all_of(parts: Sequence[Decision]) -> Decision:
    for part in parts:
        if part.holds is False:
            return part
    if any(part.holds is None for part in parts):
        return UNCLEAR
    return Decision(True, tuple(place for part in parts for place in part.places))


def _silence(field: str, evidence: Evidence) -> Decision:
    """The field is not stated, and that is the point."""
    items = items_of(evidence.attributes.get(field))
    if items:
        places = evidence.shows_all(field, items)
        return Decision(False, tuple(places)) if places else UNCLEAR
    facts = evidence.whole_facts(silent_on=field)
    return Decision(True, tuple(facts[:1])) if facts else UNCLEAR


def _is_seen_silent(predicate: Row, evidence: Evidence) -> bool:
    field = predicate.get("field")
    if field is None or items_of(evidence.attributes.get(field)):
        return False
    return evidence.whole_facts(silent_on=field) is not None


# ------------------------------------------------------------------- without the entities' fields

_NAMES_ITS_VALUES = frozenset({"eq", "in", "contains_any"})


def _by_answer(condition: Condition, query: Query | None, evidence: Evidence) -> Decision:
    """Of a right answer every condition holds, where a value that the condition names is shown on a
    page that states the field. Of another, the only condition fails, where the page states it."""
    if query is None or evidence.entity in query.ambiguous:
        return UNCLEAR
    for leaf in condition.leaves:
        pages = evidence.stating(leaf.field)
        named = (evidence.shows(leaf.field, value) for value in leaf.values)
        place = next((p for p in named if p is not None), None)
        if evidence.entity in query.truth:
            if place is None and pages and leaf.op not in _NAMES_ITS_VALUES:
                place = _last_of(pages[0][1])
            if place is not None:
                return Decision(True, (place,))
        elif len(query.conditions) == 1 and place is None and pages:
            return Decision(False, (_last_of(pages[0][1]),))
    return UNCLEAR


def _last_of(passages: Sequence[Passage]) -> Found:
    return Found(passages[-1], 0, len(passages[-1].text), passages[-1].text)
