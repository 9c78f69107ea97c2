"""How a thing may be had: 'without a prescription' is a way of supply, and no denial of one."""

from __future__ import annotations

import re
from dataclasses import replace

from netnew.judges.rules.attributes import features
from netnew.judges.rules.parsing import patterns
from netnew.judges.rules.parsing.fields import field_of
from netnew.judges.rules.predicate import (
    DateIs,
    Field,
    NumberIs,
    Predicate,
    Quantifier,
    Stated,
    TermIs,
)
from netnew.text.dates import bounds_in, dates_in
from netnew.text.quantities import CURRENCIES, Quantity, dimension_of, quantities_in
from netnew.text.tokens import fold, stem

_FREELY = re.compile(r"\bwithout (?:an? )?prescription\b|\bover[ -]the[ -]counter\b", re.IGNORECASE)
_PRESCRIBED = re.compile(
    r"\bprescription is (?:needed|required)\b|\bprescription[ -]only\b"
    r"|\b(?:only|requires?|needs?)\b.*\bprescription\b",
    re.IGNORECASE,
)
_WAYS = (
    (_FREELY, ("over the counter", "without a prescription")),
    (_PRESCRIBED, ("prescription only", "with a prescription")),
)


def supply_in_clause(text: str) -> Predicate | None:
    """The way of supply that a clause asks for, None where it speaks of none."""
    for pattern, values in _WAYS:
        if pattern.search(text):
            how = Quantifier.NONE if " not " in text else Quantifier.ANY
            return TermIs(Field("prescription", frozenset({"@prescription"})), values, how)
    return None


def _quantity(text: str) -> Quantity | None:
    dates = dates_in(text)
    found: list[Quantity] = []
    for q in quantities_in(text):
        if any(q.start < d.end and d.start < q.end for d in dates) and not _counts(text, q):
            continue
        if not q.bounded and (q.start and text[q.start - 1] in "-/"):
            continue
        if _ONE_OF.match(text[q.start :].lstrip()):
            continue
        found.append(q)
    return next((q for q in found if q.bounded), found[0] if found else None)


_ONE_OF = re.compile(r"(?:at least |any )?(?:one|two|three) (?:or more )?of\b", re.IGNORECASE)


def _counts(text: str, q: Quantity) -> bool:
    """'more than 2000 employees' counts, 'before 2021-01-01' and '2021 or later' do not."""
    if q.unit not in ("", "year"):
        return True
    after = re.match(r"\s+(?P<w>[a-z]{3,})", text[q.end :])
    return q.bounded and bool(after) and "-" not in text[q.start : q.end]


def _number_of_any(of: re.Match[str], subjects: frozenset[str]) -> Predicate | None:
    """'at least one of its towers is higher than 100 m'."""
    inner = number_in_clause(f"its {of['f']} is {of['v']}", subjects)
    if of["q"].lower().startswith(("none", "all", "each")) or not isinstance(inner, NumberIs):
        return None
    return replace(inner, any_of=True)


def _field_of_unit(field: Field, q: Quantity, before: str, noun: str) -> Field:
    """The field that the unit means ('is 120 m long': its length), else `field`."""
    if len(q.unit) == 3 and q.unit in CURRENCIES and not any(f[0] == "@" for f in field.features):
        field = Field(field.text, _MONEY)
    if q.unit and (measured := _measured(before, q)):
        field = Field(measured, frozenset({"@" + measured}))
    if q.unit and (named := _ADJECTIVES.get(noun)):
        field = Field(named, frozenset({"@" + named}))
    elif dimension_of(q.unit) == "time" and (of := _LASTING.match(before)):
        field = Field(before, features(of["f"]) | {"@length"})
    return field


