"""One leaf predicate against the facts of one tier of pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import assert_never

from netnew.domain.condition import Outcome
from netnew.judges.rules.claims import says_finding, stated_finding, status_finding
from netnew.judges.rules.finding import Finding, Page, unclear
from netnew.judges.rules.fitting import fitting
from netnew.judges.rules.measuring import date_finding, number_finding
from netnew.judges.rules.naming import term_finding
from netnew.judges.rules.placing import place_finding, places_in_prose
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


def leaf_finding(leaf: Leaf, pages: Sequence[Page], about: Callable[[str], bool]) -> Finding:
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
        if found.outcome is Outcome.UNCLEAR and asked and asked <= _WHEREABOUTS:
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
