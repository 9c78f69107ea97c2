"""What a clause says that the entity is: 'It is …', 'The museum is …'."""

from __future__ import annotations

import re

from netnew.judges.rules.attributes import features
from netnew.judges.rules.parsing import patterns
from netnew.judges.rules.parsing.fields import field_of
from netnew.judges.rules.parsing.values import pure_places, term
from netnew.judges.rules.predicate import AnyOf, Field, PlaceIs, Predicate, Quantifier, Says, TermIs
from netnew.text.tokens import split_list


def complement(value: str, negated: bool, only: bool = False) -> Predicate | None:
    """'It is …' / 'The museum is …'."""
    if under := re.match(r"^under\s+(?P<v>.+\blicen[sc]e)$", value):
        return term("license", under["v"], negated)
    if re.match(r"^free(?: of charge| to (?:visit|enter|use|attend|join|read)| for .*)?$", value):
        how = Quantifier.NONE if negated else Quantifier.ANY
        return TermIs(Field("price", frozenset({"@price"})), ("free",), how)
    if given := _GIVEN.match(value):
        return term(given["f"], given["v"], negated)
    if match := patterns.PARTICIPLE.match(value):
        return term(match["f"], match["v"], negated, only)
    if (match := patterns.LEVEL.match(value)) and match["noun"].lower() not in ("in", "at"):
        return term(f"{match['noun']} {match['l']}", match["v"], negated)
    if (match := patterns.RELATION.match(value)) and features(match["f"]):
        return term(match["f"], match["v"], negated)
    if match := patterns.OF_KIND.match(value):
        named = features(match["f"])
        in_front = re.match(r"^(?:in|under|of|within|on|at)\b", value)
        if in_front and any(f[0] == "@" for f in named):
            return term(match["f"], value[match.start("v") :], negated)
    places = pure_places(value, True)
    if places and re.match(r"^(?:in|from|outside|within)\b", value):
        how = Quantifier.NONE if negated or value.startswith("outside") else Quantifier.ANY
        return PlaceIs(Field("location", frozenset({"@location"})), places, how)
    if re.match(r"^(?:not|no)\s", value):
        return complement(value.split(" ", 1)[1], not negated)
    field = field_of(value)
    if not field.features:
        return None
    said = Says(field, negated)
    if kinds := _kinds_in(value):
        how = Quantifier.NONE if negated else Quantifier.ANY
        kind = TermIs(Field("kind", frozenset({"@kind", "@category"})), kinds, how)
        return AnyOf((said, kind))
    return said


_GIVEN = re.compile(
    r"^(?P<f>given|taken|administered|applied|supplied|delivered)\s+(?P<v>\w+ly(?:\s+or\s+.+)?)$"
)


def _kinds_in(value: str) -> tuple[str, ...]:
    """'a suspension bridge' may be stated as 'Type: Suspension bridge' or 'Type: Suspension'."""
    found: list[str] = []
    for item in split_list(value) if " or " in value else [value]:
        match = re.match(r"^an?\s+(?P<v>[\w'’-]+(?:\s[\w'’-]+){0,2})$", item)
        if match is None or not match["v"].islower():
            return ()
        words = match["v"].split()
        found += [match["v"], " ".join(words[:-1])] if len(words) > 1 else [match["v"]]
    return tuple(found)
