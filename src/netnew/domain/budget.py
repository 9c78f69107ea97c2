"""Caps on a run's spend, and its spend."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from netnew.domain.model_calls import CallOutcomes, ModelCalls


class Cap(StrEnum):
    COST = "cost"
    TOKENS = "tokens"
    SEARCHES = "searches"
    PAGES = "pages"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Spend:
    """What was used. `pages`: pages fetched (those from the store are `stored_pages`);
    `searches`: result pages requested; `judgements`: (candidate, condition) pairs decided by a
    judge; `ledger_hits`: those answered by the ledger; `model_calls`: requests to models for any
    purpose, including failed ones; `outcomes`: how they went; `cost`: US dollars."""

    cost: float = 0.0
    tokens: int = 0
    searches: int = 0
    pages: int = 0
    seconds: float = 0.0
    stored_searches: int = 0
    stored_pages: int = 0
    judge_calls: int = 0
    judgements: int = 0
    ledger_hits: int = 0
    model_calls: int = 0
    outcomes: CallOutcomes = CallOutcomes()

    def __add__(self, other: Spend) -> Spend:
        return Spend(*map(operator.add, _amounts(self), _amounts(other)))

    def __sub__(self, other: Spend) -> Spend:
        return Spend(*map(operator.sub, _amounts(self), _amounts(other)))

    def numbers(self) -> dict[str, float | int]:
        """The amounts by name, without `outcomes`."""
        return {name: getattr(self, name) for name in _NUMBERS}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Spend:
        """From the result of `dataclasses.asdict`, even after a JSON round trip."""
        models = document.get("outcomes", {}).get("models", ())
        outcomes = (
            ModelCalls(**{**x, "failures": tuple((kind, n) for kind, n in x["failures"])})
            for x in models
        )
        return cls(**{**document, "outcomes": CallOutcomes(tuple(outcomes))})


# Several are added for every candidate.
_amounts = operator.attrgetter(*(f.name for f in fields(Spend)))
_NUMBERS = tuple(f.name for f in fields(Spend) if f.name != "outcomes")


# Used several times per candidate, and enum members are slow to evaluate.
_CAPS = tuple((cap, cap.value) for cap in Cap)


@dataclass(frozen=True, slots=True)
class Budget:
    """The most a run may use; None means no cap. At a cap no new work starts."""

    cost: float | None = None
    tokens: int | None = None
    searches: int | None = None
    pages: int | None = None
    seconds: float | None = None

    def exhausted_by(self, spend: Spend) -> Cap | None:
        """The first cap that `spend` has reached, or None."""
        for cap, name in _CAPS:
            limit = getattr(self, name)
            if limit is not None and getattr(spend, name) >= limit:
                return cap
        return None

    @property
    def is_capped(self) -> bool:
        """Whether there is any cap."""
        return any(getattr(self, cap.value) is not None for cap in Cap)

    def with_caps_of(self, other: Budget) -> Budget:
        """The caps of `other`, with these where it has none."""
        given = {f.name: getattr(other, f.name) for f in fields(Budget)}
        return replace(self, **{name: cap for name, cap in given.items() if cap is not None})

    def capped_by(self, other: Budget) -> Budget:
        """The tighter of both, cap by cap."""
        tighter = {}
        for field in fields(Budget):
            limits = [
                x for x in (getattr(self, field.name), getattr(other, field.name)) if x is not None
            ]
            tighter[field.name] = min(limits) if limits else None
        return Budget(**tighter)
