"""Chooses which of many queries to send first: those that add most to the previous ones.

Greedy facility location over shared trigrams (as HERO, NSLP 2026, does with embeddings): a query
that says again what others said waits, one that says it word for word is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from netnew.text.tokens import fold

# Above this part of shared trigrams two queries get the same answers.
SAME = 0.9


def diverse(first: Sequence[str], further: Sequence[str]) -> tuple[str, ...]:
    """`first` as they are, and after the first of them those of `further`, each next the one least
    like all before it; those that are like another are left out."""
    chosen = [*first[:1]]
    shapes = [_shape(q) for q in first]
    waiting = {q: _shape(q) for q in further if q.strip()}
    while waiting:
        nearest = {q: max((_alike(s, c) for c in shapes), default=0.0) for q, s in waiting.items()}
        query = min(nearest, key=lambda q: nearest[q])
        if nearest[query] >= SAME:
            break
        chosen.append(query)
        shapes.append(waiting.pop(query))
    return tuple(dict.fromkeys((*chosen, *first[1:])))


def _shape(query: str) -> frozenset[str]:
    text = f"  {fold(query)} "
    return frozenset(text[n : n + 3] for n in range(len(text) - 2))


def _alike(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a and b else 0.0
