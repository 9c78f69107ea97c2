"""What a page states, as facts: a label, a value, and the place to cite.

Labelled facts come from `fact` and `metadata` segments. Sentences of the body give facts too, where
an attribute phrase, a copula or a colon parts a label from a value ('Our sector is B2B.').
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum

from netnew.domain.page import Segment, SegmentKind, Snapshot
from netnew.judges.rules.attributes import concept_phrases, features
from netnew.text.tokens import fold, stem


class FactOrigin(IntEnum):
    """Where a fact was read; the smaller, the surer."""

    FACT = 0
    METADATA = 1
    PROSE = 2


@dataclass(frozen=True, slots=True)
class Fact:
    """`segment.text[start:end]` is the proof; `value` is what the page says of `label`.

    `subject`: the words of the sentence before the attribute (prose only). `plural`: the label
    names several things, so that 'A and B' is a list. `labelled`: 'label: value', not running text.
    """

    label: str
    value: str
    features: frozenset[str]
    origin: FactOrigin
    segment: Segment
    start: int
    end: int
    plural: bool = False
    subject: str = ""
    labelled: bool = True


@dataclass(frozen=True, slots=True)
class PageSentence:
    segment: Segment
    start: int
    end: int
    text: str
    words: tuple[str, ...] = field(default=())
    features: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page states, read once: `facts` of all origins, and the sentences of its body."""

    snapshot: Snapshot
    facts: tuple[Fact, ...]
    sentences: tuple[PageSentence, ...]
    by_feature: dict[str, list[int]]

    def sharing(self, asked: frozenset[str]) -> list[Fact]:
        """The facts whose label has a feature in common with `asked`, in page order."""
        found: dict[int, Fact] = {}
        for feature in asked:
            for at in self.by_feature.get(feature, ()):
                found[at] = self.facts[at]
        return [found[at] for at in sorted(found)]

    @property
    def has_block(self) -> bool:
        """Whether the page states several fields, so that a missing one means something."""
        return sum(f.origin is FactOrigin.FACT for f in self.facts) >= 1 or (
            len({f.segment.index for f in self.facts if f.origin is FactOrigin.PROSE}) >= 1
        )


MAX_SENTENCES = 120
MAX_SENTENCE_CHARS = 600
_ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Ltd|Corp|Co|Dr|Mr|Mrs|Ms|St|Mt|No|vs|approx|ca|e\.g|i\.e|etc|al|U\.S"
    r"|Prof|Jr|Sr|Fig|vol|pp)|\b[A-Z])\.$"
)
_BOUNDARY = re.compile(r"(?<=[.!?])[\"”')]*\s+(?=\S)|\n+|(?<=\S)\s+(?=[A-Z][a-z])")
_COLON = re.compile(r"^(?P<label>[^:.!?]{2,60}?)\s*:\s+(?P<value>\S.*)$", re.DOTALL)
_COPULA = re.compile(
    r"^(?P<label>[^,;:]{2,70}?)\s+(?:is|are|was|were)\s+(?P<rest>\S.*)$", re.DOTALL
)
_NOUN_LAST = re.compile(
    r"\b(?:in|of|under|with|to|at)\s+(?:the|a|an)\s+"
    r"(?P<value>[A-Z0-9][^.,;:]{0,60}?)\s+(?P<label>industry|sector|market"
    r"|segment|category|section|genre|licen[sc]e|tier|level|stage|series|alliance|region"
    r"|field|class|batch|cohort)\b"
)
_LIES = re.compile(
    r"^(?P<subject>[^,;:]{1,70}?)\s+(?:(?:stands?|lies?|sits?|is|are)(?:\s+(?:located|situated|based"
    r"|headquartered|found|held|sited|set|registered|housed))?|can be found|may be found|operates"
    r"|takes place|has its (?:seat|home|headquarters|base)|is at home)\s+(?:\w+\s+)?"
    r"(?P<where>(?:in|at|on|near|close to|outside|just outside|not far from|north of|south of"
    r"|east of|west of)\s+(?:the\s+)?[A-Z].*)$",
    re.DOTALL,
)
_NEAR = re.compile(r"^(?:near|close to|outside|just outside|not far from|\w+ of)\b")
_RUN_OF_PLACES = re.compile(
    r",?\s+(?=\d)|;|\s[–—-]\s|,?\s+(?:and|where|which|with|but|while|since|from)\s+(?=[a-z\d])"
)
_LEAD_OF_VALUE = re.compile(
    r"^(?:[\s:,–—-]+|(?:is|are|was|were|of|in|on|at|under|as|the|a|an|so far|includes?|to"
    r"|by|with|for|from"
    r"|since|being|about|holds?|covers?|comprises?|spans?|features?|has|have|been|mainly|mostly"
    r"|available|offered|provided|(?:field|area|domain|category|section|class|form|group)s? of"
    r"|chiefly|consists? of|ranges? from|given|set at)\b[\s:]*)+",
    re.IGNORECASE,
)
_MANY = frozenset({"@tags", "@language", "@platform", "@location", "@alternative"})
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SKIPPED_METADATA = re.compile(
    r"(?:^|[.:/\[])(?:@?context|@?id|image|logo|viewport|robots|generator|theme-color"
    r"|charset|csrf\S*|locale"
    r"|site_name|width|height|card)\]?$|verification",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"(?:[^s']s|[^s]ies|people|and)$", re.IGNORECASE)
