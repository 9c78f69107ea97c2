"""Numbers and dates of a field against those asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from netnew.judges.rules.attributes import features
from netnew.judges.rules.evaluation.fact_selection import (
    DATE_FIT,
    SURE_FIT,
    UNSURE,
    agreed,
    at_sentence,
    fitting,
    only_of_kind,
)
from netnew.judges.rules.facts import Fact, FactOrigin
from netnew.judges.rules.finding import Finding, FindingPage, Located
from netnew.judges.rules.predicate import DateIs, Field, NumberIs
from netnew.text.dates import DateSpan, dates_in
from netnew.text.quantities import (
    Interval,
    Quantity,
    compare,
    dimension_of,
    in_base_unit,
    quantities_in,
)
from netnew.text.tokens import split_list


def number_finding(
    leaf: NumberIs, pages: Sequence[FindingPage], about: Callable[[str], bool]
) -> Finding:
    located = [at for at in fitting(leaf.field, pages) if at.fact.origin is not FactOrigin.PROSE]
    read = [(numbers_of(leaf, at.fact), at) for at in located]
    found = [(_answer(leaf, told), at) for told, at in read if told]
    if not found:
        found = _numbers_in_prose(leaf, pages, about)
    if not found and not leaf.unit:
        found = _counted(leaf, pages)
    if not found and (only := only_of_kind(leaf.field, pages, lambda f: bool(numbers_of(leaf, f)))):
        found = [(_answer(leaf, numbers_of(leaf, only.fact)), only)]
    return agreed(found, leaf.field.text)


def wanted_of(leaf: NumberIs) -> Interval:
    return in_base_unit(leaf.interval, leaf.unit)


def numbers_of(leaf: NumberIs, fact: Fact) -> list[Interval]:
    """The first number of the fact that measures what is asked, in base units (or all of them)."""
    told_all: list[Interval] = []
    for q in quantities_in(fact.value):
        told = _in_asked_unit(leaf, q, fact.value, fact.label)
        dated = any(_overlap(q, d) for d in dates_in(fact.value))
        if told is None or (dated and not q.unit and (leaf.unit or "-" in fact.value)):
            if leaf.unit:
                continue
            break
        told_all.append(told)
        if not leaf.any_of:
            break
    return told_all


def _answer(leaf: NumberIs, told: list[Interval]) -> bool | None:
    answers = {compare(i, wanted_of(leaf)) for i in told}
    return True if True in answers else None if None in answers else False


def _counted(leaf: NumberIs, pages: Sequence[FindingPage]) -> list[tuple[bool | None, Located]]:
    """A field that lists what is asked to be counted: 'Authors: A. Chen, B. Okoro' are two."""
    found: list[tuple[bool | None, Located]] = []
    for at in fitting(leaf.field, pages, SURE_FIT):
        value = at.fact.value
        if not at.fact.labelled or re.search(r"\d|…|\.\.\.|\bet al\b|\bothers?\b", value):
            continue
        if not at.fact.features <= leaf.field.features:
            continue
        named = split_list(re.sub(r"\s[/+]\s", "; ", value), pairs=True)
        if len(named) == 1 and not at.fact.plural:
            continue
        count = float(len(named))
        found.append((compare(Interval(count, count), leaf.interval), at))
    return found


_BESIDES = re.compile(
    r"\b(?:separately|extra|additional(?:ly)?|in addition|on top|surcharge|deposit|gala)\b",
    re.IGNORECASE,
)
_RATIO = re.compile(
    r"\bratio\b|\bper\s(?!year|annum|day|week|month|season|hour)|"
    r"\bshare of\b|%|\bpercent|\d\s?:\s?\d|\bto staff\b",
    re.IGNORECASE,
)
_COMPACT_METRES = re.compile(r"\d\s?m$")


def _in_asked_unit(leaf: NumberIs, q: Quantity, text: str, label: str = "") -> Interval | None:
    """The quantity in the base unit of what is asked, None where it measures something else.

    '2500m' is metres where a length is asked; a bare number takes the unit of its label
    ('Duration (months)')."""
    asked = dimension_of(leaf.unit)
    unit, interval = q.unit, q.interval
    if not asked and _RATIO.search(f"{label} {text}") and "@ratio" not in leaf.field.features:
        return None
    if "@ratio" in leaf.field.features and not _RATIO.search(f"{label} {text}"):
        return None
    if not asked:  # a count has no unit: '1,790 m' does not count runways
        return interval if unit in ("", "year") else None
    if not unit and leaf.unit == "year" and "ag" in leaf.field.features:
        unit = "year"
    if not unit and asked == "length" and _COMPACT_METRES.search(text[q.start : q.end]):
        unit, interval = "m", Interval(interval.low / 1e6, interval.high / 1e6)
    if not unit and label:
        named = [u.unit for u in quantities_in("1 " + re.sub(r"^.*[(\[,]|^.*\bin\b", "", label))]
        unit = named[0] if named else ""
    if dimension_of(unit) != asked:
        return None
    return in_base_unit(interval, unit)


_LEADS_TO_NUMBER = re.compile(
    r"(?:^|\b(?:has|have|had|is|are|was|were|of|with|counts?|totals?|employs?|seats?|holds?|at|costs?"
    r"|so far|today|now|currently|receives?|received|welcomes?|welcomed|draws?|drew|attracts?"
    r"|attracted|comprises?|contains?|includes?|operates?|measures?|covers?|owns?|runs|weighs?"
    r"|reaches|reached|handles?|handled|serves?|awards?|enrols?|enrolls?|teaches|carries|keeps?|lists"
    r"|lies|stands|rises|pays?|lasts?|takes?|spans?|to|in|gives?|exceeds|numbers?|stood at)|:)"
    r"\s*(?:(?:an?|the|about|now|currently|our|its|some|around|over|nearly|almost|roughly|only"
    r"|just|up to|than)\s+)*(?:[\w-]+\s+of\s+)?$",
    re.IGNORECASE,
)


def _numbers_in_prose(
    leaf: NumberIs, pages: Sequence[FindingPage], about: Callable[[str], bool]
) -> list[tuple[bool | None, Located]]:
    found: list[tuple[bool | None, Located]] = []
    for page in pages:
        for sentence in page.facts.sentences:
            if not (leaf.field.features & sentence.features):
                continue
            if UNSURE.search(sentence.text) or not about(sentence.text):
                continue
            if _BESIDES.search(sentence.text):
                continue
            if _of_another(sentence.text, leaf.field, about, dated=False):
                continue
            read, answer = _nearest_number(leaf, sentence.text)
            if read:
                found.append((answer, at_sentence(sentence, page)))
    return found


def _nearest_number(leaf: NumberIs, sentence: str) -> tuple[bool, bool | None]:
    """Whether the sentence gives the field's number, and how it compares."""
    dates = dates_in(sentence)
    told_all: list[Interval] = []
    for q in quantities_in(sentence):
        told = _in_asked_unit(leaf, q, sentence)
        if told is None:
            continue
        if re.search(r"\d\s?:\s?$", sentence[: q.start + 1].rstrip("0123456789")):
            continue  # the second half of '9.5:1'
        counts = leaf.field.features & features(" ".join(sentence[q.end :].split()[:1]))
        if not q.unit and not counts and any(_overlap(q, d) for d in dates):
            continue
        if (told_all and leaf.any_of) or _is_the_fields(leaf, q, sentence):
            told_all.append(told)
            if not leaf.any_of:
                break
    return bool(told_all), _answer(leaf, told_all) if told_all else None


