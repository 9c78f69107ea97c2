"""A field inside an object ('headquarters.city'), and which facts of a page answer it.

A label may spell it out ('Headquarters city'), name the field alone where the object is but a group
of the entity's own fields ('City' in 'contact'), or name the object, whose value then has the
field in it ('Headquarters: Bergen, Norway'). A fact about something else is never taken: 'Email' is
not that of 'ceo'.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from netnew.domain.enrichment import Enrichment, Format
from netnew.judges.rules.attributes import agreement, features
from netnew.judges.rules.facts import Fact
from netnew.judges.rules.parsing.fields import field_of
from netnew.judges.rules.predicate import Field
from netnew.text.places import places_in
from netnew.text.tokens import STOP_WORDS, fold, stem, stems, tokens
from netnew.text.typed_values import value_in

_SPELLED_OUT = 2.0  # beats every agreement, which is 1 at most
_PLACES = {"city": "city", "town": "city", "municipality": "city", "country": "country"}
_PLACES |= {"nation": "country", "state": "state", "province": "state"}
# What schema.org calls the parts of an address, as labels of metadata.
_OF_AN_ADDRESS = {
    "city": "address address locality",
    "state": "address address region",
    "country": "address address country",
}

# Objects that only group fields of the entity itself.
_GROUPING = frozenset(
    stem(w)
    for w in """detail details info information general overview basic basics fact facts profile
    metadata meta data about key main entity organisation organization company""".split()  # noqa: SIM905
)
# Sides of the entity itself: 'location.height' is its own height, but 'contact.name' not its name.
_SIDES = frozenset(
    stem(w)
    for w in """contact contacts place location site link links online web figures legal""".split()  # noqa: SIM905
)
# Fields that are their object itself, by format: 'ceo.name', 'funding.amount'.
_ITSELF = {
    Format.TEXT: frozenset({"name", "title", "who", "what", "value", "text"}),
    Format.NUMBER: frozenset({"amount", "value", "total", "number", "count", "size", "sum"}),
    Format.DATE: frozenset({"date", "year", "when", "since", "day"}),
}


@dataclass(frozen=True, slots=True)
class NestedField:
    """`own`: the field; `told`: its description; `whole`: the innermost object that is more than a
    group of fields, None where all are groups. `around`: the stems of all objects' names."""

    format: Format
    options: tuple[str, ...]
    own: Field
    told: Field
    whole: Field | None
    around: frozenset[str]

    def fit(self, fact: Fact) -> float:
        """How well a fact's label answers the field itself, 0 for not at all."""
        label, own = set(stems(fact.label)), set(stems(self.own.text))
        beside = label - own - {stem(w) for w in STOP_WORDS}
        if own <= label and beside <= self.around and (beside or self._is_the_entitys):
            return _SPELLED_OUT
        if kind := self.place_kind:
            if self._is_the_entitys and fold(fact.label) == _OF_AN_ADDRESS[kind]:
                return _SPELLED_OUT
            return 0.0  # any other label of a place would do; the part is read out of its value
        if self._is_the_entitys:
            if fold(fact.label) == fold(self.told.text):
                return _SPELLED_OUT
            asked = self.own.features or self.told.features
            return agreement(asked, fact.features)
        return self._joint(fact)

    def inside(self, fact: Fact) -> str | None:
        """The field as it stands in the value of a fact about its object, None where it is not."""
        kind = self.place_kind
        holder = self.whole or (self.own if kind else None)
        if holder is None or agreement(holder.features, fact.features) < 0.5:
            return None
        if kind:
            return _place(fact.value, kind)
        if self.format in (Format.URL, Format.EMAIL, Format.OPTIONS):
            return value_in(self.format, fact.value, options=self.options)
        itself = _ITSELF.get(self.format, frozenset())
        return fact.value if set(tokens(self.own.text)) <= itself else None

    @property
    def place_kind(self) -> str:
        """'city', 'country' or 'state' where the field asks for one, else ''."""
        words = tokens(self.own.text)
        return _PLACES.get(words[-1], "") if words and self.format is Format.TEXT else ""

    @property
    def _is_the_entitys(self) -> bool:
        """Whether a fact about the entity itself answers: nothing but groups is around, or what is
        around speaks of the same ('headquarters.city': both are places)."""
        return self.whole is None or bool(self.own.features & self.whole.features)

    def _joint(self, fact: Fact) -> float:
        """A label with something of the field and something of its object: 'Chief executive since'
        for 'ceo.since'."""
        if self.whole is None:
            return 0.0
        own, whole = self.own.features, self.whole.features
        if not (fact.features & own - whole and fact.features & whole - own):
            return 0.0
        return agreement(own | whole, fact.features)


def nested_field(enrichment: Enrichment, entity_type: str) -> NestedField | None:
    """The part that a nested field is, None for a field of the entity itself."""
    told, *around = enrichment.description.split("\n")
    names = enrichment.name.split(".")
    if not around or len(around) != len(names) - 1 or not all(x.startswith("of ") for x in around):
        return None
    outer = [_words(name) for name in names[:-1]]
    own = _words(names[-1])
    groups = _GROUPING | set(stems(entity_type))
    if not set(tokens(own)) <= _ITSELF[Format.TEXT]:
        groups |= _SIDES
    whole = next((x for x in reversed(outer) if not _is_group(x, groups)), None)
    return NestedField(
        enrichment.format,
        enrichment.options,
        field_of(own),
        field_of(told),
        field_of(whole) if whole else None,
        frozenset(s for x in outer for s in stems(x)),
    )


def _words(name: str) -> str:
    """'foundedYear', 'founded_year' → 'founded year'."""
    return re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).strip()


def _is_group(name: str, groups: frozenset[str]) -> bool:
    return all(stem(w) in groups or not features(w) for w in tokens(name))


def _place(text: str, kind: str) -> str | None:
    """The one place of a kind that `text` names, in its words."""
    named = [m for m in places_in(text) if m.place.kind == kind and not m.demonym]
    if len({m.place.name for m in named}) != 1:
        return None
    return text[named[0].start : named[0].end]
