"""The names of the columns in tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netnew.domain.enrichment import leaves
from netnew.domain.run import Run

FIXED = ("name", "url", "status", "change")


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """One for each condition and enrichment leaf, in the run's order. They are distinct,
    ignoring case, and none is in `FIXED`."""

    conditions: tuple[str, ...]
    fields: tuple[str, ...]


def column_names(run: Run) -> ColumnNames:
    """A condition or field whose name is taken gets its kind as a suffix: 'license (field)'.
    Fixed columns come before conditions, conditions before fields, so that no name changes when
    fields are added."""
    taken = {x.casefold() for x in FIXED}
    conditions = _distinct((x.name for x in run.spec.conditions), "condition", taken)
    fields = _distinct((x.name for x in leaves(run.spec.enrichments)), "field", taken)
    return ColumnNames(conditions, fields)


def _distinct(names: Iterable[str], kind: str, taken: set[str]) -> tuple[str, ...]:
    return tuple(_free(name, kind, taken) for name in names)


def _free(name: str, kind: str, taken: set[str]) -> str:
    free, number = name, 1
    while free.casefold() in taken:
        free = f"{name} ({kind})" if number == 1 else f"{name} ({kind} {number})"
        number += 1
    taken.add(free.casefold())
    return free
