"""Milliseconds a page: extraction, and fetching over loopback through the test gateway.

    python benchmarks/pages.py

Extraction is measured on made-up pages of 4 kB and 50 kB. Fetching reads 2,000 pages of 1,000
hosts (each host's robots.txt too) from a server in a thread of this process, and stores nothing;
'with extraction' is the whole fetcher over a store in memory.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from netnew.domain.page import RawPage
from netnew.pages.extraction.extract import extract
from netnew.pages.fetching.caching_fetcher import CachingFetcher
from netnew.pages.fetching.http_fetcher import HttpFetcher, open_http
from netnew.pages.fetching.politeness import FetchLimits
from tests.support.memory_pages import MemoryPages
from tests.support.pages_server import Asked, Reply, serving

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_HOSTS = 1_000
_PAGES = 2_000


class _SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def page(kilobytes: int) -> str:
    """A page with navigation, facts, prose, a table and a list, of about `kilobytes`."""
    facts = "".join(f"<dt>Field {i}</dt><dd>Value number {i}</dd>" for i in range(8))
    unit = (
        "<h2>Part</h2><p>Some <b>words</b> about a thing that <a href='/x'>does much</a>, and "
        "then more words so that the paragraph is as long as paragraphs usually are.</p>"
        "<ul><li><a href='https://a.test/1'>First</a> does one thing</li>"
        "<li><a href='https://b.test/2'>Second</a> does another</li>"
        "<li><a href='https://c.test/3'>Third</a> does a third</li></ul>"
        "<table><tr><th>Name</th><th>Place</th><th>Year</th></tr>"
        "<tr><td>One</td><td>Oslo</td><td>2001</td></tr>"
        "<tr><td>Two</td><td>Rome</td><td>2002</td></tr></table>"
    )
    head = (
        "<html lang=en><head><title>A thing</title><meta name=description content='About it'>"
        "</head><body><nav><a href=/a>A</a><a href=/b>B</a></nav><main><h1>A thing</h1>"
        f"<dl>{facts}</dl>"
    )
    body = unit * max(1, (kilobytes * 1_000 - len(head)) // len(unit))
    return f"{head}{body}</main><footer><p>All rights</p></footer></body></html>"


def extraction_ms(html: str) -> float:
    raw = RawPage("https://a.test/", "https://a.test/", 200, html.encode(), "text/html", _NOW)
    rounds = 30
    start = time.process_time()
    for _ in range(rounds):
        extract(raw)
    return (time.process_time() - start) / rounds * 1_000


def _http(gateway: str) -> HttpFetcher:
    limits = FetchLimits(host_delay_s=0, concurrency=16)
    return open_http(_SystemClock(), gateway=gateway, limits=limits)


async def fetch_ms(gateway: str) -> float:
    http = _http(gateway)
    start = time.perf_counter()
    await asyncio.gather(*(http.fetch(_address(n)) for n in range(_PAGES)))
    took = time.perf_counter() - start
    await http.aclose()
    return took / _PAGES * 1_000


async def stored_fetch_ms(gateway: str) -> float:
    fetcher = CachingFetcher(MemoryPages(), _SystemClock(), _http(gateway))
    start = time.perf_counter()
    await asyncio.gather(*(fetcher.fetch(_address(n)) for n in range(_PAGES)))
    took = time.perf_counter() - start
    await fetcher.aclose()
    return took / _PAGES * 1_000


def _address(n: int) -> str:
    return f"https://host{n % _HOSTS}.test/page/{n}"


def _start_server(html: str) -> str:
    ready = threading.Event()
    ports: list[int] = []

    def answer(asked: Asked) -> Reply:
        return Reply.html(html)

    async def serve() -> None:
        async with serving(answer) as server:
            ports.append(server.port)
            ready.set()
            await asyncio.Event().wait()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    ready.wait()
    with socket.create_connection(("127.0.0.1", ports[0])):
        return f"http://127.0.0.1:{ports[0]}"


def main() -> None:
    for kilobytes in (4, 50):
        html = page(kilobytes)
        print(f"extract {len(html) / 1000:5.1f} kB   {extraction_ms(html):6.2f} ms a page")
    gateway = _start_server(page(4))
    print(f"fetch over loopback          {asyncio.run(fetch_ms(gateway)):6.2f} ms a page")
    print(f"fetch, extract and keep      {asyncio.run(stored_fetch_ms(gateway)):6.2f} ms a page")


if __name__ == "__main__":
    main()