def number_in_clause(text: str, subjects: frozenset[str]) -> Predicate | None:
    if of := patterns.OF_FIELD.match(text):
        return _number_of_any(of, subjects)
    text = _GLOSS.sub("", text)
    q = _quantity(text)
    if q is None:
        return None
    after = re.split(r",|\b(?:in|on|at|for|per|since|from)\b", text[q.end :])[0].strip()
    inside = re.search(r"\d[\d,.]*\s+(?P<n>[a-z][a-z -]*?),?\s+(?:or|and)\s", text[q.start : q.end])
    after = re.sub(r"^(?:of|the)\s+", "", after)
    before = re.sub(
        rf"\b(?:{patterns.BE}|has|have|a|an|of|the|with|there)\b", " ", text[: q.start], flags=re.I
    )
    before = " ".join(w for w in before.split() if stem(fold(w)) not in subjects)
    noun = after or (inside["n"] if inside else "")
    if re.fullmatch(r"(?:at least one|one or more)", text[q.start : q.end].strip(), re.I) and noun:
        return Stated(field_of(_participle_off(noun)))
    if not q.bounded and q.interval.is_point and not noun and not q.unit and not before:
        return None
    if not q.bounded and not re.search(
        r"\b(?:has|have|exactly|of|is|are|costs?|covers?|pays?|finances?|funds?|reimburses?)\s+(?:exactly\s+)?$",
        text[: q.start + 1],
    ):
        return None
    if noun in ("times", "in total", "altogether", "overall"):
        noun = ""
    asked = noun if features(noun) else f"{before} {noun}"
    if q.unit and features(before) & {f for f in features(before) if f[0] == "@"}:
        asked = f"{before} {noun}"
    if not q.unit and features(before) and _IS.search(text[: q.start + 1]):
        asked = before  # 'its annual output is 5,000 crates': what it is counted in is no field
    field = field_of(_participle_off(asked))
    per = re.match(
        r"^\s*[a-z -]+?\s+per\s+(?!year|day|week|month|annum|hour|person)", text[q.end :]
    )
    if per:  # '15 students per member of staff' is a ratio of the two
        field = Field(text[q.end :].strip(), features(text[q.end :]) - {"@network"} | {"@ratio"})
    if q.unit == "%" and (of := re.match(r"^\s*of\s+.+$", text[q.end :])):
        field = field_of(re.sub(r"^\s*of the\s+", "of the ", of.group().strip()))
    field = _field_of_unit(field, q, before, noun)
    if not field.features:
        found = [c for w, c in patterns.COMPARATIVES.items() if w in text[q.start : q.end].lower()]
        field = Field(found[0], frozenset({"@" + found[0]})) if found else field_of(text[: q.start])
    return NumberIs(field, q.interval, q.unit) if field.features else None


_IS = re.compile(r"\b(?:is|are|was|were)\s+$")
_ADJECTIVES = {
    "long": "length", "high": "height", "tall": "height", "deep": "depth", "heavy": "weight",
}  # fmt: skip
_LASTING = re.compile(r"^(?P<f>.+?)\s+(?:lasts?|takes?|runs?)(?:\s+for)?$")
_GLOSS = re.compile(r"\s*\(\d[^()]*\)")  # 'two years (24 months) or more'
_MONEY = frozenset({"@amount", "@price", "@funding"})
_STANDS = re.compile(r"^(?:lies?|stands?|sits?|is|situated|located|rises?|reaches|\s)*$")
_MEASURED = {"mass": "weight", "time": "length", "area": "area", "speed": "speed"}
_WEAK = re.compile(
    r"^(?:weighs?|costs?|lasts?|takes?|measures?|covers?|runs?|goes|moves|flies|long|\s)*$"
)


def _measured(before: str, q: Quantity) -> str:
    """What a number with a unit measures where only a weak verb says so: 'lies below 500 metres'
    is a height, 'weighs' and 'covers' go by the unit."""
    dimension = dimension_of(q.unit)
    if dimension == "length" and before and _STANDS.match(before):
        return "height"
    if before and _WEAK.match(before):
        return _MEASURED.get(dimension, "price" if len(q.unit) == 3 else "")
    return ""


def _participle_off(text: str) -> str:
    return re.sub(rf"\s+(?:{patterns.BE})\s+\w+(?:ed|en)\b.*$", "", text).strip()


def date_in_clause(text: str, subjects: frozenset[str]) -> Predicate | None:
    bound = bounds_in(text)
    if bound is None:
        return None
    around = text[: bound.start] + " " + text[bound.end :]
    around = re.sub(
        rf"\b(?:{patterns.BE}|took part in|in|on|of the year|the years?)\b", " ", around
    )
    words = [w for w in around.split() if stem(fold(w)) not in subjects]
    field = field_of(" ".join(words))
    return DateIs(field, bound) if field.features else None
