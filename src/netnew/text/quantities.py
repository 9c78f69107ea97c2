"""Numbers in text, as intervals with a unit.

Hand-written: the parsers on PyPI that were tried drop 'million', read years as money, or load in
seconds.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers from `low` to `high`; an end belongs to it unless `open_low` or `open_high`."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    @property
    def is_point(self) -> bool:
        return self.low == self.high

    def contains(self, other: Interval) -> bool:
        """Whether every number of `other` is in this interval."""
        low_ok = other.low > self.low or (
            other.low == self.low and (not self.open_low or other.open_low)
        )
        high_ok = other.high < self.high or (
            other.high == self.high and (not self.open_high or other.open_high)
        )
        return low_ok and high_ok

    def is_apart_from(self, other: Interval) -> bool:
        """Whether no number is in both."""
        if self.high < other.low or other.high < self.low:
            return True
        if self.high == other.low:
            return self.open_high or other.open_low
        return other.high == self.low and (other.open_high or self.open_low)


@dataclass(frozen=True, slots=True)
class Quantity:
    """An interval named in a text at `start`..`end`, with its currency or unit ('' where none).

    `unit` is a folded currency code ('usd'), '%' or a measure ('km'). `hedged`: 'around', 'about'.
    `signed`: the text itself gives a bound ('over', 'at most', '10-50').
    """

    interval: Interval
    start: int
    end: int
    unit: str = ""
    hedged: bool = False
    bounded: bool = False


def compare(value: Interval, wanted: Interval) -> bool | None:
    """Whether a stated `value` lies in `wanted`: True, False, or None where it may or may not."""
    if wanted.contains(value):
        return True
    return False if value.is_apart_from(wanted) else None


_SMALL = {
    w: i
    for i, w in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen twenty""".split()  # noqa: SIM905
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
_SMALL |= {"ninety": 90, "a hundred": 100, "one hundred": 100, "a thousand": 1000, "dozen": 12}
_SMALL |= {"a dozen": 12, "a million": 1_000_000}
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6}
_SCALES |= {"millions": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9, "t": 1e12, "trillion": 1e12}
_CURRENCIES = {"$": "usd", "us$": "usd", "usd": "usd", "dollars": "usd", "dollar": "usd"}
_CURRENCIES |= {"€": "eur", "eur": "eur", "euros": "eur", "euro": "eur", "£": "gbp", "gbp": "gbp"}
_CURRENCIES |= {"pounds": "gbp", "¥": "jpy", "yen": "jpy", "jpy": "jpy", "₹": "inr", "inr": "inr"}
_CURRENCIES |= {"rupees": "inr", "chf": "chf", "francs": "chf", "cad": "cad", "aud": "aud"}
_CURRENCIES |= {"sek": "sek", "nok": "nok", "dkk": "dkk", "cny": "cny", "rmb": "cny", "krw": "krw"}

