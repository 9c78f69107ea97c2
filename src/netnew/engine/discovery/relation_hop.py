"""Relation hops: the requested entities are named on the pages of related ones.

For 'founders of robotics startups', the startups are searched for, too; links to 'Team' on their
pages are followed, and entries under such a heading become leads, by link or by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from netnew.domain.page import Link, Segment, SegmentKind, Snapshot
from netnew.domain.run import RunSpec
from netnew.engine.discovery.name_tables import may_be_name
from netnew.engine.url_identity import canonical_address, host_of
from netnew.text.relations import Relation, is_label_of, relation_named
from netnew.text.tokens import STOP_WORDS, fold

# Names that one page may give; a page with more is a register, and read as a list.
MAX_NAMES = 60
MAX_LABEL_PAGES = 3
_PERSON_WORDS = range(2, 5)
_NO_NAME = frozenset(
    """chief officer executive head manager director engineer founder cofounder president vice lead
    team contact about us home read more view profile our company careers jobs news blog privacy
    investors backers customers speakers follow share join login""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Named:
    """Who stands on a page under a label: a name, and the link it has (None: it has none)."""

    name: str
    url: str | None


@dataclass(frozen=True, slots=True)
class RelationHop:
    """`role`: in which those asked for stand to the others. `other`: the words for the others."""

    role: Relation
    other: str

    @property
    def queries(self) -> tuple[str, ...]:
        """What finds the others, and their pages that name those asked for."""
        return (self.other, f"{self.other} {self.role.labels[0]}")

    def label_pages(self, snapshot: Snapshot) -> list[str]:
        """Pages of the same site that should name them ('Team'), as this page links to them."""
        found: dict[str, str] = {}
        for link in snapshot.links:
            if host_of(link.url) == host_of(snapshot.final_url) and self._is_label_link(link):
                found.setdefault(canonical_address(link.url), link.url)
        found.pop(canonical_address(snapshot.final_url), None)
        return list(found.values())[:MAX_LABEL_PAGES]

    def named_on(self, snapshot: Snapshot) -> list[Named]:
        """Who the page names under such labels, in the page's order, each once; links are given
        where a name has one."""
        linked = {fold(x.text): x.url for x in snapshot.links if x.text}
        found: dict[str, Named] = {}
        for segment in self._under_labels(snapshot):
            for text in _texts(segment):
                if fold(text) not in found and self._may_be(text):
                    found[fold(text)] = Named(text, linked.get(fold(text)))
        return list(found.values())[:MAX_NAMES]

    def _is_label_link(self, link: Link) -> bool:
        last = urlsplit(link.url).path.rstrip("/").rsplit("/", 1)[-1]
        plain = re.sub(r"\.(html?|php|aspx?)$", "", last)
        return is_label_of(self.role, link.text) or is_label_of(self.role, plain.replace("-", " "))

    def _under_labels(self, snapshot: Snapshot) -> Iterator[Segment]:
        """What stands under such a heading, up to one that is neither a name nor such a heading;
        all of it, on a page that is called so."""
        path = urlsplit(snapshot.final_url).path
        open_now = self._is_label_link(Link(snapshot.final_url, "")) and path not in ("", "/")
        for segment in snapshot.segments:
            if segment.boilerplate or segment.kind in (SegmentKind.TITLE, SegmentKind.METADATA):
                continue
            if segment.kind is SegmentKind.HEADING:
                if is_label_of(self.role, segment.text):
                    open_now = True
                    continue
                if not self._may_be(segment.text):
                    open_now = False
            if segment.kind is SegmentKind.FACT and segment.label is not None:
                if open_now or is_label_of(self.role, segment.label):
                    yield segment
            elif open_now:
                yield segment

    def _may_be(self, text: str) -> bool:
        """Whether `text` may name one of them: of people two to four words, each with a capital."""
        words = text.split()
        if not may_be_name(text) or (text.endswith((".", "!", "?")) and len(words) > 3):
            return False
        if any(w in _NO_NAME for w in fold(text).split()):
            return False
        if not self.role.are_people:
            return (text[:1].isupper() or text[:1].isdigit()) and len(words) <= 5
        if any(c.isdigit() for c in text) or len(words) not in _PERSON_WORDS:
            return False
        big = [w for w in words if w[0].isupper()]
        first_and_last = words[0][0].isupper() and words[-1][0].isupper()
        return first_and_last and len(big) >= 2 and words[0].casefold() not in STOP_WORDS


def relation_hop(spec: RunSpec) -> RelationHop | None:
    """The hop that the question asks for; None where it asks for things themselves."""
    found = relation_named(spec.objective, spec.entity_type)
    return RelationHop(*found) if found else None


def _texts(segment: Segment) -> Iterator[str]:
    """The texts of a segment that may be names: of a fact, both sides and the parts of its value;
    of a line, the whole and what stands first."""
    if segment.kind is SegmentKind.FACT and segment.label is not None:
        yield segment.label
        yield from (part.strip() for part in re.split(r"[,;]|\band\b", segment.value))
        return
    yield segment.text.strip()
    head = re.split(r"\s+[–—-]\s+|\s*[,:;|(]\s*", segment.text, maxsplit=1)[0].strip()
    if head != segment.text.strip() and len(segment.text) <= 160:
        yield head
