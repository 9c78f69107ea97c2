"""`web:brave`: Brave Search, an index of its own.

Shapes after https://api-dashboard.search.brave.com/api-reference/web/search/get.
"""

from __future__ import annotations

from dataclasses import dataclass

from netnew.domain.errors import InvalidInput
from netnew.ports.sources import Source
from netnew.sources.rate_limited import Allowed
from netnew.sources.web.json_api import JsonApi
from netnew.sources.web.options import COMMON, QueryForm, WebOptions, query_form, web_options
from netnew.sources.web.provider import Opening, Provider
from netnew.sources.web.search_api import Found, Json, SearchApiSource, inner

ENDPOINT = "https://api.search.brave.com/res/v1/web/search"
_VARIABLE = "BRAVE_API_KEY"
_COUNT = 20
_FRESHNESS = {"day": "pd", "week": "pw", "month": "pm", "year": "py"}
_COUNTRIES = """
ar at au be br ca ch cl cn de dk es fi fr gb hk id in it jp kr mx my nl no nz ph pl pt ru sa se tr
tw us za
"""
_LANGUAGES = """
ar bg bn ca cs da de en en-gb es et eu fi fr gl gu he hi hr hu is it jp kn ko lt lv ml mr ms nb nl
pa pl pt-br pt-pt ro ru sk sl sr sv ta te th tr uk vi zh-hans zh-hant
"""
# What the world calls otherwise than Brave.
_ALSO = {"ja": "jp", "no": "nb", "pt": "pt-pt", "zh": "zh-hans", "zh-cn": "zh-hans"}


@dataclass(frozen=True, slots=True)
class _Brave:
    options: WebOptions
    form: QueryForm
    # `offset` counts pages, and goes to 9.
    pages: int = 10

    def request(self, query: str, page: int) -> Json:
        options = self.options
        asked: dict[str, object] = {
            "q": query,
            "count": _COUNT,
            "offset": page - 1,
            "result_filter": "web",
            "text_decorations": "false",
            # Corrected names are other names.
            "spellcheck": "false",
            # Its own default is the US alone.
            "country": options.country.upper() or "ALL",
        }
        if options.language:
            asked["search_lang"] = _ALSO.get(options.language, options.language)
        if options.freshness:
            asked["freshness"] = _FRESHNESS[options.freshness]
        return asked

    def answer(self, said: Json) -> Found:
        more = inner(said, "query").get("more_results_available")
        results = inner(said, "web").get("results")
        return Found(
            results, ("url", "title", "description"), more if isinstance(more, bool) else None
        )


def open_brave(opening: Opening, endpoint: str = ENDPOINT) -> Source:
    """Raises InvalidInput for an option it cannot do, SourceMisconfigured without a key."""
    context = opening.context
    options = web_options("brave", opening.texts, COMMON, context.search_timeout_s)
    _known("country", options.country, _COUNTRIES)
    _known("language", _ALSO.get(options.language, options.language), _LANGUAGES)
    headers = {"X-Subscription-Token": opening.key(_VARIABLE)}
    api = JsonApi(
        opening.spec, context.clock, options.timeout_s, headers=headers, account=_VARIABLE
    )
    dialect = _Brave(options, query_form(options, max_chars=400, max_words=50))
    return SearchApiSource(opening.spec, endpoint, api, dialect, posts=False, price=BRAVE.price)


def _known(name: str, value: str, listed: str) -> None:
    if value and value not in listed.split():
        allowed = ", ".join(listed.split())
        raise InvalidInput("source", f"brave has no {name} {value!r}", allowed)


# One call a second is what its smallest plan allows.
BRAVE = Provider("brave", open_brave, _VARIABLE, Allowed(rate_per_s=1.0), price=0.005)