_WORD_NUMBER = "|".join(sorted(map(re.escape, _SMALL), key=len, reverse=True))
_NUMBER = (
    r"(?P<cur{n}>(?:us)?\$|€|£|¥|₹|\b(?:usd|eur|gbp|chf|cad|aud|inr|jpy|sek|nok|dkk)\s?)?\s?"
    r"(?:(?<![\w.,])(?P<num{n}>-?\d{{1,3}}(?:[, \u00a0\u202f']\d{{3}})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
    r"(?P<scale{n}>(?:k|m|mn|mio|bn|b|t)\b|\s?(?:thousand|millions?|mn|mio|billion|bn|trillion)\b)?"
    rf"|\b(?P<word{{n}}>{_WORD_NUMBER})\b(?P<wscale{{n}}>\s(?:hundred|thousand|million|billion))?)"
)
_BEFORE = (
    r"(?P<before>\b(?:(?:no|not) (?:longer|higher|larger|greater|older|taller|bigger|later|heavier"
    r"|wider|deeper|faster|farther|further|shorter|lower|smaller|younger|lighter|earlier) than"
    r"|(?:wider|deeper|heavier|taller|faster|bigger|stronger|further|farther|lighter|narrower"
    r"|cheaper|slower) than|upwards of|more than|greater than|higher than|larger than|longer than"
    r"|older than|above"
    r"|over|exceeding|exceeds|in excess of|at least|no fewer than|no less than|not less than"
    r"|not fewer than|minimum of|min\.?|from|starting at|starting from|fewer than|less than|under"
    r"|below|lower than|smaller than|shorter than|younger than|at most|no more than|not more than"
    r"|up to|maximum of|max\.?|around|about|approximately|approx\.?|roughly|circa|ca\.?|nearly"
    r"|almost|some|between|exactly|only|just)\s+|[~≈≥≤<>]=?\s*)?"
)
_AFTER = (
    r"(?P<after>\s*\+(?!\d)"
    r"|(?P<noun>\s+[\w-]+(?:\s+[\w-]+){0,2}?)?,?\s+(?:or|and)\s+(?:more|fewer|less|greater|higher|above"
    r"|over|below|under|up|older|younger|longer|shorter|later|earlier)\b"
    r"|(?P<noun2>\s+(?!(?:and|or|but|nor)\b)[\w-]+)?"
    r"\s+(?:at least|at most|minimum|maximum)\b(?!\s*[\d$€£¥₹]))?"
)
_UNITS = (
    r"(?:\s?(?P<unit>%|percent\b|per cent\b|km²|km2|m²|m2|square (?:kilomet|met)(?:re|er)s?"
    r"|sq\.? ?km"
    r"|kilomet(?:re|er)s?\b|met(?:re|er)s?\b|km\b|cm\b|mm\b|miles?\b|feet\b|ft\b|kg\b|tonnes?\b"
    r"|kilograms?\b|milligrams?\b|grams?\b|lbs?\b|mcg\b|µg\b|mg\b|g\b|m\b|°c|hectares?\b|ha\b"
    r"|acres?\b|hours?\b|hrs?\b|h\b|minutes?\b|mins?\b|seconds?\b"
    r"|days?\b|weeks?\b|months?\b|years?\b|hectolit(?:re|er)s?\b|lit(?:re|er)s?\b|hl\b|ml\b"
    r"|km/h\b|mph\b"
    r"|dollars?\b|euros?\b|usd\b|eur\b|gbp\b|chf\b|pounds\b|yen\b|rupees\b|mw\b|gw\b|kw\b))?"
)
_QUANTITY = re.compile(
    _BEFORE
    + _NUMBER.format(n=1)
    + r"(?:\s?(?:-|–|—|to|and(?=\s))\s?(?=[\d$€£¥₹a-z])"
    + _NUMBER.format(n=2)
    + r")?"
    + _UNITS
    + _AFTER,
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"more than|greater|higher|larger than|longer|older|above|over|exceed|excess|upwards|^>\s*$"
    r"|wider|deeper|heavier|taller|faster|bigger|stronger|further|farther"
)
_NOT_THAN = re.compile(r"^(?:no|not) (?P<than>(?!more|less|fewer)\w+ than)$")
_AT_LEAST = re.compile(r"at least|no fewer|no less|not less|not fewer|min|from|starting|≥|>=")
_BELOW = re.compile(
    r"^(?:fewer|less|under|below|lower|smaller|shorter|younger|lighter"
    r"|narrower|cheaper|slower|earlier)|^<\s*$"
)
_AT_MOST = re.compile(r"at most|no more|not more|up to|max|≤|<=")
_HEDGE = re.compile(r"around|about|approx|roughly|circa|ca\b|nearly|almost|some|[~≈]")
_UNIT_NAMES = {"percent": "%", "per cent": "%", "ft": "feet", "mins": "minute", "min": "minute"}
_UNIT_NAMES |= {"hr": "hour", "hrs": "hour", "h": "hour", "lbs": "lb", "foot": "feet"}
_UNIT_NAMES |= {"km2": "km²", "m2": "m²", "sq km": "km²", "sqkm": "km²", "sq. km": "km²"}
HEDGE_SHARE = 0.1  # 'around 50' is 45..55: how far people round, not a measured figure


def quantities_in(text: str) -> list[Quantity]:
    """All numbers of `text` as intervals, in order. Years and dates are read like any number."""
    return list(_found(text))


@lru_cache(maxsize=16384)
def _found(text: str) -> tuple[Quantity, ...]:
    found = [q for m in _QUANTITY.finditer(text) if (q := _quantity(m)) is not None]
    return tuple(_joined_bounds(text, found)) if len(found) > 1 else tuple(found)


_BETWEEN_BOUNDS = re.compile(r"\s*(?:[\w-]+\s+){0,2}?(?:,\s*)?(?:and|but|nor|,)\s*", re.IGNORECASE)


def _joined_bounds(text: str, found: list[Quantity]) -> list[Quantity]:
    """'at least 3 and at most 6' is one interval."""
    joined = [found[0]]
    for q in found[1:]:
        last = joined[-1]
        a, b = last.interval, q.interval
        opposed = (a.high == math.inf and b.low == -math.inf) or (
            a.low == -math.inf and b.high == math.inf
        )
        between = text[last.end : q.start]
        if not (last.bounded and q.bounded and opposed and _BETWEEN_BOUNDS.fullmatch(between)):
            joined.append(q)
            continue
        low, high = (a, b) if a.high == math.inf else (b, a)
        both = Interval(low.low, high.high, low.open_low, high.open_high)
        joined[-1] = Quantity(both, last.start, q.end, q.unit or last.unit, False, True)
    return joined