def _overlap(q: Quantity, d: DateSpan) -> bool:
    return q.start < d.end and d.start < q.end


def _is_the_fields(leaf: NumberIs, q: Quantity, sentence: str) -> bool:
    """Whether the words around a number are those of the field ('… seats', 'It is … long')."""
    lead = sentence[: q.start].rstrip() + " "
    tail = re.sub(r"^\s*\([^()]*\)", "", sentence[q.end :])  # '640 m (2,100 ft) above sea level'
    after = " ".join(re.split(r"[,;.]\s|\band\b", tail)[0].split()[:3])
    before = " ".join(re.split(r"[,;.]\s|\band\b", lead)[-1].split()[-5:])
    told = frozenset(f for f in features(after) if not f.isdigit())
    asked = leaf.field.features
    if _OF_ANOTHER.search(lead) or _foreign_modifier(lead, asked):
        return False
    if leaf.unit and asked & told:
        return True
    next_word = features(" ".join(sentence[q.end :].split()[:1]))
    if not lead.strip() and asked & (next_word or told) and len(sentence.split()) <= 12:
        return True
    if not _LEADS_TO_NUMBER.search(lead) or len(lead.split()) > 14:
        return False
    if asked & told or ((not told or leaf.unit) and asked & features(before) and len(lead) > 1):
        return bool(lead.strip()) or len(sentence[q.end :].split()) <= 3
    return False


# 'from a hill 640 m high': the number is that of the noun before it.
_OF_ANOTHER = re.compile(
    r"\b(?:from|by|beside|near|past|with|over|of)\s+(?:an?|the|another|some)\s+[a-z-]+(?:\s[a-z-]+)?\s*$"
)
_OLD = re.compile(
    r"\b(?:old|former|previous|earlier|original|second|planned|future|proposed|annual|special|gala"
    r"|neighbou?ring|nearby|another|other)\s+(?P<noun>[\w-]+(?:\s[\w-]+)?)",
    re.IGNORECASE,
)


