"""What a page says of the entity: its status, plain claims, and which fields are stated."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from netnew.domain.condition import ConditionOutcome
from netnew.judges.rules.attributes import agreement, features
from netnew.judges.rules.evaluation.fact_selection import (
    FIT,
    NOT_A_FIELD,
    SURE_FIT,
    UNSURE,
    agreed,
    at_sentence,
    fitting,
    is_about,
)
from netnew.judges.rules.evaluation.term_matching import (
    affirms,
    denies,
    forms,
    items,
    may_name,
    names_value,
)
from netnew.judges.rules.facts import Fact, FactOrigin
from netnew.judges.rules.finding import Finding, FindingPage, Located, decided, unclear
from netnew.judges.rules.knowledge.statuses import group_led_by, group_of
from netnew.judges.rules.predicate import Field, Says, Stated, StatusIs
from netnew.text.tokens import fold, singular, stem

_STATUS_FIELD = Field("status", frozenset({"@status"}))


def status_finding(
    leaf: StatusIs, pages: Sequence[FindingPage], about: Callable[[str], bool]
) -> Finding:
    found: list[tuple[bool | None, Located]] = []
    for at in fitting(_STATUS_FIELD, pages):
        if at.fact.origin is FactOrigin.PROSE:
            continue
        group = group_led_by(at.fact.value)
        if group is not None:
            found.append(((group in leaf.groups) != leaf.negated, at))
    if leaf.groups & _OWNERSHIP:  # 'Status: Active' does not tell whose it is
        found = _status_as_kind(leaf, pages) or found
        if leaf.groups == {"private"}:
            found = [(a, at) for a, at in found if _ownership(at.fact.value)]
    found = found or _status_under_any_label(pages, leaf)
    if not found:
        found = _status_in_prose(leaf, pages, about)
    return agreed(found, "status")


_KIND_LABELS = frozenset({"@kind", "@owner", "@category", "control", "@funding"})
_OWNERSHIP = frozenset({"public", "private"})


def _ownership(value: str) -> str | None:
    if (group := group_led_by(value)) in _OWNERSHIP:
        return group
    words = set(fold(value).split())
    return "private" if words & {"private", "privately"} else None


def _status_as_kind(
    leaf: StatusIs, pages: Sequence[FindingPage]
) -> list[tuple[bool | None, Located]]:
    """'Type: Private university', 'Ownership: public': whose it is may stand under its kind."""
    found: list[tuple[bool | None, Located]] = []
    for page in pages:
        for fact in page.facts.facts:
            group = _ownership(fact.value) if fact.labelled else None
            if group is None or not fact.features & _KIND_LABELS:
                continue
            if leaf.groups & _OWNERSHIP and group in _OWNERSHIP:
                found.append(((group in leaf.groups) != leaf.negated, Located(fact, page, FIT)))
    return found


_NO_STATUS = NOT_A_FIELD | {"@opening", "@open access", "@tours", "@hiring", "@deadline"}


def _status_under_any_label(
    pages: Sequence[FindingPage], leaf: StatusIs
) -> list[tuple[bool | None, Located]]:
    """'Marketing authorisation: Suspended': the one cell of a page that holds a state's name."""
    if leaf.groups & _OWNERSHIP:
        return []
    for page in pages:
        found = [
            (group, fact)
            for fact in page.facts.facts
            if fact.labelled
            and (group := group_of(fact.value))
            and group not in _OWNERSHIP
            and not fact.features & _NO_STATUS
        ]
        if len({group for group, _ in found}) == 1:
            group, fact = found[0]
            return [((group in leaf.groups) != leaf.negated, Located(fact, page, FIT))]
    return []


_BE_STATUS = re.compile(
    r"^(?P<s>.{1,60}?)\s+(?:is|was|are|were|has|have|went|were|got)\s+(?:now\s+"
    r"|currently\s+|still\s+|been\s+|since\s+)*"
    r"(?P<v>(?:an?\s+)?\S.*)$"
)
_RESPECT = re.compile(r"^(?:an?\s+)?")


def _status_in_prose(
    leaf: StatusIs, pages: Sequence[FindingPage], about: Callable[[str], bool]
) -> list[tuple[bool | None, Located]]:
    found: list[tuple[bool | None, Located]] = []
    for page in pages:
        for sentence in page.facts.sentences:
            match = _BE_STATUS.match(sentence.text)
            if (whole := group_of(sentence.text.rstrip(".!"))) and " " in sentence.text:
                found.append(((whole in leaf.groups) != leaf.negated, at_sentence(sentence, page)))
                continue
            if match is None or not _is_plainly_it(match["s"], about):
                continue
            group = group_led_by(_RESPECT.sub("", match["v"].rstrip(".!")))
            if group is None:
                continue
            located = at_sentence(sentence, page)
            found.append(((group in leaf.groups) != leaf.negated, located))
    return found


