"""One leaf predicate against the facts of one tier of pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import assert_never

from netnew.domain.condition import Outcome
from netnew.judges.rules.attributes import agreement, features
from netnew.judges.rules.facts import Fact, Origin, Sentence
from netnew.judges.rules.finding import Finding, Located, Page, decided, unclear
from netnew.judges.rules.placing import place_finding
from netnew.judges.rules.predicate import (
    DateIs,
    Field,
    Leaf,
    NumberIs,
    PlaceIs,
    Quantifier,
    Says,
    Stated,
    StatusIs,
    TermIs,
    Unread,
)
from netnew.judges.rules.statuses import group_led_by
from netnew.judges.rules.terms import (
    affirms,
    denies,
    forms,
    is_code_address,
    items,
    may_name,
    names_value,
)
from netnew.lexicon.dates import dates_in
from netnew.lexicon.quantities import compare, quantities_in
from netnew.lexicon.words import fold, stem

FIT = 0.5  # least agreement of a label with a field: half of what both say is common
DATE_FIT = 0.55  # a date under a label is telling by itself
SURE_FIT = 0.7  # from here a field that says otherwise outweighs a value met under another label


def leaf_finding(leaf: Leaf, pages: Sequence[Page], about: Callable[[str], bool]) -> Finding:
    """What `pages` (one tier) say of `leaf`. `about(text)`: a sentence's subject is the entity."""
    if isinstance(leaf, TermIs):
        return _term(leaf, pages, about)
    if isinstance(leaf, NumberIs):
        return _number(leaf, pages, about)
    if isinstance(leaf, DateIs):
        return _date(leaf, pages)
    if isinstance(leaf, PlaceIs):
        return place_finding(leaf, fitting(leaf.field, pages))
    if isinstance(leaf, StatusIs):
        return _status(leaf, pages, about)
    if isinstance(leaf, Says):
        return _says(leaf, pages, about)
    if isinstance(leaf, Stated):
        return _is_stated(leaf, pages, about)
    if isinstance(leaf, Unread):
        return unclear(f"the rules cannot read '{leaf.text}'")
    assert_never(leaf)


def fitting(field: Field, pages: Sequence[Page], least: float = FIT) -> list[Located]:
    """The facts whose label answers `field`, best first (structured before prose)."""
    found = []
    for page in pages:
        for fact in page.facts.sharing(field.features):
            fit = agreement(field.features, fact.features)
            if fit >= least or (fact.origin is Origin.PROSE and field.features <= fact.features):
                found.append(Located(fact, page, max(fit, least)))
    found.sort(key=lambda at: (-round(at.fit, 1), at.fact.origin))
    return found


def _term(leaf: TermIs, pages: Sequence[Page], about: Callable[[str], bool]) -> Finding:
    located = [at for at in fitting(leaf.field, pages) if _is_about(at, about)]
    hits = [at for at in located if _names_any(at, leaf.values)]
    asked = " or ".join(leaf.values)
    if leaf.quantifier is Quantifier.ALL:
        return _all_terms(leaf, located)
    if leaf.quantifier is Quantifier.ONLY:
        return _only_terms(leaf, located)
    if leaf.quantifier is Quantifier.NONE:
        if hits:
            return decided(Outcome.UNMATCHED, hits[0], f"{hits[0].fact.label} names {asked}")
        if any(may_name(at.fact.value, v) for at in located for v in leaf.values):
            return unclear(f"{located[0].fact.label} may or may not name {asked}")
        whole = [at for at in located if _is_complete(at) and _is_code_place(leaf, at)]
        if whole:
            return decided(
                Outcome.MATCHED, whole[0], f"{whole[0].fact.label} does not name {asked}"
            )
        return unclear(f"no complete field for {leaf.field.text}")
    if hits:
        return decided(Outcome.MATCHED, hits[0], f"{hits[0].fact.label} names it")
    whole = [at for at in located if _is_complete(at)]
    sure = [at for at in whole if at.fit >= SURE_FIT]
    if not sure and (other := _elsewhere(leaf, pages)):
        return decided(Outcome.MATCHED, other, f"{other.fact.label} names it")
    for at in located:
        running = at.fact.origin is Origin.PROSE or at.fact.value.endswith(".")
        if running and any(may_name(at.fact.value, v) for v in leaf.values):
            return unclear(f"{at.fact.label} may or may not name {asked}")
    if whole:
        return decided(Outcome.UNMATCHED, whole[0], f"{whole[0].fact.label} names something else")
    return unclear(f"no field for {leaf.field.text}")


