"""`web:exa`: Exa, which searches by meaning.

Shapes after https://exa.ai/docs/reference/search, prices after https://exa.ai/docs/reference/pricing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from netnew.ports.sources import Source
from netnew.ports.system import Clock
from netnew.sources.web.json_api import JsonApi
from netnew.sources.web.options import QueryForm, WebOptions, web_options
from netnew.sources.web.provider import Opening, Provider
from netnew.sources.web.search_api import Found, Json, SearchApiSource, amount, inner

ENDPOINT = "https://api.exa.ai/search"
_VARIABLE = "EXA_API_KEY"
_ABLE = ("country", "freshness", "include", "exclude", "timeout")
# There are no further pages, and up to 100 results a call; each beyond the tenth costs a seventh of
# the call, so that 25 cost what three calls do.
_RESULTS = 25
_INCLUDED, _CALL_PRICE, _RESULT_PRICE = 10, 0.007, 0.001
_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}


@dataclass(frozen=True, slots=True)
class _Exa:
    options: WebOptions
    clock: Clock
    form: QueryForm = QueryForm(max_chars=2_000)
    pages: int = 1

    def request(self, query: str, page: int) -> Json:
        options = self.options
        asked: dict[str, object] = {
            "query": query,
            "type": "auto",
            "numResults": _RESULTS,
            # Without them it gives no word of a page.
            "contents": {"highlights": True},
        }
        if options.country:
            asked["userLocation"] = options.country.upper()
        if options.freshness:
            since = self.clock.now() - timedelta(days=_DAYS[options.freshness])
            asked["startPublishedDate"] = f"{since:%Y-%m-%dT%H:%M:%S.000Z}"
        if options.include:
            asked["includeDomains"] = list(options.include)
        if options.exclude:
            asked["excludeDomains"] = list(options.exclude)
        return asked

    def answer(self, said: Json) -> Found:
        cost = amount(inner(said, "costDollars").get("total"))
        return Found(said.get("results"), ("url", "title", "highlights"), cost=cost)


def open_exa(opening: Opening, endpoint: str = ENDPOINT) -> Source:
    """Raises InvalidInput for an option it cannot do, SourceMisconfigured without a key."""
    context = opening.context
    options = web_options("exa", opening.texts, _ABLE, context.search_timeout_s)
    headers = {"x-api-key": opening.key(_VARIABLE)}
    api = JsonApi(
        opening.spec, context.clock, options.timeout_s, headers=headers, account=_VARIABLE
    )
    dialect = _Exa(options, context.clock)
    return SearchApiSource(opening.spec, endpoint, api, dialect, posts=True, price=EXA.price)


EXA = Provider(
    "exa",
    open_exa,
    _VARIABLE,
    price=round(_CALL_PRICE + (_RESULTS - _INCLUDED) * _RESULT_PRICE, 4),
)
