"""Criteria ↔ match conditions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from netnew.api.dialects.extruct.requests import MAX_CRITERIA, CriterionDefinition
from netnew.api.dialects.extruct.run_metadata import metadata_of
from netnew.domain.condition import MatchCondition, MatchRule
from netnew.domain.errors import InvalidInput
from netnew.domain.run import Run

QUALIFIES = MatchRule(share=0.75, evaluate_all=True)
"""A result has grade 4 or 5 in three of four criteria, and is graded on all."""

MAX_READ = 5
"""Criteria of a query that came without any."""

_MAX_NAME, _MIN_TEXT, _MAX_TEXT = 100, 10, 500
_MAX_KEY_MADE = 400  # with room for a number behind it


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion and the condition whose verdict is its grade; None where a run has none and all
    that was asked is what kind of thing it is."""

    definition: CriterionDefinition
    condition: str | None

    @property
    def key(self) -> str:
        return self.definition.key


def conditions_of(criteria: Sequence[CriterionDefinition]) -> tuple[MatchCondition, ...]:
    """Raises InvalidInput for a key that is there twice, and for more than 20 criteria."""
    if len(criteria) > MAX_CRITERIA:
        problem = f"there are {len(criteria)}"
        raise InvalidInput("criteria", problem, f"at most {MAX_CRITERIA}")
    keys: set[str] = set()
    for number, criterion in enumerate(criteria):
        if criterion.key in keys:
            problem = f"{criterion.key!r} is there twice"
            raise InvalidInput(f"criteria.{number}.key", problem, "a key of its own for each")
        if not criterion.criterion.strip():
            raise InvalidInput(f"criteria.{number}.criterion", "it is empty", "a sentence")
        keys.add(criterion.key)
    return tuple(MatchCondition(x.key, x.criterion) for x in criteria)


def criteria_of(run: Run) -> tuple[Criterion, ...] | None:
    """The criteria of a run, one a condition and in their order; at least one. None while the query
    is yet to be read."""
    conditions, note = run.spec.conditions, metadata_of(run)
    given = note.criteria if note else ()
    if not conditions:
        return None if run.spec.unread else (_of_the_kind(run.spec.entity_type),)
    if [x.key for x in given] == [x.name for x in conditions]:
        return tuple(Criterion(x, x.key) for x in given)
    keys: dict[str, MatchCondition] = {}
    for condition in conditions:
        keys[_key_for(condition.name, keys)] = condition
    return tuple(Criterion(_definition(key, x), x.name) for key, x in keys.items())


def _of_the_kind(entity_type: str) -> Criterion:
    kind = entity_type or "entity"
    text = f"It is what was asked for: {kind}."
    key = f"is_{_snake(kind)[:_MAX_KEY_MADE] or 'entity'}"
    definition = CriterionDefinition(
        key=key, name=_cut(_words(kind), _MAX_NAME), criterion=_cut(text, _MAX_TEXT)
    )
    return Criterion(definition, None)


def _definition(key: str, condition: MatchCondition) -> CriterionDefinition:
    """As the wire format wants them: others name and describe conditions at any length."""
    text = condition.description.strip()
    if len(text) < _MIN_TEXT:
        text = f"It must hold: {text}"
    name = _cut(_words(condition.name), _MAX_NAME)
    return CriterionDefinition(key=key, name=name, criterion=_cut(text, _MAX_TEXT))


def _key_for(name: str, taken: dict[str, MatchCondition]) -> str:
    bare = _snake(name) or "criterion"
    bare = bare if bare[0].isalpha() else f"criterion_{bare}"
    bare = bare[:_MAX_KEY_MADE]
    unique, number = bare, 2
    while unique in taken:
        unique, number = f"{bare}_{number}", number + 1
    return unique


def _snake(text: str) -> str:
    """'Founded after 2020' → 'founded_after_2020', 'isHiring' → 'is_hiring'."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-zA-Z0-9]+", "_", parted).strip("_").lower()


def _words(name: str) -> str:
    """'offers_public_tours' → 'Offers public tours'."""
    words = re.sub(r"[\s_]+", " ", name).strip() or "Criterion"
    return words[0].upper() + words[1:]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
