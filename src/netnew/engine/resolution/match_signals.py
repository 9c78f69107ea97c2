"""Signs that two pages are about one entity or not: their names, their long texts, their facts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from netnew.domain.page import SegmentKind, Snapshot
from netnew.engine.resolution.entity import Entity
from netnew.text.name_keys import name_key
from netnew.text.tokens import fold

# A text block this long is seldom shared by chance between two pages that also share a name.
SIGNATURE_CHARS = 60
SIGNATURE_BLOCKS = 12


def names_agree(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether a name of one is a name of the other, or its beginning or end in whole words; also
    where nobody has a name yet."""
    left, right = ([name_key(n).split() for n in names] for names in (some, others))
    if not left or not right:
        return True
    return any(a and b and (set(a) <= set(b) or set(b) <= set(a)) for a in left for b in right)


def is_named(names: Iterable[str], snapshot: Snapshot) -> bool:
    """Whether the page's own text has one of the names."""
    text = " ".join([snapshot.title, *(s.text for s in snapshot.segments if not s.boilerplate)])
    folded = f" {fold(text)} "
    return any(f" {fold(name)} " in folded for name in names)


def long_blocks(snapshot: Snapshot) -> list[str]:
    """The page's first long paragraphs and headings, folded."""
    return [
        fold(s.text)
        for s in snapshot.segments
        if s.kind in (SegmentKind.BODY, SegmentKind.HEADING)
        and not s.boilerplate
        and len(s.text) >= SIGNATURE_CHARS
    ][:SIGNATURE_BLOCKS]


def digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def contradicts(snapshot: Snapshot, entity: Entity) -> bool:
    """Whether this page and the entity's say different things under the same labels, more often
    than the same: namesakes, then. An archived copy may differ."""
    here = _facts(snapshot)
    for page in entity.pages.values():
        if snapshot.archived or page.snapshot.archived:
            continue
        there = _facts(page.snapshot)
        both = here.keys() & there.keys()
        differing = sum(here[label] != there[label] for label in both)
        if differing >= 2 and 2 * differing > len(both):
            return True
    return False


def _facts(snapshot: Snapshot) -> dict[str, str]:
    return {
        fold(s.label): fold(s.value)
        for s in snapshot.segments
        if s.kind is SegmentKind.FACT and s.label is not None and not s.boilerplate
    }
