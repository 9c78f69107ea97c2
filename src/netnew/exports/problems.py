"""What kept a run from deciding more: pages that could not be read, and calls to models that
failed. As sentences for people, and as JSON values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netnew.domain.model_calls import ModelCalls, unusable_answers
from netnew.domain.run import Run, TerminationReason

Json = Mapping[str, object]

_MAX_REASONS = 5


def problems_of(run: Run) -> list[str]:
    """One sentence each, without a full stop; `termination_detail` is not repeated."""
    return [*_unread(run), *_models(run)]


def unread_documents(run: Run) -> list[Json]:
    """For each reason: `reason`, `pages`, and one address as `example`."""
    return [{"reason": x.reason, "pages": x.pages, "example": x.example} for x in run.unread_pages]


def model_documents(run: Run) -> list[Json]:
    """A model each: `answers`, how many of them were `unusable`, with an `example` (null: none
    was), and `failures`, requests that failed by status or reason."""
    return [
        {
            "model": x.model,
            "answers": x.answers,
            "unusable": x.unusable,
            "example": x.example or None,
            "failures": dict(x.failures),
        }
        for x in run.spend.outcomes
    ]


def _unread(run: Run) -> Iterator[str]:
    for unread in run.unread_pages[:_MAX_REASONS]:
        pages = _plural(unread.pages, "page")
        yield f"{pages} could not be read (for instance {unread.example}: {unread.reason})"
    more = sum(x.pages for x in run.unread_pages[_MAX_REASONS:])
    if more:
        yield f"{_plural(more, 'further page')} could not be read, for other reasons"


def _models(run: Run) -> Iterator[str]:
    counts = run.counts
    left = counts.generated - counts.matched - counts.unmatched - counts.unclear
    for calls in run.spend.outcomes:
        # The reason of a failed run is not repeated.
        is_reason = run.termination_reason is TerminationReason.MODEL_UNUSABLE
        if calls.unusable and not (is_reason and f" of {calls.model} " in run.termination_detail):
            yield unusable_answers(calls)
        if calls.failures:
            failed = f"{calls.model} {' and '.join(_failed(calls))}"
            yield f"{failed}; {_not_judged(left)}" if left else failed


def _failed(calls: ModelCalls) -> Iterator[str]:
    for kind, count in sorted(calls.failures, key=lambda x: (-x[1], x[0])):
        if kind.isdecimal():
            yield f"answered {kind} to {_plural(count, 'call')}"
        else:
            yield f"failed on {_plural(count, 'call')} ({kind})"


def _not_judged(count: int) -> str:
    return f"{_plural(count, 'candidate')} {'was' if count == 1 else 'were'} not judged"


def _plural(count: int, one: str) -> str:
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"
