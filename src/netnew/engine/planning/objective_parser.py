"""Parses an objective in plain English without a model: entity type and conditions.

'robotics startups in Germany with fewer than 20 people' is a noun phrase (modifiers and a head)
followed by clauses. The head is the entity type; each modifier that says something and each clause
becomes a condition in a sentence of its own, so that a judge can read it alone. Nothing is made
stricter than it was said; what cannot be split stays one condition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from netnew.domain.condition import MatchCondition
from netnew.engine.planning.queries import bare_objective
from netnew.text.places import places_in
from netnew.text.tokens import content_words

# Words of praise ask for nothing that a page could prove.
_PRAISE = {"best", "top", "good", "great", "leading", "popular", "interesting"}
# 'MIT licensed tools' are tools licensed under MIT. Anchored, so that no word is read from within.
_LICENSED = re.compile(r"(?<![\w.+-])(?=[\w.+-]*[A-Z])([\w.+-]+)[ -]licen[cs]ed\s+(.*)$")
# Where a clause may begin.
_STARTER = (
    r"that|which|who|whose|with(?:out)?|having|for|in|inside|outside|within|from|near|founded|established|"
    r"launched|created|started|born|based|located|headquartered|written|built|made|released|published|"
    r"licen[cs]ed|available|under|of batches|not|using|backed|funded|accepted|hosted|depending|"
    r"offering|hiring|over|before|after|since"
)
_CLAUSE = re.compile(
    rf"[,;]?\s+(?:(?P<joint>and|but)\s+)?(?=(?P<word>{_STARTER})\b)", re.IGNORECASE
)
_RELATIVE = re.compile(r"^(that|which|who|whose)\b", re.IGNORECASE)
# Words that open a clause and say nothing yet: what follows them belongs to them.
_OPENING = re.compile(
    rf"^(?:(?:{_STARTER}|are|is|were|was|has|have|been|be|does|do|the|a|an|or|also|still|only|"
    r"either|neither)\b[\s,]*)*$",
    re.IGNORECASE,
)
_STATUSES = {
    "active": "is active",
    "inactive": "is inactive",
    "defunct": "is defunct",
    "closed": "is closed",
    "acquired": "was acquired",
    "public": "is publicly traded",
    "archived": "is archived",
    "graduated": "is graduated",
    "nonprofit": "is a nonprofit",
    "non-profit": "is a nonprofit",
    "free": "is free",
    "open source": "is open source",
    "open-source": "is open source",
    "proprietary": "is proprietary",
}
# Nouns that say 'any entity' and nothing about it.
_BARE_NOUNS = re.compile(
    r"(company|startup|start-up|firm|business|organi[sz]ation|product|project|software|tool"
    r"|application|app|package|library|person|people|place|paper|event|service|platform|system"
    r"|item|thing|entity|website|site)",
    re.IGNORECASE,
)

# Nouns that a following 'in' belongs to.
_BINDING = re.compile(
    r"\b(offices?|locations?|headquarters|branch(es)?|sites?|presence|operations|team)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ParsedObjective:
    """`entity_type` in the singular; the conditions in the order they were said."""

    entity_type: str
    conditions: tuple[MatchCondition, ...]


def parse_objective(objective: str, entity_type: str = "") -> ParsedObjective:
    """The entity type (unless given) and the match conditions that `objective` names."""
    text = _LICENSED.sub(r"\2 licensed under \1", bare_objective(objective))
    phrase, *clauses = _clauses(text)
    modifiers, head = _noun_phrase(phrase)
    kind = entity_type or _kind(modifiers, head)
    said = [*_from_modifiers(modifiers, head), *(_from_clause(c) for c in clauses)]
    return ParsedObjective(kind, _conditions(kind, [s for s in said if s]))


def _clauses(text: str) -> list[str]:
    """The leading noun phrase and the clauses after it. A relative clause runs to the next one, or
    to an 'and', 'but' or 'with'; any other clause is cut only once it has said something."""
    parts: list[str] = []
    begin = 0
    for match in _CLAUSE.finditer(text):
        so_far = text[begin : match.start()].strip(" ,;")
        if parts and not _may_end(so_far, match["joint"] is not None, match["word"].lower()):
            continue
        parts.append(so_far)
        begin = match.end()
    parts.append(text[begin:].strip(" ,;"))
    return [p for i, p in enumerate(parts) if p or i == 0]


def _may_end(clause: str, joint: bool, word: str) -> bool:
    if _OPENING.match(clause) or _BINDING.search(clause):
        return False
    if _RELATIVE.match(clause):
        return joint or bool(_RELATIVE.match(word)) or word.startswith("with")
    return True


def _kind(modifiers: list[str], head: str) -> str:
    """'vector database', 'museum'; a word that says nothing ('tool') stands alone."""
    topic = [m for m in modifiers if m.lower() not in _STATUSES and not _is_place(m)]
    if not head:
        return "entity"
    return _singular(head) if _is_bare(head) else " ".join([*topic, _singular(head)])


def _noun_phrase(phrase: str) -> tuple[list[str], str]:
    """(modifiers, head): the last word is the head, two-word modifiers are kept together."""
    words = re.sub(r"\([^)]*\)", "", phrase).split()
    if not words:
        return [], ""
    head, rest = words[-1].strip(".,"), words[:-1]
    modifiers: list[str] = []
    text = " ".join(rest)
    for known in sorted(_STATUSES, key=len, reverse=True):
        match = re.search(rf"(?<![\w-]){re.escape(known)}(?![\w-])", text, re.IGNORECASE)
        if match:
            modifiers.append(known)
            text = f"{text[: match.start()]} {text[match.end() :]}"
    left = [w for w in text.split() if w.lower() not in {"the", "and", "or", "of"} | _PRAISE]
    modifiers += [w for w in left if _is_adjective(w)]
    remaining = " ".join(w for w in left if not _is_adjective(w))
    if remaining:
        modifiers.append(remaining)
    return modifiers, head


def _from_modifiers(modifiers: list[str], head: str) -> list[str]:
    sentences: list[str] = []
    for modifier in modifiers:
        known = _STATUSES.get(modifier.lower())
        if known:
            sentences.append(known)
        elif _is_place(modifier):
            sentences.append(f"is located in {modifier}")
        elif _is_adjective(modifier):
            sentences.append(f"is {modifier}")
        else:
            topic = modifier if _is_bare(head) else f"{modifier} {head}"
            sentences.append(f"{topic[0].upper()}{topic[1:]} {AMONG}")
    return sentences


# A noun before a noun says what the thing is about, without saying in which of its fields.
AMONG = "is among its topics, categories, industries or technologies"


def _is_adjective(word: str) -> bool:
    """'self-hosted', 'peer-reviewed': a quality, and no topic."""
    return bool(re.fullmatch(r"[a-z]+-[a-z]+(ed|able|ible|free|based)", word, re.IGNORECASE))


def _is_bare(noun: str) -> bool:
    return bool(_BARE_NOUNS.fullmatch(_singular(noun)))


def _is_place(text: str) -> bool:
    found = places_in(text)
    return len(found) == 1 and found[0].end - found[0].start == len(text)


_REWRITES = (
    (r"^(that|which|who)\s+(are|is)\s+", "is "),
    (r"^(that|which|who)\s+have\s+", "has "),
    (r"^(that|which|who)\s+were\s+", "was "),
    (r"^(that|which|who)\s+do not\s+", "does not "),
    (
        r"^(that|which|who)\s+(make|offer|use|provide|sell|build|support|run|work|develop|serve)\b",
        r"\2s",
    ),
    (r"^(that|which|who)\s+", ""),
    (r"^whose\s+", "its "),
    (r"^(with|having)\s+", "has "),
    (r"^without\s+", "has no "),
    (r"^under\s+", "is licensed under "),
    (r"^(in|inside|within|from|near|outside|over|before|after|since)\s+", r"is \1 "),
    (
        r"^(founded|established|launched|created|started|born|released|published|accepted|funded|backed)\b",
        r"was \1",
    ),
    (
        r"^(based|located|headquartered|written|built|made|licen[cs]ed|available|hosted|not|hiring)\b",
        r"is \1",
    ),
    (r"^(depending|offering|using)\b", r"is \1"),
)


def _from_clause(clause: str) -> str:
    """The clause as the predicate of a sentence."""
    purpose = re.match(r"^for\s+(?P<topic>\S.*)$", clause, re.IGNORECASE)
    if purpose:  # what a thing is for is a topic of it; that a page has the word proves nothing
        topic = purpose["topic"]
        return f"{topic[0].upper()}{topic[1:]} {AMONG}"
    for pattern, replacement in _REWRITES:
        changed, count = re.subn(pattern, replacement, clause, count=1, flags=re.IGNORECASE)
        if count:
            return _located(changed)
    return f"is {clause}"


def _located(predicate: str) -> str:
    """'is in Germany' as 'is located in Germany', where it is a place that is named."""
    match = re.match(r"^is (in|inside|within|from|near|outside)\s+(.+)$", predicate)
    if match and places_in(match[2]) and places_in(match[2])[0].start <= len("the "):
        return f"is located {match[1]} {match[2]}"
    return predicate


def _conditions(kind: str, predicates: list[str]) -> tuple[MatchCondition, ...]:
    conditions: dict[str, MatchCondition] = {}
    for predicate in dict.fromkeys(predicates):
        whole = predicate.startswith("its ") or predicate.endswith(AMONG)
        subject = "" if whole else f"The {kind} "
        sentence = f"{subject}{predicate}."
        name = _name_for(predicate, conditions)
        conditions[name] = MatchCondition(name, sentence[0].upper() + sentence[1:])
    return tuple(conditions.values())


def _name_for(predicate: str, taken: dict[str, MatchCondition]) -> str:
    words = content_words(predicate.removesuffix(AMONG))[:3] or ["condition"]
    name = re.sub(r"\W+", "_", "_".join(words)).strip("_").lower() or "condition"
    unique, n = name, 2
    while unique in taken:
        unique, n = f"{name}_{n}", n + 1
    return unique


def _singular(word: str) -> str:
    low = word.lower()
    if low.endswith("ies") and len(low) > 4:
        return low[:-3] + "y"
    if re.search(r"(ss|x|ch|sh)es$", low):
        return low[:-2]
    return low[:-1] if low.endswith("s") and not low.endswith(("ss", "us", "is")) else low
