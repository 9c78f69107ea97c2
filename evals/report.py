"""A measurement as JSON and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from evals import summary
from evals.grade import MEASURES, Grade
from evals.missed import Miss
from evals.model_use import MEASURES as MODEL_MEASURES
from evals.model_use import added_use
from evals.product import budgets_of
from evals.results import GivenVerdict
from evals.run import Asked, Measurement, Plan, commit_of
from evals.verdicts import COLUMNS, added_tables

Json = dict[str, object]


def document(plan: Plan, done: Measurement, seed: int) -> Json:
    """The whole measurement. `queries` and the figures beside it are of the first pass; `repeat`
    has the same figures of the second (null without one)."""
    return {
        "domain": plan.web.domain,
        "judge": plan.ask.judge,
        "generator": plan.ask.generator,
        "seed": seed,
        "match_limit": plan.ask.match_limit,
        "budget_share": plan.ask.budget_share,
        "without": list(plan.ask.without),
        "oracle": {
            "error": plan.errors.wrong,
            "unclear": plan.errors.unclear,
            "latency_ms": plan.judge_latency_ms,
        },
        "entities": plan.web.entities,
        "pages": len(plan.web.pages),
        "budgets": budgets_of(plan.ask.generator, plan.ask.budget_share),
        "data_digest": plan.web.digest,
        "commit": commit_of(Path(__file__).parent),
        "seconds": round(done.seconds, 3),
        **pass_document(done.passes[0], done.reachable),
        "repeat": pass_document(done.passes[1], done.reachable) if len(done.passes) > 1 else None,
    }


def pass_document(runs: Sequence[Asked], reachable: Mapping[str, frozenset[str]]) -> Json:
    grades = [run.grade for run in runs]
    return {
        "macro": summary.macro(grades),
        "interval": summary.interval(grades),
        "totals": summary.totals(grades),
        "model_use": added_use([g.model_use for g in grades]),
        "missed": summary.added([g.missed for g in grades]),
        "missed_reachable": summary.added([g.missed_reachable for g in grades]),
        "missed_by_kind": summary.missed_by_kind(grades),
        "missed_by_op": summary.missed_by_op(grades),
        "verdicts_by_op": added_tables(g.verdicts for g in grades),
        "requests": summary.added([run.requests for run in runs]),
        "query_seconds": round(sum(run.seconds for run in runs), 3),
        "max_rss_mb": round(max((run.max_rss_mb for run in runs), default=0), 1),
        "queries": [query_document(run, reachable[run.grade.id]) for run in runs],
    }


def query_document(run: Asked, reachable: frozenset[str]) -> Json:
    grade = run.grade
    return {
        "id": grade.id,
        "stop_reason": grade.stop_reason,
        "problem": grade.problem,
        **grade.measures,
        **grade.counts,
        "seconds": round(run.seconds, 3),
        "max_rss_mb": round(run.max_rss_mb, 1),
        "spend": dict(grade.spent),
        "model_use": grade.model_use,
        "requests": dict(run.requests),
        "missed": dict(grade.missed),
        "missed_reachable": dict(grade.missed_reachable),
        "missed_by_op": {op: dict(row) for op, row in grade.missed_by_op.items()},
        "verdicts_by_op": {op: dict(row) for op, row in grade.verdicts.items()},
        "misses": [_miss(miss, reachable) for miss in grade.misses],
        "wrong": [
            {
                "entity": entity,
                "candidate_id": c.id,
                "name": c.name,
                "url": c.url,
                "verdicts": [_verdict(v) for v in c.verdicts],
            }
            for c, entity in grade.wrong
        ],
        "unproved": [{"url": c.url, **_verdict(verdict)} for c, verdict in grade.unproved],
    }


def _miss(miss: Miss, reachable: frozenset[str]) -> Json:
    candidate = miss.candidate
    return {
        "entity": miss.entity,
        "cause": miss.cause.value,
        "reachable": miss.entity in reachable,
        "candidate_id": candidate.id if candidate else None,
        "url": candidate.url if candidate else None,
        "verdicts": [
            _verdict(v) for v in (candidate.verdicts if candidate else ()) if v.outcome != "matched"
        ],
    }


def _verdict(verdict: GivenVerdict) -> Json:
    return {
        "condition": verdict.condition,
        "outcome": verdict.outcome,
        "value": verdict.value,
        "reasoning": verdict.reasoning,
        "cited": list(verdict.cited),
    }


# ------------------------------------------------------------------------------------- the table

_COLUMNS = ("query", "stop", "prec", "rec", "reach", "F1", "proof", "match", "truth", "in reach",
            "cand", "unclear", "dup", "srch", "pages", "s", "MiB", "missed f/r/u/w")  # fmt: skip


def print_report(console: Console, plan: Plan, done: Measurement) -> None:
    """A table a pass, with the budget that the figures hold at, and the failures."""
    budgets = budgets_of(plan.ask.generator, plan.ask.budget_share)
    budget = ", ".join(f"{n:,} {name}" for name, n in budgets.items() if n)
    for number, runs in enumerate(done.passes):
        title = f"{plan.web.domain}: judge {plan.ask.judge}, generator {plan.ask.generator}"
        title += f" (at most {budget})" if budget else ""
        title += f", without {', '.join(plan.ask.without)}" if plan.ask.without else ""
        console.print(_table(title if number == 0 else f"{title}, again in the same HOME", runs))
        console.print(_macro_lines(runs))
    for runs in done.passes:
        for run in runs:
            if run.grade.problem:
                lines = run.grade.problem.splitlines()
                words = " … ".join(dict.fromkeys((lines[0], lines[-1])))
                console.print(f"{run.grade.id} failed: {words}", markup=False)


def _table(title: str, runs: Sequence[Asked]) -> Table:
    table = Table(*_COLUMNS, title=title, box=None, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    for run in runs:
        table.add_row(*_line(run))
    return table


def _line(run: Asked) -> list[str]:
    grade, measures = run.grade, run.grade.measures
    shares = ("precision", "recall", "recall_reachable", "f1", "proof_right")
    return [
        grade.id,
        grade.stop_reason.replace("_", " ")[:12],
        *(share(measures[name]) for name in shares),
        *(str(grade.counts[name]) for name in ("matched", "truth", "reachable", "candidates")),
        share(measures["unclear_share"]),
        str(round(measures["duplicates"] or 0)),
        str(round(grade.spent.get("searches", 0))),
        str(round(grade.spent.get("pages", 0))),
        f"{run.seconds:.1f}",
        f"{run.max_rss_mb:.0f}",
        missed_words(grade),
    ]


def missed_words(grade: Grade) -> str:
    return "/".join(str(n) for n in grade.missed.values())


def share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _macro_lines(runs: Sequence[Asked]) -> str:
    grades = [run.grade for run in runs]
    means, spread = summary.macro(grades), summary.interval(grades)
    parts = [f"\nmacro over {len(grades)} queries (90 % interval)"]
    for name in MEASURES:
        between = spread[name]
        around = f"  ({between[0]:.3f} to {between[1]:.3f})" if between else ""
        if means[name] is not None or name not in MODEL_MEASURES:
            parts.append(f"  {name:20} {share(means[name])}{around}")
    missed = summary.added([g.missed_reachable for g in grades])
    parts.append("  reachable but missed: " + ", ".join(f"{k} {n}" for k, n in missed.items()))
    for op, row in summary.missed_by_op(grades).items():
        parts.append(f"    {op:18} " + ", ".join(f"{k} {n}" for k, n in row.items()))
    verdicts = added_tables(g.verdicts for g in grades)
    if verdicts:
        parts.append("  single verdicts (yes: the field says that the condition holds)")
        parts.append(f"    {'':18} " + " ".join(f"{name:>15}" for name in COLUMNS))
    for op, row in verdicts.items():
        parts.append(f"    {op:18} " + " ".join(f"{row[name]:15}" for name in COLUMNS))
    parts += _model_lines(grades)
    served = summary.added([run.requests for run in runs])
    parts += [line for run in runs for line in _search_lines(run)]
    parts.append("  requests served: " + ", ".join(f"{k} {n}" for k, n in sorted(served.items())))
    return "\n".join(parts) + "\n"


def _model_lines(grades: Sequence[Grade]) -> list[str]:
    """What the model's server counted, and the queries on which the product says otherwise."""
    use = added_use([g.model_use for g in grades])
    if use is None:
        return []
    lines = [f"  {who}: {_counts(use[who])}" for who in ("product", "server") if use[who]]
    for grade in grades:
        if grade.model_use and grade.model_use.get("differs"):
            told, counted = (_counts(grade.model_use[who]) for who in ("product", "server"))
            lines.append(f"  {grade.id}: the product says {told}; served {counted}")
    return lines


def _counts(counted: object) -> str:
    assert isinstance(counted, Mapping)
    return ", ".join(
        f"{name} {value:,}" if isinstance(value, int) else f"{name} ({_counts(value)})"
        for name, value in counted.items()
    )


def _search_lines(run: Asked) -> list[str]:
    """A line where the product says other searches than were served."""
    told, served = round(run.grade.spent.get("searches", 0)), run.requests.get("search", 0)
    if run.grade.problem or told == served:
        return []
    return [f"  {run.grade.id}: the product says {told:,} searches; served {served:,}"]
