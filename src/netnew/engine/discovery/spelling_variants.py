"""Other spellings of a term among matches: 'MIT License' for 'MIT', 'Nodejs' for 'Node.js'."""

from __future__ import annotations

import re
from functools import cached_property

from netnew.text.places import Place, places_in
from netnew.text.tokens import fold

_JOINS = re.compile(r"[,;/&]")


class SpellingVariants:
    """Tells what is another way to write `term`."""

    def __init__(self, term: str) -> None:
        self._term = term
        self._folded = fold(term)
        self._squeezed = _squeezed(term)
        self._words = set(self._folded.split())

    def has(self, value: str) -> bool:
        """Whether `value` means the term and is written otherwise."""
        folded = fold(value)
        squeezed = _squeezed(value)
        if folded == self._folded or not squeezed or not self._squeezed:
            return False
        words = set(folded.split())
        longer = self._words < words and len(words) <= len(self._words) + 2
        if squeezed == self._squeezed or (self._words and longer):
            return not _JOINS.search(value)
        return self._place is not None and _only_place(value) == self._place

    @cached_property
    def _place(self) -> Place | None:
        return _only_place(self._term)


def _only_place(text: str) -> Place | None:
    found = places_in(text)
    return found[0].place if len(found) == 1 else None


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))
