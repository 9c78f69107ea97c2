"""A queue of names without an address, to be resolved to an entity's own page.

A mention is a lead, not an entity. It is searched for by name; only a hit whose title or host
contains the name is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from netnew.domain.search import Hit
from netnew.engine.discovery.frontier import MIN_PROMISE
from netnew.engine.discovery.link_queue import HitRate
from netnew.engine.estimation.estimate import MENTION
from netnew.engine.url_identity import registered_domain, shared_host_depth
from netnew.text.name_keys import name_key
from netnew.text.tokens import fold

# Of the items of a list that are links so many match; of names, fewer are found at all.
FOUND_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Mention:
    """A name, where it stood, and what stood beside it. `worth` is what its list promises an
    item, 0..1."""

    name: str
    host: str
    snippet: str
    worth: float

    @property
    def unit(self) -> str:
        return f"{MENTION}{self.host}"

    def query(self, entity_type: str) -> str:
        quoted = self.name.replace('"', " ")
        return f'"{" ".join(quoted.split())}" {entity_type}'.strip()


@dataclass(slots=True)
class MentionQueue:
    """The waiting names, each once, ranked by what their list has brought so far."""

    _names: set[str] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)
    _waiting: dict[str, list[tuple[float, int, Mention]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _given: dict[str, HitRate] = field(default_factory=lambda: defaultdict(HitRate))
    _asked: dict[str, str] = field(default_factory=dict)
    _came: count[int] = field(default_factory=count)
    _open: int = 0

    def __len__(self) -> int:
        """How many wait; among them some that promise too little."""
        return self._open

    def add(self, mention: Mention) -> None:
        key = name_key(mention.name)
        if key and key not in self._names:
            self._names.add(key)
            heappush(self._waiting[mention.host], (-mention.worth, next(self._came), mention))
            self._open += 1

    def know(self, names: Iterable[str]) -> None:
        """Entities of these names are known; they need no asking."""
        self._known.update(map(name_key, names))

    def take(self, most: int, match_rate: float) -> list[tuple[Mention, float]]:
        """The most promising and what each promises; equals in the order they came. `match_rate`:
        the share of all candidates that match."""
        taken: list[tuple[Mention, float]] = []
        while len(taken) < most:
            best = min(
                (
                    (-promise, came, host)
                    for host in self._waiting
                    if (top := self._top(host)) is not None
                    for promise, came in [(self._promise(top[2], match_rate), top[1])]
                    if promise >= MIN_PROMISE
                ),
                default=None,
            )
            if best is None:
                break
            mention = heappop(self._waiting[best[2]])[2]
            self._open -= 1
            taken.append((mention, -best[0]))
        return taken

    def asks(self, query: str, mention: Mention) -> None:
        """`query` asks for that mention from now on."""
        self._asked[query.casefold()] = mention.name

    def of(self, query: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Those hits that may be the page of whom `query` asks for: title or host has the name.
        All, where it asks for no mention."""
        name = self._asked.get(query.casefold())
        if name is None:
            return tuple(hits)
        return tuple(hit for hit in hits if names_it(hit, name))

    def learn(self, unit: str, matched: bool) -> None:
        """What asking for a mention of `unit` brought."""
        given = self._given[unit]
        given.followed += 1
        given.matched += matched

    def _top(self, host: str) -> tuple[float, int, Mention] | None:
        waiting = self._waiting[host]
        while waiting and name_key(waiting[0][2].name) in self._known:
            heappop(waiting)
            self._open -= 1
        return waiting[0] if waiting else None

    def _promise(self, mention: Mention, match_rate: float) -> float:
        prior = max(match_rate, FOUND_SHARE * mention.worth)
        return self._given[mention.unit].rate(prior)


def names_it(hit: Hit, name: str) -> bool:
    """Whether the hit's title or its own host has the name, in whole words."""
    key = name_key(name)
    title = " ".join(fold(hit.title).replace(".", " ").split())
    if key and f" {key} " in f" {title} ":
        return True
    if shared_host_depth(hit.url) is not None:
        return False
    squeezed = key.replace(" ", "").replace(".", "")
    host = registered_domain(hit.url).split(".")[0]
    return len(squeezed) > 2 and squeezed == fold(host).replace(" ", "").replace(".", "")
