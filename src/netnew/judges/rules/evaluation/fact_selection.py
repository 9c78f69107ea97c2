"""Which facts answer a field, and what several answers come to."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from netnew.domain.condition import ConditionOutcome
from netnew.judges.rules.attributes import agreement
from netnew.judges.rules.facts import Fact, FactOrigin, PageSentence
from netnew.judges.rules.finding import Finding, FindingPage, Located, decided, unclear
from netnew.judges.rules.predicate import Field

FIT = 0.5  # least agreement of a label with a field: half of what both say is common
DATE_FIT = 0.55  # a date under a label is telling by itself
SURE_FIT = 0.7  # from here a field that says otherwise outweighs a value met under another label


NOT_A_FIELD = frozenset({"@name", "@website", "@description", "@email", "@phone", "@founder"})


UNSURE = re.compile(
    r"\b(?:will|would|could|might|plans? to|planning|aims? to|expects?|hopes?|intends?"
    r"|soon|used to|formerly"
    r"|previously|until|if|unless)\b",
    re.IGNORECASE,
)


def fitting(field: Field, pages: Sequence[FindingPage], least: float = FIT) -> list[Located]:
    """The facts whose label answers `field`, best first (structured before prose)."""
    found = []
    for page in pages:
        for fact in page.facts.sharing(field.features):
            fit = agreement(field.features, fact.features)
            if fit >= least or (
                fact.origin is FactOrigin.PROSE and field.features <= fact.features
            ):
                found.append(Located(fact, page, max(fit, least)))
    found.sort(key=lambda at: (-round(at.fit, 1), at.fact.origin))
    return found


def only_of_kind(
    field: Field, pages: Sequence[FindingPage], is_kind: Callable[[Fact], bool]
) -> Located | None:
    """The one labelled fact of a page whose value is of the asked kind, where no label is known.

    A label that the thesaurus reads as another attribute is that attribute, so it is not taken;
    nor is any where two facts could be meant.
    """
    for page in pages:
        of_kind = [f for f in page.facts.facts if f.labelled and is_kind(f)]
        if len({f.value for f in of_kind}) != 1 or of_kind[0].features & NOT_A_FIELD:
            continue
        if _may_be(field.features, of_kind[0].features):
            return Located(of_kind[0], page, FIT)
    return None


def _may_be(asked: frozenset[str], label: frozenset[str]) -> bool:
    """Whether a label may mean the asked field: it says nothing else of its own, or nothing less
    than is asked ('Joined as a project' is not 'joined as a member')."""
    if not label:
        return True
    known = {f for f in label - asked if f[0] == "@"}
    shared = asked & label
    if not shared:
        return False
    return label <= asked or (asked <= label and not known)


def is_about(at: Located, about: Callable[[str], bool]) -> bool:
    return at.fact.origin is not FactOrigin.PROSE or about(at.fact.subject or at.fact.label)


def agreed(found: list[tuple[bool | None, Located]], asked: str) -> Finding:
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
            outcome = ConditionOutcome.MATCHED if answer else ConditionOutcome.UNMATCHED
            return decided(outcome, at, f"{at.fact.label}: {at.fact.value[:80]}")
    return unclear(f"the value for {asked} may lie on either side")


def at_sentence(sentence: PageSentence, page: FindingPage) -> Located:
    fact = Fact(
        "the text",
        sentence.text,
        frozenset(),
        FactOrigin.PROSE,
        sentence.segment,
        sentence.start,
        sentence.end,
    )
    return Located(fact, page, FIT)
