"""A condition as a tree of typed predicates."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from netnew.text.dates import DateBound
from netnew.text.places import Place
from netnew.text.quantities import Interval


class Quantifier(StrEnum):
    """How the values of a field must lie to those asked for."""

    ANY = "any"
    ALL = "all"
    NONE = "none"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class Field:
    """What a predicate speaks of: its words, and their features (see `attributes`)."""

    text: str
    features: frozenset[str]


@dataclass(frozen=True, slots=True)
class NumberIs:
    """The field's number lies in `interval`; `any_of`: one of its numbers does."""

    field: Field
    interval: Interval
    unit: str = ""
    any_of: bool = False


@dataclass(frozen=True, slots=True)
class DateIs:
    """The field's date lies in `bound`; with a season, the field must name that season."""

    field: Field
    bound: DateBound


@dataclass(frozen=True, slots=True)
class PlaceIs:
    field: Field
    places: tuple[Place, ...]
    quantifier: Quantifier


@dataclass(frozen=True, slots=True)
class TermIs:
    """The field has one (all, none) of `values` as an item of its own."""

    field: Field
    values: tuple[str, ...]
    quantifier: Quantifier


@dataclass(frozen=True, slots=True)
class StatusIs:
    """The entity's status is of one of `groups` (see `statuses`), or of none of them."""

    groups: frozenset[str]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Says:
    """The page says this of the entity ('has a demo', 'works fully remote'), or denies it."""

    field: Field
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Stated:
    """The field is stated at all; `negated`: it is not, on a page that has fields of its kind."""

    field: Field
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of the condition that is not understood."""

    text: str


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Predicate, ...]


Leaf = NumberIs | DateIs | PlaceIs | TermIs | StatusIs | Says | Stated | Unread
Predicate = Leaf | AllOf | AnyOf


def unread_parts(predicate: Predicate) -> tuple[str, ...]:
    """The texts of all parts that are not understood."""
    if isinstance(predicate, Unread):
        return (predicate.text,)
    if isinstance(predicate, AllOf | AnyOf):
        return tuple(t for part in predicate.parts for t in unread_parts(part))
    return ()
