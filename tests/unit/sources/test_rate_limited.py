"""A service is asked within its limit; what is no service is left as it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from netnew.domain.errors import SourceUnavailable
from netnew.domain.search import Hit, SearchAnswer
from netnew.sources.rate_limited import Allowed, rate_limited

SPEC = "web:searxng=http://search.example,engines=a"
ANSWER = SearchAnswer((Hit("https://a.example", "A", ""),))


class Notebook:
    """Limits that write down who was let in and out."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @asynccontextmanager
    async def call(
        self, provider: str, rate_per_s: float | None = None, at_once: int | None = None
    ) -> AsyncIterator[None]:
        self.lines.append(f"in {provider} {rate_per_s} {at_once}")
        try:
            yield
        finally:
            self.lines.append("out")


class Service:
    enumerates = False
    revision = "7"

    def __init__(self, notebook: Notebook, spec: str = SPEC) -> None:
        self.spec = spec
        self._notebook = notebook

    async def search(self, query: str, page: int) -> SearchAnswer:
        self._notebook.lines.append(f"{query} {page}")
        if query == "away":
            raise SourceUnavailable(self.spec, "away")
        return ANSWER

    async def aclose(self) -> None:
        self._notebook.lines.append("closed")


def test_each_call_is_made_within_the_limits() -> None:
    notebook = Notebook()
    source = rate_limited(Service(notebook), notebook, Allowed(2.0, 3))

    async def work() -> None:
        assert await source.search("q", 2) == ANSWER
        with pytest.raises(SourceUnavailable):
            await source.search("away", 1)
        await source.aclose()

    asyncio.run(work())
    let_in = "in web:searxng=http://search.example 2.0 3"
    assert notebook.lines == [let_in, "q 2", "out", let_in, "away 1", "out", "closed"]
    assert (source.spec, source.enumerates, source.revision) == (SPEC, False, "7")


@pytest.mark.parametrize(
    ("spec", "allowed"),
    [("corpus:web", Allowed(1.0, 1)), ("sitemap:http://a", Allowed(1.0)), (SPEC, Allowed())],
)
def test_what_has_no_limit_is_not_wrapped(spec: str, allowed: Allowed) -> None:
    notebook = Notebook()
    source = Service(notebook, spec)
    assert rate_limited(source, notebook, allowed) is source
