"""Why a right answer is missing from the matches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evals.results import GivenCandidate
from evals.rows import Condition

Resolve = Callable[[str], str | None]


class Cause(StrEnum):
    """`not_found`: no candidate has an address of it. `not_resolved`: it was met, but merged into
    another entity or discarded. `not_decided`: its candidate is unclear or was never judged.
    `decided_wrong`: its candidate is unmatched."""

    NOT_FOUND = "not_found"
    NOT_RESOLVED = "not_resolved"
    NOT_DECIDED = "not_decided"
    DECIDED_WRONG = "decided_wrong"


@dataclass(frozen=True, slots=True)
class Miss:
    """A missing entity, with the conditions whose verdicts stood in its way, where it had any."""

    entity: str
    cause: Cause
    candidate: GivenCandidate | None = None

    @property
    def conditions(self) -> tuple[str, ...]:
        verdicts = self.candidate.verdicts if self.candidate else ()
        wanted = "unmatched" if self.cause is Cause.DECIDED_WRONG else "unclear"
        return tuple(v.condition for v in verdicts if v.outcome == wanted)


def entity_of(candidate: GivenCandidate, resolve: Resolve) -> str | None:
    """The entity that a candidate is: by its address, else by its alternate addresses."""
    for url in (candidate.url, *candidate.alternate_urls):
        found = resolve(url)
        if found is not None:
            return found
    return None


def misses(
    missing: Iterable[str], candidates: Sequence[GivenCandidate], resolve: Resolve
) -> list[Miss]:
    """The cause for each missing entity, in their order."""
    standing: dict[str, list[GivenCandidate]] = {}
    met: dict[str, GivenCandidate] = {}
    for candidate in candidates:
        entity = entity_of(candidate, resolve)
        if entity is not None and candidate.status != "discarded":
            standing.setdefault(entity, []).append(candidate)
        for url in (candidate.url, *candidate.alternate_urls, *candidate.pages):
            seen = resolve(url)
            if seen is not None:
                met.setdefault(seen, candidate)
    return [_miss(entity, standing.get(entity, []), met.get(entity)) for entity in missing]


def _miss(entity: str, own: Sequence[GivenCandidate], met: GivenCandidate | None) -> Miss:
    undecided = next((c for c in own if c.status in ("unclear", "generated")), None)
    if undecided is not None:
        return Miss(entity, Cause.NOT_DECIDED, undecided)
    if own:
        return Miss(entity, Cause.DECIDED_WRONG, own[0])
    return Miss(entity, Cause.NOT_RESOLVED if met else Cause.NOT_FOUND, met)


def by_cause(found: Iterable[Miss]) -> dict[str, int]:
    counts = Counter(miss.cause for miss in found)
    return {cause.value: counts[cause] for cause in Cause}


def by_op(found: Iterable[Miss], conditions: Mapping[str, Condition]) -> dict[str, dict[str, int]]:
    """Predicate op → how many misses a condition with that op caused, undecided or wrong."""
    table: dict[str, dict[str, int]] = {}
    for miss in found:
        if miss.cause not in (Cause.NOT_DECIDED, Cause.DECIDED_WRONG):
            continue
        ops = {leaf.op for name in miss.conditions if name in conditions
               for leaf in conditions[name].leaves}  # fmt: skip
        for op in sorted(ops):
            row = table.setdefault(op, {Cause.NOT_DECIDED: 0, Cause.DECIDED_WRONG: 0})
            row[miss.cause] += 1
    return {op: {str(k): v for k, v in row.items()} for op, row in sorted(table.items())}
