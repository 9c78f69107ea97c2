"""Whether a verdict is proved by the right page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evals.addresses import same_request
from evals.results import GivenVerdict
from evals.rows import Condition, Label


class LabelBook:
    """The labels of a web by address; a redirect stands for the page that it leads to. `fields`
    are all fields that any page is said to state rightly. (What an archived page has wrong may be
    derived from what it states, as a year from a date.)"""

    def __init__(self, labels: Iterable[Label]) -> None:
        self._labels: dict[str, Label] = {}
        named: set[str] = set()
        for label in labels:
            self._labels.setdefault(same_request(label.url), label)
            named |= label.facts
        self.fields = frozenset(named)

    def at(self, url: str) -> Label | None:
        try:
            label = self._labels.get(same_request(url))
        except (ValueError, UnicodeError):
            return None
        if label is not None and label.role == "redirect" and label.canonical != label.url:
            return self._labels.get(same_request(label.canonical), label)
        return label


def is_proved(verdict: GivenVerdict, condition: Condition, entity: str, book: LabelBook) -> bool:
    """Whether every cited page is about `entity`, and they together state, rightly, the fields that
    the condition is about."""
    labels = [book.at(url) for url in verdict.cited]
    if not labels or any(label is None or label.primary != entity for label in labels):
        return False
    stated = frozenset(
        name for label in labels if label for name in label.facts - label.stale_facts
    )
    wrong = frozenset(name for label in labels if label for name in label.stale_facts)
    return condition.is_stated_by(stated, book.fields | wrong)


def unproved(
    verdicts: Iterable[GivenVerdict],
    conditions: Mapping[str, Condition],
    entity: str | None,
    book: LabelBook,
) -> tuple[list[GivenVerdict], int]:
    """The matched verdicts that are not proved, and the number of all matched ones. A candidate
    that is no entity has no page about it: none of its verdicts is proved."""
    matched = [v for v in verdicts if v.outcome == "matched" and v.condition in conditions]
    return [
        v
        for v in matched
        if entity is None or not is_proved(v, conditions[v.condition], entity, book)
    ], len(matched)
