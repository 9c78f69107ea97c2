"""Where a field says something is, against the places asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from netnew.domain.condition import ConditionOutcome
from netnew.judges.rules.evaluation.fact_selection import FIT, at_sentence
from netnew.judges.rules.facts import FactOrigin
from netnew.judges.rules.finding import Finding, FindingPage, Located, decided, unclear
from netnew.judges.rules.knowledge.statuses import group_of
from netnew.judges.rules.predicate import PlaceIs, Quantifier
from netnew.text.places import Place, PlaceMention, is_within, places_in
from netnew.text.tokens import fold

_NOWHERE = frozenset(
    {"remote", "online", "worldwide", "global", "virtual", "distributed", "anywhere"}
)
_BETWEEN_ITEMS = re.compile(r"\s*(?:;|\||•|\n|\s/\s)\s*")


def place_finding(leaf: PlaceIs, located: Sequence[Located]) -> Finding:
    """The outcome of a place predicate over the facts that may state it."""
    read = [(at, _answers(leaf, at)) for at in located if _speaks_of_place(at)]
    read = [(at, answers) for at, answers in read if answers]
    if not read:
        return unclear("no location is stated")
    if leaf.quantifier is Quantifier.ALL:
        return _all(leaf, read)
    yes = [at for at, answers in read if any(True in a for a in answers)]
    asked = " or ".join(p.name for p in leaf.places)
    if leaf.quantifier is Quantifier.ANY:
        if yes:
            return decided(
                ConditionOutcome.MATCHED, yes[0], f"{yes[0].fact.value[:60]} lies in {asked}"
            )
        return _outside(read, ConditionOutcome.UNMATCHED, asked)
    if leaf.quantifier is Quantifier.NONE:
        if yes:
            return decided(
                ConditionOutcome.UNMATCHED, yes[0], f"{yes[0].fact.value[:60]} lies in {asked}"
            )
        return _outside(read, ConditionOutcome.MATCHED, asked)
    for at, answers in read:
        if all(True in a for a in answers):
            return decided(ConditionOutcome.MATCHED, at, f"all of it lies in {asked}")
        if any(set(a) == {False} for a in answers):
            return decided(ConditionOutcome.UNMATCHED, at, f"some of it lies outside {asked}")
    return unclear("some places are not known")


def _outside(
    read: list[tuple[Located, list[list[bool | None]]]], outcome: ConditionOutcome, asked: str
) -> Finding:
    """No place lies inside: proved by a field that lies outside as a whole."""
    outside = [at for at, answers in read if all(set(a) == {False} for a in answers)]
    if not outside:
        return unclear("the places stated may lie on either side")
    # A field that is only broader ('USA' for 'California') does not contradict; a vague one does.
    vague = [at for at, answers in read if any(None in a for a in answers)]
    if vague and not all(_is_broad(at) for at in vague):
        return unclear("some places are not known")
    return decided(outcome, outside[0], f"{outside[0].fact.value[:60]} lies outside {asked}")


_NOT_WHERE = frozenset(
    {"@founded", "@approved", "@published", "@publisher", "@prescription", "@language", "@eligible",
     "@regions", "@origin", "@producer", "@funder", "@author", "@instruction", "@affiliation",
     "@customers", "@repository", "@discovered", "@enacted", "@destinations", "@former name"}
)  # fmt: skip
_IN_PLACE = re.compile(r"\b(?:in|at)\s+(?:the\s+)?(?=[A-Z])")
_OTHERS = re.compile(
    r"\b(?:took place|takes place|will|would|may|might|was born|visitors from|such as|unlike"
    r"|than|until|used to|formerly"
    r"|if|partners?|another|other|study|paid for|no longer)\b",
    re.IGNORECASE,
)


def places_in_prose(pages: Sequence[FindingPage], about: Callable[[str], bool]) -> list[Located]:
    """Sentences on the entity that say where something of it is: 'You can visit us in Oslo.'"""
    found: list[Located] = []
    for page in pages:
        for sentence in page.facts.sentences:
            text = sentence.text
            if sentence.features & _NOT_WHERE or _OTHERS.search(text) or len(text) > 200:
                continue
            match = _IN_PLACE.search(text)
            if match is None or ": " in text or not about(text) or not places_in(text):
                continue
            value = text[match.end() :].rstrip(". ")
            fact = replace(at_sentence(sentence, page).fact, label="the text", value=value)
            found.append(Located(fact, page, FIT))
    return found


def _is_broad(at: Located) -> bool:
    return all(m.place.kind == "country" for m in places_in(at.fact.value))


_ELSEWHERE = re.compile(
    r"\b(?:nearest|closest|near|distance|birthplace|born|partners?|customers?|markets?)\b", re.I
)


def _speaks_of_place(at: Located) -> bool:
    if _ELSEWHERE.search(at.fact.label):
        return False
    return at.fact.origin is not FactOrigin.PROSE or len(at.fact.value) <= 200


def _all(leaf: PlaceIs, read: list[tuple[Located, list[list[bool | None]]]]) -> Finding:
    for at, answers in read:
        if all(any(a[i] is True for a in answers) for i in range(len(leaf.places))):
            return decided(ConditionOutcome.MATCHED, at, "it names each of them")
    for at, answers in read:
        missing = [i for i in range(len(leaf.places)) if all(a[i] is False for a in answers)]
        if missing:
            return decided(
                ConditionOutcome.UNMATCHED, at, f"it lacks {leaf.places[missing[0]].name}"
            )
    return unclear("the places stated may lie on either side")


def _answers(leaf: PlaceIs, at: Located) -> list[list[bool | None]]:
    """For each place that the fact names: is it within each of those asked for?"""
    value = at.fact.value
    if at.fact.origin is FactOrigin.PROSE:
        value = _first_run(value)
    if group_of(value):
        return []  # 'State: Operating'
    found: list[list[bool | None]] = []
    for piece in _BETWEEN_ITEMS.split(value):
        groups = _groups(piece)
        if not groups:
            if at.fact.origin is not FactOrigin.PROSE and _is_unknown(piece):
                found.append([None] * len(leaf.places))
            continue
        found.extend([_within(group, target) for target in leaf.places] for group in groups)
    return (
        [a for a in found if a]
        if any(a != [None] * len(leaf.places) for a in found) or found
        else []
    )


_GLUE = re.compile(
    r"[\s,;]*(?:and|or|&|in|the)?[\s,;]*(?:the\s+)?(?:[A-Z][a-z]+,\s+|[A-Z]{2},\s+)?\(?"
)


# A name that the gazetteer lacks, before the country it lies in: 'Bad Muskau, Germany'.
_UNKNOWN_TOWN = re.compile(
    r"[A-Z][\w'’.-]+(?:\s(?:[A-Z][\w'’.-]+|d[aeiou]l?|l[ae]|upon|on|am)){0,3},\s"
)


def _first_run(value: str) -> str:
    """The enumeration of places that a sentence's value begins with ('' where it does not)."""
    end = 0
    for mention in places_in(value):
        between = value[end : mention.start]
        if not _GLUE.fullmatch(between) and not (end == 0 and _UNKNOWN_TOWN.fullmatch(between)):
            break
        end = mention.end
    return value[:end]


def _is_unknown(piece: str) -> bool:
    words = fold(piece).split()
    return bool(words) and not set(words) & _NOWHERE


def _groups(text: str) -> list[tuple[Place, ...]]:
    """The places of `text`; 'Oakland, CA, USA' is one, told three times over."""
    groups: list[list[PlaceMention]] = []
    for mention in places_in(text):
        if mention.demonym:
            continue
        last = groups[-1][-1] if groups else None
        joined = last and re.fullmatch(r",\s*|\s*\(\s*|\s+", text[last.end : mention.start])
        if last and joined and _lies_in(last.place, mention.place):
            groups[-1].append(mention)
            continue
        groups.append([mention])
    return [tuple(m.place for m in group) for group in groups]


def _lies_in(inner: Place, outer: Place) -> bool:
    if inner.kind == outer.kind:
        return False
    return is_within(inner, outer) is True


def _within(group: tuple[Place, ...], target: Place) -> bool | None:
    answers = [is_within(place, target) for place in group]
    if True in answers:
        return True
    return None if answers[0] is None and False not in answers else False
