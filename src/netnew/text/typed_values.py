"""What a page says, as a value of an asked format: a number, a date, an address, one of some words.

`value_in` gives the value's text form (`netnew.domain.enrichment.Format` tells those forms), None
where the text is nothing of that format. It never guesses: a range is no number, a decade no date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from netnew.text.dates import DateSpan, dates_in
from netnew.text.quantities import Quantity, dimension_of, in_base_unit, quantities_in
from netnew.text.tokens import fold, split_list

_PLAIN_NUMBER = re.compile(r"\s*-?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*")
_UNIT_ASKED = re.compile(
    r"\b(?:in|as)\s+(?P<said>(?:square\s+)?[^\W\d_][\w²/]*|%|[$€£])|\((?P<bracket>[^()]{1,20})\)"
)
_URL = re.compile(r"https?://[^\s<>\"'“”‘’)\]}|]+", re.IGNORECASE)
_HOST = re.compile(
    r"(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}(?::\d+)?(?:/[^\s<>\"')\]]*)?",
    re.IGNORECASE,
)
_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}(?![\w@-])",
    re.IGNORECASE,
)
_HIDDEN_AT = re.compile(r"\s*[\[({]\s*at\s*[\])}]\s*", re.IGNORECASE)
_HIDDEN_DOT = re.compile(r"\s*[\[({]\s*dot\s*[\])}]\s*", re.IGNORECASE)
_NO = re.compile(
    r"\W*(?:no(?!\.\s?\d)|none|not|never|false|unavailable|without|[✗✘✕×❌])(?!\w)|n$",
    re.IGNORECASE,
)
_YES = re.compile(
    r"\W*(?:yes|true|available|included|includes|supported|offered|provided|always|[✓✔☑✅])(?!\w)"
    r"|y$",
    re.IGNORECASE,
)
_UP_TO = re.compile(r"\s*(?:-|–|—|to|until|till|through)\s*", re.IGNORECASE)


def value_in(format: str, text: str, asked: str = "", options: Sequence[str] = ()) -> str | None:
    """The value of `format` that `text` states, in its text form.

    `asked` is the description of the field (a unit that it names is converted to), `options` the
    words that a value of the format 'options' may be.
    """
    text = text.strip()
    if format == "options":
        return _option(text, options)
    if format == "number":
        return _number(text, asked)
    reader = _READERS.get(format)
    return reader(text) if reader and text else text or None


def _number(text: str, asked: str) -> str | None:
    """The first number of `text`; None where it is but a bound or range, or of another unit."""
    if _PLAIN_NUMBER.fullmatch(text):
        return _digits(float(text))
    found = quantities_in(text)
    if not found or (found[0].bounded and not found[0].hedged):
        return None
    value = (found[0].interval.low + found[0].interval.high) / 2
    if re.search(r"(?<![\w)])[-−]\s?$", text[: found[0].start]):
        value = -value
    unit = _unit_asked(asked)
    if unit and found[0].unit and unit != found[0].unit:
        return _converted(value, found[0], unit)
    return _digits(value)


def _converted(value: float, quantity: Quantity, unit: str) -> str | None:
    """`value` of the quantity's unit in `unit`; None where they do not measure the same."""
    if dimension_of(quantity.unit) != dimension_of(unit):
        return None
    one, stated = in_base_unit(_ONE, unit), in_base_unit(_ONE, quantity.unit)
    return _digits(value * stated.low / one.low) if one.low else None


_ONE = quantities_in("1")[0].interval


def _unit_asked(asked: str) -> str:
    """The unit that a description names ('its length in km', 'height (m)'), '' where none."""
    for match in _UNIT_ASKED.finditer(asked):
        for quantity in quantities_in(f"1 {match['said'] or match['bracket']}"):
            if quantity.unit and dimension_of(quantity.unit):
                return quantity.unit
    return ""


def _digits(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"


def _date(text: str) -> str | None:
    """The first date of `text`; None where it begins a period."""
    found = dates_in(text)
    if not found or (len(found) > 1 and _UP_TO.fullmatch(text[found[0].end : found[1].start])):
        return None
    return _iso(found[0])


def _iso(span: DateSpan) -> str | None:
    """A day, month or year as ISO 8601 has it; a season, decade or century is none of them."""
    first, last = span.first, span.last
    if first == last:
        return first.isoformat()
    if span.season or first.year != last.year:
        return None
    if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
        return str(first.year)
    return f"{first:%Y-%m}" if first.month == last.month else None


def _url(text: str) -> str | None:
    """The first web address of `text`; one that lacks its scheme ('www.x.org') gets https."""
    if match := _URL.search(text):
        return match.group().rstrip(".,;:!?")
    hosts = [m.group().rstrip(".,;:!?") for m in _HOST.finditer(text) if "@" not in m.group()]
    for host in hosts:
        if host == text or host.lower().startswith("www.") or "/" in host:
            return f"https://{host}"
    return None


def _email(text: str) -> str | None:
    found = _EMAIL.search(_HIDDEN_DOT.sub(".", _HIDDEN_AT.sub("@", text)))
    return found.group().strip(".") if found else None


def _boolean(text: str) -> str | None:
    if _NO.match(text):
        return "false"
    return "true" if _YES.match(text) else None


def _option(text: str, options: Sequence[str]) -> str | None:
    """The option that `text` is, or else the only one whose words stand in it."""
    said = f" {fold(text)} "
    for option in options:
        if said.strip() == fold(option):
            return option
    named = [x for x in options if fold(x) and f" {fold(x)} " in said]
    # 'pre seed' names 'seed' too: the longer one is what is meant.
    widest = [x for x in named if not any(x != y and fold(x) in fold(y) for y in named)]
    return widest[0] if len(widest) == 1 else None


def _list(text: str) -> str | None:
    items = [x.replace(";", ",").strip() for x in split_list(text, pairs=True)]
    return "; ".join(dict.fromkeys(x for x in items if x)) or None


_READERS: Mapping[str, Callable[[str], str | None]] = {
    "date": _date,
    "url": _url,
    "email": _email,
    "boolean": _boolean,
    "list": _list,
}
