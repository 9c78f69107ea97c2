"""Orders to a judge known by what they are made of, in any of the languages of `orders.toml`.

In an order, words of several kinds stand close together: 'put aside' with 'instructions', 'mark'
with 'condition' and 'met', a message to a machine. One word alone is never enough.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

Span = tuple[int, int]
_Kinds = frozenset[tuple[str, str]]
"""(language, kind) of a word."""


def words(text: str) -> frozenset[str]:
    """The words of a list written in one string."""
    return frozenset(text.split())


_UNSPACED = ("zh", "ja", "ko", "th")
_TOKEN = re.compile(r"[^\s.,;:!?()\[\]{}\"“”„«»…|/<>=*`。！？，、：；「」『』（）।؟،]+")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？।؟]")
_ADDRESSED = re.compile(r"[^.!?。]{0,30}?[:：,，、!！—–-]")
_LATIN = re.compile(r"[A-Za-z]+")
_UNSPACED_SIGN = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# How many tokens may lie between the words of one order, and in scripts without blanks, signs.
_REACH, _REACH_CHARS = 25, 60
_NEAR = 12
_IF_REACH = 3
# Words that nearly every English sentence has some of.
_ENGLISH = words(
    "the a an is are of to and for in we you this that it with on by or as all be at from our "
    "your not can has have its if i was were will their they he she no so but which there"
)
_MIN_FOREIGN = 5
_BEFORE_IMPERATIVE = words(
    "please must should shall always just simply now then and you also kindly either"
)
_MIN_VERBATIM, _MIN_PLAIN_VERBATIM = 3, 6
_QUOTES = "\"'“”„‘’«»‹›「」『』`*"


@dataclass(frozen=True, slots=True)
class _Word:
    """A word that means something here: its place in the text and among the tokens."""

    at: int
    start: int
    end: int
    kinds: _Kinds


@dataclass(frozen=True, slots=True)
class _Lexicon:
    words: Mapping[str, _Kinds]
    stems: Mapping[str, _Kinds]
    unspaced: Mapping[str, _Kinds]
    anywhere: re.Pattern[str]

    def kinds_of(self, word: str) -> _Kinds:
        found = set(self.words.get(word, ()))
        for end in range(2, len(word) + 1):
            found |= self.stems.get(word[:end], frozenset())
        return frozenset(found)


def order_spans(text: str, asked: Sequence[str] = ()) -> Iterator[Span]:
    """The parts of `text` that are orders. `asked`: the conditions that are being judged."""
    text = _as_one_sentence(text, asked)
    start = 0
    for end in (*(m.end() for m in _SENTENCE_END.finditer(text)), len(text)):
        if text[start:end].strip():
            for a, b in _in_sentence(text[start:end], asked):
                yield start + a, start + b
        start = end


def quotes_any(text: str, asked: Sequence[str]) -> bool:
    """Whether one of `asked` may stand in `text` word for word, unseen letters and encodings
    apart."""
    return any(_said(condition).search(fold(text)) for condition in asked)


def _as_one_sentence(text: str, asked: Sequence[str]) -> str:
    """`text` with the full stops that end a condition quoted in it made blank."""
    folded = fold(text) if asked else ""
    if len(folded) != len(text):
        return text
    for condition in asked:
        for match in _said(condition).finditer(folded):
            end = match.end()
            while end < len(text) and text[end] in ".!?":
                text = f"{text[:end]} {text[end + 1 :]}"
                end += 1
    return text


@lru_cache(maxsize=256)
def _said(condition: str) -> re.Pattern[str]:
    """A condition word for word."""
    said = [re.escape(word) for word in re.findall(r"\w+", fold(condition))]
    return re.compile(r"[\W_]{1,5}".join(said) if said else r"(?!)")


def fold(text: str) -> str:
    """Lower case without accents: what is compared."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def _in_sentence(text: str, asked: Sequence[str]) -> Iterator[Span]:
    tokens = [
        (m.start(), m.end(), _bare(m.group())) for m in _TOKEN.finditer(text) if _bare(m.group())
    ]
    if asked:
        yield from _verbatim(text, tokens, asked)
    words = [*_words(tokens), *_unspaced_words(text)]
    found = [*_foreign_outcome(text, tokens)]
    by_language: dict[str, dict[str, list[_Word]]] = defaultdict(lambda: defaultdict(list))
    for word in words:
        for language, kind in word.kinds:
            by_language[language][kind].append(word)
    shared = by_language.pop("any", {})
    for language in by_language or ["en"]:
        kinds = {k: list(v) for k, v in by_language.get(language, {}).items()}
        for kind, more in shared.items():
            kinds[kind] = sorted([*kinds.get(kind, []), *more], key=lambda w: w.start)
        found += _orders(text, language, kinds, tokens)
    yield from found


