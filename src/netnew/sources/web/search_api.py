"""A search service with a JSON API: what is common to all, but for how each is spoken to."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog

from netnew.domain.errors import SourceUnavailable
from netnew.domain.search import Hit, SearchAnswer
from netnew.sources.html_text import whole
from netnew.sources.urls import is_web_address
from netnew.sources.web.json_api import JsonApi
from netnew.sources.web.options import QueryForm

_MARKS = re.compile(r"</?(?:strong|em|b|mark)>", re.IGNORECASE)
_log = structlog.get_logger(__name__)

Json = Mapping[str, object]


class SearchApi(Protocol):
    """How one service is spoken to: pure, its shapes to ours and back.

    `pages`: how many pages of an answer it serves. `form`: what it takes for a query.
    """

    @property
    def pages(self) -> int: ...

    @property
    def form(self) -> QueryForm: ...

    def request(self, query: str, page: int) -> Json:
        """The parameters that ask for `page`; the query has been brought into form."""
        ...

    def answer(self, said: Json) -> Found:
        """What the service said. Whatever is missing or of another type is nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """`results`: the list the service gave, unread; `keys` name address, title and snippet in each.
    `more`: whether it says that a next page exists (None: it does not tell). `cost`: in US dollars
    (None: it does not tell)."""

    results: object
    keys: tuple[str, str, str]
    more: bool | None = None
    cost: float | None = None


class SearchApiSource:
    """One service. It counts nothing reliably, so `total` stays unknown. `search_price`: the list
    price of a search in US dollars."""

    enumerates = False
    revision = ""

    def __init__(
        self,
        spec: str,
        endpoint: str,
        api: JsonApi,
        dialect: SearchApi,
        *,
        posts: bool,
        price: float,
    ) -> None:
        self.spec = spec
        self.search_price = price
        self._endpoint = endpoint
        self._api = api
        self._dialect = dialect
        self._posts = posts

    async def search(self, query: str, page: int) -> SearchAnswer:
        """See `ports.Source`. Nothing is asked for beyond the pages the service serves."""
        text = self._dialect.form.text(query)
        if not text or page > self._dialect.pages:
            return SearchAnswer(())
        asked = self._dialect.request(text, page)
        if self._posts:
            said = await self._api.post(self._endpoint, asked)
        else:
            params = {name: x for name, x in asked.items() if isinstance(x, str | int)}
            said = await self._api.get(self._endpoint, params)
        if not isinstance(said, dict):
            raise SourceUnavailable(self.spec, "its answer is not an object")
        found = self._dialect.answer(said)
        hits = hits_of(self.spec, found.results, *found.keys)
        more = bool(hits) if found.more is None else found.more and bool(hits)
        cost = self.search_price if found.cost is None else found.cost
        return SearchAnswer(hits, more and page < self._dialect.pages, cost=cost)

    async def aclose(self) -> None:
        await self._api.aclose()


def hits_of(spec: str, results: object, url: str, title: str, snippet: str) -> tuple[Hit, ...]:
    """The entries of `results` with an address of the web, by the names their fields have."""
    hits: list[Hit] = []
    rows = results if isinstance(results, list) else []
    for row in rows:
        address = row.get(url) if isinstance(row, dict) else None
        if isinstance(address, str) and is_web_address(address):
            hits.append(Hit(whole(address), plain(row.get(title)), plain(row.get(snippet))))
    if left_out := len(rows) - len(hits):
        _log.info("search_hits_left_out", source=spec, without_address=left_out)
    return tuple(hits)


def plain(value: object) -> str:
    """A title or snippet without marks and entities, on one line; of a list, all its texts."""
    if isinstance(value, list):
        return " … ".join(filter(None, map(plain, value)))
    if not isinstance(value, str):
        return ""
    return " ".join(whole(html.unescape(_MARKS.sub("", value))).split())


def inner(said: Json, name: str) -> Json:
    """The object under `name`, {} where there is none."""
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def amount(value: object) -> float | None:
    """A number that is not negative, None where `value` is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1_000 else None