def _foreign_modifier(lead: str, asked: frozenset[str]) -> bool:
    """'The old runway of 900 m', 'The annual gala ticket is €95': another thing of the kind."""
    for match in _OLD.finditer(lead):
        noun, said = features(match["noun"]), features(match.group().split()[0])
        if noun & asked and not said & asked:
            adjective = match.group().split()[0].lower()
            return adjective not in ("annual",) or len(noun - asked) > 0
    return False


def date_finding(
    leaf: DateIs, pages: Sequence[FindingPage], about: Callable[[str], bool]
) -> Finding:
    found: list[tuple[bool | None, Located]] = []
    for at in fitting(leaf.field, pages, DATE_FIT):
        spans = dates_in(at.fact.value)
        if not spans or (at.fact.origin is FactOrigin.PROSE and spans[0].start > 40):
            continue
        if at.fact.origin is FactOrigin.PROSE and _of_another(at.fact.subject, leaf.field, about):
            continue
        found.append((_date_answer(leaf, at.fact.value), at))
    if found:
        best = max(at.fit for _, at in found)
        found = [(a, at) for a, at in found if at.fit >= best - 0.1]
    elif leaf.bound.season or "@batch" in leaf.field.features:
        found = _season_in_prose(leaf, pages)
    else:
        found = _dates_in_prose(leaf, pages, about)
        only = only_of_kind(leaf.field, pages, lambda f: _is_one_date(f.value))
        if not found and only:
            found = [(_date_answer(leaf, only.fact.value), only)]
    return agreed(found, leaf.field.text)


_NOUN_PHRASE = re.compile(
    r"^(?:the|an?)\s+(?P<noun>[\w-]+(?:\s[\w-]+)?)"
    r"(?=\s+(?:is|was|were|are|has|had|holds?|[a-z]+s|[a-z]+ed)\b|$)",
    re.IGNORECASE,
)
_EARLIER = re.compile(r"\b(?:previous|earlier|former|old|next|future)\b", re.IGNORECASE)


def _of_another(
    subject: str, field: Field, about: Callable[[str], bool], dated: bool = True
) -> bool:
    """'The library opened in 1888' is of the library, 'The previous call closed' of another.

    A number stands with its noun ('The repository has 90 stars'), a date with any."""
    if _EARLIER.search(subject):
        return True
    match = _NOUN_PHRASE.match(subject)
    if match is None or features(match["noun"]) & field.features:
        return False
    if not dated and any(f[0] == "@" for f in features(match["noun"])):
        return False
    return not about("\x02" + match["noun"])


def _is_one_date(value: str) -> bool:
    spans = dates_in(value)
    return len(spans) == 1 and len(value) - (spans[0].end - spans[0].start) <= 12


def _dates_in_prose(
    leaf: DateIs, pages: Sequence[FindingPage], about: Callable[[str], bool]
) -> list[tuple[bool | None, Located]]:
    """'It saw first light on 6 May 1918': one date, and all that is asked said with it."""
    found: list[tuple[bool | None, Located]] = []
    for page in pages:
        for sentence in page.facts.sentences:
            if not leaf.field.features <= sentence.features or not about(sentence.text):
                continue
            spans = dates_in(sentence.text)
            if _of_another(sentence.text, leaf.field, about):
                continue
            if len(spans) == 1 and not UNSURE.search(sentence.text):
                found.append((_date_answer(leaf, sentence.text), at_sentence(sentence, page)))
    return found


def _season_in_prose(
    leaf: DateIs, pages: Sequence[FindingPage]
) -> list[tuple[bool | None, Located]]:
    """'We went through Foo (Winter 2021)': an edition is told by its season and whose it is."""
    own = {f for f in leaf.field.features if f[0] != "@" and len(f) > 3}
    found: list[tuple[bool | None, Located]] = []
    for page in pages:
        for sentence in page.facts.sentences:
            if own and own <= sentence.features and any(d.season for d in dates_in(sentence.text)):
                located = at_sentence(sentence, page)
                found.append((_date_answer(leaf, sentence.text), located))
    return found


def _date_answer(leaf: DateIs, value: str) -> bool | None:
    spans = dates_in(value)
    bound = leaf.bound
    if bound.season:
        year = date.fromordinal(int(bound.interval.low)).year
        seasons = [s for s in spans if s.season]
        if any(s.season == bound.season and s.year == year for s in seasons):
            return True
        return False if seasons or all(s.year != year for s in spans) else None
    span = spans[0]
    if bound.spans:
        answers = {compare(span.interval, wanted.interval) for wanted in bound.spans}
        return True if True in answers else None if None in answers else False
    return compare(span.interval, bound.interval)
