"""Pages that only scripts fill, shown in the machine's Chromium over the fetcher's requests."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from netnew.domain.page import PageQuality, Snapshot
from netnew.net.connector import GatewayConnector
from netnew.pages.fetching.caching_fetcher import CachingFetcher
from netnew.pages.fetching.chromium import Chromium, find_chromium, why_not_rendered
from netnew.pages.fetching.http_fetcher import HttpFetcher
from netnew.pages.fetching.politeness import FetchLimits
from netnew.pages.fetching.render import MAX_REQUESTS, Renderer
from netnew.testing import FrozenClock
from tests.support.memory_pages import MemoryPages
from tests.support.pages_server import Asked, PagesServer, Reply, serving

HOME = "https://acme.test/"
SHELL = "<!doctype html><title>Acme</title><div id=root></div><script src=/app.js></script>"
APP = """fetch('https://api.acme.test/about.json').then(r => r.json()).then(about => {
  document.getElementById('root').innerHTML = '<h1>' + about.name + '</h1><p>' + about.text + '</p>'
})"""
ABOUT = '{"name": "Acme Robotics", "text": "Cranes for ports, made in Oslo since 1921."}'
FILLED = "document.getElementById('root').innerHTML = '<h1>Acme</h1><p>Cranes for ports.</p>';"


def script(text: str) -> Reply:
    return Reply(200, text.encode(), (("Content-Type", "text/javascript"),))


def json(text: str) -> Reply:
    return Reply(200, text.encode(), (("Content-Type", "application/json"),))


def site(app: str, **more: Reply) -> dict[str, Reply]:
    """A site whose home is filled by `app`; the names of `more` are paths of further pages."""
    pages = {HOME: Reply.html(SHELL), f"{HOME}app.js": script(app)}
    return pages | {f"{HOME}{path}": reply for path, reply in more.items()}


@dataclass
class Scene:
    fetcher: CachingFetcher
    store: MemoryPages
    server: PagesServer

    async def shown(self, url: str = HOME) -> Snapshot:
        return (await self.fetcher.fetch(url)).snapshot

    def asked_for(self, part: str) -> list[str]:
        return [x for x in self.server.addresses if part in x]


Play = Callable[[Scene], Awaitable[None]]
Show = Callable[..., None]


@pytest.fixture
def show(chromium: Chromium, loop_of_browser: asyncio.Runner) -> Show:
    """Plays on a web of `pages`, with a fetcher that renders."""

    def run(
        pages: dict[str, Reply], play: Play, robots: Reply | None = None, timeout_s: float = 10.0
    ) -> None:
        async def played() -> None:
            def reply(asked: Asked) -> Reply:
                missing = Reply.html("<h1>Not found</h1>", status=404)
                return pages.get(asked.headers.get("x-netnew-address", ""), missing)

            async with serving(reply, robots) as server:
                clock, store = FrozenClock(), MemoryPages()
                http = HttpFetcher(
                    GatewayConnector(server.origin), clock, limits=FetchLimits(host_delay_s=0)
                )
                renderer = Renderer(chromium, http.fetch, timeout_s)
                fetcher = CachingFetcher(store, clock, http, renderer=renderer)
                try:
                    async with asyncio.timeout(30):
                        await play(Scene(fetcher, store, server))
                finally:
                    await fetcher.aclose()

        loop_of_browser.run(played())

    return run


def test_a_page_that_scripts_fill_is_read_as_they_filled_it(show: Show) -> None:
    async def play(scene: Scene) -> None:
        page = await scene.shown()
        assert page.quality is PageQuality.OK
        assert [s.text for s in page.segments][:3] == [
            "Acme",
            "Acme Robotics",
            "Cranes for ports, made in Oslo since 1921.",
        ]
        assert (page.url, page.final_url, page.etag) == (HOME, HOME, None)
        # What is cited is kept: the page as it was shown.
        assert b"made in Oslo" in await scene.store.raw(page.id)
        assert (await scene.fetcher.fetch(HOME)).from_store
        assert scene.asked_for(HOME) == [HOME, f"{HOME}app.js"]

    show(site(APP) | {"https://api.acme.test/about.json": json(ABOUT)}, play)


def test_a_page_with_text_never_meets_the_browser(
    chromium_path: Path, loop_of_browser: asyncio.Runner
) -> None:
    async def run() -> None:
        browser = Chromium(chromium_path)
        html = "<title>Acme</title><h1>Acme</h1><p>Cranes for ports.</p><script src=/a.js></script>"
        async with serving(lambda _: Reply.html(html)) as server:
            http = HttpFetcher(GatewayConnector(server.origin), FrozenClock())
            renderer = Renderer(browser, http.fetch)
            fetcher = CachingFetcher(MemoryPages(), FrozenClock(), http, renderer=renderer)
            assert (await fetcher.fetch(HOME)).snapshot.is_evidence
            await fetcher.aclose()
        assert browser.process_id is None

    loop_of_browser.run(run())


def test_pictures_frames_sheets_counters_and_posts_are_not_asked_for(show: Show) -> None:
    app = f"""{FILLED}
      document.head.insertAdjacentHTML('beforeend', '<link rel=stylesheet href=/s.css>' +
        '<link rel=prefetch href=/next.html><link rel=icon href=/icon.png>' +
        '<style>@font-face {{font-family: F; src: url(/f.woff2)}} p {{font-family: F}}</style>');
      document.body.insertAdjacentHTML('beforeend', '<img src=/i.png><iframe src=/frame></iframe>');
      new Image().src = 'https://www.google-analytics.com/collect';
      new EventSource('/events'); navigator.sendBeacon('/beacon', 'x');
      fetch('/post', {{method: 'POST', body: 'x'}}).catch(() => 0);
      fetch('https://stats.g.doubleclick.net/x').catch(() => 0);"""

    async def play(scene: Scene) -> None:
        assert (await scene.shown()).is_evidence
        assert scene.server.addresses == [HOME, f"{HOME}app.js"]

    show(site(app), play)


def test_nothing_private_is_reached_by_any_way_a_page_has(show: Show) -> None:
    async def play(scene: Scene) -> None:
        assert "Refused 5." in [s.text for s in (await scene.shown()).segments]
        # Every request came from our fetcher, none from the browser itself.
        assert all("x-netnew-address" in x.headers for x in scene.server.asked)
        assert scene.server.addresses == [HOME, f"{HOME}app.js"]
        with pytest.raises(BlockingIOError):
            udp.recv(1)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        udp.bind(("127.0.0.1", 0))
        udp.setblocking(False)
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        tcp.setblocking(False)
        port = tcp.getsockname()[1]
        app = f"""{FILLED}
          const tries = ['http://127.0.0.1:{port}/', 'http://localhost:{port}/',
            'http://[::1]:{port}/', 'http://2130706433:{port}/', 'http://169.254.169.254/latest/'];
          const peer = new RTCPeerConnection(
            {{iceServers: [{{urls: 'stun:127.0.0.1:{udp.getsockname()[1]}'}}]}});
          peer.createDataChannel('x');
          peer.createOffer().then(offer => peer.setLocalDescription(offer));
          new WebTransport('https://127.0.0.1:{udp.getsockname()[1]}/').ready.catch(() => 0);
          document.head.insertAdjacentHTML('beforeend',
            '<link rel=preconnect href=http://127.0.0.1:{port}>');
          let refused = 0;
          const socket = new WebSocket('ws://127.0.0.1:{port}/');
          Promise.all([
            ...tries.map(x => fetch(x).catch(() => {{ refused += 1 }})),
            new Promise(done => {{ socket.onerror = done; socket.onopen = done }}),
            new Promise(done => setTimeout(done, 300)),
          ]).then(() => document.getElementById('root').insertAdjacentHTML('beforeend',
            '<p>Refused ' + refused + '.</p>'));"""
        show(site(app), play)
        with pytest.raises(BlockingIOError):
            tcp.accept()


def test_robots_hold_for_what_scripts_ask_for(show: Show) -> None:
    robots = Reply(
        200, b"User-agent: *\nDisallow: /about.json\n", (("Content-Type", "text/plain"),)
    )

    async def play(scene: Scene) -> None:
        page = await scene.shown()
        assert page.quality is PageQuality.EMPTY
        assert scene.asked_for("about.json") == []
        assert scene.server.robots_asked[-1].headers["x-netnew-address"].startswith("https://api.")

    show(site(APP) | {"https://api.acme.test/about.json": json(ABOUT)}, play, robots)


def test_scripts_may_lead_to_another_page(show: Show) -> None:
    target = Reply.html("<title>Acme</title><h1>Acme</h1><p>Cranes for ports.</p>")

    async def play(scene: Scene) -> None:
        page = await scene.shown()
        assert (page.url, page.final_url, page.redirects) == (HOME, f"{HOME}home", (HOME,))
        assert page.is_evidence

    show(site("location.replace('/home')", home=target), play)


def test_pages_know_nothing_of_each_other(show: Show) -> None:
    app = f"""{FILLED} localStorage.seen = 1 + Number(localStorage.seen || 0);
      document.cookie = 'seen=' + localStorage.seen;
      document.getElementById('root').innerHTML += '<p>Visit ' + localStorage.seen + '.</p>';"""

    async def play(scene: Scene) -> None:
        for url in (HOME, f"{HOME}two"):
            assert "Visit 1." in [s.text for s in (await scene.shown(url)).segments]
        # The script they share was asked for once.
        assert len(scene.asked_for("app.js")) == 1

    show(site(app, two=Reply.html(SHELL)), play)


def test_a_page_that_asks_without_end_is_stopped(show: Show) -> None:
    app = f"""{FILLED} let n = 0;
      (function more() {{ n += 1; fetch('/more' + n).then(more, more) }})();"""

    async def play(scene: Scene) -> None:
        assert (await scene.shown()).is_evidence
        assert len(scene.asked_for("/more")) < MAX_REQUESTS

    show(site(app), play, timeout_s=2.0)


def test_a_page_whose_scripts_never_rest_stays_as_it_was_fetched(
    show: Show, caplog: pytest.LogCaptureFixture
) -> None:
    async def play(scene: Scene) -> None:
        with caplog.at_level(logging.WARNING, "netnew.pages"):
            page = await scene.shown()
        assert page.quality is PageQuality.EMPTY
        assert await scene.store.raw(page.id) == SHELL.encode()
        assert "its scripts never rest" in caplog.text
        # The next page is shown all the same.
        assert (await scene.shown("https://other.test/")).is_evidence

    other = Reply.html(f"<div id=root></div><script>{FILLED}</script>")
    show(site("for (;;) {}") | {"https://other.test/": other}, play, timeout_s=1.0)


def test_a_browser_that_dies_leaves_the_page_as_it_was_and_is_started_anew(
    show: Show, chromium: Chromium, caplog: pytest.LogCaptureFixture
) -> None:
    async def play(scene: Scene) -> None:
        first = asyncio.ensure_future(scene.shown())
        for _ in ("the page", "its script", "what that asks for"):
            await scene.server.arrivals.acquire()
        died = chromium.process_id
        assert died is not None
        os.kill(died, signal.SIGKILL)
        with caplog.at_level(logging.WARNING, "netnew.pages"):
            assert (await first).quality is PageQuality.EMPTY
        assert HOME in caplog.text
        assert (await scene.shown("https://other.test/")).is_evidence
        assert chromium.process_id not in (None, died)

    other = Reply.html(f"<div id=root></div><script>{FILLED}</script>")
    show(
        site(APP)
        | {"https://other.test/": other, "https://api.acme.test/about.json": Reply(silent=True)},
        play,
    )


def test_the_browser_ends_with_its_last_user(
    chromium_path: Path, loop_of_browser: asyncio.Runner
) -> None:
    async def run() -> None:
        browser = Chromium(chromium_path)
        browser.lease()
        browser.lease()
        async with browser.page() as page:
            assert page.url == "about:blank"
        process_id = browser.process_id
        assert process_id is not None
        await browser.release()
        os.kill(process_id, 0)
        await browser.release()
        assert browser.process_id is None
        with pytest.raises(ProcessLookupError):
            os.kill(process_id, 0)

    loop_of_browser.run(run())


def test_without_a_chromium_the_page_stays_as_it_was_fetched(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    missing = tmp_path / "chromium"

    async def run() -> None:
        async with serving(lambda _: Reply.html(SHELL)) as server:
            http = HttpFetcher(GatewayConnector(server.origin), FrozenClock())
            renderer = Renderer(Chromium(missing), http.fetch)
            fetcher = CachingFetcher(MemoryPages(), FrozenClock(), http, renderer=renderer)
            assert (await fetcher.fetch(HOME)).snapshot.quality is PageQuality.EMPTY
            await fetcher.aclose()

    with caplog.at_level(logging.WARNING, "netnew.pages"):
        asyncio.run(run())
    assert str(missing) in caplog.text
    assert find_chromium(missing) is None
    assert "NETNEW_BROWSER_PATH" in (why_not_rendered(missing) or "")
