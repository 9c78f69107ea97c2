"""The loopback world of the crash test: webs of their own, a search and a judge that count.

Each run has a web of its own, so that no run finds what another has paid for. Every call is known
by what it asks: a search by query and page, a page by its address, a call of the judge by the
candidate, the conditions and the evidence shown. What was asked twice was paid for twice.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from evals.data_folder import load_web
from evals.gateway import ADDRESS_HEADER, Gateway
from evals.http_answer import Answer
from evals.http_server import parse_head
from evals.rows import Page
from evals.search_index import SearchIndex
from evals.search_server import answer_search
from netnew.domain.condition import MatchCondition, MatchRule
from netnew.domain.enrichment import Enrichment
from netnew.domain.run import RunSpec

HOST = "127.0.0.1"
KINDS = ("judge", "page", "search")
# So long an answer may be on its way to the database when the process is killed.
ON_ITS_WAY_S = 0.25
_WEBS = Path(__file__).resolve().parent.parent / "tests" / "web"
_TOP = re.compile(r"\.(test|example)\b")
_FIELDS = (Enrichment("Nearest town", "The town nearest to the observatory."),)

Call = tuple[str, str]
"""(kind, what is asked)"""


@dataclass(frozen=True, slots=True)
class World:
    """What one run is asked, and the web it finds its answers in. Its addresses end in `-NAME`."""

    name: str
    objective: str
    conditions: tuple[MatchCondition, ...]
    pages: tuple[Page, ...]
    index: SearchIndex

    def spec(self, server: str) -> RunSpec:
        """The question. All conditions are judged: with the first that fails deciding, which one
        is asked first would hang on whose answer came first."""
        return RunSpec(
            self.objective,
            "observatory",
            self.conditions,
            match_rule=MatchRule(evaluate_all=True),
            match_limit=1_000,
            generator="base",
            sources=(f"web:searxng={server}/{self.name}",),
            enrichments=_FIELDS,
        )


def worlds(count: int, entities: int | None = None) -> list[World]:
    """Webs about observatories, each rendered with a seed of its own (`entities`: at most 50)."""
    return [_world(f"w{n}", n, entities) for n in range(count)]


def _world(name: str, seed: int, entities: int | None) -> World:
    web = load_web(_WEBS, "observatories", entities, seed)
    query = web.queries[seed % len(web.queries)]

    def own(text: str | None) -> str | None:
        return text and _TOP.sub(rf"-{name}.\1", text)

    pages = tuple(
        replace(p, url=own(p.url) or "", html=own(p.html) or "", location=own(p.location))
        for p in web.pages
    )
    conditions = tuple(MatchCondition(c.name, c.description) for c in query.conditions)
    return World(name, query.objective, conditions, pages, SearchIndex.build(pages))


@dataclass(slots=True)
class Counts:
    """Every call as it came in, and how many were in flight at a kill: not answered, or so lately
    that the answer may not have been written down."""

    calls: Counter[Call] = field(default_factory=Counter)
    in_flight: Counter[str] = field(default_factory=Counter)
    killed_at: float = float("-inf")

    def of_world(self, world: World) -> Counter[Call]:
        mine = f"{world.name} ", f"-{world.name}."
        return Counter(
            {c: n for c, n in self.calls.items() if c[1].startswith(mine[0]) or mine[1] in c[1]}
        )


@dataclass(slots=True)
class Server:
    """The running server. `address` serves all worlds; latencies are in seconds."""

    worlds: Sequence[World]
    latency: Mapping[str, float]
    counts: Counts = field(default_factory=Counts)
    address: str = ""
    connections: set[_Connection] = field(default_factory=set)
    called: asyncio.Event = field(default_factory=asyncio.Event)
    _gateway: Gateway = field(init=False)
    _indexes: dict[str, SearchIndex] = field(init=False)

    def __post_init__(self) -> None:
        self._gateway = Gateway(page for world in self.worlds for page in world.pages)
        self._indexes = {world.name: world.index for world in self.worlds}

    def answer(self, head: bytes, body: bytes) -> tuple[Call, Answer]:
        request = parse_head(head)
        address = request.headers.get(ADDRESS_HEADER.lower())
        if address is not None:
            return ("page", address), self._gateway.answer(address)
        parts = urlsplit(request.target)
        if parts.path == "/judge":
            asked = json.loads(body)
            return ("judge", " ".join(asked)), Answer(200, "judge", b"{}")
        world = parts.path.split("/")[1]
        query = parse_qs(parts.query)
        key = f"{world} {query['q'][0]} {query.get('pageno', ['1'])[0]}"
        return ("search", key), answer_search(self._indexes[world], parts.query)

    def killed(self) -> None:
        """A worker is being killed now: connections lost just from here on are its."""
        self.counts.killed_at = time.monotonic()

    def stopped(self) -> None:
        """The only worker there is was stopped now; others will take over."""
        for connection in self.connections:
            self.counts.in_flight.update(connection.in_flight(time.monotonic()))


class _Connection(asyncio.Protocol):
    """One connection: requests in their order, each answered after its latency."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._buffer = bytearray()
        self._busy: Call | None = None
        self._answered: list[tuple[float, Call]] = []
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._server.connections.discard(self)
        counts = self._server.counts
        if time.monotonic() - counts.killed_at <= ON_ITS_WAY_S:
            counts.in_flight.update(self.in_flight(counts.killed_at))

    def in_flight(self, at: float) -> list[str]:
        """The kinds of what its client waited for, or had just been given."""
        late = [kind for when, (kind, _) in self._answered if when >= at - ON_ITS_WAY_S]
        return [*late, self._busy[0]] if self._busy else late

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._next()

    def _next(self) -> None:
        if self._busy is not None or self._transport is None:
            return
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[:end])
        length = int(parse_head(head).headers.get("content-length", "0"))
        if len(self._buffer) < end + 4 + length:
            return
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        call, answer = self._server.answer(head, body)
        self._server.counts.calls[call] += 1
        self._server.called.set()
        self._server.called.clear()  # wakes who waits now
        self._busy = call
        loop = asyncio.get_running_loop()
        loop.call_later(self._server.latency.get(call[0], 0.0), self._send, answer.encoded())

    def _send(self, raw: bytes) -> None:
        now = time.monotonic()
        if self._busy is not None:
            self._answered = [x for x in self._answered if x[0] > now - 2 * ON_ITS_WAY_S]
            self._answered.append((now, self._busy))
        self._busy = None
        if self._transport is not None:
            self._transport.write(raw)
            self._next()


@asynccontextmanager
async def serving(
    some: Sequence[World], latency: Mapping[str, float] | None = None
) -> AsyncIterator[Server]:
    """The server, on a loopback port of its own, while this is open."""
    server = Server(some, latency or {})
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: _Connection(server), HOST, 0, backlog=1024)
    server.address = f"http://{HOST}:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()


def by_kind(calls: Iterable[tuple[Call, int]]) -> dict[str, int]:
    """How many of each kind."""
    total: dict[str, int] = defaultdict(int)
    for (kind, _), n in calls:
        total[kind] += n
    return {kind: total[kind] for kind in KINDS}
