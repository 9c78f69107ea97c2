"""Places named in text: countries, states, cities and regions, and what lies within what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from netnew.text.place_names import CITIES, COUNTRIES, REGIONS, STATES
from netnew.text.tokens import fold


@dataclass(frozen=True, slots=True)
class Place:
    """A place. `kind`: 'region', 'country', 'state' or 'city'. `country` is an ISO code ('' for a
    region), `state` the state's code within it ('' where none is known). `uncertain`: the name has
    another reading too ('Georgia') that the text did not rule out."""

    name: str
    kind: str
    country: str = ""
    state: str = ""
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """`text[start:end]` names `place`. `demonym`: by its people's word ('German')."""

    start: int
    end: int
    place: Place
    demonym: bool = False


def _readings() -> dict[str, tuple[tuple[Place, bool], ...]]:
    found: dict[str, list[tuple[Place, bool]]] = {}

    def add(name: str, place: Place, demonym: bool = False) -> None:
        readings = found.setdefault(fold(name), [])
        if (place, demonym) not in readings:
            readings.append((place, demonym))

    for code, (_, name, aliases, demonyms) in COUNTRIES.items():
        for alias in (name, *aliases):
            add(alias, Place(name, "country", code))
        for demonym in demonyms:
            add(demonym, Place(name, "country", code), True)
    for name, (region_aliases, _codes) in REGIONS.items():
        for alias in (name, *region_aliases):
            add(alias, Place(name, "region"), alias.endswith(("an", "ean", "ern", "ic")))
    for (country, state), name in STATES.items():
        add(name, Place(name, "state", country, state))
    for spelling, (name, country, state) in CITIES.items():
        add(spelling, Place(name, "city", country, state))
    return {k: tuple(v) for k, v in found.items()}


_READINGS = _readings()
_LONGEST = max(len(k.split()) for k in _READINGS)
# Two-letter codes count only after a comma ('Palo Alto, CA') or alone in a field.
_CODES = {code: Place(name, "state", c, code) for (c, code), name in STATES.items() if c == "CA"}
_CODES |= {code: Place(name, "state", c, code) for (c, code), name in STATES.items() if c == "US"}
_WORD = re.compile(r"[^\W_](?:[\w'’]|[.-](?=\w))*\.?")
# Words that are places only when written as one: 'us', 'turkey', 'reading', 'chad', 'mali'.
_LOWER_TOO = frozenset({"usa", "uk"})


@lru_cache(maxsize=16384)
def places_in(text: str) -> tuple[PlaceMention, ...]:
    """The places of `text`, in order, longest names first, without overlaps.

    Names must begin with a capital. 'Georgia', 'CA' and the like are read by the place that follows
    ('Atlanta, Georgia, USA'; 'Toronto, ON, CA'); where nothing does, `uncertain` is set.
    """
    words = list(_WORD.finditer(text))
    mentions: list[PlaceMention] = []
    at = 0
    while at < len(words):
        found = _longest_name(text, words, at) or _code(text, words, at)
        if found is None:
            at += 1
            continue
        mentions.append(found[0])
        at = found[1]
    return tuple(_settled(text, mentions))


def _longest_name(
    text: str, words: list[re.Match[str]], at: int
) -> tuple[PlaceMention, int] | None:
    first = words[at].group()
    if not first[0].isupper() and first.lower() not in _LOWER_TOO and first.lower() != "the":
        return None
    for size in range(min(_LONGEST, len(words) - at), 0, -1):
        start, end = words[at].start(), words[at + size - 1].end()
        piece = text[start:end]
        key = fold(piece)
        if key in _READINGS and not (key == "us" and "US" not in piece and "U.S" not in piece):
            if piece.endswith(".") and "." not in piece[:-1]:
                end -= 1
            place, demonym = _READINGS[key][0]
            if place.kind == "city" and _goes_on(text, words, at + size):
                continue
            return PlaceMention(start, end, place, demonym), at + size
    return None


def _goes_on(text: str, words: list[re.Match[str]], after: int) -> bool:
    """'Ottawa Hills': a capitalised word directly after, which is no place itself."""
    if after >= len(words) or text[words[after - 1].end() : words[after].start()] != " ":
        return False
    word = words[after].group()
    return word[0].isupper() and word[1:].islower() and fold(word) not in _READINGS


def _code(text: str, words: list[re.Match[str]], at: int) -> tuple[PlaceMention, int] | None:
    word = words[at].group().rstrip(".")
    if len(word) not in (2, 3) or not word.isupper():
        return None
    start = words[at].start()
    before = text[:start].rstrip()
    heads_run = at + 1 < len(words) and _longest_name(text, words, at + 1) is not None
    heads_run = heads_run and text[words[at].end() : words[at + 1].start()].strip() == ","
    if not (before.endswith(",") or len(words) == 1 or heads_run):
        return None
    if place := _CODES.get(word):
        return PlaceMention(start, start + len(word), place), at + 1
    if word in COUNTRIES:
        place = Place(COUNTRIES[word][1], "country", word)
        return PlaceMention(start, start + len(word), place), at + 1
    return None


