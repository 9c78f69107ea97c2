"""Entities that must not be merged, because a merge of them was undone by hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from netnew.domain.candidate import Merge


@dataclass(slots=True)
class CannotLink:
    """Pairs of entities by all the keys that each had. Ids would not do: once a merge is left out,
    others may be met first, and be named by another key."""

    _sides: dict[str, set[int]] = field(default_factory=dict)
    _pairs: int = 0

    @classmethod
    def of(cls, merges: Iterable[Merge]) -> CannotLink:
        """The pairs of undone merges."""
        apart = cls()
        for merge in merges:
            if merge.undone and merge.kept_identity is not None:
                apart.add(merge.kept_identity.keys, merge.lost_candidate.identity.keys)
        return apart

    def add(self, some: Collection[str], others: Collection[str]) -> None:
        """Who has one of `some` is never one with who has one of `others`."""
        self._pairs += 1
        for side, keys in ((self._pairs, some), (-self._pairs, others)):
            for key in keys:
                self._sides.setdefault(key, set()).add(side)

    def has(self, one: Collection[str], other: Collection[str]) -> bool:
        """Whether those of these keys are to stay apart."""
        if not self._sides:
            return False
        opposite = {-side for side in self._of(one)}
        return not opposite.isdisjoint(self._of(other))

    def _of(self, keys: Iterable[str]) -> set[int]:
        return {side for key in keys for side in self._sides.get(key, ())}