# Unit → (dimension, how many of the dimension's base units): metre, kilogram, minute, litre, …
_BASE_UNITS = {
    "meter": ("length", 1.0), "m": ("length", 1.0), "km": ("length", 1e3),
    "kilometer": ("length", 1e3), "cm": ("length", 0.01), "mm": ("length", 0.001),
    "mile": ("length", 1609.344), "feet": ("length", 0.3048),
    "kg": ("mass", 1.0), "kilogram": ("mass", 1.0), "g": ("mass", 1e-3), "gram": ("mass", 1e-3),
    "mg": ("mass", 1e-6), "milligram": ("mass", 1e-6), "mcg": ("mass", 1e-9),
    "µg": ("mass", 1e-9), "lb": ("mass", 0.45359237), "tonne": ("mass", 1e3),
    "second": ("time", 1 / 60), "minute": ("time", 1.0), "hour": ("time", 60.0),
    "day": ("time", 1440.0), "week": ("time", 10080.0), "month": ("time", 43830.0),
    "year": ("time", 525960.0),
    "m²": ("area", 1.0), "square meter": ("area", 1.0), "hectare": ("area", 1e4),
    "ha": ("area", 1e4), "km²": ("area", 1e6), "square kilometer": ("area", 1e6),
    "acre": ("area", 4046.8564), "litre": ("volume", 1.0), "liter": ("volume", 1.0),
    "ml": ("volume", 1e-3),
    "hl": ("volume", 100.0),
    "hectolitre": ("volume", 100.0), "hectoliter": ("volume", 100.0),
    "kw": ("power", 1.0), "mw": ("power", 1e3), "gw": ("power", 1e6),
    "km/h": ("speed", 1.0), "mph": ("speed", 1.609344),
}  # fmt: skip


def dimension_of(unit: str) -> str:
    """What a unit measures ('length'); a currency or '%' is its own; '' for none."""
    return _BASE_UNITS[unit][0] if unit in _BASE_UNITS else unit


def in_base_unit(interval: Interval, unit: str) -> Interval:
    """`interval` of `unit` in its dimension's base unit, so that 4 km and 4,000 m compare."""
    if unit not in _BASE_UNITS:
        return interval
    by = _BASE_UNITS[unit][1]
    ends = round(interval.low * by, 9), round(interval.high * by, 9)
    return Interval(*ends, interval.open_low, interval.open_high)


def _quantity(match: re.Match[str]) -> Quantity | None:
    first = _number(match, 1)
    if first is None:
        return None
    before = (match["before"] or "").strip().lower()
    after = (match["after"] or "").strip().lower()
    second = _number(match, 2)
    interval, hedged = _interval(first, second, before, after, match)
    start = match.end("before") if before in ("", "some", "only", "just") else match.start()
    return Quantity(
        interval,
        max(start, match.start()),
        match.end(),
        _unit(match),
        hedged,
        bounded=bool(second is not None or after or (before and not hedged)),
    )


def _number(match: re.Match[str], n: int) -> float | None:
    if word := match[f"word{n}"]:
        scale = (match[f"wscale{n}"] or "").strip().lower()
        return _SMALL[word.lower()] * ({"hundred": 100.0} | _SCALES).get(scale, 1.0)
    digits = match[f"num{n}"]
    if digits is None:
        return None
    return _digits(digits) * _SCALES.get((match[f"scale{n}"] or "").strip().lower(), 1.0)


def _digits(text: str) -> float:
    if re.fullmatch(r"-?\d{1,3}(?:[, \u00a0\u202f']\d{3})+(?:\.\d+)?", text):
        return float(re.sub(r"[, \u00a0\u202f']", "", text))
    return float(text.replace(",", "."))  # a single comma not before three digits is a decimal one


def _interval(
    first: float, second: float | None, before: str, after: str, match: re.Match[str]
) -> tuple[Interval, bool]:
    if second is not None:
        scale = (match["scale2"] or "").strip().lower()
        if scale and not match["scale1"] and first < second:
            first *= _SCALES.get(scale, 1.0)  # '10-50 million'
        return Interval(min(first, second), max(first, second)), False
    if after:
        up = re.search(
            r"\+|more|greater|higher|above|over|up$|older|longer|later|at least|minimum", after
        )
        return (Interval(low=first) if up else Interval(high=first)), False
    if negated := _NOT_THAN.match(before):
        low = bool(_BELOW.match(negated["than"]))
        return (Interval(low=first) if low else Interval(high=first)), False
    if _AT_LEAST.search(before):
        return Interval(low=first), False
    if _AT_MOST.search(before):
        return Interval(high=first), False
    if _ABOVE.search(before):
        return Interval(low=first, open_low=True), False
    if _BELOW.search(before):
        return Interval(high=first, open_high=True), False
    if before and _HEDGE.search(before):
        width = abs(first) * HEDGE_SHARE
        return Interval(first - width, first + width), True
    return Interval(first, first), False


CURRENCIES = frozenset(_CURRENCIES.values())


def _unit(match: re.Match[str]) -> str:
    currency = (match["cur1"] or match["cur2"] or "").strip().lower()
    if currency:
        return _CURRENCIES[currency]
    unit = re.sub(r"\s+", " ", (match["unit"] or "").lower())
    if unit in _CURRENCIES:
        return _CURRENCIES[unit]
    unit = unit.replace("metre", "meter")
    unit = _UNIT_NAMES.get(unit, unit)
    return unit[:-1] if len(unit) > 3 and unit.endswith("s") else unit
