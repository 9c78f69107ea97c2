"""`web:searxng=URL`: a SearXNG instance, by its JSON format.

The instance must allow it (`search.formats` has `json` in its settings.yml). Shapes after SearXNG's
own documentation, https://docs.searxng.org/dev/search_api.html.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from netnew.domain.errors import InvalidInput, SourceUnavailable
from netnew.domain.search import SearchAnswer
from netnew.sources.urls import is_web_address
from netnew.sources.web.json_api import JsonApi
from netnew.sources.web.options import QueryForm, query_form, web_options
from netnew.sources.web.provider import Opening, Provider
from netnew.sources.web.search_api import hits_of

_VARIABLE = "SEARXNG_URL"
_PASSED_ON = ("engines", "categories", "language", "time_range", "safesearch")
_ABLE = ("language", "freshness", "include", "exclude", "timeout")
_MAX_CHARS = 2_000
_PLAIN = QueryForm(_MAX_CHARS)
_log = structlog.get_logger(__name__)


class SearxngSource:
    """One instance. It has no reliable count, so pages are asked for until one comes back empty."""

    enumerates = False
    revision = ""
    search_price = 0.0

    def __init__(
        self,
        spec: str,
        endpoint: str,
        params: Mapping[str, str],
        api: JsonApi,
        form: QueryForm = _PLAIN,
    ) -> None:
        self.spec = spec
        self._endpoint = endpoint
        self._params = dict(params)
        self._api = api
        self._form = form

    async def search(self, query: str, page: int) -> SearchAnswer:
        text = self._form.text(query)
        if not text:
            return SearchAnswer(())
        asked: dict[str, str | int] = {
            **self._params,
            "q": text,
            "format": "json",
            "pageno": page,
        }
        answer = await self._api.get(self._endpoint, asked)
        if not isinstance(answer, dict):
            raise SourceUnavailable(self.spec, "its answer is not an object")
        results = answer.get("results")
        hits = hits_of(self.spec, results, "url", "title", "content")
        silent = _unresponsive(answer.get("unresponsive_engines"))
        if silent and not hits and page == 1:
            raise SourceUnavailable(self.spec, f"its engines did not answer: {silent}")
        if silent:
            _log.info("search_engines_silent", source=self.spec, engines=silent)
        return SearchAnswer(hits, bool(hits), _count(answer.get("number_of_results"), len(hits)))

    async def aclose(self) -> None:
        await self._api.aclose()


def open_searxng(opening: Opening) -> SearxngSource:
    """The instance at the value, else at SEARXNG_URL. Beside the common options but `country` there
    are `engines` (separated by '|'), `categories`, `time_range` and `safesearch`, passed on."""
    context = opening.context
    address = opening.value or context.keys.get(_VARIABLE, "").strip()
    if not is_web_address(address):
        allowed = f"web:searxng=http://localhost:8888, or its address in {_VARIABLE}"
        raise InvalidInput("source", f"{address!r} is no address of a SearXNG", allowed)
    able = (*_ABLE, *(name for name in _PASSED_ON if name not in _ABLE))
    options = web_options("searxng", opening.texts, able, context.search_timeout_s)
    params = {n: opening.texts[n].replace("|", ",") for n in _PASSED_ON if n in opening.texts}
    if options.freshness:
        params["time_range"] = options.freshness
    endpoint = address.split("?")[0].rstrip("/").removesuffix("/search") + "/search"
    api = JsonApi(opening.spec, context.clock, options.timeout_s)
    return SearxngSource(opening.spec, endpoint, params, api, query_form(options, _MAX_CHARS))


def _count(value: object, at_least: int) -> int | None:
    """SearXNG says 0 where its engines give no count."""
    return int(value) if isinstance(value, int | float) and value >= max(at_least, 1) else None


def _unresponsive(value: object) -> str:
    """`[["google", "timeout"], …]` as 'google (timeout), …'."""
    pairs = (
        [entry for entry in value if isinstance(entry, list) and entry]
        if isinstance(value, list)
        else []
    )
    return ", ".join(
        f"{entry[0]} ({entry[1]})" if len(entry) > 1 else str(entry[0]) for entry in pairs
    )


SEARXNG = Provider("searxng", open_searxng, _VARIABLE, takes_value=True)
