"""The process that serves a web: the gateway and the search, on one loopback port a lane.

A lane is one port with counts of its own, so that queries running side by side are told apart.
Run as `python -m evals.web_server FOLDER --lanes N --latency-ms L`; it prints one line of JSON with
its ports when it is ready, and ends when its standard input closes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from urllib.parse import urlsplit
from urllib.request import urlopen

from evals.data_folder import read_rows
from evals.gateway import ADDRESS_HEADER, Gateway
from evals.http_answer import Answer
from evals.http_server import Connection, Request
from evals.rows import Page
from evals.search_index import SearchIndex
from evals.search_server import answer_search

HOST = "127.0.0.1"
_PAGES, _INDEX = "pages.jsonl", "index"
_ADDRESS = ADDRESS_HEADER.lower()


def store_web(pages: Iterable[Page], folder: Path) -> SearchIndex:
    """Write what the server process reads, and give the index that it will search."""
    pages = list(pages)
    with (folder / _PAGES).open("w", encoding="utf-8") as out:
        for page in pages:
            row = {name: getattr(page, name) for name in Page.__slots__}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    (folder / _INDEX).mkdir()
    return SearchIndex.build(pages, folder / _INDEX)


@dataclass(frozen=True, slots=True)
class WebServer:
    """A running server: one port a lane."""

    ports: tuple[int, ...]

    def counts(self, lane: int) -> dict[str, int]:
        """Requests so far on a lane, by kind: 'page_200', 'page_301', 'dns', 'search', …"""
        with urlopen(f"http://{HOST}:{self.ports[lane]}/stats", timeout=30) as answer:
            return {str(k): int(v) for k, v in json.loads(answer.read())["requests"].items()}


@contextmanager
def serving(folder: Path, lanes: int = 1, latency_ms: int = 0) -> Iterator[WebServer]:
    """The server process over a folder that `store_web` wrote; it ends with the block."""
    command = [sys.executable, "-m", "evals.web_server", str(folder)]
    command += ["--lanes", str(lanes), "--latency-ms", str(latency_ms)]
    root = Path(__file__).resolve().parent.parent
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        if not ready:
            raise RuntimeError(f"the web server did not start (exit code {process.wait()})")
        yield WebServer(tuple(json.loads(ready)["ports"]))


def handler(gateway: Gateway, index: SearchIndex, counts: Counter[str]) -> Callable[..., Answer]:
    """One lane: a request with the address header is for the gateway, else for us."""

    def handle(request: Request) -> Answer:
        address, target = request.headers.get(_ADDRESS), request.target
        own = f"http://{request.headers.get('host', '')}/"
        if address is not None:
            if not address.startswith((own, f"http://{HOST}:")):
                return gateway.answer(address)
            target = address
        parts = urlsplit(target)
        match parts.path:
            case "/search":
                return answer_search(index, parts.query)
            case "/stats":
                return _stats(counts)
            case "/robots.txt":
                return Answer(404, "own_robots")
            case _:
                return Answer(404, "unknown", f"send {ADDRESS_HEADER}\n".encode())

    return handle


def _stats(counts: Mapping[str, int]) -> Answer:
    shown = {kind: n for kind, n in sorted(counts.items()) if kind != "stats"}
    body = json.dumps({"requests": shown}).encode()
    return Answer(200, "stats", body, (("Content-Type", "application/json"),))


async def serve(folder: Path, lanes: int, latency_ms: int) -> None:
    """Serve until standard input closes."""
    loop = asyncio.get_running_loop()
    gateway = Gateway(Page.of(row) for row in read_rows(folder / _PAGES))
    index = SearchIndex.open(folder / _INDEX)
    servers = [await _lane(gateway, index, latency_ms) for _ in range(lanes)]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    print(json.dumps({"ports": ports}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    for server in servers:
        server.close()


async def _lane(gateway: Gateway, index: SearchIndex, latency_ms: int) -> asyncio.Server:
    counts: Counter[str] = Counter()
    handle = handler(gateway, index, counts)
    return await asyncio.get_running_loop().create_server(
        lambda: Connection(handle, counts, latency_ms / 1000), HOST, 0, backlog=1024
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve a stored web to the product under test.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lanes", type=int, default=1)
    parser.add_argument("--latency-ms", type=int, default=0)
    given = parser.parse_args()
    asyncio.run(serve(given.folder, given.lanes, given.latency_ms))


if __name__ == "__main__":
    main()
