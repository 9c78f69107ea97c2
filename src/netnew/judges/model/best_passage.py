"""The one passage of a candidate's pages that speaks most of a condition, and the sentence in it.

For models that read some dozen words well and a page badly: of the page that has the best
sentence, its best sentences. Best is what shares telling words with the condition (BM25), speaks of
the same attribute in other words ('Team size', 'people'), or has a value of the kind asked for: a
quantity in such a unit, a date, a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from netnew.domain.condition import MatchCondition
from netnew.domain.evidence import Citation, EvidencePage, PageRole, cite
from netnew.judges.model.bm25 import Bm25
from netnew.judges.model.passage_selection import Passage, choose_passages
from netnew.judges.rules.attributes import features
from netnew.text.dates import bounds_in, dates_in
from netnew.text.places import places_in
from netnew.text.quantities import dimension_of, quantities_in
from netnew.text.tokens import stem, tokens

# About 150 tokens, a second or two of one thread.
ROOM_CHARS = 600
_LOOKED_AT_CHARS = 30_000
_MAX_SENTENCE_CHARS = 300
# Against the BM25 of a rare word, which is 2 to 4.
_FOR_KIND = 1.5
_FOR_RULES = 4.0
_MENTION_COUNTS = 0.5
_ENDS = re.compile(r"(?<=[.!?])\s+(?=[^a-z\s])|(?<=[。！？])|\s*[\n\r]+\s*|\s+[•|]\s+")


@dataclass(frozen=True, slots=True)
class PassageSentence:
    """A place in a passage; `score` says how much it speaks of the condition."""

    passage: Passage
    start: int
    end: int
    score: float = 0.0

    @property
    def text(self) -> str:
        return self.passage.segment.text[self.start : self.end]

    def cited(self, evidence: Sequence[EvidencePage]) -> Citation:
        snapshot = evidence[self.passage.page - 1].snapshot
        return cite(snapshot, self.passage.segment, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Spoken:
    """`text`: what is shown. `best`: the sentence in it that says most."""

    text: str
    best: PassageSentence


def spoken_of(
    condition: MatchCondition,
    known: str,
    evidence: Sequence[EvidencePage],
    ruled: Iterable[Citation] = (),
) -> Spoken | None:
    """What `evidence` says of `condition`; None where no page says anything. `known`: words that
    tell nothing, as all of its pages have them: its name and kind. `ruled`: where rules found
    something."""
    question = _without(condition.description, known)
    asked = (condition.description,)
    passages = choose_passages(evidence, [question], _LOOKED_AT_CHARS, asked)
    sentences = [s for passage in passages for s in _sentences(passage)]
    scored = list(_scored(sentences, question, condition.description, evidence, tuple(ruled)))
    telling = sorted((s for s in scored if s.score > 0), key=lambda s: -s.score)
    if not telling:
        return None
    best = telling[0]
    return Spoken(" ".join(_whole(s.text) for s in _of_page(best, telling)), best)


def _without(text: str, known: str) -> str:
    common = {stem(word) for word in tokens(known)}
    return " ".join(word for word in tokens(text) if stem(word) not in common)


def _sentences(passage: Passage) -> Iterator[PassageSentence]:
    text = passage.segment.text
    starts = [passage.start, *(m.end() for m in _ENDS.finditer(text, passage.start, passage.end))]
    ends = [*(m.start() for m in _ENDS.finditer(text, passage.start, passage.end)), passage.end]
    for start, end in zip(starts, ends, strict=True):
        end = min(end, start + _MAX_SENTENCE_CHARS)
        if text[start:end].strip() and passage.shows(start, end):
            yield PassageSentence(passage, start, end)


def _scored(
    sentences: Sequence[PassageSentence],
    question: str,
    whole_question: str,
    evidence: Sequence[EvidencePage],
    ruled: Sequence[Citation],
) -> Iterator[PassageSentence]:
    words = Bm25([s.text for s in sentences]).scores(question)
    asked = _kinds(whole_question) | _attributes(question)
    for sentence, score in zip(sentences, words, strict=True):
        page = evidence[sentence.passage.page - 1]
        if asked:
            said = _kinds(sentence.text) | _attributes(sentence.text)
            score += _FOR_KIND * len(asked & said)
        score += _FOR_RULES * any(_meets(sentence, page, citation) for citation in ruled)
        score *= _MENTION_COUNTS if page.standing is PageRole.MENTION else 1.0
        yield PassageSentence(sentence.passage, sentence.start, sentence.end, score)


def _kinds(text: str) -> set[str]:
    """Of what kinds the values in `text` are."""
    found = {dimension_of(q.unit) for q in quantities_in(text)} - {""}
    if dates_in(text) or bounds_in(text) is not None:
        found.add("date")
    if places_in(text):
        found.add("place")
    return found


def _attributes(text: str) -> set[str]:
    """Of which attributes `text` speaks; that something ended is said of its status."""
    found = {x for x in features(text) if x.startswith("@")}
    return found | {"@status"} if "@end" in found else found


def _meets(sentence: PassageSentence, page: EvidencePage, citation: Citation) -> bool:
    return (
        citation.snapshot_id == page.snapshot.id
        and citation.segment == sentence.passage.segment.index
        and citation.start < sentence.end
        and sentence.start < citation.end
    )


def _of_page(best: PassageSentence, telling: Sequence[PassageSentence]) -> list[PassageSentence]:
    """The best sentences of the page that has the best one, in the order of its text."""
    taken, room = [], ROOM_CHARS
    for sentence in telling:
        if sentence.passage.page == best.passage.page and len(sentence.text) <= room:
            taken.append(sentence)
            room -= len(sentence.text)
    return sorted(taken, key=lambda s: (s.passage.segment.index, s.start))


def _whole(text: str) -> str:
    text = text.strip()
    return text if text[-1:] in ".!?。！？" else f"{text}."
