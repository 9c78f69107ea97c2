"""Whether a field names the terms asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from netnew.domain.condition import ConditionOutcome
from netnew.judges.rules.attributes import features
from netnew.judges.rules.evaluation.fact_selection import (
    FIT,
    NOT_A_FIELD,
    SURE_FIT,
    UNSURE,
    at_sentence,
    fitting,
    is_about,
)
from netnew.judges.rules.evaluation.term_matching import (
    affirms,
    denies,
    forms,
    is_code_address,
    items,
    may_name,
    names_value,
)
from netnew.judges.rules.facts import Fact, FactOrigin
from netnew.judges.rules.finding import Finding, FindingPage, Located, decided, unclear
from netnew.judges.rules.predicate import Quantifier, TermIs
from netnew.text.dates import dates_in
from netnew.text.tokens import fold, singular, split_list


def term_finding(
    leaf: TermIs, pages: Sequence[FindingPage], about: Callable[[str], bool]
) -> Finding:
    located = [at for at in fitting(leaf.field, pages) if is_about(at, about)]
    hits = [at for at in located if _names_any(at, leaf.values)]
    asked = " or ".join(leaf.values)
    if leaf.quantifier is Quantifier.ALL:
        return _all_terms(leaf, located, pages)
    if leaf.quantifier is Quantifier.ONLY:
        return _only_terms(leaf, located)
    if leaf.quantifier is Quantifier.NONE:
        if hits:
            return decided(
                ConditionOutcome.UNMATCHED, hits[0], f"{hits[0].fact.label} names {asked}"
            )
        if any(may_name(at.fact.value, v) for at in located for v in leaf.values):
            return unclear(f"{located[0].fact.label} may or may not name {asked}")
        whole = [at for at in located if _is_complete(at, leaf.values) and _is_code_place(leaf, at)]
        if whole:
            return decided(
                ConditionOutcome.MATCHED, whole[0], f"{whole[0].fact.label} does not name {asked}"
            )
        return unclear(f"no complete field for {leaf.field.text}")
    if hits:
        return decided(ConditionOutcome.MATCHED, hits[0], f"{hits[0].fact.label} names it")
    if said := _said_by_a_tick(leaf, pages):
        outcome = (
            ConditionOutcome.UNMATCHED if denies(said.fact.value) else ConditionOutcome.MATCHED
        )
        return decided(outcome, said, f"{said.fact.label}: {said.fact.value}")
    whole = [at for at in located if _is_complete(at, leaf.values)]
    sure = [at for at in whole if at.fit >= SURE_FIT]
    other = None if sure else _elsewhere(leaf, pages) or _told(leaf, pages, about)
    if other:
        return decided(ConditionOutcome.MATCHED, other, f"{other.fact.label} names it")
    for at in located:
        if any(may_name(at.fact.value, v) for v in leaf.values):
            return unclear(f"{at.fact.label} may or may not name {asked}")
    if whole:
        return decided(
            ConditionOutcome.UNMATCHED, whole[0], f"{whole[0].fact.label} names something else"
        )
    return unclear(f"no field for {leaf.field.text}")


def _said_by_a_tick(leaf: TermIs, pages: Sequence[FindingPage]) -> Located | None:
    """'Orphan designation: Yes' says 'designated as an orphan medicine': the label has the field's
    word and the value's, and no other."""
    told = leaf.field.features.union(*(features(v) for v in leaf.values))
    for page in pages:
        for fact in page.facts.facts:
            if not fact.labelled or not (affirms(fact.value) or denies(fact.value)):
                continue
            words = fact.features
            if (
                words
                and words <= told
                and words - leaf.field.features
                and words & leaf.field.features
            ):
                return Located(fact, page, FIT)
    return None


def _names_any(at: Located, values: Sequence[str]) -> bool:
    fact = at.fact
    prose = fact.origin is FactOrigin.PROSE
    told = [fact.value, _without_label_noun(fact)]
    return any(names_value(t, v, fact.plural, prose) for v in values for t in told if t)


def _without_label_noun(fact: Fact) -> str:
    """'Suspension' of 'Bridge type: Suspension bridge': the label has the noun already."""
    words = fact.value.split()
    label = {singular(w) for w in fold(fact.label).split()}
    return " ".join(words[:-1]) if len(words) > 1 and singular(fold(words[-1])) in label else ""


_NUMBER = re.compile(r"[\d.,\s]+(?:[a-z%²]+\.?)?(?:\s\(.*\))?")


def _is_complete(at: Located, wanted: Sequence[str] = ()) -> bool:
    """Whether the fact gives its field's whole value: a cell, or a sentence that enumerates."""
    if affirms(at.fact.value):
        return False  # 'Orphan designation: Yes' names nothing
    if _NUMBER.fullmatch(at.fact.value) and not any(c.isdigit() for v in wanted for c in v):
        return False
    if at.fact.origin is not FactOrigin.PROSE:
        return True
    value = at.fact.value
    if value[:1].isdigit():
        return False
    if any(d.start < 4 for d in dates_in(value)):
        return False
    return at.fact.labelled or all(
        len(i.split()) <= 5 for i in items(value, True, True)[:-1] or [value]
    )


