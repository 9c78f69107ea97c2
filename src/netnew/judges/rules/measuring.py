"""Numbers and dates of a field against those asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from netnew.judges.rules.attributes import features
from netnew.judges.rules.facts import Origin
from netnew.judges.rules.finding import Finding, Located, Page
from netnew.judges.rules.fitting import (
    DATE_FIT,
    UNSURE,
    agreed,
    at_sentence,
    fitting,
)
from netnew.judges.rules.predicate import (
    DateIs,
    NumberIs,
)
from netnew.lexicon.dates import dates_in
from netnew.lexicon.quantities import compare, quantities_in


def number_finding(leaf: NumberIs, pages: Sequence[Page], about: Callable[[str], bool]) -> Finding:
    found: list[tuple[bool | None, Located]] = []
    for at in fitting(leaf.field, pages):
        if at.fact.origin is Origin.PROSE:
            continue
        for q in quantities_in(at.fact.value)[:1]:
            if leaf.unit and q.unit != leaf.unit:
                continue
            dated = any(d.start <= q.start < d.end for d in dates_in(at.fact.value))
            if dated and not leaf.unit and "-" in at.fact.value:
                continue
            found.append((compare(q.interval, leaf.interval), at))
    if not found:
        found = _numbers_in_prose(leaf, pages, about)
    return agreed(found, leaf.field.text)


_LEADS_TO_NUMBER = re.compile(
    r"(?:^|\b(?:has|have|had|is|are|was|of|with|counts?|totals?|employs?|seats?|holds?|at"
    r"|costs?|so far"
    r"|today|now|currently)|:)\s*(?:(?:a|an|the|about|now|currently|our"
    r"|its)\s+)?(?:[\w-]+\s+of\s+)?$",
    re.IGNORECASE,
)


def _numbers_in_prose(
    leaf: NumberIs, pages: Sequence[Page], about: Callable[[str], bool]
) -> list[tuple[bool | None, Located]]:
    found: list[tuple[bool | None, Located]] = []
    for page in pages:
        for sentence in page.facts.sentences:
            if not (leaf.field.features & sentence.features):
                continue
            if UNSURE.search(sentence.text) or not about(sentence.text):
                continue
            read, answer = _nearest_number(leaf, sentence.text)
            if read:
                found.append((answer, at_sentence(sentence, page)))
    return found


def _nearest_number(leaf: NumberIs, sentence: str) -> tuple[bool, bool | None]:
    """Whether the sentence gives the field's number, and how it compares."""
    dates = dates_in(sentence)
    for q in quantities_in(sentence):
        if leaf.unit and q.unit != leaf.unit:
            continue
        if any(d.start <= q.start < d.end for d in dates):
            continue
        lead = sentence[: q.start].rstrip() + " "
        if not _LEADS_TO_NUMBER.search(lead) or len(lead.split()) > 14:
            continue
        after = " ".join(re.split(r"[,;.]\s|\band\b", sentence[q.end :])[0].split()[:3])
        before = " ".join(re.split(r"[,;.]\s|\band\b", lead)[-1].split()[-5:])
        told = features(after)
        if leaf.field.features & told or (
            (not told or leaf.unit) and leaf.field.features & features(before) and len(lead) > 1
        ):
            if not lead.strip() and len(sentence[q.end :].split()) > 3:
                continue
            return True, compare(q.interval, leaf.interval)
    return False, None


def date_finding(leaf: DateIs, pages: Sequence[Page]) -> Finding:
    found: list[tuple[bool | None, Located]] = []
    for at in fitting(leaf.field, pages, DATE_FIT):
        spans = dates_in(at.fact.value)
        if not spans or (at.fact.origin is Origin.PROSE and spans[0].start > 40):
            continue
        found.append((_date_answer(leaf, at.fact.value), at))
    if found:
        best = max(at.fit for _, at in found)
        found = [(a, at) for a, at in found if at.fit >= best - 0.1]
    elif leaf.bound.season or "@batch" in leaf.field.features:
        found = _season_in_prose(leaf, pages)
    return agreed(found, leaf.field.text)


def _season_in_prose(leaf: DateIs, pages: Sequence[Page]) -> list[tuple[bool | None, Located]]:
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