_UNSURE = re.compile(
    r"\b(?:will|would|could|might|(?-i:may)|plans? to|planning|planned|aims? to|expects?"
    r"|expected|hopes?|intends?"
    r"|soon|upcoming|used to|previously(?! (?:named|known|called))|no longer|not yet"
    r"|until|if|unless|targets?|goal)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:customers?|clients?|competitors?|rivals?|partners?|unlike|compared|than"
    r"|such as|investors?|backers?"
    r"|portfolio|founders? (?:previously|formerly)|who)\b",
    re.IGNORECASE,
)


def read_page(snapshot: Snapshot) -> PageFacts:
    """The facts of `snapshot`; boilerplate is left out."""
    facts: list[Fact] = []
    sentences: list[PageSentence] = []
    for segment in snapshot.segments:
        if segment.boilerplate or not segment.text.strip():
            continue
        if segment.label is not None and not _runs_on(segment):
            facts += _labelled(segment)
        elif (
            segment.kind in (SegmentKind.BODY, SegmentKind.FACT) and len(sentences) < MAX_SENTENCES
        ):
            sentences += _sentences(segment)
    for sentence in sentences[:MAX_SENTENCES]:
        facts += _stated(sentence)
    by_feature: dict[str, list[int]] = {}
    for at, fact in enumerate(facts):
        for feature in fact.features:
            by_feature.setdefault(feature, []).append(at)
    return PageFacts(snapshot, tuple(facts), tuple(sentences[:MAX_SENTENCES]), by_feature)


def _runs_on(segment: Segment) -> bool:
    """Whether a labelled line goes on into running text: 'Licence: MIT. Foo is a tool for …'."""
    return segment.kind is SegmentKind.FACT and len(_sentences(segment)) > 1


def _labelled(segment: Segment) -> list[Fact]:
    label, value = segment.label or "", segment.value.strip()
    if not value:
        return []
    origin = FactOrigin.FACT
    if segment.kind is SegmentKind.METADATA:
        if _SKIPPED_METADATA.search(label):
            return []
        origin = FactOrigin.METADATA
        parts = [p for p in re.split(r"[./:\[\]]+", label) if p and not p.isdigit()]
        label = _CAMEL.sub(" ", " ".join(parts[-2:] if len(parts) > 1 else parts))
    return [
        Fact(
            label,
            value,
            features(label),
            origin,
            segment,
            0,
            len(segment.text),
            bool(_PLURAL.search(label)),
        )
    ]


def _sentences(segment: Segment) -> list[PageSentence]:
    text = segment.text
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _BOUNDARY.finditer(text):
        before = text[start : match.start()]
        if not _ends_sentence(before, text[match.start() : match.end()]):
            continue
        spans.append((start, match.start()))
        start = match.end()
    spans.append((start, len(text)))
    found = []
    for first, last in spans:
        piece = text[first:last]
        lead = len(piece) - len(piece.lstrip())
        piece = piece.strip()
        if 3 <= len(piece) <= MAX_SENTENCE_CHARS:
            words = tuple(stem(w) for w in fold(piece).split())
            found.append(
                PageSentence(
                    segment, first + lead, first + lead + len(piece), piece, words, features(piece)
                )
            )
    return found


