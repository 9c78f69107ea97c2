"""`web:ddgs`: several search engines at once through the package `ddgs`, without a key.

It reads the pages that engines make for people, who may refuse a machine at any time.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Callable
from functools import partial

from netnew.domain.errors import InvalidInput, SourceMisconfigured, SourceUnavailable
from netnew.domain.search import SearchAnswer
from netnew.ports.sources import Source
from netnew.sources.rate_limited import Allowed
from netnew.sources.web.options import COMMON, QueryForm, WebOptions, query_form, web_options
from netnew.sources.web.provider import Opening, Provider
from netnew.sources.web.search_api import hits_of

Text = Callable[..., list[dict[str, str]]]
"""`ddgs.DDGS().text`: called from a thread, with the query and its named parameters."""

_PAGES = 10
_RESULTS = 20
# In this order until there are results enough. Without those that know one page a query (the
# encyclopedias), and that do not know time.
ENGINES = ("duckduckgo", "brave", "startpage", "mojeek", "yahoo")
_TIMELESS = frozenset({"mojeek"})
# Always found, by every engine: whoever has nothing for it does not answer.
_ALWAYS_FOUND = "wikipedia"
_ADDRESS = re.compile(r"https?://[^\s)]+")
_NOTHING = "No results found"
_AWAY_S = 300.0
_TOO_FAST_S = 60.0
# Three engines a call, and each of them may be slow.
_ENGINES_IN_TURN = 3


class DdgsSource:
    """The engines together, one page of each at a time."""

    enumerates = False
    revision = ""
    search_price = 0.0

    def __init__(self, spec: str, text: Text, options: WebOptions, form: QueryForm) -> None:
        self.spec = spec
        self._text = partial(text, **_parameters(options))
        self._form = form
        self._timeout_s = options.timeout_s

    async def search(self, query: str, page: int) -> SearchAnswer:
        """See `ports.Source`. An engine that refuses us looks to the package as one that found
        nothing: therefore an empty first page is believed only where another query has results."""
        asked = self._form.text(query)
        if not asked or page > _PAGES:
            return SearchAnswer(())
        found = await self._found(asked, page)
        if not found and page == 1 and not await self._found(_ALWAYS_FOUND, 1):
            problem = "no engine has results for anything: they refuse this machine for now"
            raise SourceUnavailable(self.spec, problem, _AWAY_S)
        hits = hits_of(self.spec, found, "href", "title", "body")
        return SearchAnswer(hits, bool(hits) and page < _PAGES)

    async def aclose(self) -> None:
        """There is nothing to close: every call has connections of its own."""

    async def _found(self, asked: str, page: int) -> list[dict[str, str]]:
        from ddgs.exceptions import DDGSException, RatelimitException, TimeoutException

        try:
            async with asyncio.timeout(self._timeout_s):
                return await asyncio.to_thread(self._text, asked, page=page, max_results=_RESULTS)
        except (TimeoutException, TimeoutError) as error:
            raise SourceUnavailable(self.spec, "it did not answer in time") from error
        except RatelimitException as error:
            raise SourceUnavailable(self.spec, "it asks to wait", _TOO_FAST_S) from error
        except DDGSException as error:
            if str(error).startswith(_NOTHING):
                return []
            if "ConnectError" in str(error):
                raise SourceUnavailable(self.spec, "its engines cannot be reached") from error
            raise SourceUnavailable(self.spec, f"it failed ({_first_words(error)})") from error
        except Exception as error:  # it takes foreign pages apart: anything may happen there
            raise SourceUnavailable(self.spec, f"it broke ({_first_words(error)})") from error


def open_ddgs(opening: Opening, text: Text | None = None) -> Source:
    """Raises InvalidInput for an option it cannot do, SourceMisconfigured without the package."""
    options = web_options("ddgs", opening.texts, COMMON, opening.context.search_timeout_s)
    if bool(options.country) != bool(options.language) or "-" in options.language:
        raise InvalidInput(
            "source", "ddgs knows regions, not countries", "country=de,language=de together"
        )
    form = query_form(options, max_chars=400, max_words=50)
    return DdgsSource(opening.spec, text or _package(opening.spec, options), options, form)


def _package(spec: str, options: WebOptions) -> Text:
    # Imported only here: it takes long.
    try:
        from ddgs import DDGS
    except ImportError as error:
        raise SourceMisconfigured(spec, "the package ddgs is missing: pip install ddgs") from error
    timeout_s = max(1, math.floor(options.timeout_s / _ENGINES_IN_TURN))

    def text(query: str, **parameters: object) -> list[dict[str, str]]:
        # Its engines keep state, so each call has its own.
        return DDGS(timeout=timeout_s).text(query, **parameters)

    return text


def _parameters(options: WebOptions) -> dict[str, object]:
    engines = [x for x in ENGINES if not (options.freshness and x in _TIMELESS)]
    asked: dict[str, object] = {"backend": ",".join(engines), "safesearch": "moderate"}
    if options.country:
        country = {"gb": "uk"}.get(options.country, options.country)
        asked["region"] = f"{country}-{options.language}"
    if options.freshness:
        asked["timelimit"] = options.freshness[0]
    return asked


def _first_words(error: Exception) -> str:
    """Without addresses: they differ from query to query, and equal failures are told once."""
    said = _ADDRESS.sub("…", f"{type(error).__name__}: {error}")
    return " ".join(said.split())[:200]


# Engines say no number; faster than this they are known to refuse.
DDGS_PROVIDER = Provider("ddgs", open_ddgs, allowed=Allowed(rate_per_s=1 / 1.5))
