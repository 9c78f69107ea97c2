"""A row a candidate: the columns that csv and xlsx share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from netnew.domain.candidate import Candidate
from netnew.domain.enrichment import leaves
from netnew.domain.evidence import Citation
from netnew.domain.run import Run

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def header(run: Run) -> list[str]:
    """The column names, each once: name, url, status, and where old matches were looked at again
    change; of each condition its verdict, value, quote and source; of each leaf of the enrichments,
    by its path, its value, quote and source."""
    columns = ["name", "url", "status", *(["change"] if run.spec.rechecks else [])]
    for condition in run.spec.conditions:
        columns += [f"{condition.name}: {x}" for x in ("verdict", "value", "quote", "source")]
    for field in leaves(run.spec.enrichments):
        columns += [field.name, f"{field.name}: quote", f"{field.name}: source"]
    return [neutral(x) for x in _each_once(columns)]


def rows(run: Run, candidates: Iterable[Candidate]) -> Iterator[list[str]]:
    """The cells of each candidate under `header(run)`, '' where nothing is known."""
    asked = leaves(run.spec.enrichments)
    for candidate in candidates:
        verdicts = {x.condition: x for x in candidate.verdicts}
        fields = {x.name: x for x in candidate.enrichments}
        cells = [candidate.name, candidate.url, candidate.status.value]
        if run.spec.rechecks:
            cells.append(change_of(candidate))
        for condition in run.spec.conditions:
            verdict = verdicts.get(condition.name)
            if verdict is None:
                cells += [""] * 4
            else:
                cells += [verdict.outcome.value, verdict.value or "", *_proof(verdict.citations)]
        for leaf in asked:
            field = fields.get(leaf.name)
            cells += [field.value or "", *_proof(field.citations)] if field else [""] * 3
        yield [neutral(x) for x in cells]


def change_of(candidate: Candidate) -> str:
    """'new'; of an old match 'changed' or 'gone'."""
    return candidate.recheck.value if candidate.recheck else "new"


def neutral(cell: str) -> str:
    """`cell` so that no spreadsheet runs it as a formula: a quote mark is put before it."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _proof(citations: tuple[Citation, ...]) -> tuple[str, str]:
    """The first citation's quote and page address; further ones are in the JSON formats."""
    return (citations[0].excerpt, citations[0].url) if citations else ("", "")


def _each_once(columns: list[str]) -> list[str]:
    seen: Counter[str] = Counter()
    unique = []
    for column in columns:
        seen[column] += 1
        unique.append(column if seen[column] == 1 else f"{column} ({seen[column]})")
    return unique
