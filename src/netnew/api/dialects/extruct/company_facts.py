"""What a page says of a company in its own words, as plain values: the year it began, how many
people it has, where it is at home."""

from __future__ import annotations

import math
import re

from netnew.text.dates import dates_in
from netnew.text.place_names import COUNTRIES
from netnew.text.places import PlaceMention, places_in
from netnew.text.quantities import quantities_in

_CODE = re.compile(r"[A-Z]{2}")
_CODES_OF_STATES = frozenset({"US", "CA"})  # where a state's code is a name in itself


def year_in(text: str) -> int | None:
    """The one year of the first date of `text`: 2012 for '1 May 2012' and for 'around 2012', None
    for 'in the 1990s'."""
    found = dates_in(text)
    if not found or found[0].first.year != found[0].last.year:
        return None
    return found[0].first.year


def headcount_in(text: str) -> tuple[int, int | None] | None:
    """How many people `text` says there are: (fewest, most), most being None for 'and more'. 'About
    40' is 40. None where it names no number, or several."""
    found = quantities_in(text)
    if len(found) != 1:
        return None
    interval, hedged = found[0].interval, found[0].hedged
    if hedged and math.isfinite(interval.low) and math.isfinite(interval.high):
        middle = round((interval.low + interval.high) / 2)
        return (middle, middle)
    low = max(1, math.floor(interval.low) + interval.open_low) if interval.low > 0 else 1
    if interval.high == math.inf:
        return (low, None)
    high = math.ceil(interval.high) - interval.open_high
    return (low, high) if high >= low else None


def country_in(text: str) -> str | None:
    """The English name of the one country that `text` names, by a code too ('DE'); None where it
    names none, or several."""
    bare = text.strip()
    if _CODE.fullmatch(bare):
        known = COUNTRIES.get(bare)
        return None if known is None else known[1]
    return _only([m for m in places_in(text) if m.place.kind == "country" and not m.demonym])


def state_in(text: str, country: str | None) -> str | None:
    """The state or province that `text` names, in its words where they are a name. A code is one
    only in a country whose states go by their codes."""
    bare = text.strip()
    if not re.fullmatch(r"[A-Z]{2,3}", bare):
        return bare or None
    code = next((c for c, known in COUNTRIES.items() if known[1] == country), "")
    if code not in _CODES_OF_STATES:
        return None
    named = places_in(f"Town, {bare}, {country}")
    states = [m for m in named if m.place.kind == "state" and m.place.country == code]
    return _only(states)


def _only(named: list[PlaceMention]) -> str | None:
    names = {m.place.name for m in named}
    return names.pop() if len(names) == 1 else None