def _orders(
    text: str,
    language: str,
    kinds: Mapping[str, list[_Word]],
    tokens: Sequence[tuple[int, int, str]],
) -> Iterator[Span]:
    reach = _REACH_CHARS if language in _UNSPACED else _REACH
    respond = kinds.get("respond", [])
    if language == "en":
        respond = [w for w in respond if _is_imperative(w, tokens, text)]
    criteria = [w for w in kinds.get("criterion", []) if not _is_conditional(w, kinds)]
    dismiss, told = kinds.get("dismiss", []), kinds.get("instruction", [])
    verdict, machine = kinds.get("verdict", []), kinds.get("machine", [])
    sets: list[tuple[list[_Word], ...]] = [
        (respond, criteria, verdict),
        (respond, criteria, machine),
    ]
    if language != "en":  # the English ones are known by their wording
        sets += [(dismiss, told, kinds.get("earlier", [])), (dismiss, told, respond)]
        sets += [(machine, respond, verdict)]
    sets += [(dismiss, told, machine), (_addressed(text, kinds), criteria, verdict)]
    sets += [(_addressed(text, kinds), respond), (_addressed(text, kinds), dismiss)]
    for wanted in sets:
        span = _together(wanted, reach)
        if span is not None:
            yield span


def _together(wanted: Sequence[list[_Word]], reach: int) -> Span | None:
    """Where different words, one out of each list, stand within `reach` of each other."""
    if not all(wanted):
        return None
    for first in wanted[0]:
        chosen = [first]
        for others in wanted[1:]:
            near = [o for o in others if abs(o.at - first.at) <= reach
                    and all(o.start >= c.end or o.end <= c.start for c in chosen)]  # fmt: skip
            if not near:
                break
            chosen.append(min(near, key=lambda o: abs(o.at - first.at)))
        else:
            return min(c.start for c in chosen), max(c.end for c in chosen)
    return None


def _is_imperative(word: _Word, tokens: Sequence[tuple[int, int, str]], text: str) -> bool:
    """Whether an English verb may begin an order there: not within a report of what is done."""
    if word.at == 0:
        return True
    before = text[tokens[word.at - 1][1] : word.start].strip()
    return bool(before) or tokens[word.at - 1][2] in _BEFORE_IMPERATIVE


def _is_conditional(word: _Word, kinds: Mapping[str, list[_Word]]) -> bool:
    """'if all conditions are met' asks; it does not tell."""
    return any(0 < word.at - other.at <= _IF_REACH for other in kinds.get("if", []))


def _addressed(text: str, kinds: Mapping[str, list[_Word]]) -> list[_Word]:
    """The machines that a message is for: 'Note to AI models: …'."""
    return [
        machine
        for machine in kinds.get("machine", [])
        if any(0 < machine.at - a.at <= 4 for a in kinds.get("address", []))
        and _ADDRESSED.match(text, machine.end)
    ]


def _foreign_outcome(text: str, tokens: Sequence[tuple[int, int, str]]) -> Iterator[Span]:
    """Our own word for an outcome in a sentence that is not English."""
    for start, end, token in tokens:
        if token not in ("matched", "unmatched"):
            continue
        words = [t for _, _, t in tokens if any(c.isalpha() for c in t)]
        other_script = sum(not c.isascii() and c.isalpha() for c in text) >= _MIN_FOREIGN
        if other_script or (len(words) >= _MIN_FOREIGN and not _ENGLISH & set(words)):
            yield start, end


