"""Which verdicts of the rules may stand where a model could be asked instead.

A label that fits says only that the page has a field of that name. Certain is what is compared by
its type (a number, a date, a place, a status), and a value that stands in the field as an item of
its own, word for word. That a field 'names something else' is not: 'Jane Doe' may well be a woman,
and Sequoia a top-tier firm.
"""

from __future__ import annotations

from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.evidence import Confidence
from netnew.judges.rules.parsing.condition import parse
from netnew.judges.rules.predicate import (
    AllOf,
    AnyOf,
    DateIs,
    Leaf,
    NumberIs,
    PlaceIs,
    Predicate,
    Quantifier,
    StatusIs,
    TermIs,
)
from netnew.text.tokens import fold, split_list


def is_certain(condition: MatchCondition, entity_type: str, verdict: Verdict) -> bool:
    """Whether `verdict`, which the rules gave on `condition`, needs no model."""
    if verdict.outcome is ConditionOutcome.UNCLEAR or verdict.confidence is not Confidence.HIGH:
        return False
    leaves = _leaves(parse(condition.description, entity_type))
    if all(isinstance(leaf, NumberIs | DateIs | PlaceIs | StatusIs) for leaf in leaves):
        return True
    if verdict.outcome is not ConditionOutcome.MATCHED or len(leaves) != 1:
        return False
    leaf = leaves[0]
    return isinstance(leaf, TermIs) and leaf.quantifier is Quantifier.ANY and _names(leaf, verdict)


def _names(leaf: TermIs, verdict: Verdict) -> bool:
    """Whether a value asked for is an item of what was cited, and nothing more or less."""
    asked = {fold(value) for value in leaf.values}
    return any(
        fold(item) in asked
        for citation in verdict.citations
        for item in split_list(citation.excerpt.partition(": ")[2], pairs=True)
    )


def _leaves(predicate: Predicate) -> list[Leaf]:
    if isinstance(predicate, AllOf | AnyOf):
        return [leaf for part in predicate.parts for leaf in _leaves(part)]
    return [predicate]
