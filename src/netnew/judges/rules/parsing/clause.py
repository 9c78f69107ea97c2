"""One clause of a condition → a leaf predicate."""

from __future__ import annotations

import re

from netnew.judges.rules.attributes import features
from netnew.judges.rules.knowledge.statuses import group_of
from netnew.judges.rules.knowledge.synonyms import family_pattern
from netnew.judges.rules.parsing import patterns
from netnew.judges.rules.parsing.complement import complement
from netnew.judges.rules.parsing.fields import SUBJECT_STEMS, field_of, is_subject
from netnew.judges.rules.parsing.quantities import (
    date_in_clause,
    number_in_clause,
    supply_in_clause,
)
from netnew.judges.rules.parsing.values import merged, pure_places, term, values, with_named_values
from netnew.judges.rules.predicate import (
    Field,
    PlaceIs,
    Predicate,
    Quantifier,
    Says,
    Stated,
    StatusIs,
    TermIs,
    Unread,
)
from netnew.text.places import places_in
from netnew.text.quantities import quantities_in
from netnew.text.tokens import fold, split_list, stem, tokens


def clause_predicate(clause: str, entity_type: str = "") -> Predicate:
    """The predicate of one clause; Unread where no pattern fits."""
    text = patterns.TAIL.sub("", clause.strip(" ,;."))
    if inner := patterns.SAYS_THAT.match(text):
        return clause_predicate(inner["rest"], entity_type)
    subjects = frozenset(stem(w) for w in tokens(entity_type)) | SUBJECT_STEMS
    if re.match(rf"{patterns.BE}\s", text):
        text = f"it {text}"
    text = _of_subject(text, subjects)
    if supplied := supply_in_clause(text):
        return supplied
    for read in (
        _status,
        _listed,
        number_in_clause,
        date_in_clause,
        _quantified,
        _stated,
        _of_place,
        _plain,
    ):
        found = read(text, subjects)
        if isinstance(found, Says):
            return _claim(found, text)
        if isinstance(found, Stated):
            return Stated(_without_type(found.field, entity_type), found.negated)
        if found is not None:
            return found
    return Unread(clause)


def _claim(said: Says, text: str) -> Predicate:
    """A plain claim, with the values it names; none where it holds a bound that was not read."""
    if any(q.bounded for q in quantities_in(said.field.text)):
        return Unread(text)
    if said.field.features == {"@former name"}:  # 'it used to have another name'
        return Stated(said.field, said.negated)
    return with_named_values(said, text)


def _without_type(field: Field, entity_type: str) -> Field:
    """'a university network' of a university is a network."""
    kinds = frozenset(stem(w) for w in tokens(entity_type))
    left = field.features - kinds
    return Field(field.text, left) if left else field


def _listed(text: str, subjects: frozenset[str]) -> Predicate | None:
    if match := patterns.AMONG.match(text):
        return term(match["f"], match["v"], bool(match["n"]))
    if match := patterns.NAMES_AMONG.match(text):
        none = re.match(r"^(?:no|neither|none of)\s+", match["v"])
        value = match["v"][none.end() :] if none else match["v"]
        return term(match["f"], value, bool(match["n"] or none))
    return None


def _quantified(text: str, subjects: frozenset[str]) -> Predicate | None:
    if match := patterns.NO_FIELD.match(text):
        if features(match["f"]) and not patterns.AVAILABLE.match(text):
            return term(match["f"], match["v"], True)
        return None
    match = patterns.OF_FIELD.match(text)
    if match is None:
        return None
    word = match["q"].lower()
    value = re.sub(r"^not\s+", "", match["v"])
    value = re.sub(
        r"^(?:based|located|affiliated|situated|registered|established)\s+(?=in\b)", "", value
    )
    field = match["f"]
    place = term(field, value, False)
    if not word.endswith(" of") and re.fullmatch(r"(?:\w+(?:ed|en)|available)", match["v"]):
        return None
    word = word.removesuffix(" of")
    if word == "none":
        place = term(field, value, True)
    if isinstance(place, TermIs | PlaceIs) and word in ("all", "each"):
        place = _requantified(place, Quantifier.ONLY)
    if isinstance(place, TermIs) and place.values and re.match(r"^(?:in|at)\b", value):
        mentions = places_in(value)
        if mentions:
            return PlaceIs(field_of(field), tuple(m.place for m in mentions), place.quantifier)
    return place