def _is_plainly_it(subject: str, about: Callable[[str], bool]) -> bool:
    """A subject that is the entity's name, a pronoun or 'the company', and nothing longer."""
    words = fold(subject).split()
    if about("\x00" + subject):
        return True
    return len(words) <= 3 and words[:1] != [] and words[0] in ("we", "it", "the", "our", "they")


def says_finding(leaf: Says, pages: Sequence[FindingPage], about: Callable[[str], bool]) -> Finding:
    answers: list[tuple[bool | None, Located]] = []
    for page in pages:
        for fact in page.facts.facts:
            if not fact.labelled or len(fact.value) > 200:
                continue
            answer = _cell_answer(leaf.field, fact)
            if answer is not None:
                answers.append((answer != leaf.negated, Located(fact, page, SURE_FIT)))
    if not answers:
        answers = _said_in_prose(leaf, pages, about)
    return agreed(answers, leaf.field.text)


def _cell_answer(field: Field, fact: Fact) -> bool | None:
    """Whether 'label: value' says `field` of the entity; None where it does not speak of it."""
    if _NO_SUCH.match(fact.label):  # 'No customs: flights from abroad clear elsewhere'
        return False if field.features & fact.features else None
    asked, label, value, label_features = field.features, fact.label, fact.value, fact.features
    if asked <= label_features or (
        asked and agreement(asked, label_features) >= SURE_FIT and len(asked & label_features) > 1
    ):
        return _answer_under_its_label(field, fact)
    if label_features and label_features <= asked and agreement(asked, label_features) >= SURE_FIT:
        if denies(value):
            return False
        missing = asked - label_features
        if affirms(value) or (missing and missing <= features(value)):
            return True
    if not label_features & NOT_A_FIELD:
        if names_value(value, field.text, True, fact.origin is FactOrigin.PROSE):
            return True
        if _lacks(field.text, fact.label, fact.value, fact.plural, fact.origin is FactOrigin.PROSE):
            return False
        if (named := _named_under_label(field, fact)) is not None:
            return named
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


def _answer_under_its_label(field: Field, fact: Fact) -> bool | None:
    """What the value says where the label has all that `field` asks for."""
    value = fact.value
    extra = {stem(w) for w in fold(field.text).split()} - {
        stem(w) for w in fold(fact.label).split()
    }
    told = {stem(w) for w in fold(value).split()}
    qualifiers = {w for w in extra if w in told or _is_degree(w)}
    if denies(value):
        return False
    if qualifiers:
        return qualifiers <= told
    missing = field.features - fact.features
    if missing and not (affirms(value) or missing <= features(value)):
        return None
    return None if _PARTLY.match(value) else True


def _named_under_label(field: Field, fact: Fact) -> bool | None:
    """'law faculty' where 'Faculties: Law, Medicine' is stated: the label has the noun, a value the
    rest. A list of such things that lacks it denies it."""
    if not fact.labelled or not fact.features or not fact.features <= field.features:
        return None
    rest = [
        w for w in _WORDS.findall(field.text) if not features(w) <= fact.features or not features(w)
    ]
    wanted = " ".join(w for w in rest if fold(w) not in _LINKS)
    if not wanted or affirms(fact.value) or denies(fact.value) or fold(wanted) == fold(field.text):
        return None
    if names_value(fact.value, wanted, True, fact.origin is FactOrigin.PROSE):
        return True
    listed = fact.plural or len(items(fact.value, True, False)) > 2
    listed = listed and any(f[0] == "@" for f in fact.features) and len(rest) <= 3
    return False if listed and not may_name(fact.value, wanted) else None


