"""One query's result against its truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evals.data_folder import Truth, Web
from evals.missed import Miss, Resolve, by_cause, by_op, entity_of, misses
from evals.model_use import MEASURES as MODEL_MEASURES
from evals.model_use import model_measures, use_document
from evals.oracle_tally import Tally
from evals.proof import LabelBook, unproved
from evals.results import JUDGED, GivenCandidate, GivenVerdict, Result
from evals.rows import Query
from evals.verdicts import verdict_table

MEASURES = (
    "precision",
    "recall",
    "recall_reachable",
    "f1",
    "duplicates",
    "proof_right",
    "unclear_share",
    "calls_per_judged",
    "calls_per_match",
    "estimate_coverage",
    "estimate_width",
    "total_coverage",
    "total_width",
    "upper_end_holds",
    *MODEL_MEASURES,
)
SPENT = ("searches", "pages", "judge_calls", "model_calls", "tokens", "ledger_hits")


@dataclass(frozen=True, slots=True)
class Grade:
    """A graded query. A measure is None where it has no meaning (recall without any truth).

    `f1` is of precision and `recall_reachable`. `missed` counts all missing truth by cause,
    `missed_reachable` the reachable part. `wrong` are the matched candidates that are no answer,
    `unproved` the matches' verdicts that no right page proves. `verdicts`: see `verdict_table`;
    `model_use`: see `use_document`.
    """

    id: str
    stop_reason: str
    problem: str
    measures: Mapping[str, float | None]
    counts: Mapping[str, int]
    spent: Mapping[str, float]
    missed: Mapping[str, int]
    missed_reachable: Mapping[str, int]
    missed_by_op: Mapping[str, Mapping[str, int]]
    kinds: tuple[str, ...]
    verdicts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    model_use: dict[str, object] | None = None
    misses: tuple[Miss, ...] = field(default=(), repr=False)
    wrong: tuple[tuple[GivenCandidate, str | None], ...] = field(default=(), repr=False)
    unproved: tuple[tuple[GivenCandidate, GivenVerdict], ...] = field(default=(), repr=False)


class Grader:
    """Grades results on one web; `reachable` is the reachable truth by query id."""

    def __init__(self, web: Web, reachable: Mapping[str, frozenset[str]]) -> None:
        self._web = web
        self._truth: Truth = web.truth
        self._resolve: Resolve = web.truth.resolver(web.label_rows)
        self._book = LabelBook(web.labels)
        self._reachable = reachable

    def grade(self, query: Query, result: Result, tally: Tally | None = None) -> Grade:
        """`tally`: what the oracle's server counted, where it was asked."""
        reachable = self._reachable[query.id]
        matched = [c for c in result.candidates if c.status == "matched"]
        ids = [entity_of(c, self._resolve) for c in matched]
        found = misses(sorted(query.truth - set(ids)), result.candidates, self._resolve)
        judged = sum(c.status in JUDGED for c in result.candidates)
        conditions = {c.name: c for c in query.conditions}
        bare, proved_of = self._unproved(query, matched, ids)
        return Grade(
            id=query.id,
            stop_reason=result.stop_reason,
            problem=result.problem,
            measures={
                **self._answer_measures(query, ids, reachable),
                "proof_right": ratio(proved_of - len(bare), proved_of),
                **_work_measures(result, judged, len(matched)),
                **_held("estimate", result.own_words or result.estimate, len(reachable)),
                **_held("total", result.estimate, len(query.truth)),
                "upper_end_holds": self._upper_end_holds(query, result),
                **model_measures(self._web, self._resolve, query, result, tally),
            },
            counts={
                "matched": len(matched),
                "truth": len(query.truth),
                "reachable": len(reachable),
                "candidates": sum(c.status != "discarded" for c in result.candidates),
                "judged": judged,
            },
            spent=dict(result.spend),
            missed=by_cause(found),
            missed_reachable=by_cause(m for m in found if m.entity in reachable),
            missed_by_op=by_op(found, conditions),
            kinds=query.kinds,
            model_use=use_document(result, tally),
            verdicts=verdict_table(self._web, self._resolve, query, result.candidates),
            misses=tuple(found),
            wrong=tuple(
                (c, i)
                for c, i in zip(matched, ids, strict=True)
                if i not in query.truth and i not in query.ambiguous
            ),
            unproved=tuple(bare),
        )

    def _upper_end_holds(self, query: Query, result: Result) -> float | None:
        """Whether the right answers among the run's own candidates, decided or not, are no more
        than the upper end of its estimate; None without an estimate."""
        if result.estimate is None:
            return None
        own = {
            entity_of(candidate, self._resolve)
            for candidate in result.candidates
            if candidate.status != "discarded"
        }
        return float(len(query.truth & own) <= result.estimate[1])

    def _answer_measures(
        self, query: Query, ids: Sequence[str | None], reachable: frozenset[str]
    ) -> dict[str, float | None]:
        """Precision, recall and duplicates by the folder's own rule, and what follows of them."""
        scored = self._truth.score(query.row, list(ids))
        precision: float | None = scored["precision"]
        if not query.truth and not scored["wrong"]:
            precision = None
        recall = scored["recall"] if query.truth else None
        within = len(reachable & set(ids)) / len(reachable) if reachable else None
        return {
            "precision": precision,
            "recall": recall,
            "recall_reachable": within,
            "f1": harmonic_mean(precision, within),
            "duplicates": scored["duplicates"],
        }

    def _unproved(
        self, query: Query, matched: Sequence[GivenCandidate], ids: Sequence[str | None]
    ) -> tuple[list[tuple[GivenCandidate, GivenVerdict]], int]:
        """The matches' matched verdicts that no right page proves, and the number of all."""
        conditions = {c.name: c for c in query.conditions}
        bare: list[tuple[GivenCandidate, GivenVerdict]] = []
        every = 0
        for candidate, entity in zip(matched, ids, strict=True):
            found, count = unproved(candidate.verdicts, conditions, entity, self._book)
            bare += [(candidate, verdict) for verdict in found]
            every += count
        return bare, every


def _work_measures(result: Result, judged: int, matched: int) -> dict[str, float | None]:
    unclear = sum(c.status == "unclear" for c in result.candidates)
    calls = result.spend.get("judge_calls", 0)
    return {
        "unclear_share": ratio(unclear, judged),
        "calls_per_judged": ratio(calls, judged),
        "calls_per_match": ratio(calls, matched),
    }


def _held(name: str, interval: tuple[float, float] | None, number: int) -> dict[str, float | None]:
    """Whether the interval holds the number that it speaks of, and its width as a part of it. What
    a run says of the question's own words (else of everything) is held against the reachable
    answers, what it says of everything against all right answers."""
    if interval is None or not number:
        return {f"{name}_coverage": None, f"{name}_width": None}
    low, high = interval
    return {
        f"{name}_coverage": float(low <= number <= high),
        f"{name}_width": (high - low) / number,
    }


def harmonic_mean(a: float | None, b: float | None) -> float | None:
    if a is None or b is None:
        return None
    return 2 * a * b / (a + b) if a + b else 0.0


def ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