def _settled(text: str, mentions: list[PlaceMention]) -> list[PlaceMention]:
    """Readings chosen by the place that follows after a comma, from the last to the first."""
    settled: list[PlaceMention] = []
    for mention in reversed(mentions):
        after = settled[-1] if settled else None
        joined = after is not None and re.fullmatch(
            r"\s*,\s*|\s*\(\s*", text[mention.end : after.start]
        )
        outer = after.place if after and joined else None
        if outer and _is_code_elsewhere(text[mention.start : mention.end], mention.place, outer):
            continue  # 'Gurugram, HR, India': a state's code that is some country's code too
        settled.append(_read(text, mention, outer, mentions))
    return settled[::-1]


def _is_code_elsewhere(surface: str, place: Place, outer: Place) -> bool:
    if len(surface) != 2 or not surface.isupper() or outer.kind != "country":
        return False
    same = (c == outer.country and state == surface for c, state in STATES)
    return place.country != outer.country and not any(same)


def _read(
    text: str, mention: PlaceMention, after: Place | None, mentions: list[PlaceMention]
) -> PlaceMention:
    surface = text[mention.start : mention.end]
    if mention.demonym:
        return mention
    readings = [p for p, demonym in _READINGS.get(fold(surface), ()) if not demonym]
    if surface.isupper() and len(surface) in (2, 3):
        readings += [
            Place(name, "state", c, code) for (c, code), name in STATES.items() if code == surface
        ]
        if surface in COUNTRIES and surface not in ("ME", "IN", "IS", "AT", "NO", "SO", "TO", "BE"):
            readings.append(Place(COUNTRIES[surface][1], "country", surface))
    if fold(surface) == "new york":
        readings.append(Place("New York City", "city", "US", "NY"))
    readings = list(dict.fromkeys(readings))
    before = _before(text, mention, mentions)
    if len(readings) < 2:
        place = mention.place
        if place.kind == "city" and after is not None and not _agrees(place, after):
            place = Place(
                place.name, "city", after.country, after.state if after.kind == "state" else ""
            )
        return PlaceMention(mention.start, mention.end, place, mention.demonym)
    fitting = [r for r in readings if after is not None and after != r and _agrees(r, after)]
    if not fitting and before is not None:
        fitting = [r for r in readings if _agrees(before, r) and (r.state or r.kind == "country")]
        same_state = [r for r in fitting if r.state and r.state == before.state]
        fitting = same_state or fitting
    if fitting:
        return PlaceMention(mention.start, mention.end, fitting[0])
    first = readings[0]
    sure = first.kind == "state" and first.name == "New York"
    return PlaceMention(
        mention.start,
        mention.end,
        first if sure else Place(first.name, first.kind, first.country, first.state, True),
    )


def _before(text: str, mention: PlaceMention, mentions: list[PlaceMention]) -> Place | None:
    for other in mentions:
        if other.end <= mention.start and re.fullmatch(r"\s*,\s*", text[other.end : mention.start]):
            return other.place
    return None


def _agrees(inner: Place, outer: Place) -> bool:
    if outer.kind == "country":
        return inner.kind in ("state", "city") and inner.country == outer.country
    if outer.kind == "state":
        return (
            inner.kind == "city"
            and inner.country == outer.country
            and inner.state in ("", outer.state)
        )
    return False


def countries_of(region: str) -> tuple[str, ...]:
    """ISO codes of a region's or country's countries, () where the name is unknown."""
    for place, _ in _READINGS.get(fold(region), ()):
        if place.kind == "region":
            return REGIONS[place.name][1]
        if place.kind == "country":
            return (place.country,)
    return ()


def is_within(place: Place, target: Place) -> bool | None:
    """Whether `place` lies in (or is) `target`; None where that cannot be told.

    A country is not within its state, so 'USA' in 'California' is None: it may be there.
    """
    if place.uncertain or target.uncertain:
        return None
    if target.kind == "region":
        codes = REGIONS[target.name][1]
        if place.kind == "region":
            inner = set(REGIONS[place.name][1])
            return True if inner <= set(codes) else None if inner & set(codes) else False
        return place.country in codes
    if place.kind == "region":
        return None if target.country in REGIONS[place.name][1] else False
    if place.country != target.country:
        return False
    if target.kind == "country":
        return True
    if place.kind == "country":
        return None
    if target.kind == "state":
        return place.state == target.state if place.state else None
    if place.kind == "city":
        return fold(place.name) == fold(target.name)
    return None if place.state in ("", target.state) or not target.state else False
