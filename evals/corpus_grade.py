"""Grading what a run found in a corpus against what is true of it."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.corpus_folder import CorpusField, CorpusQuestion, Records, bare_address, plain

_RANK = {"matched": 0, "unclear": 1, "unmatched": 2}


@dataclass(frozen=True, slots=True)
class FieldCounts:
    right: int = 0
    wrong: int = 0
    empty: int = 0


@dataclass(frozen=True, slots=True)
class CorpusGrade:
    """`false`: candidates that match and should not. `missed`: right answers that do not match,
    each with where it ended: 'unclear', 'unmatched' or 'no candidate'."""

    id: str
    truth: int
    candidates: int
    unclear: int
    found: int
    duplicates: int
    false: tuple[Mapping[str, Any], ...]
    missed: tuple[tuple[str, str], ...]
    fields: Mapping[str, FieldCounts]

    @property
    def precision(self) -> float:
        """0 where nothing matched."""
        matched = self.found + len(self.false)
        return self.found / matched if matched else 0.0

    @property
    def recall(self) -> float:
        return self.found / self.truth if self.truth else 0.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def missed_by_end(self) -> dict[str, int]:
        return dict(Counter(end for _, end in self.missed).most_common())


def grade_corpus(
    question: CorpusQuestion, records: Records, candidates: Sequence[Mapping[str, Any]]
) -> CorpusGrade:
    """The grade of all candidates of a run, as exported with `--all`."""
    found: Counter[str] = Counter()
    ends: dict[str, str] = {}
    false: list[Mapping[str, Any]] = []
    values: dict[str, list[str]] = {field.name: [] for field in question.fields}
    for candidate in candidates:
        record, status = records.record_of(candidate), str(candidate["match_status"])
        if status == "matched":
            if record is None or record not in question.truth | question.ambiguous:
                false.append(candidate)
            elif record in question.truth:
                found[record] += 1
                for field in question.fields:
                    if record in field.values:
                        values[field.name].append(_graded(field, record, candidate))
        if record in question.truth and _RANK.get(status, 9) < _RANK.get(ends.get(record, ""), 10):
            ends[record] = status
    missed = [
        (records.names[x], ends.get(x, "no candidate")) for x in question.truth if x not in found
    ]
    return CorpusGrade(
        question.id,
        len(question.truth),
        len(candidates),
        sum(c["match_status"] == "unclear" for c in candidates),
        len(found),
        found.total() - len(found),
        tuple(false),
        tuple(sorted(missed)),
        {name: _counts(told) for name, told in values.items()},
    )


def macro(grades: Sequence[CorpusGrade]) -> dict[str, float]:
    """Averages over questions; of field values, shares of those that are known."""
    counts = [c for grade in grades for c in grade.fields.values()]
    known = sum(c.right + c.wrong + c.empty for c in counts)
    figures = {
        "precision": statistics.mean(g.precision for g in grades),
        "recall": statistics.mean(g.recall for g in grades),
        "f1": statistics.mean(g.f1 for g in grades),
        "without_a_right_answer": float(sum(not g.found for g in grades)),
        "false_matches": float(sum(len(g.false) for g in grades)),
        "duplicates": float(sum(g.duplicates for g in grades)),
    }
    if known:
        figures["fields_right"] = sum(c.right for c in counts) / known
        figures["fields_wrong"] = sum(c.wrong for c in counts) / known
    return {name: round(value, 3) for name, value in figures.items()}


def _graded(field: CorpusField, record: str, candidate: Mapping[str, Any]) -> str:
    got = (candidate.get("enrichments") or {}).get(field.name)
    value = got.get("value") if isinstance(got, Mapping) else got
    if value in (None, "", []):
        return "empty"
    return "right" if is_same_value(field.format, field.values[record], value) else "wrong"


def _counts(told: Sequence[str]) -> FieldCounts:
    return FieldCounts(told.count("right"), told.count("wrong"), told.count("empty"))


def is_same_value(format: str, wanted: object, got: object) -> bool:
    """Whether `got` says `wanted`: numbers within 1 %, dates as far as `wanted` is exact, texts by
    four fifths of their words."""
    if format == "boolean":
        return (str(got).casefold() in ("true", "yes", "1")) == bool(wanted)
    if format == "number":
        try:
            number, right = float(str(got).replace(",", "")), float(str(wanted))
        except ValueError:
            return False
        return abs(number - right) <= 0.01 * abs(right)
    if format == "date":
        return str(got)[: len(str(wanted))] == str(wanted)
    if format == "url":
        return bare_address(str(got)) == bare_address(str(wanted))
    a, b = set(plain(str(wanted)).split()), set(plain(str(got)).split())
    return bool(a & b) and 2 * len(a & b) / (len(a) + len(b)) >= 0.8
