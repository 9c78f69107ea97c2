"""What the questions' predicates mean, what an address stands for, and how answers score."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "in": lambda stated, wanted: stated in wanted,
    "not_in": lambda stated, wanted: stated not in wanted,
    "between": lambda stated, wanted: wanted[0] <= stated <= wanted[1],
    "contains_any": lambda stated, wanted: bool(set(stated) & set(wanted)),
    "contains_none": lambda stated, wanted: not set(stated) & set(wanted),
}


def rows_of(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def holds(predicate: Row, attributes: Row) -> bool:
    """A field that is not stated satisfies nothing."""
    if predicate["op"] in ("and", "or"):
        parts = [holds(part, attributes) for part in predicate["of"]]
        return all(parts) if predicate["op"] == "and" else any(parts)
    stated = attributes.get(predicate["field"])
    return stated is not None and _COMPARED[predicate["op"]](stated, predicate["value"])


def judge_condition(cond: Row, entity: Row) -> bool | None:
    """True, False, or None where the text hints at what the field denies."""
    if holds(cond["predicate"], entity["attributes"]):
        return True
    hint = cond.get("hint")
    return None if hint and re.search(hint, entity.get("remark", ""), re.IGNORECASE) else False


def judged(query: Row, entity: Row) -> bool | None:
    """The same for all conditions of a query together."""
    verdicts = [judge_condition(cond, entity) for cond in query["match_conditions"]]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def with_truth(query: Row, entities: Iterable[Row]) -> Row:
    """The query with `truth` and `ambiguous`: ids in order."""
    decided = {entity["id"]: judged(query, entity) for entity in entities}
    truth = sorted(i for i, verdict in decided.items() if verdict)
    ambiguous = sorted(i for i, verdict in decided.items() if verdict is None)
    return {
        **query,
        "truth": truth,
        "ambiguous": ambiguous,
        "n_truth": len(truth),
        "n_ambiguous": len(ambiguous),
    }


def _loosely(url: str) -> str:
    bare = re.sub(r"^https?://(www\.)?", "", url.split("#")[0])
    bare = re.sub(r"[?&](utm_\w+|ref)=[^&]*", "", bare)
    return re.sub(r"/(index\.html)?$", "", bare)


def resolver(labels: Iterable[Row]) -> Callable[[str], str | None]:
    """Address → id of the entity that it is about; None where it is about none, or many."""
    exact: dict[str, str] = {}
    loose: dict[str, str] = {}
    for row in labels:
        if row["primary"]:
            exact[row["url"]] = row["primary"]
            loose.setdefault(_loosely(row["url"]), row["primary"])
    return lambda url: exact.get(url) or loose.get(_loosely(url))


def score(query: Row, returned_ids: Sequence[str | None]) -> dict[str, float]:
    """Repeats and strangers count as wrong; ambiguous ids count neither way."""
    truth, ambiguous = set(query["truth"]), set(query["ambiguous"])
    once = {i for i in returned_ids if i is not None}
    right = len(once & truth)
    duplicates = sum(i is not None for i in returned_ids) - len(once)
    strangers = sum(i is None for i in returned_ids)
    wrong = len(once - truth - ambiguous) + duplicates + strangers
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = right / len(truth) if truth else 0.0
    both = precision + recall
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / both if both else 0.0,
        "right": right,
        "wrong": wrong,
        "duplicates": duplicates,
        "missed": len(truth) - right,
    }
