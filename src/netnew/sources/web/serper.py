"""`web:serper`: Google's results by way of serper.dev.

Shapes after its playground, https://serper.dev/playground.
"""

from __future__ import annotations

from dataclasses import dataclass

from netnew.ports.sources import Source
from netnew.sources.web.json_api import JsonApi
from netnew.sources.web.options import COMMON, QueryForm, WebOptions, query_form, web_options
from netnew.sources.web.provider import Opening, Provider
from netnew.sources.web.search_api import Found, Json, SearchApiSource, amount

ENDPOINT = "https://google.serper.dev/search"
_VARIABLE = "SERPER_API_KEY"
# Beyond ten a call takes two credits.
_RESULTS = 10
_CREDIT_PRICE = 0.001
_FRESHNESS = {"day": "qdr:d", "week": "qdr:w", "month": "qdr:m", "year": "qdr:y"}
_LANGUAGES = {"zh": "zh-cn", "zh-hans": "zh-cn", "zh-hant": "zh-tw"}


@dataclass(frozen=True, slots=True)
class _Serper:
    options: WebOptions
    form: QueryForm
    # Google shows no more than some hundred results.
    pages: int = 10

    def request(self, query: str, page: int) -> Json:
        options = self.options
        # Corrected names are other names.
        asked: dict[str, object] = {"q": query, "num": _RESULTS, "page": page, "autocorrect": False}
        if options.country:
            asked["gl"] = options.country
        if options.language:
            asked["hl"] = _LANGUAGES.get(options.language, options.language)
        if options.freshness:
            asked["tbs"] = _FRESHNESS[options.freshness]
        return asked

    def answer(self, said: Json) -> Found:
        credits = amount(said.get("credits"))
        cost = None if credits is None else credits * _CREDIT_PRICE
        return Found(said.get("organic"), ("link", "title", "snippet"), cost=cost)


def open_serper(opening: Opening, endpoint: str = ENDPOINT) -> Source:
    """Raises InvalidInput for an option it cannot do, SourceMisconfigured without a key."""
    context = opening.context
    options = web_options("serper", opening.texts, COMMON, context.search_timeout_s)
    headers = {"X-API-KEY": opening.key(_VARIABLE)}
    api = JsonApi(
        opening.spec, context.clock, options.timeout_s, headers=headers, account=_VARIABLE
    )
    # Google reads no more than 32 words.
    dialect = _Serper(options, query_form(options, max_chars=2_000, max_words=32))
    return SearchApiSource(opening.spec, endpoint, api, dialect, posts=True, price=SERPER.price)


SERPER = Provider("serper", open_serper, _VARIABLE, price=_CREDIT_PRICE)
