"""Candidates as flat rows, and which of them Scout's words call an entity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netnew.api.dialects.scout.run_metadata import ScoutMetadata
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import ConditionOutcome
from netnew.domain.enrichment import document_of
from netnew.domain.run import RunSpec

_ADDRESSES = ("website", "url")


def columns_of(spec: RunSpec, notes: ScoutMetadata) -> list[str]:
    """The columns of a run's rows: what was asked for, in that order, and `name`, `website` and
    `source` where they were not."""
    asked = list(notes.columns)
    asked += (x.name for x in spec.enrichments if x.name not in asked)
    folded = {x.casefold() for x in asked}
    if folded.isdisjoint(_ADDRESSES):
        at = next((i + 1 for i, x in enumerate(asked) if x.casefold() == "name"), 0)
        asked.insert(at, "website")
    if "name" not in folded:
        asked.insert(0, "name")
    return asked if "source" in folded else [*asked, "source"]


def row_of(candidate: Candidate, spec: RunSpec, columns: Sequence[str]) -> dict[str, Any]:
    """One value a column, null where the pages do not say."""
    values = document_of(spec.enrichments, candidate.enrichments)
    return {
        column: values[column] if column in values else _own(candidate, column)
        for column in columns
    }


def is_match(candidate: Candidate, spec: RunSpec) -> bool:
    """Whether every condition holds: a run of another interface may ask for fewer."""
    if candidate.status is not MatchStatus.MATCHED or candidate.recheck is not None:
        return False
    if spec.match_rule.share >= 1:
        return True
    held = {x.condition for x in candidate.verdicts if x.outcome is ConditionOutcome.MATCHED}
    return held.issuperset(x.name for x in spec.conditions)


def _own(candidate: Candidate, column: str) -> str | None:
    match column.casefold():
        case "name":
            return candidate.name
        case "description":
            return candidate.description or None
        case "source":
            return _source_of(candidate)
        case "website" | "url":
            return candidate.url
        case _:
            return None


def _source_of(candidate: Candidate) -> str:
    """The page that is quoted first, else the best one, else its own address."""
    quoted = (x.url for verdict in candidate.verdicts for x in verdict.citations)
    return next(iter((*quoted, *candidate.pages, candidate.url)))
