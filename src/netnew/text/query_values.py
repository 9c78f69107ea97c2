"""The concrete values that a condition names, as search terms."""

from __future__ import annotations

import re

from netnew.text.dates import dates_in
from netnew.text.places import places_in
from netnew.text.tokens import STOP_WORDS, fold, split_list, stem, tokens

_CLAUSE = re.compile(
    r";\s+|\.\s+|,\s+(?:and|or|but)\s+(?=(?:it|its|they|their|the|none|neither|no)\b)",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:none of|neither|no longer|not|nor|without|never|other than|except|excluding"
    r"|outside|no)\b",
    re.IGNORECASE,
)
_ELABORATION = re.compile(r"^(?P<head>[^:]{3,80}):\s+(?P<rest>\S.*)$", re.DOTALL)
_PROPER = re.compile(
    r"(?<![\w-])(?:[A-Z0-9][\w.+#/'’-]*|e[A-Z]\w+|i[A-Z]\w+|\.[A-Z]+)"
    r"(?:(?:\s+(?:&|/|-|–|and|of|the|de|du|la|for|in)(?=\s+[A-Z0-9])|\s*(?=\())?\s*"
    r"(?:\s[A-Z0-9(][\w.+#/'’()-]*|\([A-Z0-9][\w ]*\)))*"
)
_TELLING = re.compile(r"[^\W\d]{3}|^[A-Z]")
_QUOTED = re.compile(r"[\"“”'‘]([^\"“”'‘’]{2,60})[\"“”'’]")
_LEAD_IN = frozenset(
    """the a an it its they their none neither at all any each every one some both either we our
    page listed no not this that there only""".split()  # noqa: SIM905
)
_SHELL = (
    frozenset(
        """company companies page name names state states stated list listed lists organisation
    organization software project product entity item person place work works take took part make
    makes say says level least among include includes available""".split()  # noqa: SIM905
    )
    | STOP_WORDS
)


def values_named(description: str, entity_type: str = "") -> tuple[str, ...]:
    """The values that a condition asks for, best search terms first; () where it names none.

    Proper names, codes and quoted words first, then years, then the plain words of the claim. What
    stands in a negated clause ('none of its locations is in the US') is left out: searching for it
    finds the wrong pages.
    """
    found: list[str] = []
    for clause in _clauses(description):
        if not _NEGATED.search(clause):
            found += _names(clause)
    for span in dates_in(description):
        found.append(str(span.year))
    if not found:
        found = _plain_words(description, entity_type)
    unique = {fold(v): v for v in reversed(found) if fold(v)}
    ordered = list(dict.fromkeys(v for v in found if unique.get(fold(v)) == v))
    return tuple(ordered)


def _clauses(description: str) -> list[str]:
    text = description.strip()
    match = _ELABORATION.match(text)
    if match and _names(match["rest"]):
        text = match["rest"]
    return [c for c in _CLAUSE.split(text) if c]


def _names(clause: str) -> list[str]:
    places = [clause[m.start : m.end] for m in places_in(clause) if not m.demonym]
    values = [m.group(1) for m in _QUOTED.finditer(clause)]
    for run in _proper_runs(clause):
        values.extend(split_list(run, pairs="both" in clause))
    return values if values else places


def _proper_runs(clause: str) -> list[str]:
    runs = []
    for match in _PROPER.finditer(clause):
        run = match.group().strip(" .,;:")
        words = run.split()
        if match.start() == 0 and words and fold(words[0]) in _LEAD_IN:
            run = " ".join(words[1:])
        for piece in reversed(re.split(r"['’]s\b\s*", run)):
            if piece and fold(piece) not in _LEAD_IN and _TELLING.search(piece):
                runs += [piece]
    return runs


def _plain_words(description: str, entity_type: str) -> list[str]:
    if _NEGATED.search(description):
        return []
    dropped = {stem(w) for w in tokens(entity_type)}
    words = [
        w
        for w in tokens(description)
        if w not in _SHELL and stem(w) not in dropped and not w[0].isdigit()
    ]
    return [" ".join(words[:6])] if words else []
