"""A model's quotes, found again in the stored pages; what is not found there proves nothing.

A quote must be the page's words, sign by sign. Only what a model cannot see or reliably copy is
forgiven: spacing, invisible signs, and the kind of dashes and quotation marks. The citation is
always the page's own text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from netnew.domain.evidence import Citation, EvidencePage, cite
from netnew.judges.model.answers import Quote
from netnew.judges.model.passages import Passage

# Shorter ones stand on every page.
LEAST_CHARS = 2
_SAME = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
     "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "‹": "<", "…": "…"}
)  # fmt: skip
_CUTS = re.compile(r"\s*(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*")
_MARK = re.compile(r"^\W*(\d+)\.(\d+)")
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
        if len(trimmed) < LEAST_CHARS:
            continue
        for passage in sorted(passages, key=lambda p: p.mark != _named(mark)):
            plain, places = _plain(passage.segment.text)
            at = plain.find(trimmed)
            if at >= 0:
                start, end = places[at], places[at + len(trimmed) - 1] + 1
                snapshot = evidence[passage.page - 1].snapshot
                return cite(snapshot, passage.segment, start, end)
    return None


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
        elif unicodedata.category(sign)[0] != "C":
            signs.append(sign.translate(_SAME))
            places.append(at)
    if signs and signs[-1] == " ":
        signs.pop()
        places.pop()
    return "".join(signs), tuple(places)