def _requantified(leaf: TermIs | PlaceIs, quantifier: Quantifier) -> Predicate:
    if isinstance(leaf, PlaceIs):
        return PlaceIs(leaf.field, leaf.places, quantifier)
    return TermIs(leaf.field, leaf.values, quantifier)


def _stated(text: str, subjects: frozenset[str]) -> Predicate | None:
    if match := patterns.IS_STATED.match(text):
        if not is_subject(match["f"], subjects) and field_of(match["f"]).features:
            return Stated(field_of(match["f"]), bool(match["n"]))
        return None
    match = patterns.STATES.match(text)
    if match is None or not is_subject(match["s"], subjects):
        return None
    none = re.match(r"^no\s+", match["f"])
    value = match["f"][none.end() :] if none else match["f"]
    value = re.sub(r"^(?:at least one|one or more|any)\s+", "", value)
    if both := re.search(r"\bin\s+(?P<p>both\s+.+|.+)$", value):
        places = tuple(m.place for m in places_in(both["p"]))
        if places and features(value[: both.start()]):
            how = Quantifier.ALL if both["p"].startswith("both") else Quantifier.ANY
            return PlaceIs(field_of(value[: both.start()]), places, how)
    field = field_of(value)
    bare = patterns.DETERMINER.sub("", value)
    named = bare[:1].isupper() and not re.match(r"[A-Z]{2,}(?:\s+[a-z]+)?$", bare)
    if not field.features or (named and not places_in(bare) and not none):
        return None
    return Stated(field, bool(none or match["n"]))


def _of_place(text: str, subjects: frozenset[str]) -> Predicate | None:
    match = patterns.PLACE_VERBS.search(text)
    if match is None:
        return None
    owner = re.sub(rf"\s+{patterns.BE}\s*(?:not\s*)?$", "", text[: match.start()]).strip(" ,")
    tail = text[match.end() :]
    mentions = places_in(tail)
    if not mentions or mentions[0].start > 25:
        return None
    negated = bool(
        re.search(r"\b(?:not|never|outside)\b", text[: match.end()] + tail[: mentions[0].start])
    )
    both = re.match(r"\s*both\b", tail)
    how = Quantifier.NONE if negated else Quantifier.ALL if both else Quantifier.ANY
    field = Field("location", frozenset({"@location"}))
    if owner and " " in owner and not is_subject(owner, subjects):
        asked = field_of(owner)
        if asked.features and not asked.features & SUBJECT_STEMS and _OF_ANOTHER.search(owner):
            field = asked  # 'the manufacturer is based in …'
    return PlaceIs(field, merged(tail, mentions), how)


_OF_ANOTHER = re.compile(r"^(?:the|its|their)\s+[a-z -]+$", re.IGNORECASE)


_AT_LAST = re.compile(
    r",?\s+(?:whether\s+)?(?:for (?:a time|a while|now)|temporarily|for works) or "
    r"(?:permanently|for good|for ever|forever)$"
)


def _status(text: str, subjects: frozenset[str]) -> Predicate | None:
    """'has shut down', 'neither closed nor acquired', 'went public'."""
    words = text.split()
    while words and stem(fold(words[0])) in subjects | {"the", "its", "also"}:
        words = words[1:]
    negated = False
    while words and words[0].lower() in (
        "is",
        "was",
        "has",
        "been",
        "have",
        "not",
        "neither",
        "now",
    ):
        negated = negated or words[0].lower() in ("not", "neither")
        words = words[1:]
    rest = " ".join(words)
    rest = re.sub(r",\s+whether\s+(?!for a|temporar).*$", "", rest)
    if lasting := _AT_LAST.search(rest):
        rest = patterns.TAIL.sub("", rest[: lasting.start()])
        if group_of(rest) == "closed":
            return StatusIs(frozenset({"closed", "suspended"}), negated)
    if whole := group_of(rest):
        return StatusIs(frozenset({whole}), negated)
    groups = [group_of(item) for item in split_list(rest, pairs=negated)] if rest else []
    if groups and all(groups):
        return StatusIs(frozenset(g for g in groups if g), negated)
    return None