_WORDS = re.compile(r"[\w'’&-]+")
_LINKS = frozenset(("a", "an", "the", "of", "in", "for", "own", "its", "some", "any", "as", "to"))
_PARTLY = re.compile(
    r"^(?:partly|partial(?:ly)?|limited|some|on request|by arrangement|planned|only|in part|varies"
    r"|depends|restricted|not fully|optional)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=16384)
def _lacks(wanted: str, label: str, value: str, plural: bool, prose: bool) -> bool:
    """Whether a complete list of things of the wanted kind does not have it: 'Instruments: radio
    telescope' where an optical telescope is asked."""
    words = fold(wanted).split()
    if len(words) < 2 or may_name(value, wanted):
        return False
    if {stem(w) for w in words} <= {stem(w) for w in fold(f"{label} {value}").split()}:
        return False
    head = singular(words[-1])
    named = items(value, plural, prose)
    heads = [singular(i.split()[-1]) for item in named[:-1] or named if (i := fold(item)).split()]
    return bool(heads) and all(h == head for h in heads) and all(len(i.split()) > 1 for i in named)


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
    leaf: Says, pages: Sequence[FindingPage], about: Callable[[str], bool]
) -> list[tuple[bool | None, Located]]:
    found: list[tuple[bool | None, Located]] = []
    degrees = {w for w in (stem(x) for x in fold(leaf.field.text).split()) if _is_degree(w)}
    for page in pages:
        for sentence in page.facts.sentences:
            said = sentence.features
            if not leaf.field.features <= said | ({"@staff"} if "@remote" in said else set()):
                continue
            if UNSURE.search(sentence.text) or not about(sentence.text):
                continue
            if _OF_ANOTHER.match(sentence.text):
                continue
            if _LABELLED.match(sentence.text) or said & _TOPICS:
                continue  # read as a labelled fact, or a list of topics
            if not any(w[0].islower() for w in sentence.text.split()):
                continue  # 'Home About Careers': a menu says nothing
            if degrees and not degrees <= set(sentence.words):
                if set(sentence.words) & _DEGREES:
                    found.append((leaf.negated, at_sentence(sentence, page)))
                continue
            if not _close_together(leaf.field, sentence.text):
                continue
            said_without = re.search(r"\bwithout\b", leaf.field.text, re.I)
            text = re.sub(r"\bwithout\b", "", sentence.text) if said_without else sentence.text
            denied = bool(_DENIED.search(text))
            found.append((denied == leaf.negated, at_sentence(sentence, page)))
    return found


# 'A partner hospital takes our interns' tells of another; 'A demo is available' does not.
_OF_ANOTHER = re.compile(
    r"(?:an?|another|some)\s+(?:(?!is\b|are\b|belongs\b)[\w-]+\s+){1,5}?(?:takes?|in|at|of|near|with|from|lends?|gives?|offers?|next)\b",
    re.I,
)
_NO_SUCH = re.compile(r"no\s+\w", re.IGNORECASE)
_LABELLED = re.compile(
    r"^(?!(?:please )?(?:notes?|notice|remarks?|caveat|warning|important|hint)\b)[^:]{2,60}:\s",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:no|not|never|without|neither|none|cannot|isn't|aren't|doesn't|don't)\b", re.I
)


def _close_together(field: Field, text: str) -> bool:
    """Whether the words of the field stand together near the sentence's start."""
    words = fold(re.split(r"\b(?:that|which|who|where|whose)\b", text)[0]).split()
    wanted = len(fold(field.text).split()) + 5
    for first in range(len(words)):
        if first > 7:
            return False
        if field.features <= features(" ".join(words[first : first + wanted])):
            return True
    return False


def stated_finding(
    leaf: Stated, pages: Sequence[FindingPage], about: Callable[[str], bool]
) -> Finding:
    located = [at for at in fitting(leaf.field, pages) if is_about(at, about)]
    located = [
        at
        for at in located
        if (at.fit >= SURE_FIT or leaf.field.features <= at.fact.features)
        and (at.fact.labelled or set(fold(at.fact.subject).split()) <= _LEAD_INS)
    ]
    given = [at for at in located if not denies(at.fact.value)]
    if given:
        outcome = ConditionOutcome.UNMATCHED if leaf.negated else ConditionOutcome.MATCHED
        return decided(outcome, given[0], f"{given[0].fact.label} is stated")
    if located:
        outcome = ConditionOutcome.MATCHED if leaf.negated else ConditionOutcome.UNMATCHED
        return decided(outcome, located[0], f"{located[0].fact.label}: none")
    if leaf.negated and fitting(leaf.field, pages):
        return unclear(f"something is said of {leaf.field.text}")
    if leaf.negated and (shown := _fact_block(leaf, pages)):
        return decided(
            ConditionOutcome.MATCHED, shown, f"the page's facts have no {leaf.field.text}"
        )
    return unclear(f"no field for {leaf.field.text}")


_LEAD_INS = frozenset({"the", "its", "our", "a", "an", "their", "this", "is", "was", "it"})


def _fact_block(leaf: Stated, pages: Sequence[FindingPage]) -> Located | None:
    """The fact to show where a field is missing among a page's facts."""
    best: Located | None = None
    for page in pages:
        if not page.facts.has_block:
            continue
        for fact in page.facts.facts:
            if fact.origin is FactOrigin.METADATA:
                continue
            fit = agreement(leaf.field.features | {"@category"}, fact.features)
            if fit > 0.3 and (best is None or fit > best.fit):
                best = Located(fact, page, fit)
        told = [f for f in page.facts.facts if f.origin is FactOrigin.FACT]
        known = any(f[0] == "@" for f in leaf.field.features)
        if best is None and known and len(told) >= _A_BLOCK:
            best = Located(told[0], page, FIT)
    return best


_A_BLOCK = 3  # from so many cells on, a page is taken to state what it has to state
