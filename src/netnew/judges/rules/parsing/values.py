"""Values named inside a claim: 'Applicants from Norway or Sweden are eligible'."""

from __future__ import annotations

import re

from netnew.judges.rules.parsing import patterns
from netnew.judges.rules.parsing.fields import field_of
from netnew.judges.rules.predicate import AnyOf, PlaceIs, Predicate, Quantifier, Says, TermIs
from netnew.text.places import Place, PlaceMention, places_in
from netnew.text.tokens import split_list, tokens

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
_LEADING_PREPOSITION = re.compile(r"^(?:of|in|on|for|by|from|the|an?|both)\s+", re.IGNORECASE)


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
        named = tuple(_LEADING_PREPOSITION.sub("", v) for v in split_list(match["v"], pairs=True))
        if not about.features or not named:
            continue
        every = bool(match.groupdict().get("both")) or " and " in match["v"]
        how = Quantifier.ALL if every and len(named) > 1 else Quantifier.ANY
        return AnyOf((claim, TermIs(about, named, how)))
    return claim


def values(text: str) -> tuple[str, ...]:
    text = re.sub(r"^(?:the|either|one of|any of|all of)\s+", "", text.strip())
    both = re.match(r"^both\s+", text)
    items = split_list(text[both.end() :] if both else text, pairs=bool(both))
    if not both and len(items) == 2 and text[:1].islower():
        items.append(text)  # 'project or product' may be one value of a page
    named = [re.sub(r"^(?:an?|the)\s+(?=\w)", "", i).strip("\"“”'‘’ ") for i in items]
    return tuple(dict.fromkeys(v for n in named for v in _spellings(n)))


_PREPOSITION = re.compile(r"^(?:in|at|for|on|under|by|with|as)\s+(?:an?\s+|the\s+)?(?P<v>\S.*)$")
_GLOSS = re.compile(r"^(?P<out>[^()]+?)\s*\((?P<in>[^()]*(?:,|\sor\s)[^()]*)\)$")


def _spellings(value: str) -> list[str]:
    """'unpaved (grass or gravel)' may be stated as any of the three; 'in haematology' without
    its preposition."""
    found = [value]
    if bare := re.match(
        r"^(?:in|at|for|on|under|by|with|as)\s+(?:an?\s+|the\s+)?(?P<v>\S.*)$", value
    ):
        found.append(bare["v"])
    if gloss := _GLOSS.match(value):
        found += [gloss["out"], *split_list(gloss["in"])]
    return found


def term(field: str, value: str, negated: bool, only: bool = False) -> Predicate:
    abroad = False
    if other := patterns.OTHER_THAN.match(value):
        abroad = "country" in other.group() or "city" in other.group()
        value, negated = value[other.end() :], True
    quantifier = Quantifier.ANY
    if re.match(r"^(?:both|all of)\b", value):
        quantifier = Quantifier.ALL
    if only:
        quantifier = Quantifier.ONLY
    if negated:
        quantifier = Quantifier.NONE
    about = field_of(field)
    somewhere = abroad or "@location" in about.features or bool(_WHERE.search(about.text))
    if places := pure_places(value, somewhere):
        return PlaceIs(about, places, quantifier)
    if quantifier is Quantifier.ANY and (both := _all_named(value)):
        whole = TermIs(about, (value.strip(),), quantifier)
        return AnyOf((whole, TermIs(about, both, Quantifier.ALL)))
    asked = values(value)
    if by := re.search(r"\s(?P<by>by|on|through|via)$", about.text):  # 'taken by mouth'
        asked += tuple(f"{by['by']} {v}" for v in asked)
    return TermIs(about, asked, quantifier)


_WHERE = re.compile(
    r"\b(?:originat\w*|comes?|native|born|made|produced|grown|held) (?:in|from|to)$"
)


def _all_named(value: str) -> tuple[str, ...]:
    """'Law and Medicine': the two of them, if it is not one name; 'A, B and C': each."""
    if " and " not in value or re.search(r"\b(?:or|either)\b", value):
        return ()
    named = split_list(re.sub(r"^(?:the|all of)\s+", "", value.strip()), pairs=True)
    return tuple(re.sub(r"^(?:an?|the)\s+(?=\w)", "", i) for i in named) if len(named) > 1 else ()


def pure_places(value: str, of_location: bool) -> tuple[Place, ...]:
    """The places of `value` where it consists of nothing else."""
    mentions = places_in(value)
    if not mentions:
        return ()
    rest = value
    for m in reversed(mentions):
        rest = rest[: m.start] + " " + rest[m.end :]
    words = tokens(rest)
    if any(w not in patterns.PLACE_GLUE for w in words):
        return ()
    named_as_place = any(w in ("country", "countries", "city", "state", "nation") for w in words)
    if any(m.demonym and m.place.kind == "country" for m in mentions) and not named_as_place:
        return ()
    if (
        not of_location
        and not named_as_place
        and not re.match(r"^(?:in|at|within|outside)\b", value)
    ):
        return ()
    return merged(value, mentions)


def merged(text: str, mentions: tuple[PlaceMention, ...]) -> tuple[Place, ...]:
    """'New York, NY, USA' is one place: what only says where the place before lies is dropped."""
    kept: list[PlaceMention] = []
    last_end = -1
    for mention in mentions:
        between = text[last_end : mention.start] if last_end >= 0 else ""
        if kept and re.fullmatch(r",\s*", between):
            inner = kept[-1].place
            if mention.place.country == inner.country and mention.place.kind in (
                "state",
                "country",
            ):
                last_end = mention.end
                continue
        kept.append(mention)
        last_end = mention.end
    return tuple(m.place for m in kept)