def _plain(text: str, subjects: frozenset[str]) -> Predicate | None:
    if (match := patterns.AVAILABLE_AS.match(text)) and is_subject(match["f"], subjects):
        how = Quantifier.NONE if match["n"] else Quantifier.ANY
        return TermIs(field_of(f"{match['p']} form"), values(match["v"]), how)
    match = patterns.AVAILABLE.match(text)
    if match and not is_subject(match["f"], subjects) and (found := _offered(match)):
        return found
    match = patterns.INCLUDES.match(text)
    if match and not is_subject(match["f"], subjects) and field_of(match["f"]).features:
        return term(match["f"], match["v"], bool(match["n"]))
    if match := patterns.FIELD_IS.match(text):
        return _copula(match, subjects)
    match = patterns.HAS.match(text)
    if match and (not match["s"].strip() or is_subject(match["s"], subjects)):
        return _possession(match)
    return _verb(text, subjects)


_AT_HAND = frozenset({"available", "present", "offered", "provided", "possible", "published"})
_KEPT_OUT = frozenset({"forbidden", "prohibited", "banned"})


def _offered(match: re.Match[str]) -> Predicate | None:
    """'A demo is available', 'Dogs are allowed', 'Tours are offered in English'."""
    none = re.match(r"^no\s+", match["f"], re.I)
    word, rest = match["p"], (match["rest"] or "").strip()
    thing = patterns.AT_LEAST_ONE.sub("", re.sub(r"^no\s+", "", match["f"], flags=re.I))
    negated = bool(none) != bool(match["n"])
    if word in _KEPT_OUT:
        word, negated = "allowed", not negated
    said = thing if word in _AT_HAND else f"{thing} {word}"
    field = field_of(f"{said} {rest}" if rest else said)
    return Says(field, negated) if field_of(thing).features else None


def _of_subject(text: str, subjects: frozenset[str]) -> str:
    """`text` without a mention of the entity itself ('Admission to the museum is …')."""
    for match in _TO_ITSELF.finditer(text):
        if stem(fold(match["noun"])) in subjects:
            return (text[: match.start()] + text[match.end() :]).strip()
    return text


_TO_ITSELF = re.compile(
    r"(?<=\w)\s+(?:to|of|in|at|inside|for|on|behind|about)\s+(?:the|this)\s+(?P<noun>[a-z]+)(?=[\s,.]|$)"
)


def _possession(match: re.Match[str]) -> Predicate | None:
    value = match["v"]
    negated = bool(match["n"] or match["no"] or re.match(r"^no\b", value))
    value = re.sub(r"^no\s+", "", value)
    if place := re.search(r"^(?P<f>.+?)\s+in\s+(?P<p>[A-Zab].*)$", value):
        mentions = places_in(place["p"])
        pure = pure_places(re.sub(r"^both\s+", "", place["p"]), True)
        if mentions and pure and features(place["f"]):
            how = Quantifier.ALL if place["p"].startswith("both") else Quantifier.ANY
            how = Quantifier.NONE if negated else how
            return PlaceIs(field_of(place["f"]), tuple(m.place for m in mentions), how)
    if relation := patterns.OF_KIND.match(value):
        named = features(relation["f"])
        if named and any(f[0] == "@" for f in named) and relation["v"][:1].isupper():
            return term(relation["f"], relation["v"], negated)
    if named_field := re.match(r"^(?P<v>.+?)\s+as\s+(?:its|their|an?|the)\s+(?P<f>.+)$", value):
        return term(named_field["f"], named_field["v"], negated)
    if family_pattern(patterns.AT_LEAST_ONE.sub("", value)):  # 'has a permissive licence'
        return term("license", patterns.AT_LEAST_ONE.sub("", value), negated)
    field = field_of(patterns.AT_LEAST_ONE.sub("", value))
    return Says(field, negated) if field.features else None


