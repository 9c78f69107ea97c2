"""The promise of a list and its items, judged by the words of the conditions."""

from __future__ import annotations

from datetime import date

from netnew.domain.page import Link, SegmentKind, Snapshot
from netnew.domain.run import RunSpec
from netnew.engine.planning.search_terms import search_terms
from netnew.text.tokens import content_words, fold, stem

# What an item of a list is worth before anything of that list was followed: of one that names a
# condition's value, of one that shares a word with the objective, of any other.
NAMES_VALUE = 0.5
SHARES_WORDS = 0.25
ANY_LIST = 0.06


class Relevance:
    """Knows the values that the conditions name, and the objective's words."""

    on_topic = SHARES_WORDS

    def __init__(self, spec: RunSpec, today: date) -> None:
        self.values: tuple[str, ...] = tuple(
            dict.fromkeys(term for terms in search_terms(spec, today) for term in terms)
        )
        self._phrases = [f" {fold(v)} " for v in self.values if not v.isdigit()]
        common = {stem(w) for w in content_words(spec.entity_type)} | {"find", "all", "list"}
        self._words = {stem(w) for w in content_words(spec.objective)} - common

    def of_list(self, snapshot: Snapshot) -> float:
        """What an item of this list is worth, by the list's title and headings."""
        headings = [s.text for s in snapshot.segments if s.kind is SegmentKind.HEADING][:2]
        return self.of_text(" ".join([snapshot.title, *headings]))

    def of_item(self, link: Link, list_worth: float) -> float:
        return max(list_worth, self.of_text(f"{link.text} {link.context}"))

    def of_text(self, text: str) -> float:
        folded = f" {fold(text)} "
        if any(phrase in folded for phrase in self._phrases):
            return NAMES_VALUE
        words = {stem(w) for w in content_words(text)}
        return SHARES_WORDS if words & self._words else ANY_LIST
