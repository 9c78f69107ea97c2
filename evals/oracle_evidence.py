"""What was shown of an entity: which passages count for which field, and what they state."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from evals.data_folder import Web
from evals.oracle_prompt import Asked, Passage, ShownPage
from evals.oracle_values import Found, Looks
from evals.proof import LabelBook
from evals.rows import Label, Page, Row
from evals.visible_text import visible_text

_URL = re.compile(r"https?://[^\s|]+")


class Knowledge:
    """All that the answers of one web are drawn from: labels, entities, forms of values."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.looks = Looks(web.schemas)
        self.book = LabelBook(web.labels)
        self.entities: Mapping[str, Row] = web.entity_rows
        self._resolve = web.truth.resolver(web.label_rows)
        self._pages = {page.url: page for page in web.pages}
        self._loose: dict[str, Label] = {}
        for label in web.labels:
            if label.role not in ("redirect", "dead"):
                self._loose.setdefault(_loosely(label.url), label)
        self._names = _unique_names(self.entities)
        self.full_text = lru_cache(maxsize=4096)(self._full_text)

    def label_at(self, address: str) -> Label | None:
        """The label of the page at an address, spelt exactly so or nearly."""
        return self.book.at(address) or self._loose.get(_loosely(address))

    def entity_at(self, address: str) -> str | None:
        label = self.label_at(address)
        return (label.primary if label else None) or self._resolve(address)

    def entity_named(self, name: str) -> str | None:
        """The one entity of this name; None where there is none, or several."""
        return self._names.get(_plain(name))

    def is_name(self, text: str) -> bool:
        return _plain(text) in self._names

    def entity_asked(self, asked: Asked) -> str | None:
        """The entity that most of the pages shown are about; of equally many, the one whose address
        is told, else that of the first page."""
        shown = [label.primary for page in asked.pages if (label := self.label_at(page.address))]
        votes = Counter(primary for primary in shown if primary)
        if not votes:
            return None
        most = max(votes.values())
        best = [entity for entity, count in votes.items() if count == most]
        told = [self.entity_at(address) for address in asked.addresses]
        return next((entity for entity in told if entity in best), best[0])

    def entity_told(self, line: str) -> str | None:
        """The entity of a line 'names | addresses | text': by its addresses, else by its names."""
        for address in _URL.findall(line):
            found = self.entity_at(address)
            if found:
                return found
        names = line.split(" | ", 1)[0]
        for name in (names, *names.split(", ")):
            found = self.entity_named(name)
            if found:
                return found
        return None

    def _full_text(self, url: str) -> str:
        page: Page | None = self._pages.get(url)
        return visible_text(page.html) if page else ""


class Evidence:
    """The pages of a prompt that are about one entity."""

    def __init__(self, knowledge: Knowledge, pages: Sequence[ShownPage], entity: str) -> None:
        self._known = knowledge
        self.entity = entity
        self.attributes: Mapping[str, object] = dict(
            knowledge.entities.get(entity, {}).get("attributes") or {}
        )
        self._pages: list[tuple[Label, tuple[Passage, ...]]] = []
        for page in pages:
            label = knowledge.label_at(page.address)
            if label is not None and label.primary == entity and page.passages:
                self._pages.append((label, page.passages))

    def stating(self, field: str) -> list[tuple[Label, tuple[Passage, ...]]]:
        """The pages that state a field rightly. A field that no label names is derived from others:
        a page that states any, and does not have this one wrong, may state it."""
        derived = field not in self._known.book.fields
        return [
            (label, passages)
            for label, passages in self._pages
            if field not in label.stale_facts
            and (field in label.facts or (derived and label.facts))
        ]

    def shows(self, field: str, item: object) -> Found | None:
        """Where a passage states this value (of a list: this item) of the field."""
        look = self._known.looks.of(field, item)
        found = (look.find(passages) for _, passages in self.stating(field))
        return next((f for f in found if f is not None), None)

    def shows_all(self, field: str, items: Sequence[object]) -> list[Found] | None:
        """Where each of the items is stated; None where one is not shown that a page has. Those
        that cannot be read off any of the pages as a whole are passed over."""
        places = {repr(item): self.shows(field, item) for item in items}
        missing = [item for item in items if places[repr(item)] is None]
        if any(self._is_on_a_page(field, item) for item in missing):
            return None
        return [found for found in places.values() if found is not None] or None

    def whole_facts(self, silent_on: str) -> list[Found] | None:
        """Where a page that says nothing of the field `silent_on` states what it does state, if all
        of that was shown: then its silence is seen too."""
        for label, passages in self._pages:
            if not label.facts or silent_on in label.facts | label.stale_facts:
                continue
            found = self._all_stated(label, passages)
            if found:
                return found
        return None

    def derives(self, field: str, items: Sequence[object]) -> list[Found] | None:
        """For a field that no label names and whose value stands on no page as such: the facts that
        it may be derived from, if all that a page states was shown."""
        if field in self._known.book.fields:
            return None
        if any(self._is_on_a_page(field, item) for item in items):
            return None
        return self.whole_facts(silent_on=field)

    def _all_stated(self, label: Label, passages: Sequence[Passage]) -> list[Found]:
        """Where all of a page's facts are stated; [] where one that it has was not shown."""
        places: list[Found] = []
        full = self._whole(label)
        for field in sorted(label.facts):
            for item in items_of(self.attributes.get(field)):
                look = self._known.looks.of(field, item)
                found = look.find(passages) or self.shows(field, item)
                if found is not None:
                    places.append(found)
                elif look.find(full) is not None:
                    return []
        return places

    def _is_on_a_page(self, field: str, item: object) -> bool:
        look = self._known.looks.of(field, item)
        return any(look.find(self._whole(label)) for label, _ in self.stating(field))

    def _whole(self, label: Label) -> list[Passage]:
        return [Passage("", 0, self._known.full_text(label.url))]


def items_of(value: object) -> list[object]:
    """The single values of a field: a list's items; none where it is not stated."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _unique_names(entities: Mapping[str, Row]) -> dict[str, str | None]:
    names: dict[str, str | None] = {}
    for entity, row in entities.items():
        for name in {_plain(n) for n in (row.get("name") or "", *(row.get("aliases") or ()))}:
            if name:
                names[name] = entity if names.get(name, entity) == entity else None
    return names


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _loosely(address: str) -> str:
    bare = re.sub(r"^https?://(www\.)?", "", address.split("#")[0].strip(), flags=re.IGNORECASE)
    bare = re.sub(r"[?&](?:utm_\w+|ref|fbclid|gclid)=[^&]*", "", bare)
    return re.sub(r"/(?:index\.html)?$", "", bare)
