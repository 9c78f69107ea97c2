"""Entity resolution: which pages and mentions are the same entity.

Every page and mention gives keys; entities that share a key are one. Keys come from addresses
(what does not count is left out, redirects and canonical addresses followed), from the website a
profile names, and from a name together with a long sentence both pages have. A name alone never
merges: four firms may be called Atlas.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from netnew.domain.candidate import MatchStatus, Merge
from netnew.domain.evidence import PageRole
from netnew.domain.ids import RunId, candidate_id_for
from netnew.domain.page import Snapshot
from netnew.domain.run import Counts
from netnew.engine.reading.page_classifier import PageKind, PageReading
from netnew.engine.resolution.cannot_link import CannotLink
from netnew.engine.resolution.entity import Entity
from netnew.engine.resolution.entity_counts import EntityCounts
from netnew.engine.resolution.exclusions import Exclusions
from netnew.engine.resolution.identity_keys import is_profile_elsewhere, keys_of
from netnew.engine.resolution.match_signals import (
    contradicts,
    digest,
    is_named,
    long_blocks,
    names_agree,
)
from netnew.engine.resolution.same_site_index import SameSiteIndex
from netnew.engine.url_identity import (
    canonical_address,
    edition_of,
    home_address,
    host_of,
    identity_key,
    is_subpage,
    is_urn,
    registered_domain,
    shared_host_depth,
)
from netnew.ports.system import Clock
from netnew.text.name_keys import name_key


@dataclass(slots=True)
class Resolver:
    """All entities of a run, by their keys. `cannot_link`: entities that must not be merged."""

    run_id: RunId
    clock: Clock
    exclusions: Exclusions
    generation: int = 1
    entities: list[Entity] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    excluded: int = 0
    entity_counts: EntityCounts = field(default_factory=EntityCounts)
    cannot_link: CannotLink = field(default_factory=CannotLink)
    _by_key: dict[str, Entity] = field(default_factory=dict)
    _names_by_block: dict[str, set[str]] = field(default_factory=dict)
    _neighbours: SameSiteIndex = field(default_factory=SameSiteIndex)

    def counts(self) -> Counts:
        """Counts by status; excluded entities count as discarded."""
        return self.entity_counts.counts(self.excluded)

    def matched(self) -> Collection[Entity]:
        """The entities that match now, in the order they came to match."""
        return self.entity_counts.matched.values()

    def drain_changed(self) -> list[Entity]:
        """The entities with evidence to be judged by that something happened to since this was
        last asked, in the order they were found. Who takes them and does not judge them keeps
        them: they come again only once more is known."""
        return [e for e in self.entity_counts.changed.take() if e.changed and _lives(e)]

    def drain_removed(self) -> list[Entity]:
        """The entities merged into others or discarded since this was last asked, in the order
        they were found."""
        return self.entity_counts.gone.take()

    def entity_at(self, url: str) -> Entity | None:
        """The entity of the page at `url`, if known."""
        return self._by_key.get(f"at:{canonical_address(url)}")

    def add_page(self, snapshot: Snapshot, reading: PageReading) -> Entity | None:
        """The entity that this page is about, made or found; None where it is about none, or about
        one that is excluded."""
        if reading.kind is not PageKind.ENTITY:
            return None
        website = self._website(snapshot, reading)
        keys = keys_of(snapshot, website)
        texts = self._telling_texts(snapshot, reading)
        standing = PageRole.OWN if website is None else PageRole.PROFILE
        entity = (
            self._entity_with(keys)
            or self._same_site_and_name(snapshot, reading, website)
            or self._twin(snapshot, texts)
        )
        if entity is None:
            if (keys, reading.names, website or snapshot.final_url) in self.exclusions:
                self.excluded += 1
                return None
            entity = self._new_entity(keys[0])
        self._claim(entity, keys, "the same address")
        entity = self._by_key[keys[-1]]  # another's, if that is to stay apart
        entity = self._claim(entity, self._old_keys(snapshot, reading, entity), "a redirect")
        twin = self._twin(snapshot, texts)
        if twin is not None and twin is not entity and self.may_be_one(entity, twin):
            entity = self._merge(entity, twin, "the same name and text")
        entity = self._claim(entity, [t for t in texts if t not in self._by_key], "the same text")
        if website is not None:
            self._own(entity, [identity_key(website)])
        self._describe(entity, snapshot, reading, website)
        entity.add_page(snapshot, standing)
        self._index_name(entity, snapshot, reading)
        return entity

    def is_excluded(self, entity: Entity) -> bool:
        """Whether what is known of it by now is on the exclude list: a redirect may have told."""
        return (entity.keys, entity.names[:1], entity.url) in self.exclusions

    def add_mention(self, url: str, name: str) -> Entity | None:
        """Add an entity named by a list, with or without a readable page."""
        keys = [identity_key(url), f"at:{canonical_address(url)}"]
        entity = self._entity_with(keys)
        if entity is None:
            if (keys, (name,), url) in self.exclusions:
                self.excluded += 1
                return None
            entity = self._new_entity(keys[0])
        entity = self._claim(entity, keys, "the same address")
        entity.addresses.setdefault(url)
        if name_key(name) not in {name_key(x) for x in entity.names}:
            entity.names.append(name)
        return entity

    def add_website(self, entity: Entity, snapshot: Snapshot, reading: PageReading) -> Entity:
        """The page found at an entity's own site. The address asked leads to the entity, live or
        dead. Where it led to, on another domain, does so only if the page there names the entity:
        the site of a company that was bought leads to the buyer's."""
        asked = [identity_key(snapshot.url), f"at:{canonical_address(snapshot.url)}"]
        entity = self._claim(entity, asked, "the website that a profile names")
        self._own(entity, asked[:1])
        led = [identity_key(u) for u in (*snapshot.redirects, snapshot.final_url)]
        led.append(f"at:{canonical_address(snapshot.final_url)}")
        holders = [self._by_key[k] for k in led if k in self._by_key]
        if not all(self.may_be_one(entity, holder) for holder in holders):
            return entity
        entity.addresses.setdefault(snapshot.final_url)
        if not snapshot.is_evidence or not self._is_its_own(entity, snapshot, reading):
            return entity
        entity = self._claim(entity, led, "where the website that a profile names leads")
        self._own(entity, [k for k in led if not k.startswith("at:")])
        if reading.kind is PageKind.ENTITY:
            self._describe(entity, snapshot, reading, None)
        entity.add_page(snapshot, PageRole.OWN)
        return entity

    def may_be_one(self, one: Entity, other: Entity) -> bool:
        """Whether nobody said that they are two."""
        return one is other or not self.cannot_link.has(one.keys, other.keys)

    def living(self, entity: Entity) -> Entity:
        """Itself, or what it was merged into."""
        return entity if entity.merged_into is None else self._by_key[next(iter(entity.keys))]

    def unite(self, one: Entity, other: Entity, reason: str) -> Entity | None:
        """One of two that something else than a key shows to be one: the older, which then knows
        what both knew. None where they are to stay apart."""
        return self._merge(one, other, reason) if self.may_be_one(one, other) else None

    # ------------------------------------------------------------------------------- inside

    def _website(self, snapshot: Snapshot, reading: PageReading) -> str | None:
        """The site that this profile names as the entity's own; None where the page is its own, or
        where another profile in the same place, of another name, names that site too."""
        website = reading.website
        if website is None or is_urn(snapshot.final_url):
            return None
        if not is_profile_elsewhere(snapshot, website):
            return None
        holder = self._by_key.get(identity_key(website))
        if holder is not None and name_key(reading.name) not in {name_key(n) for n in holder.names}:
            here = host_of(snapshot.final_url)
            others = {host_of(url) for url in holder.pages} - {host_of(website)}
            if here in others and canonical_address(snapshot.final_url) not in {
                canonical_address(url) for url in holder.pages
            }:
                return None
        return website

    def _is_its_own(self, entity: Entity, snapshot: Snapshot, reading: PageReading) -> bool:
        """Whether a page that the entity's website led to is its own."""
        if registered_domain(snapshot.url) == registered_domain(snapshot.final_url):
            return True
        if names_agree(entity.names, reading.names):
            return True
        holder = self._by_key.get(identity_key(snapshot.final_url))
        return (holder is None or holder is entity) and is_named(entity.names, snapshot)

    def _old_keys(self, snapshot: Snapshot, reading: PageReading, entity: Entity) -> list[str]:
        """Keys of the addresses that led to this page, but for those of entities that the page
        does not name."""
        keys: list[str] = []
        for url in (snapshot.url, *snapshot.redirects):
            for key in (identity_key(url), f"at:{canonical_address(url)}"):
                holder = self._by_key.get(key, entity)
                if holder is entity or names_agree(holder.names, reading.names):
                    keys.append(key)
        return keys

    def _telling_texts(self, snapshot: Snapshot, reading: PageReading) -> list[str]:
        """Keys of (name, long text block), without blocks that pages of other names have too."""
        names = sorted({name_key(n) for n in reading.names if name_key(n)})
        keys: list[str] = []
        for block in long_blocks(snapshot):
            owners = self._names_by_block.setdefault(digest(block), set())
            owners.update(names[:1])
            if len(owners) == 1 or set(names) >= owners:
                keys += ["text:" + digest(f"{name}\0{block}") for name in names]
        return keys

    def _twin(self, snapshot: Snapshot, texts: list[str]) -> Entity | None:
        """An entity of the same name and text that this page's facts do not contradict."""
        for text in texts:
            entity = self._by_key.get(text)
            if entity is not None and not contradicts(snapshot, entity):
                return entity
        return None

    def _new_entity(self, key: str) -> Entity:
        """An entity met first under `key`, which no other has or will have."""
        entity = Entity(candidate_id_for(self.run_id, key), len(self.entities), self.entity_counts)
        self.entities.append(entity)
        return entity

    def _entity_with(self, keys: Iterable[str]) -> Entity | None:
        return next((self._by_key[k] for k in keys if k in self._by_key), None)

    def _own(self, entity: Entity, keys: Iterable[str]) -> None:
        """Those of `keys` that it holds are of its own site."""
        entity.own_keys.update(k for k in keys if self._by_key.get(k) is entity)

    def _claim(self, entity: Entity, keys: Iterable[str], reason: str) -> Entity:
        """Give `keys` to `entity`; whoever held one of them is merged with it, or keeps it where
        the two are to stay apart."""
        for key in keys:
            holder = self._by_key.get(key)
            if holder is not None and holder is not entity:
                if not self.may_be_one(entity, holder):
                    continue
                entity = self._merge(entity, holder, f"{reason}: {key}")
            self._by_key[key] = entity
            entity.keys.add(key)
        self.entity_counts.touch(entity)
        return entity

    def _merge(self, one: Entity, other: Entity, reason: str) -> Entity:
        """The older of both, with what the younger knew; the log keeps the younger as it was."""
        kept, lost = (one, other) if one.ordinal < other.ordinal else (other, one)
        if lost.addresses:
            row, who = lost.candidate(self.run_id, self.generation), kept.identity()
            merge = Merge(self.run_id, kept.id, lost.id, reason, row, self.clock.now(), False, who)
            self.merges.append(merge)
        for key in lost.keys:
            self._by_key[key] = kept
        kept.keys |= lost.keys
        kept.own_keys |= lost.own_keys
        for unit in lost.units:
            kept.sight(unit)
        kept.names = list(dict.fromkeys(kept.names + lost.names))
        kept.description = kept.description or lost.description
        kept.website = kept.website or lost.website
        kept.addresses.update(lost.addresses)
        for page in lost.pages.values():
            kept.add_page(page.snapshot, page.standing)
        kept.changed = True
        lost.merged_into = kept.id
        return kept

    def _same_site_and_name(
        self, snapshot: Snapshot, reading: PageReading, website: str | None
    ) -> Entity | None:
        """An entity of this site and name whose address lies above or below this page's."""
        url = website or snapshot.final_url
        if is_urn(url) or not reading.name or shared_host_depth(url) is not None:
            return None
        for entity in self.entity_counts.for_urls.take():
            self._neighbours.note(entity)
        place = (registered_domain(url), _with_edition(reading.name, url))
        return self._neighbours.first(place, home_address(url))

    def _index_name(self, entity: Entity, snapshot: Snapshot, reading: PageReading) -> None:
        if reading.name and not is_urn(snapshot.final_url):
            url = snapshot.final_url
            place = (registered_domain(url), _with_edition(reading.name, url))
            self._neighbours.add(place, entity)

    def _describe(
        self, entity: Entity, snapshot: Snapshot, reading: PageReading, website: str | None
    ) -> None:
        own = website is None
        for name in reading.names:
            if name_key(name) not in {name_key(x) for x in entity.names}:
                entity.names.append(name)
        is_home = own and not is_subpage(snapshot.final_url)  # 'Team' is nobody's name
        if reading.name and is_home and entity.names[0] != reading.name and not snapshot.archived:
            _promote(entity.names, reading.name)
        if reading.description and (own or not entity.description):
            entity.description = reading.description
        if website is not None and entity.website is None:
            entity.website = website


def _with_edition(name: str, url: str) -> str:
    """The name as it is compared on one site; editions of an event go apart."""
    return f"{name_key(name)} {edition_of(url)}".rstrip()


def _lives(entity: Entity) -> bool:
    return entity.merged_into is None and entity.status is not MatchStatus.DISCARDED


def _promote(names: list[str], name: str) -> None:
    """Make `name` the first; a page of one's own knows best what one is called."""
    if name in names:
        names.remove(name)
        names.insert(0, name)
