"""Dates in text, as spans of days."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from netnew.text.quantities import Interval

_MONTHS = {
    m: i
    for i, m in enumerate(
        """january february march april may june july august september october november
        december""".split(),  # noqa: SIM905
        1,
    )
}
_MONTHS |= {m[:3]: i for m, i in _MONTHS.items()} | {"sept": 9}
_SEASONS = {"winter": "winter", "spring": "spring", "summer": "summer", "fall": "fall"}
_SEASONS |= {
    "autumn": "fall",
    "w": "winter",
    "s": "summer",
    "f": "fall",
    "sp": "spring",
    "x": "spring",
}
# A season names its cohort's months on the northern half of the earth; winter is that year's start.
_SEASON_MONTHS = {"winter": (1, 3), "spring": (4, 6), "summer": (6, 8), "fall": (9, 11)}


@dataclass(frozen=True, slots=True)
class DateSpan:
    """The days `first`..`last`, both included; `season` of that year where one is named."""

    first: date
    last: date
    start: int = 0
    end: int = 0
    season: str = ""

    @property
    def interval(self) -> Interval:
        return Interval(self.first.toordinal(), self.last.toordinal())

    @property
    def year(self) -> int:
        return self.first.year


def year_span(year: int, start: int = 0, end: int = 0) -> DateSpan:
    return DateSpan(date(year, 1, 1), date(year, 12, 31), start, end)


_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]{0,6}\.?"
_YEAR = r"(?:1[0-9]|20|21)\d\d"
_DATE = re.compile(
    rf"\b(?P<iso_y>{_YEAR})-(?P<iso_m>\d\d)-(?P<iso_d>\d\d)(?:T[\d:.Z+-]+)?"
    rf"|\b(?P<sl_y>{_YEAR})/(?P<sl_m>\d\d?)/(?P<sl_d>\d\d?)\b"
    rf"|\b(?P<dm_d>\d\d?)(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<dm_m>{_MONTH}),?\s+(?P<dm_y>{_YEAR})\b"
    rf"|\b(?P<md_m>{_MONTH})\s+(?P<md_d>\d\d?)(?:st|nd|rd|th)?,?\s+(?P<md_y>{_YEAR})\b"
    rf"|\b(?P<my_m>{_MONTH}),?\s+(?:of\s+)?(?P<my_y>{_YEAR})\b"
    rf"|\b(?P<im_y>{_YEAR})-(?P<im_m>0[1-9]|1[0-2])\b(?!-)"
    rf"|\bQ(?P<q_n>[1-4])[\s,/-]*(?P<q_y>{_YEAR})\b|\b(?P<q2_y>{_YEAR})\s*-?Q(?P<q2_n>[1-4])\b"
    rf"|\b(?P<se_n>winter|spring|summer|fall|autumn)(?:\s+of)?,?\s+(?P<se_y>{_YEAR})\b"
    r"|\b(?P<sc_n>[WSFX]|Sp)'?(?P<sc_y>\d\d)\b"
    rf"|\b(?P<dec_y>{_YEAR})s\b"
    r"|\b(?P<cen>1\d|20|21)(?:st|th)[\s-]century\b"
    rf"|(?<![\w.,$€£#/-])(?P<y>{_YEAR})(?![\w%]|[.,]\d|-\d)"
    rf"|(?<=[-–/])(?P<y2>{_YEAR})(?![\w%]|[.,]\d|-\d)|\b(?P<y3>{_YEAR})(?=[-–]{_YEAR})",
    re.IGNORECASE,
)


def dates_in(text: str) -> list[DateSpan]:
    """All dates of `text`, in order: days, months, quarters, seasons, years, decades."""
    return list(_found(text))


@lru_cache(maxsize=16384)
def _found(text: str) -> tuple[DateSpan, ...]:
    return tuple(d for m in _DATE.finditer(text) if (d := _span(m)) is not None)


def _span(m: re.Match[str]) -> DateSpan | None:
    start, end = m.span()
    for kind in ("iso", "sl", "dm", "md"):
        if m[f"{kind}_y"]:
            return _day(int(m[f"{kind}_y"]), m[f"{kind}_m"], int(m[f"{kind}_d"]), start, end)
    for kind in ("my", "im"):
        if m[f"{kind}_y"]:
            return _months(int(m[f"{kind}_y"]), month := _month(m[f"{kind}_m"]), month, start, end)
    for kind in ("q", "q2"):
        if m[f"{kind}_y"]:
            last = 3 * int(m[f"{kind}_n"])
            return _months(int(m[f"{kind}_y"]), last - 2, last, start, end)
    if m["se_y"] or m["sc_y"]:
        if m["sc_y"] and not m["sc_n"][0].isupper():
            return None
        season = _SEASONS[(m["se_n"] or m["sc_n"]).lower()]
        year = int(m["se_y"]) if m["se_y"] else 2000 + int(m["sc_y"])
        return _months(year, *_SEASON_MONTHS[season], start, end, season)
    if m["cen"]:
        century = int(m["cen"])
        return DateSpan(date(100 * century - 99, 1, 1), date(100 * century, 12, 31), start, end)
    if m["dec_y"]:
        year = int(m["dec_y"])
        return DateSpan(date(year, 1, 1), date(year + 9, 12, 31), start, end)
    return year_span(int(m["y"] or m["y2"] or m["y3"]), start, end)


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS.get(text.lower().rstrip(".")[:3], 0)


def _day(year: int, month_text: str, day: int, start: int, end: int) -> DateSpan | None:
    try:
        the_day = date(year, _month(month_text), day)
    except ValueError:
        return None
    return DateSpan(the_day, the_day, start, end)


def _months(
    year: int, first: int, last: int, start: int, end: int, season: str = ""
) -> DateSpan | None:
    if not (1 <= first <= last <= 12):
        return None
    days = monthrange(year, last)[1]
    return DateSpan(date(year, first, 1), date(year, last, days), start, end, season)


@dataclass(frozen=True, slots=True)
class DateBound:
    """A wanted period: any of `spans` ('in 2020 or 2021'), or the days of `interval`."""

    interval: Interval
    spans: tuple[DateSpan, ...]
    start: int
    end: int
    season: str = ""


_BEFORE = re.compile(
    r"(?P<op>on or after|on or before|not before|not after|no later than|no earlier than|before"
    r"|prior to|earlier than|older than|up to|until|till|by|after|later than|newer than|since|from"
    r"|between|as of|starting(?: in)?|at the latest in|during|within|of the years?|in the years?|in"
    r"|on|of)\s+(?:the\s+)?(?:years?\s+|batch(?:es)?\s+)?(?:of\s+|in\s+)?$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"^,?\s*(?:or|and)\s+(?P<dir>later|after|newer|afterwards|onwards?|since|thereafter|earlier"
    r"|before|older|up)\b|^\s*(?P<on>onwards?)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:in|within|during|over)?\s*the\s+(?:last|past)\s+(?P<n>\d+|two|three|four|five|six|seven"
    r"|eight|nine|ten|twelve)?\s*(?P<u>day|week|month|year)s?\b",
    re.IGNORECASE,
)
_THIS = re.compile(r"\b(?P<w>this|last|the current|the previous)\s+(?P<u>year|month)\b", re.I)
_COUNT = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_COUNT |= {"ten": 10, "twelve": 12}
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30.44, "year": 365.25}
_FORWARD = (
    "later",
    "after",
    "newer",
    "afterwards",
    "onward",
    "onwards",
    "since",
    "thereafter",
    "up",
)


def bounds_in(text: str, today: date | None = None) -> DateBound | None:
    """The period that a condition asks for, None where `text` names no date.

    'before 2021', 'on or after 2024-01-01', '2021 or later', 'in 2020 or 2021', 'from 2018 to
    2020', and relative to `today` 'in the last two years', 'this year'. 'after 2020' begins on the
    first day of 2021; 'since 2020' on the first of 2020.
    """
    spans = dates_in(text)
    if not spans:
        return _relative(text, today) if today else None
    first, last = spans[0], spans[-1]
    op_match = _BEFORE.search(text[: first.start])
    op = op_match["op"].lower() if op_match else ""
    start = op_match.start() if op_match else first.start
    after = _AFTER.match(text[last.end :])
    if after:
        forward = bool(after["on"]) or after["dir"].lower() in _FORWARD
        interval = (
            Interval(low=first.first.toordinal())
            if forward
            else Interval(high=first.last.toordinal())
        )
        return DateBound(interval, (), start, last.end + after.end())
    if (
        len(spans) >= 2
        and op in ("from", "between", "since", "of", "in", "")
        and _is_range(text[first.end : spans[1].start], op)
    ):
        interval = Interval(first.first.toordinal(), last.last.toordinal())
        return DateBound(interval, (), start, last.end)
    if interval_of := _open_interval(op, first):
        return DateBound(interval_of, (), start, first.end)
    hull = Interval(min(s.first.toordinal() for s in spans), max(s.last.toordinal() for s in spans))
    season = first.season if len(spans) == 1 else ""
    return DateBound(hull, tuple(spans), start, last.end, season)


def _is_range(between: str, op: str) -> bool:
    joint = between.strip().lower()
    return joint in ("to", "-", "–", "until", "through", "till") or (
        op == "between" and joint == "and"
    )


def _open_interval(op: str, span: DateSpan) -> Interval | None:
    if op in ("on or after", "not before", "no earlier than", "since", "from", "starting", "as of"):
        return Interval(low=span.first.toordinal())
    if op.startswith("starting"):
        return Interval(low=span.first.toordinal())
    if op in ("on or before", "not after", "no later than", "up to", "until", "till", "by"):
        return Interval(high=span.last.toordinal())
    if op in ("before", "prior to", "earlier than", "older than"):
        return Interval(high=span.first.toordinal() - 1)
    if op in ("after", "later than", "newer than"):
        return Interval(low=span.last.toordinal() + 1)
    return None


def _relative(text: str, today: date | None) -> DateBound | None:
    if today is None:
        return None
    if match := _RELATIVE.search(text):
        number = match["n"]
        count = 1 if number is None else _COUNT.get(number.lower()) or int(number)
        first = today - timedelta(days=round(count * _UNIT_DAYS[match["u"].lower()]))
        interval = Interval(first.toordinal(), today.toordinal())
        return DateBound(interval, (), match.start(), match.end())
    if match := _THIS.search(text):
        back = match["w"].lower() in ("last", "the previous")
        if match["u"].lower() == "year":
            span: DateSpan | None = year_span(today.year - back)
        else:
            day = today.replace(day=1) - timedelta(days=1 if back else 0)
            span = _months(day.year, day.month, day.month, 0, 0)
        if span:
            return DateBound(span.interval, (span,), match.start(), match.end())
    return None