def _names_any(at: Located, values: Sequence[str]) -> bool:
    fact = at.fact
    prose = fact.origin is Origin.PROSE
    return any(names_value(fact.value, v, fact.plural, prose) for v in values)


def _is_complete(at: Located) -> bool:
    """Whether the fact gives its field's whole value: a cell, or a sentence that enumerates."""
    if at.fact.origin is not Origin.PROSE:
        return True
    value = at.fact.value
    if any(d.start < 4 for d in dates_in(value)):
        return False
    return at.fact.labelled or all(
        len(i.split()) <= 5 for i in items(value, True, True)[:-1] or [value]
    )


def _is_code_place(leaf: TermIs, at: Located) -> bool:
    """A homepage given as 'repository' does not tell where the code is hosted."""
    return "@repository" not in leaf.field.features or is_code_address(at.fact.value)


def _is_about(at: Located, about: Callable[[str], bool]) -> bool:
    return at.fact.origin is not Origin.PROSE or about(at.fact.subject or at.fact.label)


_NOT_A_FIELD = frozenset({"@name", "@website", "@description", "@email", "@phone", "@founder"})


def _elsewhere(leaf: TermIs, pages: Sequence[Page]) -> Located | None:
    """A labelled list under an unknown label that has the value as an item of its own."""
    wanted = [v for v in leaf.values if len(v) > 1 and not v.isdigit()]
    for page in pages:
        for fact in page.facts.facts:
            if fact.origin is not Origin.FACT or fact.features & _NOT_A_FIELD:
                continue
            if any(names_value(fact.value, v, fact.plural) for v in wanted):
                return Located(fact, page, FIT)
    return None


def _all_terms(leaf: TermIs, located: list[Located]) -> Finding:
    for at in located:
        if all(_names_any(at, (v,)) for v in leaf.values):
            return decided(Outcome.MATCHED, at, f"{at.fact.label} names all of them")
    if located and _is_complete(located[0]):
        return decided(Outcome.UNMATCHED, located[0], f"{located[0].fact.label} lacks one of them")
    return unclear(f"no field for {leaf.field.text}")


def _only_terms(leaf: TermIs, located: list[Located]) -> Finding:
    targets = frozenset().union(*(forms(v) for v in leaf.values))
    for at in located:
        named = [i for i in items(at.fact.value, True) if i != at.fact.value] or [at.fact.value]
        if all(forms(i) & targets for i in named):
            return decided(Outcome.MATCHED, at, f"{at.fact.label} names nothing else")
        return decided(Outcome.UNMATCHED, at, f"{at.fact.label} names something else too")
    return unclear(f"no field for {leaf.field.text}")


def _number(leaf: NumberIs, pages: Sequence[Page], about: Callable[[str], bool]) -> Finding:
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
    return _agreed(found, leaf.field.text)


def _agreed(found: list[tuple[bool | None, Located]], asked: str) -> Finding:
    """One outcome from several readings of a field: they must not contradict each other."""
    outcomes = {answer for answer, _ in found}
    if not found:
        return unclear(f"no value for {asked}")
    if outcomes >= {True, False}:
        best = max(at.fit for _, at in found)
        found = [(answer, at) for answer, at in found if at.fit >= best]
        if {answer for answer, _ in found} >= {True, False}:
            return unclear(f"the pages contradict each other on {asked}")
    for answer, at in found:
        if answer is not None:
            outcome = Outcome.MATCHED if answer else Outcome.UNMATCHED
            return decided(outcome, at, f"{at.fact.label}: {at.fact.value[:80]}")
    return unclear(f"the value for {asked} may lie on either side")


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
            if _UNSURE_SAID.search(sentence.text) or not about(sentence.text):
                continue
            read, answer = _nearest_number(leaf, sentence.text)
            if read:
                found.append((answer, _at_sentence(sentence, page)))
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


def _date(leaf: DateIs, pages: Sequence[Page]) -> Finding:
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
    return _agreed(found, leaf.field.text)


