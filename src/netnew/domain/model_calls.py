"""How the calls to models went: answers that could not be used, and requests that failed.

Both are counted by model and add up like money, so that a run can tell them whichever process or
worker made the calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ModelCalls:
    """The calls to one model. `answers`: replies received; `unusable`: of those, the ones of
    which no answer could be made (not JSON, another shape, empty, a refusal); `example`: the
    problem of one of them and how it began, on one line. `failures`: how many requests failed,
    by kind ('429', 'no answer in time'), each kind once."""

    model: str
    answers: int = 0
    unusable: int = 0
    example: str = ""
    failures: tuple[tuple[str, int], ...] = ()

    @property
    def failed(self) -> int:
        """Requests that failed, in whatever way."""
        return sum(count for _, count in self.failures)

    def combined(self, other: ModelCalls, sign: int) -> ModelCalls:
        """With the counts of `other` added (`sign` 1) or taken away (-1)."""
        failures = dict(self.failures)
        for kind, count in other.failures:
            failures[kind] = failures.get(kind, 0) + sign * count
        return replace(
            self,
            answers=self.answers + sign * other.answers,
            unusable=self.unusable + sign * other.unusable,
            example=self.example or other.example,
            failures=tuple((kind, count) for kind, count in failures.items() if count),
        )


@dataclass(frozen=True, slots=True)
class CallOutcomes:
    """The calls to all models, each model once."""

    models: tuple[ModelCalls, ...] = ()

    def __iter__(self) -> Iterator[ModelCalls]:
        return iter(self.models)

    def __add__(self, other: CallOutcomes) -> CallOutcomes:
        return self._combined(other, 1) if other.models else self

    def __sub__(self, other: CallOutcomes) -> CallOutcomes:
        return self._combined(other, -1) if other.models else self

    @property
    def answers(self) -> int:
        return sum(x.answers for x in self.models)

    @property
    def unusable(self) -> int:
        return sum(x.unusable for x in self.models)

    @property
    def usable(self) -> int:
        """Answers that could be used."""
        return self.answers - self.unusable

    def _combined(self, other: CallOutcomes, sign: int) -> CallOutcomes:
        by_name = {x.model: x for x in self.models}
        for one in other.models:
            before = by_name.get(one.model, ModelCalls(one.model))
            by_name[one.model] = before.combined(one, sign)
        counted = (x for x in by_name.values() if x.answers or x.failures)
        return CallOutcomes(tuple(counted))


def answered(model: str) -> CallOutcomes:
    """One usable answer."""
    return CallOutcomes((ModelCalls(model, answers=1),))


def unusable(model: str, example: str) -> CallOutcomes:
    """One answer that could not be used."""
    return CallOutcomes((ModelCalls(model, answers=1, unusable=1, example=example),))


def failed(model: str, kind: str) -> CallOutcomes:
    """One request that failed."""
    return CallOutcomes((ModelCalls(model, failures=((kind, 1),)),))


def unusable_answers(calls: ModelCalls, counted: str = "") -> str:
    """'8 of 8 answers of MODEL were unusable, for instance: the answer holds no JSON object'.
    `counted`: which answers those are, where they are not all, with a blank before it."""
    noun, verb = ("answer", "was") if calls.answers == 1 else ("answers", "were")
    said = (
        f"{calls.unusable:,} of {calls.answers:,} {noun} of {calls.model} {verb} unusable{counted}"
    )
    return f"{said}, for instance: {calls.example}" if calls.example else said
