"""Values named inside a claim: 'Applicants from Norway or Sweden are eligible'."""

from __future__ import annotations

import re

from netnew.judges.rules.asked_field import field_of
from netnew.judges.rules.predicate import AnyOf, Predicate, Quantifier, Says, TermIs
from netnew.lexicon.words import split_list

_NAME = r"(?:the\s+)?[A-Z][\w'’.&-]*(?:\s+(?:(?:of|for|de)\s+(?:the\s+)?)?[A-Z][\w'’.&-]*)*"
_PROPER = re.compile(
    rf"(?<!^)\b(?P<both>both\s+)?(?P<v>{_NAME}(?:,\s+{_NAME})*(?:,?\s+(?:or|and)\s+{_NAME})?)"
)
_SUBJECT = re.compile(
    r"^(?P<both>both\s+)?(?P<v>[\w'’&-]+(?:\s[\w'’&-]+){0,3}(?:,\s[\w'’&-]+(?:\s[\w'’&-]+){0,3})*"
    r"\s+(?:or|and)\s+[\w'’&-]+(?:\s[\w'’&-]+){0,2}?)\s+(?P<f>(?:may|can|fl(?:y|ies)|operates?|works?"
    r"|teach(?:es)?|runs?|serves?|sells?|lives?|studies|study)\b.*)$",
    re.IGNORECASE,
)
_LISTED_LAST = re.compile(
    r"\b(?:on|of|from|for|by|to|with|in|supports?|funds?|covers?|treats?)\s+"
    r"(?P<v>[a-z-]+(?:\s[a-z-]+)?(?:,\s[a-z-]+(?:\s[a-z-]+)?)*\s+or\s+(?:(?:of|in|on|for|by|from)\s+)?"
    r"[a-z-]+(?:\s[a-z-]+)?)$"
)
_PREPOSITION = re.compile(r"^(?:of|in|on|for|by|from|the|an?|both)\s+", re.IGNORECASE)


def with_named_values(claim: Says, text: str) -> Predicate:
    """`claim`, or where its text names values of a field, also those as items of that field."""
    if claim.negated or re.search(r"\d", text):
        return claim
    for pattern in (_SUBJECT, _PROPER, _LISTED_LAST):
        match = pattern.search(text)
        if match is None:
            continue
        rest = text[: match.start("v")] + " " + text[match.end("v") :]
        about = field_of(re.sub(r"\b(?:there|it|here|them|both)\b", " ", rest).strip())
        named = tuple(_PREPOSITION.sub("", v) for v in split_list(match["v"], pairs=True))
        if not about.features or not named:
            continue
        every = bool(match.groupdict().get("both")) or " and " in match["v"]
        how = Quantifier.ALL if every and len(named) > 1 else Quantifier.ANY
        return AnyOf((claim, TermIs(about, named, how)))
    return claim
