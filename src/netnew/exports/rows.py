"""One row per candidate: the columns shared by csv and xlsx."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator

from netnew.domain.candidate import Candidate
from netnew.domain.condition import Verdict
from netnew.domain.enrichment import Enrichment, EnrichmentValue, Format, leaves, plain_value
from netnew.domain.evidence import Citation
from netnew.domain.run import Estimate, Run
from netnew.domain.spreadsheet_cells import cell_text
from netnew.exports.columns import column_names

Cell = str | int | float
"""Text that is safe in a spreadsheet, or the value of a number field."""


def header(run: Run) -> list[str]:
    """The column names, each once: name, url, status, and where old matches were looked at again
    change; of each condition its verdict, value, quote and source; of each leaf of the enrichments,
    by its path, its value, quote and source."""
    names = column_names(run)
    columns = ["name", "url", "status", *(["change"] if run.spec.rechecks else [])]
    for name in names.conditions:
        columns += [f"{name}: {x}" for x in ("verdict", "value", "quote", "source")]
    for name in names.fields:
        columns += [name, f"{name}: quote", f"{name}: source"]
    return _each_once([cell_text(x) for x in columns])


def rows(run: Run, candidates: Iterable[Candidate]) -> Iterator[list[Cell]]:
    """The cells of each candidate under `header(run)`, '' where nothing is known."""
    asked = leaves(run.spec.enrichments)
    for candidate in candidates:
        verdicts = {x.condition: x for x in candidate.verdicts}
        fields = {x.name: x for x in candidate.enrichments}
        cells: list[Cell] = [candidate.name, candidate.url, candidate.status.value]
        if run.spec.rechecks:
            cells.append(change_of(candidate))
        for condition in run.spec.conditions:
            cells += _verdict_cells(verdicts.get(condition.name))
        for leaf in asked:
            cells += _field_cells(leaf, fields.get(leaf.name))
        yield [cell_text(x) if isinstance(x, str) else x for x in cells]


def change_of(candidate: Candidate) -> str:
    """'new'; for an old match, 'changed' or 'gone'."""
    return candidate.recheck.value if candidate.recheck else "new"


def _verdict_cells(verdict: Verdict | None) -> list[str]:
    if verdict is None:
        return [""] * 4
    return [verdict.outcome.value, verdict.value or "", *_proof(verdict.citations)]


def _field_cells(asked: Enrichment, field: EnrichmentValue | None) -> list[Cell]:
    if field is None:
        return [""] * 3
    return [_value_cell(asked.format, field.value), *_proof(field.citations)]


def _value_cell(format: Format, value: str | None) -> Cell:
    if value is None or format is not Format.NUMBER:
        return value or ""
    number = plain_value(format, value)
    return number if isinstance(number, int | float) and math.isfinite(number) else value


def _proof(citations: tuple[Citation, ...]) -> tuple[str, str]:
    """The first citation's quote and page address; further ones are in the JSON formats."""
    return (citations[0].excerpt, citations[0].url) if citations else ("", "")


def _each_once(columns: list[str]) -> list[str]:
    """For a field that is called as a part of another is: 'founded: quote' beside 'founded'."""
    seen: Counter[str] = Counter()
    unique = []
    for column in columns:
        seen[column] += 1
        unique.append(column if seen[column] == 1 else f"{column} ({seen[column]})")
    return unique


def how_many(estimate: Estimate | None) -> str:
    """'45 (41 to 60; allows for 9 unclear)', with 'or more' of a run that was cut short; ''
    without an estimate."""
    if estimate is None:
        return ""
    interval = f"{round(estimate.low):,} to {round(estimate.high):,}"
    undecided = allowance(estimate)
    text = f"{round(estimate.matches):,} ({interval}{'; ' if undecided else ''}{undecided})"
    return f"{text}, or more: the run was cut short" if estimate.is_lower_bound else text


def allowance(estimate: Estimate) -> str:
    """'allows for 9 unclear and 3 not judged': the candidates without a decision that the interval
    allows for; '' where all are decided."""
    numbers = ((estimate.unclear, "unclear"), (estimate.not_judged, "not judged"))
    named = [f"{number:,} {what}" for number, what in numbers if number]
    return f"allows for {' and '.join(named)}" if named else ""
