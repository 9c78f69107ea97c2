"""The search terms of a condition: the values it names, with wholes split into parts.

A page says 'France', not 'a European country', and '2023', not '2021 or later'; so a region is
searched by its countries and a period by its years.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from netnew.domain.run import RunSpec
from netnew.text.dates import bounds_in
from netnew.text.place_names import COUNTRIES
from netnew.text.places import countries_of, places_in
from netnew.text.query_values import values_named
from netnew.text.tokens import fold

# An open period is searched by so many years from its known end.
MAX_YEARS = 8

_NEGATED = re.compile(r"\b(not|none|no|outside|except|excluding|without|never)\b", re.IGNORECASE)


def search_terms(spec: RunSpec, today: date) -> list[tuple[str, ...]]:
    """For each condition of `spec`, the terms it is searched by; () where it names none."""
    return [_searched_by(c.description, spec.entity_type, today) for c in spec.conditions]


@lru_cache(maxsize=1024)
def _searched_by(description: str, entity_type: str, today: date) -> tuple[str, ...]:
    return _unique(_terms_of(description, entity_type, today))


def _terms_of(description: str, entity_type: str, today: date) -> list[str]:
    terms = [
        t for t in values_named(description, entity_type) if not re.fullmatch(r"(19|20)\d\d", t)
    ]
    if _NEGATED.search(description):
        return terms
    regions = [m for m in places_in(description) if m.place.kind == "region"]
    for mention in regions:
        named = description[mention.start : mention.end]
        terms = [t for t in terms if fold(t) != fold(named)]
        terms += [COUNTRIES[code][1] for code in countries_of(mention.place.name)]
    return terms + _years(description, today)


def _years(description: str, today: date) -> list[str]:
    """The years of the period that the condition names, the newest first."""
    bound = bounds_in(description, today)
    if bound is None:
        return []
    low, high = bound.interval.low, bound.interval.high
    if low < 1 and high > today.toordinal():
        return []
    last = min(today.year, _year(high, today.year))
    first = max(_year(low, last - MAX_YEARS + 1), last - MAX_YEARS + 1)
    season = [f"{bound.season.title()} {last}"] if bound.season and first == last else []
    return season or [str(year) for year in range(last, first - 1, -1)]


def _year(ordinal: float, default: int) -> int:
    return date.fromordinal(int(ordinal)).year if 1 <= ordinal < 3_600_000 else default


def _unique(terms: list[str]) -> tuple[str, ...]:
    return tuple({fold(t): t for t in reversed(terms) if fold(t)}.values())[::-1]
