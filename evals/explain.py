"""Why answers are missing or wrong, out of a measurement's JSON, grouped for reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

EXAMPLES = 2
REASON_CHARS = 110


@dataclass(frozen=True, slots=True)
class Trouble:
    """One verdict, or one missing verdict, that kept an answer out or let a wrong one in.

    `what` is a cause of a miss, 'wrong match' or 'unproved'. `condition` is '' where no verdict is
    to blame (never found).
    """

    query: str
    what: str
    condition: str
    outcome: str
    url: str
    value: str
    reasoning: str


def troubles(document: Mapping[str, Any]) -> Iterator[Trouble]:
    """Everything that went wrong in a measurement, query by query."""
    for query in document["queries"]:
        for miss in query["misses"]:
            cause = miss["cause"] + ("" if miss["reachable"] else " (beyond reach)")
            blamed = [v for v in miss["verdicts"] if _is_to_blame(miss["cause"], v)]
            where = miss["url"] or miss["entity"]
            yield from _told(query["id"], cause, where, blamed or [{}])
        for wrong in query["wrong"]:
            entity = "wrong match" if wrong["entity"] else "wrong match, no entity"
            yield from _told(query["id"], entity, wrong["url"], wrong["verdicts"] or [{}])
        for verdict in query["unproved"]:
            yield from _told(query["id"], "unproved", verdict["url"], [verdict])


def explained(document: Mapping[str, Any]) -> list[str]:
    """Lines to print: groups of like troubles, largest first within a query, with examples."""
    groups: dict[tuple[str, str, str, str], list[Trouble]] = {}
    for trouble in troubles(document):
        key = (trouble.query, trouble.what, trouble.condition, trouble.outcome)
        groups.setdefault(key, []).append(trouble)
    order = {query["id"]: n for n, query in enumerate(document["queries"])}
    lines = []
    for key in sorted(groups, key=lambda k: (order[k[0]], -len(groups[k]), k)):
        query, what, condition, outcome = key
        verdict = f": '{condition}' {outcome}" if condition else ""
        lines.append(f"{query}  {len(groups[key])} x {what}{verdict}")
        lines += [f"      {_example(t)}" for t in _differing(groups[key])]
    return lines


def _is_to_blame(cause: str, verdict: Mapping[str, Any]) -> bool:
    return bool(verdict["outcome"] == ("unmatched" if cause == "decided_wrong" else "unclear"))


def _told(
    query: str, what: str, url: str, verdicts: Sequence[Mapping[str, Any]]
) -> Iterator[Trouble]:
    for verdict in verdicts:
        yield Trouble(
            query=query,
            what=what,
            condition=verdict.get("condition", ""),
            outcome=verdict.get("outcome", ""),
            url=url,
            value=verdict.get("value") or "",
            reasoning=verdict.get("reasoning", ""),
        )


def _differing(group: Sequence[Trouble]) -> list[Trouble]:
    """Examples with different reasons first."""
    by_reason: dict[str, Trouble] = {}
    for trouble in group:
        by_reason.setdefault(trouble.reasoning, trouble)
    return (list(by_reason.values()) + [t for t in group if t not in by_reason.values()])[:EXAMPLES]


def _example(trouble: Trouble) -> str:
    value = f" = {trouble.value[:60]!r}" if trouble.value else ""
    return f"{trouble.url}{value}  {trouble.reasoning[:REASON_CHARS]}".rstrip()
