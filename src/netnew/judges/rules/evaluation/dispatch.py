"""One leaf predicate against the facts of one tier of pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import assert_never

from netnew.domain.condition import ConditionOutcome
from netnew.judges.rules.evaluation.claims import says_finding, stated_finding, status_finding
from netnew.judges.rules.evaluation.fact_selection import fitting
from netnew.judges.rules.evaluation.numbers import date_finding, number_finding
from netnew.judges.rules.evaluation.places import place_finding, places_in_prose
from netnew.judges.rules.evaluation.terms import term_finding
from netnew.judges.rules.finding import Finding, FindingPage, unclear
from netnew.judges.rules.predicate import (
    DateIs,
    Leaf,
    NumberIs,
    PlaceIs,
    Says,
    Stated,
    StatusIs,
    TermIs,
    Unread,
)

_WHEREABOUTS = frozenset({"@location", "@campus"})


def leaf_finding(leaf: Leaf, pages: Sequence[FindingPage], about: Callable[[str], bool]) -> Finding:
    """What `pages` (one tier) say of `leaf`. `about(text)`: a sentence's subject is the entity."""
    if isinstance(leaf, TermIs):
        return term_finding(leaf, pages, about)
    if isinstance(leaf, NumberIs):
        return number_finding(leaf, pages, about)
    if isinstance(leaf, DateIs):
        return date_finding(leaf, pages, about)
    if isinstance(leaf, PlaceIs):
        found = place_finding(leaf, fitting(leaf.field, pages))
        asked = {f for f in leaf.field.features if f[0] == "@"}
        if found.outcome is ConditionOutcome.UNCLEAR and asked and asked <= _WHEREABOUTS:
            found = place_finding(leaf, places_in_prose(pages, about))
        return found
    if isinstance(leaf, StatusIs):
        return status_finding(leaf, pages, about)
    if isinstance(leaf, Says):
        return says_finding(leaf, pages, about)
    if isinstance(leaf, Stated):
        return stated_finding(leaf, pages, about)
    if isinstance(leaf, Unread):
        return unclear(f"the rules cannot read '{leaf.text}'")
    assert_never(leaf)