def _is_code_place(leaf: TermIs, at: Located) -> bool:
    """A homepage given as 'repository' does not tell where the code is hosted."""
    return "@repository" not in leaf.field.features or is_code_address(at.fact.value)


def _elsewhere(leaf: TermIs, pages: Sequence[FindingPage]) -> Located | None:
    """A labelled list under an unknown label that has the value as an item of its own."""
    wanted = [v for v in leaf.values if len(v) > 1 and not v.isdigit()]
    for page in pages:
        for fact in page.facts.facts:
            told = fact.origin is FactOrigin.FACT or (
                fact.origin is FactOrigin.PROSE and fact.labelled
            )
            if not told or fact.features & NOT_A_FIELD:
                continue
            if any(names_value(fact.value, v, fact.plural) for v in wanted):
                return Located(fact, page, FIT)
    return None


_NEGATED = re.compile(r"\b(?:no|not|never|without|neither|nor|none|except|cannot|\w+n't)\b", re.I)
_BEFORE_ITEM = (
    r"(?:^|[,;]\s|\b(?:and|or|in|of|as|by|with|for|to|an?|the|is|are|on|from|under|at|via|through"
    r"|both|mainly|mostly|chiefly|includ\w+|covers?|covering|holds?|has|have|offers?|like|into"
    r"|comprises?|features?|uses?|using|called|named|sold|given|taken|supplied|bought|obtained|used|available|be|only|also|either|its|our|their)\s)"
)
_AFTER_ITEM = (
    r"(?=$|[.,;!?)]|\s(?:and|or|in|at|for|with|is|are|was|as|on|from|to|by|which|that|among|are"
    r"|here|there|since|through|under|via)\b)"
)


def _told(
    leaf: TermIs, pages: Sequence[FindingPage], about: Callable[[str], bool]
) -> Located | None:
    """A sentence on the entity with a word of the field and the value as a thing of its own."""
    patterns = [
        re.compile(rf"{_BEFORE_ITEM}(?:an?\s|the\s)?{re.escape(v)}{_AFTER_ITEM}", re.IGNORECASE)
        for v in leaf.values
        if len(v) > 2 and not v.isdigit()
    ]
    for page in pages:
        for sentence in page.facts.sentences:
            text = sentence.text
            if not leaf.field.features & sentence.features or ": " in text:
                continue
            bare = re.sub(r"\bwithout an? prescription\b", "", text)
            if _NEGATED.search(bare) or UNSURE.search(text) or not about(text):
                continue
            if any((m := p.search(text)) and not _half_of_name(text, m) for p in patterns):
                return at_sentence(sentence, page)
    return None


def _half_of_name(text: str, match: re.Match[str]) -> bool:
    """'Space' in 'Aviation and Space': with no other item beside them, they may be one name."""
    around = text[max(0, match.start() - 40) : match.end() + 40]
    joined = match.group().lower().startswith("and ") or text[match.end() :].startswith(" and ")
    return joined and "," not in around and any(w[0].isupper() for w in match.group().split()[1:])


def _all_terms(leaf: TermIs, located: list[Located], pages: Sequence[FindingPage]) -> Finding:
    for at in located:
        if all(_names_any(at, (v,)) for v in leaf.values):
            return decided(ConditionOutcome.MATCHED, at, f"{at.fact.label} names all of them")
    if not located and (other := _list_of_all(leaf, pages)):
        return decided(ConditionOutcome.MATCHED, other, f"{other.fact.label} names all of them")
    if located and _is_complete(located[0]):
        return decided(
            ConditionOutcome.UNMATCHED, located[0], f"{located[0].fact.label} lacks one of them"
        )
    return unclear(f"no field for {leaf.field.text}")


def _list_of_all(leaf: TermIs, pages: Sequence[FindingPage]) -> Located | None:
    for page in pages:
        for fact in page.facts.facts:
            if fact.labelled and not fact.features & NOT_A_FIELD:
                at = Located(fact, page, FIT)
                if all(_names_any(at, (v,)) for v in leaf.values):
                    return at
    return None


def _only_terms(leaf: TermIs, located: list[Located]) -> Finding:
    targets = frozenset().union(*(forms(v) for v in leaf.values))
    for at in located:
        if not _is_complete(at, leaf.values):
            continue
        named = [i for i in items(at.fact.value, True) if i != at.fact.value] or [at.fact.value]
        halves = split_list(at.fact.value, pairs=True)
        if all(forms(i) & targets for i in halves):
            named = halves
        if all(forms(i) & targets for i in named):
            return decided(ConditionOutcome.MATCHED, at, f"{at.fact.label} names nothing else")
        return decided(ConditionOutcome.UNMATCHED, at, f"{at.fact.label} names something else too")
    return unclear(f"no field for {leaf.field.text}")
