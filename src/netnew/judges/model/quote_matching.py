"""A model's quotes, found again in the stored pages; what is not found there proves nothing.

A quote must be the page's words, sign by sign, out of what was shown. Only what a model cannot see
or reliably copy is forgiven: spacing, invisible signs, and the kind of dashes and quotation marks.
The citation is always the page's own text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from netnew.domain.evidence import Citation, EvidencePage, cite
from netnew.judges.model.invisible_characters import is_seen
from netnew.judges.model.passage_selection import Passage
from netnew.judges.model.response_models import Quote

# Shorter ones stand on every page.
MIN_CHARS = 2
# Shorter ones must be whole words: 'own' stands in 'brown'.
_WORDS_BELOW = 8
_SAME = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
     "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "‹": "<"}
)  # fmt: skip
_CUTS = re.compile(r"\s*(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*")
_MARK = re.compile(r"^\W*(\d+)\.(\d+)")
_DIGITS, _PARTED = re.compile(r"\d\d"), re.compile(r"\d[.,]\d")
_LED = re.compile(r"^\s*\[\d+\.\d+\]\s*")


def citations_of(
    quotes: Iterable[Quote], evidence: Sequence[EvidencePage], passages: Sequence[Passage]
) -> tuple[Citation, ...]:
    """The places of those quotes that stand in a passage shown, each place once."""
    found: dict[Citation, None] = {}
    for quote in quotes:
        for citation in _places(quote, evidence, passages):
            found.setdefault(citation)
    return tuple(found)


def _places(
    quote: Quote, evidence: Sequence[EvidencePage], passages: Sequence[Passage]
) -> list[Citation]:
    text = _LED.sub("", quote.text)
    whole = _place(text, quote.passage, evidence, passages)
    if whole is not None:
        return [whole]
    parts = [p for p in _CUTS.split(text) if p.strip()]
    if len(parts) < 2 and parts == [text]:
        return []
    found = [_place(part, quote.passage, evidence, passages) for part in parts]
    # A quote with a gap holds where each of its parts does.
    return [c for c in found if c is not None] if None not in found else []


def _place(
    text: str, mark: str, evidence: Sequence[EvidencePage], passages: Sequence[Passage]
) -> Citation | None:
    wanted, _ = _plain(text)
    for trimmed in dict.fromkeys((wanted, wanted.strip("\"' "))):
        if len(trimmed) < MIN_CHARS:
            continue
        for passage in sorted(passages, key=lambda p: p.mark != _named(mark)):
            plain, places = _plain(passage.segment.text)
            for at in _wholes(plain, trimmed):
                start, end = places[at], places[at + len(trimmed) - 1] + 1
                if passage.shows(start, end):
                    snapshot = evidence[passage.page - 1].snapshot
                    return cite(snapshot, passage.segment, start, end)
    return None


def _wholes(plain: str, quote: str) -> Iterator[int]:
    """Where `quote` stands in `plain` without cutting a number or, if it is short, a word."""
    at = plain.find(quote)
    while at >= 0:
        edges = (at, at + len(quote))
        words = len(quote) < _WORDS_BELOW
        if not any(_cuts_number(plain, e) or (words and _cuts_word(plain, e)) for e in edges):
            yield at
        at = plain.find(quote, at + 1)


def _cuts_number(plain: str, at: int) -> bool:
    """Whether a number goes on over `at`: '12|34', '1|,234', '1,|234'."""
    if _DIGITS.fullmatch(plain[max(0, at - 1) : at + 1]):
        return True
    places = (at - 1, at - 2)
    return any(start >= 0 and _PARTED.fullmatch(plain[start : start + 3]) for start in places)


def _cuts_word(plain: str, at: int) -> bool:
    """Only scripts that put blanks between words are meant: those are the ones that have case."""
    return 0 < at < len(plain) and all(c.lower() != c.upper() for c in plain[at - 1 : at + 1])


def _named(mark: str) -> str:
    match = _MARK.match(mark)
    return f"{match[1]}.{match[2]}" if match else ""


@lru_cache(maxsize=4096)
def _plain(text: str) -> tuple[str, tuple[int, ...]]:
    """`text` as it is compared, and where each of its signs stands in `text`."""
    signs: list[str] = []
    places: list[int] = []
    for at, sign in enumerate(text):
        if sign.isspace():
            if signs and signs[-1] != " ":
                signs.append(" ")
                places.append(at)
        elif is_seen(sign):
            signs.append(sign.translate(_SAME))
            places.append(at)
    if signs and signs[-1] == " ":
        signs.pop()
        places.pop()
    return "".join(signs), tuple(places)
