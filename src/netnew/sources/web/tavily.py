"""`web:tavily`: Tavily Search, made for programs.

Shapes after https://docs.tavily.com/documentation/api-reference/endpoint/search.
"""

from __future__ import annotations

from dataclasses import dataclass

from netnew.domain.errors import InvalidInput
from netnew.ports.sources import Source
from netnew.sources.web.json_api import JsonApi
from netnew.sources.web.options import QueryForm, WebOptions, web_options
from netnew.sources.web.provider import Opening, Provider
from netnew.sources.web.search_api import Found, Json, SearchApiSource
from netnew.text.place_names import COUNTRIES

ENDPOINT = "https://api.tavily.com/search"
_VARIABLE = "TAVILY_API_KEY"
_ABLE = ("country", "freshness", "include", "exclude", "timeout")
_MAX_RESULTS = 20
# The countries it does not know, of those that we do.
_WITHOUT = frozenset(
    "ag cd ci dm gd gw gy hk ky la lc mo pr ps sc sl sm sr sz tl va xk".upper().split()
)
_NAMES = {code: names[1].lower() for code, names in COUNTRIES.items() if code not in _WITHOUT}
_NAMES["CG"] = "congo"


@dataclass(frozen=True, slots=True)
class _Tavily:
    options: WebOptions
    form: QueryForm = QueryForm(max_chars=400)
    # It serves one answer and no further page of it.
    pages: int = 1

    def request(self, query: str, page: int) -> Json:
        options = self.options
        asked: dict[str, object] = {
            "query": query,
            "topic": "general",
            "search_depth": "basic",
            "max_results": _MAX_RESULTS,
        }
        if options.country:
            asked["country"] = _NAMES[options.country.upper()]
        if options.freshness:
            asked["time_range"] = options.freshness
        if options.include:
            asked["include_domains"] = list(options.include)
        if options.exclude:
            asked["exclude_domains"] = list(options.exclude)
        return asked

    def answer(self, said: Json) -> Found:
        return Found(said.get("results"), ("url", "title", "content"))


def open_tavily(opening: Opening, endpoint: str = ENDPOINT) -> Source:
    """Raises InvalidInput for an option it cannot do, SourceMisconfigured without a key."""
    context = opening.context
    options = web_options("tavily", opening.texts, _ABLE, context.search_timeout_s)
    if options.country and options.country.upper() not in _NAMES:
        allowed = "two letters of ISO 3166, not all"
        raise InvalidInput("source", f"tavily has no country {options.country!r}", allowed)
    headers = {"Authorization": f"Bearer {opening.key(_VARIABLE)}"}
    api = JsonApi(
        opening.spec, context.clock, options.timeout_s, headers=headers, account=_VARIABLE
    )
    return SearchApiSource(
        opening.spec, endpoint, api, _Tavily(options), posts=True, price=TAVILY.price
    )


TAVILY = Provider("tavily", open_tavily, _VARIABLE, price=0.008)