def _season_in_prose(leaf: DateIs, pages: Sequence[Page]) -> list[tuple[bool | None, Located]]:
    """'We went through Foo (Winter 2021)': an edition is told by its season and whose it is."""
    own = {f for f in leaf.field.features if f[0] != "@" and len(f) > 3}
    found: list[tuple[bool | None, Located]] = []
    for page in pages:
        for sentence in page.facts.sentences:
            if own and own <= sentence.features and any(d.season for d in dates_in(sentence.text)):
                located = _at_sentence(sentence, page)
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


_STATUS_FIELD = Field("status", frozenset({"@status"}))


def _status(leaf: StatusIs, pages: Sequence[Page], about: Callable[[str], bool]) -> Finding:
    found: list[tuple[bool | None, Located]] = []
    for at in fitting(_STATUS_FIELD, pages):
        if at.fact.origin is Origin.PROSE:
            continue
        group = group_led_by(at.fact.value)
        if group is not None:
            found.append(((group in leaf.groups) != leaf.negated, at))
    if not found:
        found = _status_in_prose(leaf, pages, about)
    return _agreed(found, "status")


_BE_STATUS = re.compile(
    r"^(?P<s>.{1,60}?)\s+(?:is|was|are|were|has|have|went|were|got)\s+(?:now\s+"
    r"|currently\s+|still\s+|been\s+|since\s+)*"
    r"(?P<v>(?:an?\s+)?\S.*)$"
)
_RESPECT = re.compile(r"^(?:an?\s+)?")


def _status_in_prose(
    leaf: StatusIs, pages: Sequence[Page], about: Callable[[str], bool]
) -> list[tuple[bool | None, Located]]:
    found: list[tuple[bool | None, Located]] = []
    for page in pages:
        for sentence in page.facts.sentences:
            match = _BE_STATUS.match(sentence.text)
            if match is None or not _is_plainly_it(match["s"], about):
                continue
            group = group_led_by(_RESPECT.sub("", match["v"].rstrip(".!")))
            if group is None:
                continue
            located = _at_sentence(sentence, page)
            found.append(((group in leaf.groups) != leaf.negated, located))
    return found


def _is_plainly_it(subject: str, about: Callable[[str], bool]) -> bool:
    """A subject that is the entity's name, a pronoun or 'the company', and nothing longer."""
    words = fold(subject).split()
    if about("\x00" + subject):
        return True
    return len(words) <= 3 and words[:1] != [] and words[0] in ("we", "it", "the", "our", "they")


def _at_sentence(sentence: Sentence, page: Page) -> Located:
    fact = Fact(
        "the text",
        sentence.text,
        frozenset(),
        Origin.PROSE,
        sentence.segment,
        sentence.start,
        sentence.end,
    )
    return Located(fact, page, FIT)


def _says(leaf: Says, pages: Sequence[Page], about: Callable[[str], bool]) -> Finding:
    answers: list[tuple[bool | None, Located]] = []
    for page in pages:
        for fact in page.facts.facts:
            if not fact.labelled or len(fact.value) > 200:
                continue
            answer = _cell_answer(leaf.field, fact.label, fact.value, fact.features)
            if answer is not None:
                answers.append((answer != leaf.negated, Located(fact, page, SURE_FIT)))
    if not answers:
        answers = _said_in_prose(leaf, pages, about)
    return _agreed(answers, leaf.field.text)


def _cell_answer(
    field: Field, label: str, value: str, label_features: frozenset[str]
) -> bool | None:
    """Whether 'label: value' says `field` of the entity; None where it does not speak of it."""
    asked = field.features
    if asked <= label_features or (
        asked and agreement(asked, label_features) >= SURE_FIT and len(asked & label_features) > 1
    ):
        extra = {stem(w) for w in fold(field.text).split()} - {stem(w) for w in fold(label).split()}
        told = {stem(w) for w in fold(value).split()}
        qualifiers = {w for w in extra if w in told or _is_degree(w)}
        if denies(value):
            return False
        if qualifiers:
            return qualifiers <= told
        return True
    if not label_features & _NOT_A_FIELD and names_value(value, field.text, True):
        return True
    if forms(label) & forms(field.text):  # 'KCSP: yes' for '… Service Provider (KCSP)'
        return not denies(value)
    told_features = features(value)
    if told_features == asked and not label_features & _TOPICS:
        return not denies(value)
    if label_features & asked and asked <= label_features | told_features:
        if not told_features <= asked | label_features:
            return None  # it says more than that, and so something else
        return not denies(value)
    if 3 * len(label_features & asked) >= 2 * len(asked) and _speaks_of_kind(label_features, asked):
        return False if value and not affirms(value) else None
    return None


