"""An entity during a run: what the resolver knows, until it becomes a candidate row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from netnew.domain.candidate import Candidate, Identity, MatchStatus
from netnew.domain.condition import Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.evidence import EvidencePage, PageRole
from netnew.domain.ids import CandidateId, RunId
from netnew.domain.page import SegmentKind, Snapshot
from netnew.engine.url_identity import (
    canonical_address,
    home_address,
    identity_key,
    is_urn,
    registered_domain,
    shared_host_depth,
)

_STANDING_ORDER = {PageRole.OWN: 0, PageRole.PROFILE: 1, PageRole.MENTION: 2}
MAX_ALTERNATE_URLS = 20
# A judge reads at most so many pages of one candidate; more repeat what these say.
MAX_EVIDENCE_PAGES = 6


@dataclass(frozen=True, slots=True)
class _Shown:
    """What an entity's pages show of it: kept until it has another key or page."""

    own: tuple[Snapshot, ...]
    evidence: tuple[EvidencePage, ...]
    url: str | None


class EntityObserver(Protocol):
    """Is told of each change of an entity, after it (of a merge and of a sighting: before it)."""

    def add(self, entity: Entity) -> None: ...

    def touch(self, entity: Entity) -> None: ...

    def move(self, entity: Entity, before: MatchStatus) -> None: ...

    def merge(self, entity: Entity) -> None: ...

    def sight(self, entity: Entity, unit: str) -> None: ...


class _Unobserved:
    def add(self, entity: Entity) -> None:
        pass

    def touch(self, entity: Entity) -> None:
        pass

    def move(self, entity: Entity, before: MatchStatus) -> None:
        pass

    def merge(self, entity: Entity) -> None:
        pass

    def sight(self, entity: Entity, unit: str) -> None:
        pass


_UNOBSERVED = _Unobserved()


