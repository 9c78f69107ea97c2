"""BM25 over a handful of passages: which of them speak of what is asked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from netnew.text.tokens import STOP_WORDS, stem, tokens

_K1, _B = 1.2, 0.75


def terms_of(text: str) -> list[str]:
    """The stems of the words of `text` that say something."""
    return [stem(word) for word in tokens(text) if word not in STOP_WORDS]


class Bm25:
    """Scores texts against queries; built once for all queries over the same texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(terms_of(text)) for text in texts]
        self._lengths = [max(1, counts.total()) for counts in self._counts]
        self._mean = sum(self._lengths) / max(1, len(self._lengths))
        self._having: Counter[str] = Counter(term for counts in self._counts for term in counts)

    def scores(self, query: str) -> list[float]:
        """One score a text, in their order; 0 where it shares no word with `query`."""
        weights = {term: self._weight(term) for term in set(terms_of(query))}
        return [
            sum(weight * self._saturated(n, term) for term, weight in weights.items())
            for n in range(len(self._counts))
        ]

    def _weight(self, term: str) -> float:
        having, all_texts = self._having[term], len(self._counts)
        return math.log(1 + (all_texts - having + 0.5) / (having + 0.5))

    def _saturated(self, n: int, term: str) -> float:
        times = self._counts[n][term]
        length = self._lengths[n] / self._mean
        return times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * length)) if times else 0.0
