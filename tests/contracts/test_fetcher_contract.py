"""What holds for the fetcher, whether pages come over HTTP or out of a provider."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from netnew.domain.errors import SourceUnavailable
from netnew.domain.page import PageQuality, RawPage
from netnew.error_log import ErrorLog
from netnew.net.connector import GatewayConnector
from netnew.pages.fetching.caching_fetcher import CachingFetcher
from netnew.pages.fetching.http_fetcher import HttpFetcher
from netnew.pages.fetching.politeness import FetchLimits
from netnew.testing import FrozenClock
from tests.support.memory_pages import MemoryPages
from tests.support.pages_server import Asked, Reply, serving

HOME = "https://acme.test/"
PAGE = "<title>Acme</title><h1>Acme</h1><p>Cranes for ports.</p>"


@dataclass
class Web:
    """The pages there are, and every address that was really read."""

    pages: dict[str, str] = field(default_factory=lambda: {HOME: PAGE})
    read: list[str] = field(default_factory=list)
    etag: str | None = None
    conditional: int = 0

    def reply(self, asked: Asked) -> Reply:
        address = asked.headers["x-netnew-address"]
        self.read.append(address)
        if self.etag is not None and asked.headers.get("if-none-match") == self.etag:
            self.conditional += 1
            return Reply(304, b"", ())
        if address not in self.pages:
            return Reply.html("<h1>Not found</h1>", status=404)
        tagged = {"ETag": self.etag} if self.etag is not None else {}
        return Reply.html(self.pages[address], **tagged)


@dataclass
class Shelf:
    """A provider over the same pages."""

    web: Web
    clock: FrozenClock

    async def raw_page(self, url: str) -> RawPage | None:
        await asyncio.sleep(0)
        self.web.read.append(url)
        text = self.web.pages.get(url)
        status = 200 if text is not None else 404
        body = (text or "").encode()
        return RawPage(url, url, status, body, "text/html", self.clock.now(), "utf-8")


class Broken:
    async def raw_page(self, url: str) -> RawPage | None:
        raise SourceUnavailable("shelf", "away")


class Faulty:
    """A provider with a fault of its own."""

    async def raw_page(self, url: str) -> RawPage | None:
        raise IndexError("list index out of range")


@dataclass
class Scene:
    fetcher: CachingFetcher
    web: Web
    store: MemoryPages
    clock: FrozenClock


def play(kind: str, act: Callable[[Scene], Awaitable[None]], web: Web | None = None) -> None:
    asyncio.run(_played(kind, act, web or Web()))


async def _played(kind: str, act: Callable[[Scene], Awaitable[None]], web: Web) -> None:
    clock, store = FrozenClock(), MemoryPages()
    async with serving(web.reply) as server:
        http = HttpFetcher(
            GatewayConnector(server.origin), clock, limits=FetchLimits(host_delay_s=0)
        )
        providers = (Broken(), Shelf(web, clock)) if kind == "provider" else ()
        fetcher = CachingFetcher(store, clock, http, providers)
        try:
            await act(Scene(fetcher, web, store, clock))
        finally:
            await fetcher.aclose()


http = pytest.mark.parametrize("kind", ["http"])
both = pytest.mark.parametrize("kind", ["http", "provider"])


@http
def test_a_page_is_read_once_while_it_is_fresh(kind: str) -> None:
    async def act(scene: Scene) -> None:
        first = await scene.fetcher.fetch(HOME)
        scene.clock.advance(timedelta(days=6, hours=23))
        second = await scene.fetcher.fetch(HOME)
        assert (first.from_store, second.from_store) == (False, True)
        assert first.snapshot == second.snapshot
        assert first.snapshot.title == "Acme"
        scene.clock.advance(timedelta(hours=2))
        assert not (await scene.fetcher.fetch(HOME)).from_store
        assert scene.web.read == [HOME, HOME]

    play(kind, act)


@http
def test_a_failure_is_remembered_for_a_day(kind: str) -> None:
    async def act(scene: Scene) -> None:
        page = (await scene.fetcher.fetch(HOME + "gone")).snapshot
        assert (page.quality, page.error) == (PageQuality.ERROR, "status_404")
        scene.clock.advance(timedelta(hours=23))
        assert (await scene.fetcher.fetch(HOME + "gone")).from_store
        scene.clock.advance(timedelta(hours=2))
        assert not (await scene.fetcher.fetch(HOME + "gone")).from_store

    play(kind, act)


@http
def test_a_wall_is_tried_again_after_a_day(kind: str) -> None:
    async def act(scene: Scene) -> None:
        scene.web.pages[HOME] = "<title>Just a moment...</title><p>Checking your browser.</p>"
        assert (await scene.fetcher.fetch(HOME)).snapshot.quality is PageQuality.BOT_WALL
        scene.clock.advance(timedelta(hours=25))
        scene.web.pages[HOME] = PAGE
        assert (await scene.fetcher.fetch(HOME)).snapshot.is_evidence

    play(kind, act)


@http
def test_two_addresses_with_the_same_bytes_share_what_is_kept(kind: str) -> None:
    async def act(scene: Scene) -> None:
        scene.web.pages[HOME + "copy"] = PAGE
        one = (await scene.fetcher.fetch(HOME)).snapshot
        two = (await scene.fetcher.fetch(HOME + "copy")).snapshot
        assert (one.id, one.segments) == (two.id, two.segments)
        assert one.url != two.url

    play(kind, act)


@http
def test_the_caller_says_how_old_a_page_may_be(kind: str) -> None:
    async def act(scene: Scene) -> None:
        await scene.fetcher.fetch(HOME)
        scene.clock.advance(timedelta(hours=1))
        assert (await scene.fetcher.fetch(HOME, timedelta(hours=2))).from_store
        assert not (await scene.fetcher.fetch(HOME, timedelta(minutes=5))).from_store
        assert not (await scene.fetcher.fetch(HOME, timedelta(0))).from_store

    play(kind, act)


@both
def test_fetches_of_one_page_at_once_are_one(kind: str) -> None:
    async def act(scene: Scene) -> None:
        found = await asyncio.gather(*(scene.fetcher.fetch(HOME) for _ in range(20)))
        assert scene.web.read == [HOME]
        assert scene.store.puts == [HOME]
        assert len({each.snapshot.id for each in found}) == 1

    play(kind, act)


@both
def test_a_caller_that_gives_up_does_not_take_the_page_from_others(kind: str) -> None:
    async def act(scene: Scene) -> None:
        quitter = asyncio.ensure_future(scene.fetcher.fetch(HOME))
        stayer = asyncio.ensure_future(scene.fetcher.fetch(HOME))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        quitter.cancel()
        assert (await stayer).snapshot.title == "Acme"

    play(kind, act)


@both
@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "http://",
        "http://[",
        "urn:netnew:a:b",
        pytest.param("http://\ud800/", id="half-a-sign"),
    ],
)
def test_no_address_makes_it_raise(kind: str, url: str) -> None:
    async def act(scene: Scene) -> None:
        assert (await scene.fetcher.fetch(url)).snapshot.quality is PageQuality.ERROR

    play(kind, act)


def test_a_provider_is_believed_at_once_when_its_page_changed() -> None:
    async def act(scene: Scene) -> None:
        first = await scene.fetcher.fetch(HOME)
        scene.web.pages[HOME] = "<title>Acme Two</title>"
        second = await scene.fetcher.fetch(HOME)
        assert (first.from_store, second.from_store) == (False, False)
        assert second.snapshot.title == "Acme Two"
        assert scene.store.puts == [HOME, HOME]

    play("provider", act)


def test_an_unchanged_page_of_a_provider_is_the_one_on_record_however_old() -> None:
    async def act(scene: Scene) -> None:
        first = await scene.fetcher.fetch(HOME)
        assert (await scene.fetcher.fetch(HOME)) == replace(first, from_store=True)
        assert scene.store.puts == [HOME]
        scene.clock.advance(timedelta(days=8))
        again = await scene.fetcher.fetch(HOME)
        assert again.from_store
        assert again.snapshot == replace(first.snapshot, fetched_at=scene.clock.now())
        assert scene.store.puts == [HOME, HOME]
        assert await scene.store.raw(first.snapshot.id) == PAGE.encode()

    play("provider", act)


def test_of_two_providers_with_one_address_the_first_is_right() -> None:
    async def run() -> None:
        store, clock = MemoryPages(), FrozenClock()
        shelves = [Shelf(Web({HOME: f"<title>{name}</title>"}), clock) for name in ("One", "Two")]
        for first, second in (shelves, shelves[::-1]):
            fetcher = CachingFetcher(store, clock, None, (first, second))
            page = (await fetcher.fetch(HOME)).snapshot
            await fetcher.aclose()
            assert f"<title>{page.title}</title>" == first.web.pages[HOME]

    asyncio.run(run())


def test_an_unchanged_page_is_kept_with_a_new_date() -> None:
    async def act(scene: Scene) -> None:
        first = (await scene.fetcher.fetch(HOME)).snapshot
        scene.clock.advance(timedelta(days=8))
        again = await scene.fetcher.fetch(HOME)
        assert scene.web.conditional == 1
        assert not again.from_store
        assert again.snapshot == replace(first, fetched_at=scene.clock.now())
        assert await scene.store.raw(first.id) == PAGE.encode()
        assert (await scene.fetcher.fetch(HOME)).from_store

    play("http", act, Web(etag='"v1"'))


def test_an_unchanged_page_whose_bytes_are_gone_is_read_anew() -> None:
    async def act(scene: Scene) -> None:
        await scene.fetcher.fetch(HOME)
        scene.store.bodies.clear()
        scene.clock.advance(timedelta(days=8))
        assert (await scene.fetcher.fetch(HOME)).snapshot.title == "Acme"

    play("http", act, Web(etag='"v1"'))


def test_without_a_network_a_page_nobody_has_is_an_error_that_is_not_kept() -> None:
    async def run() -> None:
        store, clock = MemoryPages(), FrozenClock()
        fetcher = CachingFetcher(store, clock)
        page = (await fetcher.fetch(HOME)).snapshot
        await fetcher.aclose()
        assert (page.quality, page.error) == (PageQuality.ERROR, "offline")
        assert store.puts == []

    asyncio.run(run())


@pytest.fixture
def error_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where stacks are kept."""
    log = ErrorLog()
    log.keep_in(tmp_path)
    monkeypatch.setattr("netnew.pages.fetching.caching_fetcher.ERRORS", log)
    return tmp_path / "logs" / "errors.log"