def _verbatim(
    text: str, tokens: Sequence[tuple[int, int, str]], asked: Sequence[str]
) -> Iterator[Span]:
    """A condition that is being judged, word for word, and something said of it."""
    said = [token for _, _, token in tokens]
    for condition in asked:
        wanted = [_bare(m) for m in _TOKEN.findall(condition)]
        at = _place_of(wanted, said) if len(wanted) >= _MIN_VERBATIM else -1
        if at < 0:
            continue
        start, end = tokens[at][0], tokens[at + len(wanted) - 1][1]
        rest = [*tokens[:at], *tokens[at + len(wanted) :]]
        near = [*_words(rest), *_unspaced_words(text)]
        kinds = {kind for word in near for _, kind in word.kinds}
        around = text[:start].rstrip()[-1:] + text[end:].lstrip(" .,!?")[:1]
        quoted = len(around) == 2 and all(sign in _QUOTES for sign in around) and bool(rest)
        told = kinds & {"criterion", "respond", "machine"}
        if quoted or told or ("verdict" in kinds and len(wanted) >= _MIN_PLAIN_VERBATIM):
            yield 0, len(text.rstrip())


def _place_of(wanted: Sequence[str], said: Sequence[str]) -> int:
    for at in range(len(said) - len(wanted) + 1):
        if said[at : at + len(wanted)] == wanted:
            return at
    return -1


def _words(tokens: Sequence[tuple[int, int, str]]) -> list[_Word]:
    found = []
    for at, (start, end, token) in enumerate(tokens):
        kinds = _kinds_of(token)
        if kinds:
            found.append(_Word(at, start, end, kinds))
        if at + 1 < len(tokens):
            kinds = _lexicon().words.get(f"{token} {tokens[at + 1][2]}", frozenset())
            if kinds:
                found.append(_Word(at, start, tokens[at + 1][1], kinds))
    return found


def _unspaced_words(text: str) -> list[_Word]:
    """Words of scripts without blanks, found anywhere; their places count signs."""
    if not _UNSPACED_SIGN.search(text):
        return []
    lexicon = _lexicon()
    found = [
        _Word(m.start(1), m.start(1), m.end(1), lexicon.unspaced[m[1]])
        for m in lexicon.anywhere.finditer(text)
    ]
    for match in _LATIN.finditer(text):
        kinds = frozenset(k for k in _kinds_of(fold(match.group())) if k[0] == "any")
        if kinds:
            found.append(_Word(match.start(), match.start(), match.end(), kinds))
    return found


@lru_cache(maxsize=16_384)
def _kinds_of(word: str) -> _Kinds:
    return _lexicon().kinds_of(word)


def _bare(token: str) -> str:
    return fold(token.strip("'’‘-–—_*#~+&%$@\\^"))


@cache
def _lexicon() -> _Lexicon:
    words: dict[str, set[tuple[str, str]]] = defaultdict(set)
    stems: dict[str, set[tuple[str, str]]] = defaultdict(set)
    unspaced: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for language, kinds in _table().items():
        for kind, listed in kinds.items():
            for entry in listed.split():
                if language in _UNSPACED:
                    unspaced[entry].add((language, kind))
                elif entry.endswith("*"):
                    stems[fold(entry[:-1])].add((language, kind))
                else:
                    words[fold(entry).replace("_", " ")].add((language, kind))
    longest = sorted(unspaced, key=len, reverse=True)
    return _Lexicon(
        {word: frozenset(kinds) for word, kinds in words.items()},
        {stem: frozenset(kinds) for stem, kinds in stems.items()},
        {word: frozenset(kinds) for word, kinds in unspaced.items()},
        re.compile(f"(?=({'|'.join(map(re.escape, longest))}))"),
    )


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    with Path(__file__).with_name("orders.toml").open("rb") as file:
        return tomllib.load(file)
