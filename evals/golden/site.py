"""The loopback servers of a golden run: a web with search, and the oracle; both note requests."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from evals.data_folder import Web
from evals.gateway import ADDRESS_HEADER, Gateway
from evals.http_answer import Answer
from evals.http_server import Request
from evals.oracle import Oracle
from evals.oracle_evidence import Knowledge
from evals.oracle_server import Lane, listening
from evals.rows import Page
from evals.search_index import SearchIndex
from evals.web_server import handler, store_web


class PageServer:
    """The web and its search. Pages may change while it serves; the search keeps its index."""

    def __init__(self, pages: Sequence[Page], folder: Path) -> None:
        self.port = 0
        self.requests: Counter[str] = Counter()
        self._pages = list(pages)
        folder.mkdir()
        self._index: SearchIndex = store_web(self._pages, folder)
        self._serve()

    def change(self, url: str, old: str, new: str) -> None:
        """Replace text of the page at `url`; raises ValueError where it does not say `old`."""
        at = next(n for n, page in enumerate(self._pages) if page.url == url)
        if old not in self._pages[at].html:
            raise ValueError(f"{url} does not say {old!r}")
        html = self._pages[at].html.replace(old, new)
        self._pages[at] = replace(self._pages[at], html=html)
        self._serve()

    def handle(self, request: Request) -> Answer:
        self.requests[request.headers.get(ADDRESS_HEADER.lower(), request.target)] += 1
        return self._answer(request)

    def _serve(self) -> None:
        self._answer: Callable[[Request], Answer] = handler(
            Gateway(self._pages), self._index, Counter()
        )


class ModelServer(Lane):
    """The oracle, with the body of every chat request. `on_call` is called with their number,
    before the answer."""

    def __init__(self, oracle: Oracle) -> None:
        super().__init__(oracle)
        self.calls: list[dict[str, Any]] = []
        self.on_call: Callable[[int], None] = lambda number: None

    def handle(self, request: Request) -> Answer:
        if request.method == "POST" and urlsplit(request.target).path.endswith("/completions"):
            self.calls.append(json.loads(request.body))
            self.on_call(len(self.calls))
        return super().handle(request)


@dataclass(frozen=True, slots=True)
class Site:
    """Running servers: one of pages, one of the model."""

    pages: PageServer
    model: ModelServer


@contextmanager
def serving_site(web: Web, folder: Path, latency_ms: int = 0) -> Iterator[Site]:
    """Serve `web` from this process, with `folder` (new) for its index, until the block ends.

    Pages and answers of the model take `latency_ms`.
    """
    site = Site(PageServer(web.pages, folder), ModelServer(Oracle(Knowledge(web))))
    with listening((site.pages, site.model), latency_ms):
        yield site
