"""Blocking: pairs of entities that may be the same by name and site, found without comparing all
pairs.

Each entity is indexed by the letters of its names, the first part of its own domain, and the
words of its names. It is compared only with entities under the same key, if they are few: a word
or name that many share says nothing. So the ten-thousandth entity costs no more than the tenth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from netnew.engine.resolution.entity import Entity
from netnew.engine.resolution.entity_counts import MAY_MATCH
from netnew.engine.resolution.name_similarity import ALIKE, SAME_LETTERS, name_similarity, squeezed
from netnew.engine.url_identity import host_of, is_urn, registered_domain, shared_host_depth
from netnew.text.name_keys import name_key
from netnew.text.tokens import STOP_WORDS

_MAX_NAMES = 6
_MAX_WORDS = 4
# What more entities than these have in their names tells nothing.
_TELLING = 48
# An entity is likened to so many others at once, the most alike ones.
MAX_LIKENED = 5
# A site with more entities than these is a directory, and lists each once.
_FEW_ON_A_SITE = 8
_MIN_LABEL = 5
_MIN_WORD = 3
# Two domains of one label ('kettle.com', 'kettle.de'); a domain that is another's name.
_ONE_LABEL = 90
_LABEL_IS_NAME = 92


def may_match(entity: Entity) -> bool:
    """Whether it matters if it is there twice: it matches, or still could."""
    return entity.merged_into is None and entity.status in MAY_MATCH


@dataclass(slots=True)
class BlockingIndex:
    """The entities filed so far. Each is filed again as it gets further names; it is never taken
    out, but is passed over while it does not match and could not."""

    _by_letters: dict[str, list[Entity]] = field(default_factory=dict)
    _by_word: dict[str, list[Entity]] = field(default_factory=dict)
    _on_site: dict[str, set[int]] = field(default_factory=dict)
    _filed: dict[int, set[str]] = field(default_factory=dict)

    def take(self, entity: Entity) -> list[tuple[int, Entity]]:
        """File `entity`, and give those it may be one with: (how alike, who), the most alike first.
        Empty where nothing new is known of it."""
        names = _names_of(entity)
        letters = {squeezed(n) for n in names} | {label for label in [_label_of(entity)] if label}
        words = _words_of(names)
        known = self._filed.setdefault(entity.ordinal, set())
        new = {f"l:{x}" for x in letters} | {f"w:{x}" for x in words}
        for site in _sites_of(entity):
            self._on_site.setdefault(site, set()).add(entity.ordinal)
        if new <= known:
            return []
        found = self._alike(entity, letters, words)
        for text in sorted(new - known):
            kind, _, word = text.partition(":")
            shelf = self._by_letters if kind == "l" else self._by_word
            shelf.setdefault(word, []).append(entity)
        known |= new
        return found

    def _alike(
        self, entity: Entity, letters: Iterable[str], words: Iterable[str]
    ) -> list[tuple[int, Entity]]:
        met: dict[int, Entity] = {}
        for other in self._near(letters, words):
            if other is not entity and may_match(other):
                met.setdefault(other.ordinal, other)
        scored = [(self._likeness(entity, other), other) for other in met.values()]
        alike = [(score, other) for score, other in scored if score >= ALIKE]
        alike.sort(key=lambda x: (-x[0], x[1].ordinal))
        return alike[:MAX_LIKENED]

    def _near(self, letters: Iterable[str], words: Iterable[str]) -> Iterator[Entity]:
        by_word = sorted((self._by_word.get(w, []) for w in sorted(words)), key=len)
        by_letters = [self._by_letters.get(text, []) for text in letters]
        for shelf in (*by_letters, *by_word[:_MAX_WORDS]):
            if len(shelf) <= _TELLING:
                yield from shelf

    def _likeness(self, one: Entity, other: Entity) -> int:
        names, others = _names_of(one), _names_of(other)
        best = max((name_similarity(a, b) for a in names for b in others), default=0)
        shared = _sites_of(one) & _sites_of(other)
        if shared:
            # A directory lists each once, and a site has many things of like names.
            few = all(len(self._on_site.get(s, ())) <= _FEW_ON_A_SITE for s in shared)
            return best if few else 0
        label, other_label = _label_of(one), _label_of(other)
        if label and label == other_label:
            best = max(best, _ONE_LABEL)
        for site, its_names in ((label, others), (other_label, names)):
            if site and site in map(squeezed, its_names):
                best = max(best, _LABEL_IS_NAME)
        return min(best, SAME_LETTERS + 2)


def _names_of(entity: Entity) -> list[str]:
    keys = (name_key(n) for n in entity.names[:_MAX_NAMES])
    return list(dict.fromkeys(k for k in keys if k))


def _words_of(names: Iterable[str]) -> set[str]:
    words = {w for name in names for w in name.split()}
    return {w for w in words if len(w) >= _MIN_WORD and w not in STOP_WORDS}


def _label_of(entity: Entity) -> str:
    """'kettle' of an entity whose own site is kettle.com; '' where it has none."""
    kind, _, site = entity.key.partition(":")
    if kind != "site":
        return ""
    label = registered_domain(site).split(".")[0].replace("-", "")
    return label if len(label) >= _MIN_LABEL else ""


def _sites_of(entity: Entity) -> set[str]:
    """Where the pages about it are: the host where many share that, else the domain."""
    return {
        host_of(url) if shared_host_depth(url) is not None else registered_domain(url)
        for url in (p.snapshot.final_url for p in entity.evidence())
        if not is_urn(url)
    }
