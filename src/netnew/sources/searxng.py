"""`web:searxng=URL`: a SearXNG instance, by its JSON format.

The instance must allow it (`search.formats` has `json` in its settings.yml). Shapes after SearXNG's
own documentation, https://docs.searxng.org/dev/search_api.html.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from netnew.domain.errors import InvalidInput, SourceUnavailable
from netnew.domain.search import Hit, SearchAnswer
from netnew.sources.context import SourceContext
from netnew.sources.json_api import JsonApi
from netnew.sources.plain_address import is_web_address
from netnew.sources.plain_text import whole

_PASSED_ON = ("engines", "categories", "language", "time_range", "safesearch")
_log = structlog.get_logger(__name__)


class SearxngSource:
    """One instance. It has no reliable count, so pages are asked for until one comes back empty."""

    enumerates = False
    revision = ""

    def __init__(self, spec: str, endpoint: str, params: Mapping[str, str], api: JsonApi) -> None:
        self.spec = spec
        self._endpoint = endpoint
        self._params = dict(params)
        self._api = api

    async def search(self, query: str, page: int) -> SearchAnswer:
        if not query.strip():
            return SearchAnswer(())
        asked: dict[str, str | int] = {
            **self._params,
            "q": whole(query),
            "format": "json",
            "pageno": page,
        }
        answer = await self._api.get(self._endpoint, asked)
        if not isinstance(answer, dict):
            raise SourceUnavailable(self.spec, "its answer is not an object")
        results = answer.get("results")
        hits = tuple(_hits(results))
        if left_out := len(results) - len(hits) if isinstance(results, list) else 0:
            _log.info("search_hits_left_out", source=self.spec, without_address=left_out)
        silent = _unresponsive(answer.get("unresponsive_engines"))
        if silent and not hits and page == 1:
            raise SourceUnavailable(self.spec, f"its engines did not answer: {silent}")
        if silent:
            _log.info("search_engines_silent", source=self.spec, engines=silent)
        return SearchAnswer(hits, bool(hits), _count(answer.get("number_of_results"), len(hits)))

    async def aclose(self) -> None:
        await self._api.aclose()


def open_searxng(value: str, options: Mapping[str, str], context: SourceContext) -> SearxngSource:
    """The instance at `value`; options `engines` (separated by '|'), `categories`, `language`,
    `time_range`, `safesearch` are passed on, `timeout` is in seconds."""
    if not is_web_address(value):
        raise InvalidInput(
            "source", f"{value!r} is no address of a SearXNG", "web:searxng=http://localhost:8888"
        )
    unknown = sorted(set(options) - {*_PASSED_ON, "timeout"})
    if unknown:
        allowed = ", ".join((*_PASSED_ON, "timeout"))
        raise InvalidInput("source", f"searxng has no option {unknown[0]!r}", allowed)
    spec = f"web:searxng={value}" + "".join(f",{name}={text}" for name, text in options.items())
    endpoint = value.split("?")[0].rstrip("/").removesuffix("/search") + "/search"
    params = {name: options[name].replace("|", ",") for name in _PASSED_ON if name in options}
    timeout_s = _timeout(options.get("timeout"), context.search_timeout_s)
    return SearxngSource(spec, endpoint, params, JsonApi(spec, context.clock, timeout_s))


def _timeout(text: str | None, default_s: float) -> float:
    if text is None:
        return default_s
    try:
        timeout_s = float(text)
    except ValueError:
        timeout_s = 0.0
    if not 0 < timeout_s <= 600:
        raise InvalidInput("source", f"timeout {text!r} is no number of seconds", "0 to 600")
    return timeout_s


def _hits(results: object) -> list[Hit]:
    hits: list[Hit] = []
    for result in results if isinstance(results, list) else []:
        if not isinstance(result, dict):
            continue
        url = result.get("url")
        if isinstance(url, str) and is_web_address(url):
            hits.append(Hit(whole(url), _text(result.get("title")), _text(result.get("content"))))
    return hits


def _text(value: object) -> str:
    return " ".join(whole(value).split()) if isinstance(value, str) else ""


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
