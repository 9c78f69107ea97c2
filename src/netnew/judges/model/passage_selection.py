"""Which passages of a candidate's pages a model is shown.

Everything, where that is short. Else what names the page and its short facts first, own pages
before others, then for each question in turn the passages that speak of it (BM25), with the heading
that they stand under; until the room is used up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from operator import itemgetter

from netnew.domain.evidence import EvidencePage
from netnew.domain.page import Segment, SegmentKind
from netnew.judges.model.bm25 import Bm25, terms_of
from netnew.judges.model.prompt_injection import LEFT_OUT, orders_across, orders_in

# About 3,000 tokens of English; what is above it costs more than it tells.
ROOM_CHARS = 12_000
# Longer passages are shown in part, around the words asked for.
MAX_CHARS = 900
_SHORT_FACT = 240
_FACTS_SHARE = 0.5
_MARK_CHARS = 8
_MAX_OCCURRENCES = 50


@dataclass(frozen=True, slots=True)
class Passage:
    """A segment as shown: `page` counts from 1 in the order of the evidence. `start` and `end` cut
    the part of its text that is shown. `asked`: the conditions that are being judged.
    `is_part_of_order`: it is a piece of an order that goes over several segments."""

    page: int
    segment: Segment
    start: int
    end: int
    asked: tuple[str, ...] = ()
    is_part_of_order: bool = False

    @property
    def mark(self) -> str:
        return f"{self.page}.{self.segment.index}"

    @property
    def text(self) -> str:
        """What is shown: its part without what is addressed to a machine."""
        shown, at = "", self.start
        for start, end in self.orders:
            shown += self.segment.text[at : max(at, start)] + LEFT_OUT
            at = end
        return shown + self.segment.text[at : self.end]

    @property
    def orders(self) -> tuple[tuple[int, int], ...]:
        """The places within its part that are addressed to a machine."""
        if self.is_part_of_order:
            return ((self.start, self.end),)
        found = orders_in(self.segment.text, self.asked)
        return tuple((s, min(e, self.end)) for s, e in found if s < self.end and e > self.start)

    def shows(self, start: int, end: int) -> bool:
        """Whether all of `segment.text[start:end]` is shown."""
        inside = self.start <= start and end <= self.end
        return inside and not any(s < end and start < e for s, e in self.orders)


def choose_passages(
    evidence: Sequence[EvidencePage],
    questions: Sequence[str],
    room: int = ROOM_CHARS,
    asked: tuple[str, ...] = (),
) -> tuple[Passage, ...]:
    """The passages shown, in the order of the pages and of their text; at most `room` characters of
    text in all. The same text is shown once. `asked`: the conditions that are being judged."""
    usable = list(_usable(evidence))
    passages = _chosen(usable, questions, room)
    parts = _parts_of_orders(usable, asked)
    return tuple(
        replace(p, asked=asked, is_part_of_order=(p.page, p.segment.index) in parts)
        for p in passages
    )


def without_orders(
    evidence: Sequence[EvidencePage], asked: tuple[str, ...] = ()
) -> tuple[EvidencePage, ...]:
    """`evidence` for a judge that reads whole segments: those with anything addressed to a machine
    count as furniture of the page, which proves nothing."""
    return tuple(_without_orders(page, asked) for page in evidence)


def _without_orders(page: EvidencePage, asked: tuple[str, ...]) -> EvidencePage:
    snapshot = page.snapshot
    shown = [(1, s) for s in snapshot.segments if not s.boilerplate]
    parts = {at for _, at in _parts_of_orders(shown, asked)}
    parts |= {s.index for _, s in shown if orders_in(s.text, asked)}
    if not parts:
        return page
    segments = tuple(
        replace(s, boilerplate=True) if s.index in parts else s for s in snapshot.segments
    )
    return replace(page, snapshot=replace(snapshot, segments=segments))


def _parts_of_orders(
    usable: Sequence[tuple[int, Segment]], asked: tuple[str, ...]
) -> set[tuple[int, int]]:
    """(page, segment) of the pieces of orders that go over several segments."""
    found: set[tuple[int, int]] = set()
    for page, group in groupby(usable, key=itemgetter(0)):
        segments = [segment for _, segment in group]
        values = tuple(s.value for s in segments)
        texts = tuple(s.text for s in segments)
        for told in dict.fromkeys((texts, values)):
            found |= {(page, segments[at].index) for at in orders_across(told, asked)}
    return found


def _chosen(
    usable: Sequence[tuple[int, Segment]], questions: Sequence[str], room: int
) -> tuple[Passage, ...]:
    if sum(len(s.text) + _MARK_CHARS for _, s in usable) <= room:
        return tuple(Passage(page, s, 0, len(s.text)) for page, s in usable)
    chosen = _Chosen(usable, room)
    everything = " ".join(questions)
    chosen.take((n, everything) for n, (_, s) in enumerate(usable) if s.kind is SegmentKind.TITLE)
    chosen.take((n, everything) for n in _first_headings(usable))
    short = ((n, "") for n, (_, s) in enumerate(usable) if _is_short_fact(s))
    chosen.take(short, until=int(room * _FACTS_SHARE))
    chosen.take(_in_turn(usable, questions))
    return chosen.passages()


def _usable(evidence: Sequence[EvidencePage]) -> Iterator[tuple[int, Segment]]:
    shown: set[str] = set()
    for number, page in enumerate(evidence, 1):
        for segment in page.snapshot.segments:
            said = segment.value if segment.kind is SegmentKind.METADATA else segment.text
            key = " ".join(said.split()).casefold()
            if not key or segment.boilerplate or key in shown:
                continue
            shown.add(key)
            yield number, segment


def _is_short_fact(segment: Segment) -> bool:
    facts = (SegmentKind.FACT, SegmentKind.METADATA)
    return segment.kind in facts and len(segment.text) <= _SHORT_FACT


def _first_headings(usable: Sequence[tuple[int, Segment]]) -> Iterator[int]:
    seen: set[int] = set()
    for n, (page, segment) in enumerate(usable):
        if segment.kind is SegmentKind.HEADING and page not in seen:
            seen.add(page)
            yield n


def _in_turn(
    usable: Sequence[tuple[int, Segment]], questions: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """The best passage of each question, then the second best of each, and so on; in the end the
    others as they stand. Each with the question that it is shown for."""
    index = Bm25([segment.text for _, segment in usable])
    ranked = [_ranked(index.scores(question)) for question in questions]
    for rank in range(max(map(len, ranked), default=0)):
        for one, question in zip(ranked, questions, strict=True):
            if rank < len(one):
                heading = _heading_of(usable, one[rank])
                if heading is not None:
                    yield heading, question
                yield one[rank], question
    everything = " ".join(questions)
    yield from ((n, everything) for n in range(len(usable)))


def _ranked(scores: Sequence[float]) -> list[int]:
    having = (n for n, score in enumerate(scores) if score > 0)
    return sorted(having, key=lambda n: (-scores[n], n))


def _heading_of(usable: Sequence[tuple[int, Segment]], n: int) -> int | None:
    page = usable[n][0]
    for before in range(n - 1, -1, -1):
        if usable[before][0] != page:
            return None
        if usable[before][1].kind is SegmentKind.HEADING:
            return before
    return None


class _Chosen:
    def __init__(self, usable: Sequence[tuple[int, Segment]], room: int) -> None:
        self._usable = usable
        self._left = room
        self._room = room
        self._cuts: dict[int, tuple[int, int]] = {}

    def take(self, order: Iterable[tuple[int, str]], until: int | None = None) -> None:
        """Take those there is room for, in `order`, long ones around the words that are given with
        them; stop once `until` characters are taken."""
        for n, around in order:
            if self._left <= 0 or (until is not None and self._room - self._left >= until):
                return
            if n in self._cuts:
                continue
            start, end = _cut(self._usable[n][1].text, around)
            if end - start + _MARK_CHARS <= self._left:
                self._cuts[n] = (start, end)
                self._left -= end - start + _MARK_CHARS

    def passages(self) -> tuple[Passage, ...]:
        return tuple(
            Passage(*self._usable[n], start, end) for n, (start, end) in sorted(self._cuts.items())
        )


def _cut(text: str, around: str) -> tuple[int, int]:
    """The part of a long text that is shown: where most words of `around` stand close together, and
    a little before; its beginning, where it has none of them."""
    if len(text) <= MAX_CHARS:
        return 0, len(text)
    folded = text.casefold()
    found = sorted(
        (m.start(), term) for term in set(terms_of(around)) for m in _occur(term, folded)
    )
    if len(folded) != len(text) or not found:
        return 0, MAX_CHARS
    best = max(found, key=lambda one: (_met_from(found, one[0]), -one[0]))[0]
    start = max(0, min(best - MAX_CHARS // 4, len(text) - MAX_CHARS))
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    return start, min(len(text), start + MAX_CHARS)


def _occur(term: str, text: str) -> Iterator[re.Match[str]]:
    """The first words of `text` that begin with `term`."""
    return islice(re.finditer(rf"(?<!\w){re.escape(term)}", text), _MAX_OCCURRENCES)


def _met_from(found: Sequence[tuple[int, str]], place: int) -> int:
    """How many different words stand within what is shown behind `place`."""
    return len({term for at, term in found if place <= at < place + MAX_CHARS * 3 // 4})
