"""Roles in which one thing stands to another ('founders of', 'investors in'), and under which
words a page of the other names who has them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from netnew.text.tokens import content_words, fold, singular


@dataclass(frozen=True, slots=True)
class Relation:
    """`nouns`: what it is called, singular. `joints`: the words that lead to the other thing.
    `labels`: what stands over a list of such, folded."""

    nouns: frozenset[str]
    joints: str
    labels: tuple[str, ...]
    are_people: bool = True


def _nouns(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TEAM = (
    "team",
    "our team",
    "the team",
    "meet the team",
    "people",
    "our people",
    "leadership",
    "leadership team",
    "management",
    "management team",
    "founders",
    "our founders",
    "founding team",
    "co founders",
    "staff",
    "who we are",
    "board",
    "executives",
    "about us",
    "members",
    "equipe",
    "unser team",
    "equipo",
)
_WRITERS = ("authors", "author", "contributors", "editors", "written by", "autoren")
ROLES = (
    Relation(_nouns("founder cofounder co-founder"), r"of|at|behind|from", _TEAM),
    Relation(
        _nouns(
            "ceo cto cfo coo cmo executive director president chairman officer employee scientist "
            "researcher professor partner staff member owner"
        ),
        r"of|at|behind|from",
        _TEAM,
    ),
    # 'Package managers of …' and 'editors for …' are things.
    Relation(
        _nouns("manager leader engineer developer designer recruiter editor writer"), "at", _TEAM
    ),
    Relation(_nouns("author"), r"of|at|behind", _WRITERS),
    Relation(
        _nouns("contributor maintainer committer"),
        r"of|to|for|behind",
        (*_WRITERS, "maintainers", "team", "core team", "credits", "people"),
    ),
    Relation(
        _nouns("speaker panelist presenter"),
        r"of|at|from|in",
        ("speakers", "our speakers", "keynotes", "keynote speakers", "line up", "lineup"),
    ),
    Relation(
        _nouns("investor backer shareholder funder"),
        r"of|in|behind",
        ("investors", "our investors", "backed by", "backers", "shareholders", "funders"),
        are_people=False,
    ),
    Relation(
        _nouns("customer client"),
        r"of",
        ("customers", "our customers", "clients", "our clients", "trusted by", "used by"),
        are_people=False,
    ),
    Relation(
        _nouns("sponsor exhibitor"),
        r"of|at",
        ("sponsors", "our sponsors", "exhibitors", "partners", "supporters"),
        are_people=False,
    ),
)
# 'People' alone have no role: what they do tells it.
_WORKING = Relation(
    _nouns("people person individual everyone"),
    r"(?:(?:who|that)\s+)?(?:work(?:s|ing)?|(?:are\s+)?employed)\s+(?:at|for|in)|at|behind",
    _TEAM,
)
_PEOPLE = _nouns("people person individual human contact")
_ANY_THING = _nouns("company organisation organization firm fund person people contact entity")


def relation_named(objective: str, entity_type: str) -> tuple[Relation, str] | None:
    """The role that `objective` asks for, and the words for the other thing; None where it asks
    for none, or for things that are none of `entity_type`.

    'founders of robotics startups in Germany', 'founder' → (founders, 'robotics startups in
    Germany').
    """
    for role in (*ROLES, _WORKING):
        nouns = "|".join(sorted(re.escape(n) for n in role.nouns))
        match = re.search(
            rf"\b({nouns})s?\s+(?:{role.joints})\s+(?:(?:the|all|these|those|any)\s+)*(.+)$",
            objective,
            re.IGNORECASE,
        )
        if match and content_words(match[2]) and _is_kind(role, match[1], entity_type):
            return role, match[2].strip().rstrip(".?!")
    return None


def is_label_of(role: Relation, text: str) -> bool:
    """Whether `text` (a heading, a link's text) is what stands over such a list."""
    return fold(text).replace("-", " ") in role.labels


def _is_kind(role: Relation, noun: str, entity_type: str) -> bool:
    words = [singular(w) for w in content_words(entity_type)]
    last = words[-1] if words else ""
    if not last or last in role.nouns or singular(fold(noun)) in words:
        return True
    return last in (_PEOPLE if role.are_people else _ANY_THING)