def _copula(match: re.Match[str], subjects: frozenset[str]) -> Predicate | None:
    about, value, negated = match["f"], match["v"].strip(), bool(match["n"])
    value = re.sub(r"^(?:also|currently|now|still|mainly|primarily|itself)\s+", "", value)
    if re.match(r"^neither\s+", match["n"] or "") or " nor " in value:
        negated = True
    groups = [group_of(re.sub(r"^(?:an?|the)\s+", "", v)) for v in split_list(value)]
    if groups and all(groups) and (is_subject(about, subjects) or features(about) & _HAS_STATE):
        return StatusIs(frozenset(g for g in groups if g), negated)
    role = re.match(r"^(?:an?|one of (?:its|the)|its|the)\s+(?P<f>[a-z][a-z ]+)$", value)
    named = bool(_NAMED_VALUE.match(about)) and not is_subject(about, subjects)
    if role and named and _names_attribute(role["f"]) and not _names_attribute(about):
        return term(role["f"], about, negated)
    if not is_subject(about, subjects) and field_of(about).features:
        joined = patterns.PARTICIPLE.match(value)
        if joined:
            return term(f"{about} {joined['f']}", joined["v"], negated)
        if re.match(r"^\w+(?:ed|en|able|ible)$", value) and not _names_attribute(about):
            return Says(field_of(f"{about} {value}"), negated)
        return term(about, value, negated, bool(match["o"]))
    return complement(value, negated, bool(match["o"]))


_NAMED_VALUE = re.compile(r"^(?!The |Its |Their |This |Our )[A-Z][\w'’&-]*(?: [A-Z][\w'’&-]*)*$")
# What has a state of its own that is the entity's: 'Its authorisation is suspended'.
_HAS_STATE = frozenset({"@status", "@approved", "application", "registr", "permit", "@license"})


def _names_attribute(text: str) -> bool:
    return any(f[0] == "@" for f in field_of(text).features)


_ARTICLES = frozenset({"the", "its", "their", "this", "also"})


def _verb(text: str, subjects: frozenset[str]) -> Predicate | None:
    words = text.split()
    while len(words) > 1 and (stem(fold(words[0])) in subjects or fold(words[0]) in _ARTICLES):
        words = words[1:]
    text = " ".join(words)
    match = patterns.VERB.match(text)
    if match is None:
        field = field_of(text)
        return Says(field) if field.features else None
    negated = bool(match["n"])
    verb_features = features(match["f"])
    value = match["v"]
    if none := re.match(r"^(?:no|nothing|not any)\b\s*", value):
        if "@price" in verb_features:  # 'charges no admission', 'costs nothing'
            return TermIs(Field("price", frozenset({"@price"})), ("free",), Quantifier.ANY)
        without = field_of(value[none.end() :])
        return Says(without, True) if without.features else None
    proper = bool(re.match(r"^(?:the\s+|both\s+)?[\"“A-Z0-9.]", value))
    if verb_features and (proper or any(f[0] == "@" for f in verb_features)):
        if proper:
            return term(match["f"], value, negated)
        if re.match(r"^[a-z]+(?: [a-z]+)?$", value) and "@" in "".join(verb_features):
            return term(match["f"], value, negated)
    statement = re.split(
        r"\s+(?:outside|that|which|who|beyond|so that)\s", f"{match['f']} {value}"
    )[0]
    subject = "" if is_subject(match["s"], subjects) else match["s"]
    group = group_of(f"{match['f']} {value}")
    if group:
        return StatusIs(frozenset({group}), negated)
    if inner := _CANNOT.search(statement):
        statement = statement[: inner.start()] + " " + statement[inner.end() :]
        negated = not negated
    field = field_of(f"{subject} {statement}")
    return Says(field, negated) if field.features else None


_CANNOT = re.compile(
    r"\b(?:cannot|can not|can't|do not|does not|is not|are not)\b\s*", re.IGNORECASE
)