@dataclass(slots=True, eq=False)
class Entity:
    """An entity as known so far in this run. Only the resolver and the stages change it.

    `own_keys` are the identity keys of its website, where a page names one: the site named, and
    where that led. `pages` are the pages read about it, by final address; `add_page` alone adds
    one. `website` is where its own site should be, read or not. `units` are the queries and lists
    that sighted it; `sight` adds one. `changed` is set when evidence has arrived since it was last
    judged; `put_off` counts how often the judge could not be asked. Keys, pages and units are never
    taken away. `observer` is told of every change.
    """

    id: CandidateId
    ordinal: int
    observer: EntityObserver = field(default_factory=lambda: _UNOBSERVED, repr=False)
    keys: set[str] = field(default_factory=set)
    own_keys: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)
    description: str = ""
    website: str | None = None
    pages: dict[str, EvidencePage] = field(default_factory=dict)
    addresses: dict[str, None] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)
    verdicts: tuple[Verdict, ...] = ()
    deferred: dict[str, Verdict] = field(default_factory=dict)
    enrichments: tuple[EnrichmentValue, ...] = ()
    decided_at: datetime | None = None
    deepened: bool = False
    visited: bool = False
    recorded: bool = False
    put_off: int = 0
    searched: bool = False
    _status: MatchStatus = field(default=MatchStatus.GENERATED, init=False)
    _changed: bool = field(default=True, init=False)
    _merged_into: CandidateId | None = field(default=None, init=False)
    _pages_added: int = field(default=0, init=False)
    _key: str = field(default="", init=False)
    _key_of: tuple[int, int] = field(default=(0, 0), init=False)
    _shown: _Shown | None = field(default=None, init=False)
    _shown_of: tuple[int, int, int] = field(default=(0, 0, 0), init=False)

    def __post_init__(self) -> None:
        self.observer.add(self)

    @property
    def status(self) -> MatchStatus:
        return self._status

    @status.setter
    def status(self, status: MatchStatus) -> None:
        before, self._status = self._status, status
        if status is not before and self._merged_into is None:
            self.observer.move(self, before)

    @property
    def changed(self) -> bool:
        return self._changed

    @changed.setter
    def changed(self, changed: bool) -> None:
        self._changed = changed
        if changed:
            self.observer.touch(self)

    @property
    def merged_into(self) -> CandidateId | None:
        """The entity that it was found to be; it changes no more then."""
        return self._merged_into

    @merged_into.setter
    def merged_into(self, kept: CandidateId) -> None:
        self.observer.merge(self)
        self._merged_into = kept

    @property
    def name(self) -> str:
        return self.names[0] if self.names else self.url

    @property
    def key(self) -> str:
        """Its identity in the ledger: the website that is named as its own, else the best of the
        addresses it was met at; the same for the same pages, in whatever order they came."""
        known = (len(self.keys), len(self.own_keys))  # neither ever shrinks
        if self._key_of != known:
            named = self.own_keys or {k for k in self.keys if not k.startswith(("at:", "text:"))}
            self._key = min(named, key=lambda k: (not k.startswith("site:"), len(k), k))
            self._key_of = known
        return self._key

    @property
    def own_pages(self) -> tuple[Snapshot, ...]:
        return self._show().own

    def _standing(self, page: EvidencePage) -> PageRole:
        """A page counts as its own only on its own site, whatever it looked like when read."""
        if page.standing is not PageRole.OWN:
            return page.standing
        here = identity_key(page.snapshot.final_url)
        if here == self.key or here in self.own_keys:
            return PageRole.OWN
        if self._on_own_site(page.snapshot.final_url):
            return PageRole.OWN
        facts = any(s.kind is SegmentKind.FACT for s in page.snapshot.segments)
        return PageRole.PROFILE if facts else PageRole.MENTION

    @property
    def url(self) -> str:
        """Its own site where that answers, else the best page about it, else where it should be."""
        return self._show().url or self.website or next(iter(self.addresses))

    def _on_own_site(self, url: str) -> bool:
        """Whether `url` is on the site of the key, where that site is not shared with others."""
        site = self.key.partition(":")[2]
        if is_urn(self.key) or shared_host_depth(site) is not None:
            return False
        return registered_domain(site) == registered_domain(url)

    def evidence(self) -> tuple[EvidencePage, ...]:
        """The pages that may be shown to a judge, best first: own, live and new before others."""
        return self._show().evidence

    def _show(self) -> _Shown:
        known = (len(self.keys), len(self.own_keys), self._pages_added)
        if self._shown is None or self._shown_of != known:
            self._shown, self._shown_of = self._shown_now(), known
        return self._shown

    def _shown_now(self) -> _Shown:
        pages = [EvidencePage(p.snapshot, self._standing(p)) for p in self.pages.values()]
        own = tuple(p.snapshot for p in pages if p.standing is PageRole.OWN)
        evidence = _best_first(pages)
        homes = [home_url(s) for s in own]
        others = [p.snapshot.final_url for p in evidence[:1]]
        url = min(homes or others, key=lambda u: (len(u), u), default=None)
        return _Shown(own, evidence, url)

    def add_page(self, snapshot: Snapshot, standing: PageRole) -> None:
        """Take note of a page about it; one already known under this address is replaced."""
        self.addresses.setdefault(snapshot.final_url)
        for address in (snapshot.url, *snapshot.redirects):
            self.addresses.setdefault(address)
        if snapshot.is_evidence:
            if all(p.snapshot.id != snapshot.id for p in self.pages.values()):
                self.changed = True
            self.pages[snapshot.final_url] = EvidencePage(snapshot, standing)
            self._pages_added += 1
            self.observer.touch(self)

    def sight(self, unit: str) -> None:
        """Take note that `unit` led to it."""
        if unit not in self.units:
            self.observer.sight(self, unit)
            self.units.add(unit)

    def identity(self) -> Identity:
        """Who it is, as far as is known by now."""
        own = frozenset(self.own_keys - {self.key})
        return Identity(self.key, frozenset(self.keys), tuple(self.names), own)

    def candidate(self, run_id: RunId, generation: int) -> Candidate:
        """The row of it."""
        url = self.url
        alternates = [a for a in (self.website, *self.addresses) if a and a != url]
        return Candidate(
            id=self.id,
            run_id=run_id,
            identity=self.identity(),
            name=self.name,
            url=url,
            description=self.description,
            alternate_urls=tuple(dict.fromkeys(alternates))[:MAX_ALTERNATE_URLS],
            pages=tuple(p.snapshot.final_url for p in self.evidence()),
            found_by=tuple(sorted(self.units)),
            status=self.status,
            verdicts=self.verdicts,
            enrichments=self.enrichments,
            generation=generation,
            decided_at=self.decided_at,
            merged_into=self.merged_into,
        )


def _best_first(pages: list[EvidencePage]) -> tuple[EvidencePage, ...]:
    """The pages that are evidence, each text once; own before others, live before archived."""
    usable = [p for p in pages if p.snapshot.is_evidence]
    usable.sort(
        key=lambda p: (_STANDING_ORDER[p.standing], p.snapshot.archived, p.snapshot.final_url)
    )
    unique: dict[str, EvidencePage] = {}
    for page in usable:
        unique.setdefault(page.snapshot.id, page)
    return tuple(unique.values())[:MAX_EVIDENCE_PAGES]


def home_url(snapshot: Snapshot) -> str:
    """The full address of the entity's home, as far as this page of its own tells: that of the
    page itself, or what its '/about' hangs under."""
    url = snapshot.final_url
    canonical = snapshot.canonical_url
    if canonical and canonical_address(canonical) == canonical_address(url):
        url = canonical
    home, own = home_address(url), canonical_address(url)
    if home == own:
        return url.split("#")[0]
    scheme, _, rest = url.partition("://")
    host = rest.split("/", 1)[0]
    path = home.split("/", 1)[1] if "/" in home else ""
    return f"{scheme}://{host}/{path}"
