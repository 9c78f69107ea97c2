"""The field that a piece of a condition speaks of, and whether it speaks of the entity itself."""

from __future__ import annotations

import re

from netnew.judges.rules.attributes import features
from netnew.judges.rules.parsing import patterns
from netnew.judges.rules.predicate import Field
from netnew.text.tokens import stem, tokens


def field_of(text: str) -> Field:
    """The field that a piece of a condition names."""
    bare = text.strip(" ,;.")
    owner = patterns.OF_ENTITY.match(bare)
    if (owner and owner.group() == owner.group().lower().replace("the ", "the ", 1)) or (
        owner and re.match(r"^(?:The|Its|Their|Our|This)\s+[a-z ]+['’]s?\s$", owner.group())
    ):
        bare = bare[owner.end() :]
    bare = patterns.DETERMINER.sub("", patterns.SUBJECT.sub("", bare))
    bare = re.sub(
        r"^(?:all\s+)?(?:its|the|their)\s+|^(?:stated|listed|declared|reported)\s+(?!(?:as|under|in|on|by|among)\b)",
        "",
        bare,
    )
    return Field(bare or text, features(bare))


SUBJECT_STEMS = frozenset(
    stem(w)
    for w in """company organisation organization software page project product team it they he she
    entity startup business firm application app tool site website there we this that one
    work team""".split()  # noqa: SIM905
)


def is_subject(text: str, subjects: frozenset[str]) -> bool:
    words = [w for w in tokens(text) if w not in ("the", "its", "their", "this", "a", "an", "also")]
    return all(stem(w) in subjects for w in words)
