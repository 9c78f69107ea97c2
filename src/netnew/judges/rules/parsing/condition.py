"""A condition's words → a predicate.

A head with an elaboration after a colon is read by the elaboration, which is the more exact. A text
is cut into clauses; a clause that only says that a field is stated lends that field to the pronoun
of the next ('states its locations, and none of them is in …').
"""

from __future__ import annotations

import re
from functools import lru_cache

from netnew.judges.rules.knowledge.statuses import group_of
from netnew.judges.rules.parsing.clause import clause_predicate
from netnew.judges.rules.parsing.fields import field_of
from netnew.judges.rules.predicate import (
    AllOf,
    AnyOf,
    PlaceIs,
    Predicate,
    Quantifier,
    Says,
    Stated,
    StatusIs,
    Unread,
    unread_parts,
)
from netnew.text.places import places_in

_HEAD = re.compile(r"^(?P<head>[^:]{3,120}?):\s+(?P<rest>[^\s].*)$", re.DOTALL)
_STARTS_CLAUSE = (
    r"(?=(?:it|its|they|their|the|this|none|neither|no|all|at least|each|every|there|we|our)\b"
    r"|(?:is|are|was|were|has|have|does|do|had|states?|names?|lists?)\s"
    r"|[A-Z][\w.+#-]*(?:\s[\w.+#&-]+){0,4}\s(?:is|are)\s(?:not\s)?among\b)"
)
_JOINT = re.compile(rf"(?:[,;]\s+(?P<soft>and|or|but)\s+{_STARTS_CLAUSE}|;\s+)", re.IGNORECASE)
_BARE_JOINT = re.compile(
    r"\s+(?P<word>and|or|but)\s+(?=(?:is|are|was|were|has|have|does|had|it|its|the\s+[a-z]+\s+(?:is|was|has|were|are))\s)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"^(?P<lead>(?:none|all|any|each|some|one|at least one) of )?(?:them|it|they|these|those)\b",
    re.I,
)
_AMONG_THEM = re.compile(r"\bamong (?:them|these|those)\b", re.IGNORECASE)
_BUT_NO = re.compile(
    r"^(?P<lead>.*?\b)(?P<have>(?:has|have|offers?|provides?|states?|names?|lists?|gives?|shows?)\s)"
    r"(?P<what>[^,]+?),?\s+but\s+no\s+(?P<other>[^,]+)$"
)
_NEITHER = re.compile(
    r"\b(?P<verb>is|are|was|were|includes?|names?|lists?|contains?|offers?|has|have)\s+neither\s+"
    r"(?P<prep>in |at |under |by |on |for )?(?P<a>.+?),?\s+nor\s+(?:in |at |under |by |on |for )?"
)


def _without_neither(text: str) -> str:
    """'is neither A nor B' says what 'is not A or B' says; 'includes neither' alike."""

    def told(match: re.Match[str]) -> str:
        verb, rest = match["verb"], f"{match['prep'] or ''}{match['a']} or "
        if verb in ("is", "are", "was", "were"):
            return f"{verb} not {rest}"
        if verb in ("has", "have"):
            return f"{verb} {'not' if group_of(match['a']) else 'no'} {rest}"
        return f"does not {verb} {rest}"

    return _NEITHER.sub(told, text)


_OR_WAS = re.compile(r"\b(is|are|has|was)\s+or\s+(?:is|was|were|had|has been)\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def parse(description: str, entity_type: str = "") -> Predicate:
    """The predicate of a condition's description; parts not understood are `Unread` in it."""
    text = " ".join(description.split()).strip(" .;")
    text = re.sub(r",\s+(?=neither\s)", ": ", text)
    if match := _HEAD.match(text):
        body = _text(match["rest"], entity_type)
        head = _text(match["head"], entity_type)
        if isinstance(head, StatusIs) and isinstance(body, Says):
            return head  # what the colon explains is not understood, the state before it is
        return body if not unread_parts(body) else _text(match["head"], entity_type)
    return _text(text, entity_type)


def _text(text: str, entity_type: str) -> Predicate:
    text = re.sub(r"\s*\(\d[^()]*\)(?=\s+or\s+(?:more|less|fewer|longer|later))", "", text)
    text = _OR_WAS.sub(r"\1", text.strip(" .;"))
    text = _without_neither(text)
    text = _BUT_NO.sub(r"\g<lead>\g<have>\g<what>, and the page \g<have>no \g<other>", text)
    clauses, joints = _clauses(text)
    parts: list[Predicate] = []
    lent: str | None = None
    for clause in clauses:
        part, lends = _clause(clause, entity_type, lent)
        borrows = lent is not None and lends is None and _uses_pronoun(clause)
        if borrows and parts and isinstance(parts[-1], Stated):
            parts.pop()
        parts.append(part)
        lent = lends or lent
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return Unread(text)
    return AnyOf(tuple(parts)) if "or" in joints else AllOf(tuple(parts))


def _clauses(text: str) -> tuple[list[str], list[str]]:
    clauses, joints, at = [], [], 0
    found = sorted([*_JOINT.finditer(text), *_BARE_JOINT.finditer(text)], key=lambda m: m.start())
    for match in found:
        if match.start() < at or not text[at : match.start()].strip():
            continue
        clauses.append(text[at : match.start()])
        word = match.groupdict().get("soft") or match.groupdict().get("word") or "and"
        joints.append(word.lower())
        at = match.end()
    clauses.append(text[at:])
    return [c.strip(" ,;") for c in clauses if c.strip(" ,;")], joints


def _uses_pronoun(clause: str) -> bool:
    return bool(_PRONOUN.match(clause) or _AMONG_THEM.search(clause))


def _clause(clause: str, entity_type: str, lent: str | None) -> tuple[Predicate, str | None]:
    """The clause's predicate, and the field it lends to a pronoun of the next one, if any."""
    if lent is not None and _uses_pronoun(clause):
        clause = _PRONOUN.sub(lambda m: f"{m['lead'] or ''}the {lent}", clause)
        clause = _AMONG_THEM.sub(f"among the {lent}", clause)
    part = clause_predicate(clause, entity_type)
    if isinstance(part, Stated) and not part.negated:
        mentions = places_in(part.field.text)
        text = part.field.text
        if mentions:
            for m in reversed(mentions):
                text = " ".join((text[: m.start] + text[m.end :]).split())
            places = tuple(m.place for m in mentions)
            return PlaceIs(field_of(text), places, Quantifier.ANY), text
        return part, text
    return part, None