_DEGREES = frozenset(
    stem(w)
    for w in ["fully", "entirely", "partly", "completely", "only", "mostly", "never", "always"]
)


def _is_degree(word: str) -> bool:
    return word in _DEGREES


_TOPICS = frozenset({"@tags", "@category", "@industry", "@segment"})
_KINDS = frozenset({"@level", "@stage", "@status", "@category"})


def _speaks_of_kind(label_features: frozenset[str], asked: frozenset[str]) -> bool:
    return label_features <= asked | _KINDS


def _said_in_prose(
    leaf: Says, pages: Sequence[Page], about: Callable[[str], bool]
) -> list[tuple[bool | None, Located]]:
    found: list[tuple[bool | None, Located]] = []
    degrees = {w for w in (stem(x) for x in fold(leaf.field.text).split()) if _is_degree(w)}
    for page in pages:
        for sentence in page.facts.sentences:
            said = sentence.features
            if not leaf.field.features <= said | ({"@staff"} if "@remote" in said else set()):
                continue
            if _UNSURE_SAID.search(sentence.text) or not about(sentence.text):
                continue
            if _LABELLED.match(sentence.text) or said & _TOPICS:
                continue  # read as a labelled fact, or a list of topics
            if not any(w[0].islower() for w in sentence.text.split()):
                continue  # 'Home About Careers': a menu says nothing
            if degrees and not degrees <= set(sentence.words):
                if set(sentence.words) & _DEGREES:
                    found.append((leaf.negated, _at_sentence(sentence, page)))
                continue
            if not _close_together(leaf.field, sentence.text):
                continue
            denied = bool(_DENIED.search(sentence.text))
            found.append((denied == leaf.negated, _at_sentence(sentence, page)))
    return found


_LABELLED = re.compile(
    r"^(?!(?:please )?(?:notes?|notice|remarks?|caveat|warning|important|hint)\b)[^:]{2,60}:\s",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:no|not|never|without|neither|none|cannot|isn't|aren't|doesn't|don't)\b", re.I
)
_UNSURE_SAID = re.compile(
    r"\b(?:will|would|could|might|plans? to|planning|aims? to|expects?|hopes?|intends?"
    r"|soon|used to|formerly"
    r"|previously|until|if|unless)\b",
    re.IGNORECASE,
)


def _close_together(field: Field, text: str) -> bool:
    """Whether the words of the field stand within one stretch of the sentence's start."""
    words = fold(re.split(r"\b(?:that|which|who|where|whose)\b", text)[0]).split()
    wanted = len(fold(field.text).split()) + 5
    for first in range(len(words)):
        if first > 7:
            return False
        if field.features <= features(" ".join(words[first : first + wanted])):
            return True
    return False


def _is_stated(leaf: Stated, pages: Sequence[Page], about: Callable[[str], bool]) -> Finding:
    located = [at for at in fitting(leaf.field, pages) if _is_about(at, about)]
    located = [
        at for at in located if at.fit >= SURE_FIT or leaf.field.features <= at.fact.features
    ]
    given = [at for at in located if not denies(at.fact.value)]
    if given:
        outcome = Outcome.UNMATCHED if leaf.negated else Outcome.MATCHED
        return decided(outcome, given[0], f"{given[0].fact.label} is stated")
    if located:
        outcome = Outcome.MATCHED if leaf.negated else Outcome.UNMATCHED
        return decided(outcome, located[0], f"{located[0].fact.label}: none")
    if leaf.negated and (shown := _fact_block(leaf, pages)):
        return decided(Outcome.MATCHED, shown, f"the page's facts have no {leaf.field.text}")
    return unclear(f"no field for {leaf.field.text}")


_LEAD_INS = frozenset({"the", "its", "our", "a", "an", "their", "this", "is", "was", "it"})


def _fact_block(leaf: Stated, pages: Sequence[Page]) -> Located | None:
    """The fact to show where a field is missing among a page's facts."""
    best: Located | None = None
    for page in pages:
        if not page.facts.has_block:
            continue
        for fact in page.facts.facts:
            if fact.origin is Origin.METADATA:
                continue
            fit = agreement(leaf.field.features | {"@category"}, fact.features)
            if fit > 0.3 and (best is None or fit > best.fit):
                best = Located(fact, page, fit)
    return best
