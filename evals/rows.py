"""The rows of a rendered web: pages, their labels, and queries with their truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """What a server answers at `url`. `status` 0 is no answer; `error` then says why ('dns')."""

    url: str
    status: int
    title: str
    html: str
    location: str | None = None
    error: str | None = None

    @classmethod
    def of(cls, row: Row) -> Page:
        return cls(
            url=row["url"],
            status=row["status"],
            title=row.get("title") or "",
            html=row.get("html") or "",
            location=row.get("location"),
            error=row.get("error"),
        )


@dataclass(frozen=True, slots=True)
class Label:
    """What only a grader may know of a page.

    `primary` is the entity it is about (None: about none or many). `facts` are the fields it states
    rightly, `stale_facts` those it states wrongly.
    """

    url: str
    role: str
    primary: str | None
    canonical: str
    facts: frozenset[str]
    stale_facts: frozenset[str]

    @classmethod
    def of(cls, row: Row) -> Label:
        return cls(
            url=row["url"],
            role=row["role"],
            primary=row.get("primary"),
            canonical=row.get("canonical") or row["url"],
            facts=frozenset(row.get("facts") or ()),
            stale_facts=frozenset(row.get("stale_facts") or ()),
        )


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison of a predicate: `field` `op` `values` (none for 'exists' and 'no')."""

    op: str
    field: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as asked (`name`, `description`), and its predicate, which the engine never
    sees. `row` is the condition as the file has it."""

    name: str
    description: str
    predicate: Row = field(repr=False)
    row: Row = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, row: Row) -> Condition:
        return cls(row["name"], row["description"], row["predicate"], row)

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        return tuple(_leaves(self.predicate))

    def is_stated_by(self, facts: frozenset[str], known: frozenset[str] | None = None) -> bool:
        """Whether `facts` (names of fields) are enough to decide this condition: every part of an
        'and', some part of an 'or'; the op 'no' needs nothing stated.

        `known` are the fields that labels can name at all. One beyond them is derived from others
        (a year from a date), which the labels do not tell: any stated fact then serves.
        """
        return _is_stated(self.predicate, facts, known)


def _leaves(predicate: Row) -> Iterator[Leaf]:
    if "of" in predicate:
        for part in predicate["of"]:
            yield from _leaves(part)
        return
    value = predicate.get("value")
    values = tuple(value) if isinstance(value, list) else () if value is None else (value,)
    yield Leaf(predicate["op"], predicate["field"], values)


def _is_stated(predicate: Row, facts: frozenset[str], known: frozenset[str] | None) -> bool:
    match predicate["op"]:
        case "and":
            return all(_is_stated(part, facts, known) for part in predicate["of"])
        case "or":
            return any(_is_stated(part, facts, known) for part in predicate["of"])
        case "no":
            return True
        case _ if known is not None and predicate["field"] not in known:
            return bool(facts)
        case _:
            return predicate["field"] in facts


@dataclass(frozen=True, slots=True)
class Query:
    """A 'find all' question with its right answers. `row` is the line of the file, for the data
    folder's own `score`."""

    id: str
    objective: str
    entity_type: str
    conditions: tuple[Condition, ...]
    truth: frozenset[str]
    ambiguous: frozenset[str]
    kinds: tuple[str, ...]
    row: Row = field(repr=False)

    @classmethod
    def of(cls, row: Row) -> Query:
        return cls(
            id=row["id"],
            objective=row["objective"],
            entity_type=row["entity_type"],
            conditions=tuple(Condition.of(c) for c in row["match_conditions"]),
            truth=frozenset(row["truth"]),
            ambiguous=frozenset(row["ambiguous"]),
            kinds=tuple(row.get("kinds") or ()),
            row=row,
        )