def test_a_fault_in_a_provider_costs_the_page_alone_and_keeps_its_stack(error_log: Path) -> None:

    async def act() -> None:
        clock, store = FrozenClock(), MemoryPages()
        fetcher = CachingFetcher(store, clock, None, (Faulty(), Shelf(Web(), clock)))
        try:
            assert (await fetcher.fetch(HOME)).snapshot.title == "Acme"
        finally:
            await fetcher.aclose()
        fetcher = CachingFetcher(store, clock, None, (Faulty(),))
        try:
            for _ in range(2):
                page = (await fetcher.fetch("urn:netnew:csv:x:acme")).snapshot
                assert (page.quality, page.error) == (PageQuality.ERROR, "unexpected")
        finally:
            await fetcher.aclose()

    asyncio.run(act())
    log = error_log.read_text()
    assert "a page provider failed for urn:netnew:csv:x:acme" in log
    assert "in raw_page" in log
    assert "IndexError: list index out of range" in log


@both
def test_a_fault_in_an_extractor_costs_the_page_alone_and_keeps_its_stack(
    kind: str, error_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(raw: RawPage) -> bool:
        raise RecursionError("too deep")

    monkeypatch.setattr("netnew.pages.fetching.caching_fetcher.is_document", fails)

    async def act(scene: Scene) -> None:
        page = (await scene.fetcher.fetch(HOME)).snapshot
        assert (page.quality, page.error) == (PageQuality.ERROR, "unexpected")
        monkeypatch.undo()
        scene.clock.advance(timedelta(days=2))
        assert (await scene.fetcher.fetch(HOME)).snapshot.title == "Acme"

    play(kind, act)
    log = error_log.read_text()
    assert f"the extraction failed for {HOME}" in log
    assert "RecursionError: too deep" in log