def _ends_sentence(before: str, gap: str) -> bool:
    stripped = before.rstrip("\"”')")
    if "\n" in gap:
        return True
    if stripped.endswith((".", "!", "?")):
        return not _ABBREVIATION.search(stripped) and not re.search(r"\b[a-z]{1,2}\.$", stripped)
    # An address swallows its full stop: 'Code: https://x.org/y Filed under …'.
    last = stripped.rsplit(None, 1)[-1] if stripped.split() else ""
    return last.startswith(("http://", "https://"))


def _stated(sentence: PageSentence) -> list[Fact]:
    text = sentence.text.rstrip(" .!")
    if _UNSURE.search(text) and ":" not in text:
        return []
    found: dict[str, Fact] = {}
    if (match := _COLON.match(text)) and not match["label"].lower().endswith(("http", "https")):
        _add(found, sentence, match["label"], match["value"], "", labelled=True)
        return list(found.values())
    if match := _COPULA.match(text):
        _add(found, sentence, match["label"], match["rest"], "")
    if match := _LIES.match(text):
        _add(found, sentence, "location", _whereabouts(match["where"]), match["subject"])
    if match := _NOUN_LAST.search(text):
        label = f"{text[: match.start()]} {match['label']}"
        _add(found, sentence, label, match["value"], text[: match.start()])
    for label, value, subject in _attribute_splits(text):
        if not _OTHERS.search(label):
            _add(found, sentence, label, value, subject)
    return list(found.values())


def _whereabouts(where: str) -> str:
    """Where a sentence says something lies: 'Potsdam in Germany' is one place, in Germany; what it
    is only near to, or so many kilometres from, may lie elsewhere."""
    runs = _RUN_OF_PLACES.split(where)
    where = runs[0]
    if _NEAR.match(where):
        beyond = re.split(r",\s|\s(?:in|within)\s", where, maxsplit=1)
        where = beyond[1] if len(beyond) > 1 else ""
    return re.sub(r"\s+in\s+(?:the\s+)?(?=[A-Z])", ", ", re.sub(r"^(?:in|at|on)\s+", "", where))


MAX_SUBJECT_WORDS = 6  # an attribute further on is seldom the entity's own
_ASIDE = re.compile(r"^(?:with|despite|unlike|from|this|that|these|those|for|by|when|if)\b", re.I)
_SPACED = re.compile(r"\S+")


def _plain_words(text: str) -> int:
    """How many words begin small: names may be long, other subjects may not."""
    return sum(not w[0].isupper() for w in text.split())


def _attribute_splits(text: str) -> list[tuple[str, str, str]]:
    """(label, value after it, subject before it) for each attribute phrase of `text`."""
    spots: list[tuple[int, int]] = []
    stems_: list[str] = []
    for match in _SPACED.finditer(text):
        for word in fold(match.group()).split():
            stems_.append(stem(word))
            spots.append(match.span())
    splits = []
    for first, last, _names in concept_phrases(stems_):
        start, end = spots[first][0], spots[last - 1][1]
        if _plain_words(text[:start]) > MAX_SUBJECT_WORDS or _ASIDE.match(text):
            break
        if text[end - 1 : end] == "," or (start and text[start].isupper()):
            continue  # 'Salt Road Collection has …': a word of a name
        if end < len(text):
            splits.append((text[start:end], text[end:], text[:start].strip()))
    return splits


def _add(
    found: dict[str, Fact],
    sentence: PageSentence,
    label: str,
    value: str,
    subject: str,
    labelled: bool = False,
) -> None:
    lead = _LEAD_OF_VALUE.match(value)
    value = value[lead.end() :] if lead else value
    value = value.strip(" .")
    label_features = features(label)
    if not value or not label_features:
        return
    key = f"{label}|{value}"
    found[key] = Fact(
        label,
        value,
        label_features,
        FactOrigin.PROSE,
        sentence.segment,
        sentence.start,
        sentence.end,
        bool(_PLURAL.search(label) or label_features & _MANY),
        subject,
        labelled,
    )
