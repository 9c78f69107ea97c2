"""The HTTP fetcher, over real connections on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import httpcore2
import pytest

from netnew.domain.errors import InvalidInput
from netnew.net.connector import DirectConnector, GatewayConnector
from netnew.net.ssrf_guard import AddressGuard
from netnew.pages.fetching.http_fetcher import HttpFetcher, Validators
from netnew.pages.fetching.politeness import FetchLimits
from netnew.testing import FrozenClock
from tests.support.pages_server import Asked, PagesServer, Reply, serving

T = TypeVar("T")
ROBOTS = (("Content-Type", "text/plain"),)


@dataclass
class Naps:
    """A sleep that takes no time and remembers how long it was to be."""

    clock: FrozenClock
    taken: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.clock.seconds += seconds
        await asyncio.sleep(0)


@dataclass
class Scene:
    server: PagesServer
    http: HttpFetcher
    naps: Naps


def with_gateway(
    answer: Callable[[Asked], Reply],
    play: Callable[[Scene], Awaitable[T]],
    robots: Reply | None = None,
    limits: FetchLimits | None = None,
    respect_robots: bool = True,
) -> T:
    async def run() -> T:
        async with serving(answer, robots) as server:
            clock = FrozenClock()
            naps = Naps(clock)
            http = HttpFetcher(
                GatewayConnector(server.origin),
                clock,
                limits=limits or FetchLimits(host_delay_s=0),
                respect_robots=respect_robots,
                sleep=naps,
                jitter=lambda: 0.5,
            )
            try:
                return await play(Scene(server, http, naps))
            finally:
                await http.aclose()

    return asyncio.run(run())


def by_address(pages: dict[str, Reply]) -> Callable[[Asked], Reply]:
    missing = Reply.html("<h1>Not found</h1>", status=404)
    return lambda asked: pages.get(asked.headers["x-netnew-address"], missing)


def test_a_page_comes_with_what_the_server_said_of_it() -> None:
    reply = Reply(
        200, b"<p>Hi", (("Content-Type", 'Text/HTML; charset="latin-1"'), ("ETag", '"a"'))
    )

    async def play(scene: Scene) -> None:
        page = await scene.http.fetch("https://a.test/x?y=1")
        assert (page.status, page.body, page.media_type) == (200, b"<p>Hi", "text/html")
        assert (page.charset, page.etag, page.error) == ("latin-1", '"a"', None)
        assert scene.server.asked[0].target == "/x?y=1"
        assert scene.server.asked[0].headers["user-agent"].startswith("netnew/")

    with_gateway(by_address({"https://a.test/x?y=1": reply}), play)


def test_redirects_are_followed_and_recorded() -> None:
    pages = {
        "http://a.test/": Reply.to("https://a.test/"),
        "https://a.test/": Reply.to("/home#top", 301),
        "https://a.test/home": Reply.html("<p>Here."),
    }

    async def play(scene: Scene) -> None:
        page = await scene.http.fetch("http://a.test/")
        assert page.url == "http://a.test/"
        assert page.final_url == "https://a.test/home"
        assert page.redirects == ("http://a.test/", "https://a.test/")
        assert page.status == 200

    with_gateway(by_address(pages), play)


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "file:///etc/passwd",
    ],
)
def test_a_redirect_to_a_refused_address_is_not_followed(target: str) -> None:
    async def play(scene: Scene) -> None:
        page = await scene.http.fetch("https://a.test/")
        assert (page.status, page.error, page.body) == (0, "address", b"")
        assert scene.server.addresses == ["https://a.test/"]

    with_gateway(by_address({"https://a.test/": Reply.to(target)}), play)


@pytest.mark.parametrize(
    "target",
    [
        "http://192.168.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://0x7f.1/",
        "http://localhost/",
        "//metadata.google.internal/computeMetadata/v1/",
        "http://user:pass@b.test/",
        "http://b.test:6379/",
        "javascript:alert(1)",
    ],
)
def test_every_hop_meets_the_guard(target: str) -> None:
    pages = {
        "https://a.test/": Reply.to("http://b.test/", 301),
        "http://b.test/": Reply.to("https://c.test:8443/x", 307),
        "https://c.test:8443/x": Reply.to(target, 308),
    }

    async def play(scene: Scene) -> None:
        page = await scene.http.fetch("https://a.test/")
        assert (page.status, page.error, page.body) == (0, "address", b"")
        assert page.redirects == tuple(pages)
        assert scene.server.addresses == list(pages)

    with_gateway(by_address(pages), play)


def test_redirects_without_end_are_given_up() -> None:
    def count_up(asked: Asked) -> Reply:
        return Reply.to(f"/{int(asked.target.strip('/') or 0) + 1}")

    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/0")).error == "redirects"
        assert len(scene.server.asked) == 11

    with_gateway(count_up, play)


def test_a_redirect_loop_is_given_up_at_once() -> None:
    pages = {"https://a.test/x": Reply.to("/y"), "https://a.test/y": Reply.to("/x")}

    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/x")).error == "redirects"
        assert len(scene.server.asked) == 2

    with_gateway(by_address(pages), play)


@pytest.mark.parametrize("word", ["dns", "timeout", "connect", "tls"])
def test_the_gateway_names_the_failure(word: str) -> None:
    async def play(scene: Scene) -> None:
        page = await scene.http.fetch("https://gone.test/")
        assert (page.status, page.error) == (0, word)

    failing = Reply(502, b"", (("X-Netnew-Error", word),))
    with_gateway(lambda _: failing, play, robots=failing)


@pytest.mark.parametrize(
    "gateway",
    ["http://10.0.0.1:80", "https://127.0.0.1:1", "http://a.test:80", "http://127.0.0.1", "x", ""],
)
def test_a_gateway_elsewhere_than_on_loopback_is_refused(gateway: str) -> None:
    with pytest.raises(InvalidInput, match="NETNEW_TEST_GATEWAY"):
        GatewayConnector(gateway)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"x" * 5_000),
        Reply(200, b"x" * 1_000, never_ends=True),
        Reply.packed(b"\0" * 50_000_000),
        Reply.packed(b"\0" * 50_000_000, "deflate"),
    ],
)
def test_what_is_too_large_is_stopped_at_the_cap(reply: Reply) -> None:
    async def play(scene: Scene) -> None:
        page = await scene.http.fetch("https://a.test/")
        assert (page.error, page.body) == ("too_large", b"")

    with_gateway(lambda _: reply, play, limits=FetchLimits(max_bytes=4_000, host_delay_s=0))


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compressed_pages_are_unpacked(encoding: str) -> None:
    text = b"<p>" + b"many words " * 20_000

    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/")).body == text

    with_gateway(lambda _: Reply.packed(text, encoding), play)


def test_an_encoding_that_is_a_lie_is_a_protocol_error() -> None:
    lie = Reply(200, b"plain", (("Content-Encoding", "gzip"),))

    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/")).error == "protocol"

    with_gateway(lambda _: lie, play)


def test_pictures_are_not_read() -> None:
    picture = Reply(200, b"\x89PNG", (("Content-Type", "image/png"),))

    async def play(scene: Scene) -> None:
        page = await scene.http.fetch("https://a.test/logo.png")
        assert (page.status, page.media_type, page.body) == (200, "image/png", b"")

    with_gateway(lambda _: picture, play)


def test_a_busy_server_is_asked_again_when_it_says() -> None:
    replies = [
        Reply.html("busy", status=503, Retry_After="7"),
        Reply.html("busy", status=429),
        Reply.html("<p>Now."),
    ]

    async def play(scene: Scene) -> None:
        page = await scene.http.fetch("https://a.test/")
        assert page.body == b"<p>Now."
        assert scene.naps.taken == [7.0, 1.0]

    with_gateway(lambda _: replies.pop(0), play)


def test_a_server_that_wants_an_hour_is_not_waited_for() -> None:
    async def play(scene: Scene) -> None:
        page = await scene.http.fetch("https://a.test/")
        assert page.status == 503
        assert scene.naps.taken == []

    with_gateway(lambda _: Reply.html("busy", status=503, Retry_After="3600"), play)


def test_a_host_that_asks_for_a_rest_has_it_from_all() -> None:
    replies = [Reply.html("busy", status=429, Retry_After="9")]

    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/1")).status == 429
        assert (await scene.http.fetch("https://b.test/1")).status == 200
        assert scene.naps.taken == []
        assert (await scene.http.fetch("https://a.test/2")).status == 200
        assert scene.naps.taken == [9.0]

    with_gateway(
        lambda _: replies.pop() if replies else Reply.html("<p>Now."),
        play,
        limits=FetchLimits(host_delay_s=0, attempts=1),
        respect_robots=False,
    )


def test_a_host_that_asks_for_an_hour_is_not_asked_again_meanwhile() -> None:
    async def play(scene: Scene) -> None:
        for n in range(3):
            assert (await scene.http.fetch(f"https://a.test/{n}")).status in (429, 503)
        assert scene.server.targets == ["/0"]
        assert (await scene.http.fetch("https://b.test/0")).status == 503
        scene.naps.clock.seconds += 1_801
        await scene.http.fetch("https://a.test/3")
        assert scene.server.targets == ["/0", "/0", "/3"]

    busy = Reply.html("busy", status=503, Retry_After="1800")
    with_gateway(lambda _: busy, play, respect_robots=False)


def test_a_dropped_connection_is_tried_again() -> None:
    replies = [Reply(hang_up=True), Reply.html("<p>Now.")]

    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/")).body == b"<p>Now."

    with_gateway(lambda _: replies.pop(0), play)


def test_a_server_that_says_nothing_is_a_timeout() -> None:
    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/")).error == "timeout"

    with_gateway(
        lambda _: Reply(silent=True), play, limits=FetchLimits(request_s=0.05, host_delay_s=0)
    )


def test_robots_rules_are_obeyed_and_asked_once_a_host() -> None:
    robots = Reply(200, b"User-agent: *\nDisallow: /private\nCrawl-delay: 2\n", ROBOTS)

    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/private/x")).error == "robots"
        assert (await scene.http.fetch("https://a.test/1")).status == 200
        assert (await scene.http.fetch("https://a.test/2")).status == 200
        assert len(scene.server.robots_asked) == 1
        assert scene.naps.taken == [2.0]

    with_gateway(lambda _: Reply.html("<p>x"), play, robots=robots)


def test_a_redirect_into_what_robots_refuse_is_not_followed() -> None:
    robots = Reply(200, b"User-agent: netnew\nDisallow: /secret\n", ROBOTS)

    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/")).error == "robots"
        assert scene.server.targets == ["/"]

    with_gateway(lambda _: Reply.to("/secret"), play, robots=robots)


@pytest.mark.parametrize(("status", "error"), [(404, None), (403, None), (500, "robots")])
def test_robots_that_are_missing_allow_and_that_fail_refuse(status: int, error: str | None) -> None:
    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/")).error == error

    with_gateway(lambda _: Reply.html("<p>x"), play, robots=Reply.html("", status=status))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_robots_that_fail_are_not_asked_again_for_an_hour(status: int) -> None:
    async def play(scene: Scene) -> None:
        for n in range(3):
            assert (await scene.http.fetch(f"https://a.test/{n}")).error == "robots"
        asked = len(scene.server.robots_asked)
        scene.naps.clock.seconds += 3_601
        assert (await scene.http.fetch("https://a.test/4")).error == "robots"
        assert len(scene.server.robots_asked) > asked
        assert scene.server.asked == []

    limits = FetchLimits(host_delay_s=0, attempts=1)
    with_gateway(
        lambda _: Reply.html("<p>x"), play, robots=Reply.html("", status=status), limits=limits
    )


def test_a_delay_that_robots_ask_for_is_capped() -> None:
    robots = Reply(200, b"User-agent: *\nCrawl-delay: 600\n", ROBOTS)

    async def play(scene: Scene) -> None:
        for n in range(3):
            await scene.http.fetch(f"https://a.test/{n}")
        assert scene.naps.taken == [5.0, 5.0]

    with_gateway(lambda _: Reply.html("<p>x"), play, robots=robots)


@pytest.mark.parametrize("length_is_told", [True, False])
def test_of_robots_that_are_too_long_the_beginning_holds(length_is_told: bool) -> None:
    rules = b"User-agent: *\nDisallow: /private\n" + b"# more\n" * 100
    robots = Reply(200, rules, ROBOTS, never_ends=not length_is_told)

    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/private/x")).error == "robots"
        assert (await scene.http.fetch("https://a.test/x")).status == 200

    limits = FetchLimits(host_delay_s=0, max_robots_bytes=300)
    with_gateway(lambda _: Reply.html("<p>x"), play, robots=robots, limits=limits)


def test_very_long_robots_are_read_too() -> None:
    rules = b"User-agent: *\n" + b"".join(b"Disallow: /a%d*/b\n" % n for n in range(2_000))

    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/a7/b")).error == "robots"
        assert (await scene.http.fetch("https://a.test/c")).status == 200

    with_gateway(lambda _: Reply.html("<p>x"), play, robots=Reply(200, rules, ROBOTS))


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("https://b.test/rules", "robots"),
        ("http://127.0.0.1/robots.txt", None),
        ("/robots.txt", None),
    ],
)
def test_robots_may_stand_elsewhere_but_not_inside(target: str, error: str | None) -> None:
    rules = Reply(200, b"User-agent: *\nDisallow: /\n", ROBOTS)

    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/")).error == error
        assert "http://127.0.0.1/robots.txt" not in scene.server.addresses
        assert len(scene.server.robots_asked) <= 5

    with_gateway(
        by_address({"https://b.test/rules": rules, "https://a.test/": Reply.html("<p>x")}),
        play,
        robots=Reply.to(target),
    )


def test_robots_are_not_asked_where_the_setting_says_so() -> None:
    async def play(scene: Scene) -> None:
        assert (await scene.http.fetch("https://a.test/")).status == 200
        assert scene.server.robots_asked == []

    with_gateway(lambda _: Reply.html("<p>x"), play, respect_robots=False)


def test_an_unchanged_page_comes_back_as_304() -> None:
    def unchanged(asked: Asked) -> Reply:
        assert asked.headers["if-none-match"] == '"v1"'
        assert asked.headers["if-modified-since"] == "Mon, 01 Jun 2026 00:00:00 GMT"
        return Reply(304, b"", ())

    async def play(scene: Scene) -> None:
        seen = Validators('"v1"', "Mon, 01 Jun 2026 00:00:00 GMT")
        page = await scene.http.fetch("https://a.test/", seen)
        assert (page.status, page.body, page.error) == (304, b"", None)

    with_gateway(unchanged, play)


def test_one_host_gets_few_requests_at_once_and_connections_are_kept() -> None:
    async def play(scene: Scene) -> None:
        scene.server.gate = asyncio.Event()
        tasks = [asyncio.ensure_future(scene.http.fetch(f"https://a.test/{n}")) for n in range(10)]
        for _ in range(2):
            await scene.server.arrivals.acquire()
        scene.server.gate.set()
        await asyncio.gather(*tasks)
        assert scene.server.most_at_once == 2
        assert len(scene.server.asked) == 10
        assert scene.server.connections <= 3

    with_gateway(lambda _: Reply.html("<p>x"), play)


def test_starts_at_one_host_are_apart() -> None:
    async def play(scene: Scene) -> None:
        for n in range(3):
            await scene.http.fetch(f"https://a.test/{n}")
        await scene.http.fetch("https://b.test/")
        assert scene.naps.taken == [2.0, 2.0]

    with_gateway(
        lambda _: Reply.html("<p>x"), play, limits=FetchLimits(host_delay_s=2), respect_robots=False
    )


# ------------------------------------------------------------------------------------ direct


def directly(
    resolver: Callable[[str, int], Awaitable[Sequence[str]]],
    play: Callable[[PagesServer, HttpFetcher], Awaitable[T]],
    guard: AddressGuard,
) -> T:
    async def run() -> T:
        async with serving(lambda asked: Reply.html(f"<p>{asked.host}")) as server:
            http = HttpFetcher(
                DirectConnector(guard, resolver),
                FrozenClock(),
                guard,
                FetchLimits(host_delay_s=0, attempts=1),
            )
            try:
                return await play(server, http)
            finally:
                await http.aclose()

    return asyncio.run(run())


def test_the_host_is_connected_to_by_checked_address_and_called_by_name() -> None:
    asked: list[str] = []

    async def resolver(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async def play(server: PagesServer, http: HttpFetcher) -> None:
        page = await http.fetch(f"http://a.test:{server.port}/")
        assert page.body == f"<p>a.test:{server.port}".encode()
        assert asked == ["a.test"]

    directly(resolver, play, AddressGuard(allow_private=True))


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["::1"], ["::ffff:169.254.169.254"]]
)
def test_a_name_that_resolves_to_a_private_address_is_refused(addresses: list[str]) -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        return addresses

    async def play(server: PagesServer, http: HttpFetcher) -> None:
        page = await http.fetch(f"http://a.test:{server.port}/")
        assert (page.status, page.error) == (0, "address")
        assert server.connections == 0

    directly(resolver, play, AddressGuard())


def test_a_resolver_that_changes_its_mind_is_not_asked_again_for_a_connection() -> None:
    answers = [["127.0.0.1"], ["10.9.9.9"]]

    async def resolver(host: str, port: int) -> Sequence[str]:
        return answers.pop(0) if answers else ["10.9.9.9"]

    async def play(server: PagesServer, http: HttpFetcher) -> None:
        # robots.txt and both pages go over the one connection that was checked.
        for path in ("x", "y"):
            page = await http.fetch(f"http://a.test:{server.port}/{path}")
            assert page.status == 200
        assert server.connections == 1

    directly(resolver, play, AddressGuard(allow_private=True))


@dataclass
class PublicNet(httpcore2.AsyncNetworkBackend):
    """The internet, in which every public address is the loopback server."""

    port: int
    connected: list[str] = field(default_factory=list)
    inner: httpcore2.AnyIOBackend = field(default_factory=httpcore2.AnyIOBackend)

    async def connect_tcp(  # type: ignore[override]
        self, host: str, port: int, *rest: object
    ) -> httpcore2.AsyncNetworkStream:
        self.connected.append(host)
        return await self.inner.connect_tcp("127.0.0.1", self.port)


def test_a_name_that_is_bound_anew_to_a_private_address_is_not_followed_there() -> None:
    answers = [["93.184.215.14"], ["127.0.0.1"], ["169.254.169.254"]]

    async def resolver(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    async def run() -> None:
        hang_up = Reply(200, b"<p>x", (("Content-Type", "text/html"), ("Connection", "close")))
        async with serving(lambda _: hang_up) as server:
            guard, net = AddressGuard(), PublicNet(server.port)
            http = HttpFetcher(
                DirectConnector(guard, resolver, backend=net),
                FrozenClock(),
                guard,
                FetchLimits(host_delay_s=0, attempts=1),
                respect_robots=False,
            )
            errors = [(await http.fetch(f"http://a.test/{n}")).error for n in range(3)]
            await http.aclose()
        # The first connection went to what was checked; for the next ones the name is asked again.
        assert errors == [None, "address", "address"]
        assert net.connected == ["93.184.215.14"]

    asyncio.run(run())


def test_a_name_without_an_address_is_a_dns_failure() -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    async def play(server: PagesServer, http: HttpFetcher) -> None:
        assert (await http.fetch("http://gone.test/")).error == "dns"

    directly(resolver, play, AddressGuard())


def test_https_to_a_server_that_speaks_no_tls_is_a_tls_failure() -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async def speak_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 What?\r\nContent-Length: 0\r\n\r\n")
        await reader.read()
        writer.close()

    async def run() -> str | None:
        guard = AddressGuard(allow_private=True)
        http = HttpFetcher(
            DirectConnector(guard, resolver), FrozenClock(), guard, FetchLimits(attempts=1)
        )
        async with await asyncio.start_server(speak_plainly, "127.0.0.1", 0) as listener:
            port = listener.sockets[0].getsockname()[1]
            page = await http.fetch(f"https://a.test:{port}/")
            await http.aclose()
        return page.error

    assert asyncio.run(run()) == "tls"
