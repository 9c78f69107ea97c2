"""Tables and bullet lists whose rows name things without links.

A snapshot keeps a table's row as one line 'A | B | C' (empty cells are left out), a row of two as
a fact, and each point of a list as a block. So a table is a run of such segments, one after
the other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netnew.domain.page import Segment, SegmentKind, Snapshot
from netnew.text.name_keys import name_key
from netnew.text.tokens import content_words, fold, singular

MIN_ROWS = 4
MIN_POINTS = 5
MAX_ROW_CHARS = 400
MAX_POINT_CHARS = 160
MAX_NAME_CHARS = 80
MAX_NAME_WORDS = 8
# Of a run of short blocks, so many must begin like a name for it to be a list of names.
NAMED_SHARE = 0.8
SAMPLE_ROWS = 9

_FORMS = r"(?:inc|ltd|llc|llp|gmbh|corp|co|plc|s\.?a|b\.?v|ag|ab|as|oy|pty|limited|jr|sr)\b"
_AFTER_NAME = re.compile(rf"\s+[–—-]\s+|\s*[:;(]\s*|,\s+(?!{_FORMS})", re.IGNORECASE)
_NUMBER = re.compile(r"[\W\d_]*")
_HEAD_WORDS = frozenset(
    "name title company organisation organization firm member entry item no nr rank".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Table:
    """A run of rows. `number` counts the page's tables from 0. `are_points`: the rows are the
    points of a list, cut into what stands first and the rest."""

    number: int
    rows: tuple[tuple[str, ...], ...]
    are_points: bool = False

    @property
    def width(self) -> int:
        """How many cells most rows have."""
        return Counter(map(len, self.rows)).most_common(1)[0][0]

    @property
    def sample(self) -> tuple[tuple[str, ...], ...]:
        """The first rows of full width."""
        return tuple(row for row in self.rows if len(row) == self.width)[:SAMPLE_ROWS]

    def names(self, column: int, entity_type: str) -> list[tuple[str, str]]:
        """(name, the row's text) of each row whose cell in that column is sure and may be a name,
        without heads and repeats."""
        found: dict[str, tuple[str, str]] = {}
        for row in self.rows:
            name = self._cell(row, column)
            if name and may_be_name(name) and not _is_head(name, entity_type):
                found.setdefault(name_key(name), (name, " | ".join(row)))
        return list(found.values())

    def _cell(self, row: Sequence[str], column: int) -> str:
        """The cell in that column; '' where a row that lacks cells may have another there."""
        if len(row) == self.width or (column == 0 and row):
            return row[column].strip() if column < len(row) else ""
        before = row[:column]
        sure = len(row) > column and all(map(_is_number, before))
        return row[column].strip() if sure and not _is_number(row[column]) else ""


def tables_of(snapshot: Snapshot) -> list[Table]:
    """The page's tables and lists of points that may hold names without a link in most rows."""
    linked = {fold(x.text) for x in snapshot.links if x.text and not x.boilerplate}
    tables: list[Table] = []
    for run in _runs(snapshot.segments):
        rows = tuple(_cells(segment, run.are_points) for segment in run.segments)
        if len(rows) < (MIN_POINTS if run.are_points else MIN_ROWS) or not _has_names(
            rows, run.are_points
        ):
            continue
        if 2 * sum(any(fold(cell) in linked for cell in row) for row in rows) >= len(rows):
            continue
        tables.append(Table(len(tables), rows, run.are_points))
    return tables


def may_be_name(text: str) -> bool:
    """Whether a text is short enough to be a name, has a letter, and no sentence."""
    words = text.split()
    return (
        0 < len(words) <= MAX_NAME_WORDS
        and 1 < len(text) <= MAX_NAME_CHARS
        and not _is_number(text)
        and "://" not in text
        and not (len(words) > 4 and sum(w[0].islower() for w in words) > len(words) / 2)
    )


@dataclass(frozen=True, slots=True)
class _Run:
    segments: tuple[Segment, ...]
    are_points: bool


def _runs(segments: Sequence[Segment]) -> Iterator[_Run]:
    """Rows, or short blocks, that stand one after the other; facts stand with either: they are the
    rows of two within a table, and the points 'Name: what it does' of a list."""
    run: list[Segment] = []
    rows = False
    for segment in segments:
        is_row = _is_row(segment)
        is_point = segment.kind is SegmentKind.BODY and len(segment.text) <= MAX_POINT_CHARS
        is_fact = segment.kind is SegmentKind.FACT and len(segment.text) <= MAX_ROW_CHARS
        if segment.boilerplate or not (is_row or is_point or is_fact):
            yield from _closed(run, rows)
            run, rows = [], False
            continue
        if not is_fact and is_row != rows:
            facts = _last_facts(run)
            yield from _closed(run[: len(run) - len(facts)], rows)
            run, rows = facts, is_row
        run.append(segment)
    yield from _closed(run, rows)


def _last_facts(run: list[Segment]) -> list[Segment]:
    """The facts that the run ends with: they may be the first rows of what comes next."""
    last = len(run)
    while last and run[last - 1].kind is SegmentKind.FACT:
        last -= 1
    return run[last:]


def _closed(run: list[Segment], rows: bool) -> Iterator[_Run]:
    facts = sum(s.kind is SegmentKind.FACT for s in run)
    if run and (rows or facts < len(run) / 2):
        yield _Run(tuple(run), not rows)


def _is_row(segment: Segment) -> bool:
    return (
        segment.kind is SegmentKind.BODY
        and " | " in segment.text
        and len(segment.text) <= MAX_ROW_CHARS
    )


def _cells(segment: Segment, is_point: bool) -> tuple[str, ...]:
    if segment.kind is SegmentKind.FACT and segment.label is not None:
        return (segment.label, segment.value)
    if not is_point:
        return tuple(cell.strip() for cell in segment.text.split(" | "))
    match = _AFTER_NAME.search(segment.text)
    if match is None or match.start() == 0:
        return (segment.text, "")
    return (segment.text[: match.start()], segment.text[match.end() :].rstrip(")"))


def _has_names(rows: Sequence[tuple[str, ...]], are_points: bool) -> bool:
    """Whether some column (of points: the first) may hold names, all different ones."""
    width = 1 if are_points else max(map(len, rows))
    share = NAMED_SHARE if are_points else 0.5
    for column in range(width):
        cells = [row[column] for row in rows if column < len(row)]
        names = {name_key(c) for c in cells if _begins_like_name(c) and may_be_name(c)}
        if len(names) >= max(MIN_ROWS - 1, share * len(rows)):
            return True
    return False


def _begins_like_name(cell: str) -> bool:
    """A capital, a figure, or one word alone ('npm'); a full stop makes a sentence."""
    first = cell.lstrip("\"'“„«([")[:1]
    sentence = cell.endswith((".", "!", "?")) and len(cell.split()) > 3
    return not sentence and (first.isupper() or first.isdigit() or len(cell.split()) == 1)


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell))


def _is_head(cell: str, entity_type: str) -> bool:
    known = _HEAD_WORDS | {singular(w) for w in content_words(entity_type)}
    words = [singular(w) for w in fold(cell).split()]
    return all(word in known for word in words)
