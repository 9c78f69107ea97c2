"""How a spec of `web` becomes services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from netnew.domain.errors import InvalidInput, SourceMisconfigured
from netnew.plugins import source_from_spec
from netnew.ports.sources import Source
from netnew.sources.context import SourceContext
from netnew.sources.rate_limited import Allowed
from netnew.sources.web.fallback import FallbackSource
from netnew.sources.web.services import search_keys, search_services
from netnew.sources.web.web import PROVIDERS, first_ready

BRAVE = {"BRAVE_API_KEY": "BSA-brave-secret"}
ORDER = ("brave", "serper", "tavily", "exa", "searxng", "ddgs")


class Notebook:
    """Limits that write down whom they let in, and refuse to be passed."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, float | None, int | None]] = []

    @asynccontextmanager
    async def call(
        self, provider: str, rate_per_s: float | None = None, at_once: int | None = None
    ) -> AsyncIterator[None]:
        self.lines.append((provider, rate_per_s, at_once))
        raise SourceMisconfigured(provider, "nobody is asked in this test")
        yield


def _opened(spec: str, context: SourceContext, **changed: Any) -> Source:
    source = source_from_spec(spec, replace(context, **changed))
    asyncio.run(source.aclose())
    return source


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        ({}, "ddgs"),
        (BRAVE, "brave"),
        ({"EXA_API_KEY": "k", "SERPER_API_KEY": "k"}, "serper"),
        ({"TAVILY_API_KEY": " "}, "ddgs"),
        ({"SEARXNG_URL": "http://localhost:8888"}, "searxng"),
    ],
)
def test_web_alone_is_the_first_that_is_set_up(
    keys: dict[str, str], first: str, context: SourceContext
) -> None:
    assert first_ready(ORDER, keys) == first
    source = _opened("web", context, keys=keys)
    assert source.spec == "web"
    assert isinstance(source, FallbackSource)
    assert source.search_price == PROVIDERS[first].price


def test_web_alone_without_any_says_what_to_set(context: SourceContext) -> None:
    with pytest.raises(SourceMisconfigured, match="BRAVE_API_KEY, SEARXNG_URL"):
        _opened("web", context, web_providers=("brave", "searxng"))


def test_an_order_with_an_unknown_provider_names_the_setting(context: SourceContext) -> None:
    with pytest.raises(InvalidInput, match="web_providers: no web provider is called 'bing'"):
        _opened("web", context, web_providers=("bing",))


@pytest.mark.parametrize(
    "spec",
    ["web:brave", "web:brave,country=de,include=a.org|b.org", "web:brave>ddgs", "web:ddgs"],
)
def test_a_source_keeps_its_spec(spec: str, context: SourceContext) -> None:
    assert _opened(spec, context, keys=BRAVE).spec == spec


def test_a_value_where_none_belongs_is_refused_and_not_repeated(context: SourceContext) -> None:
    with pytest.raises(InvalidInput) as caught:
        _opened("web:brave=BSA-secret", context)
    assert "BSA-secret" not in str(caught.value)
    assert caught.value.allowed == "its key in BRAVE_API_KEY"


def test_a_chain_leaves_out_whoever_has_no_key(context: SourceContext) -> None:
    assert _opened("web:exa>brave>ddgs", context, keys=BRAVE).spec == "web:exa>brave>ddgs"


def test_a_chain_of_none_says_what_each_needs(context: SourceContext) -> None:
    with pytest.raises(SourceMisconfigured, match=r"set EXA_API_KEY.*set BRAVE_API_KEY"):
        _opened("web:exa>brave", context)


def test_common_options_at_the_end_hold_for_the_whole_chain(context: SourceContext) -> None:
    with pytest.raises(InvalidInput, match="tavily has no option 'language'"):
        _opened("web:tavily>brave,language=de", context, keys={**BRAVE, "TAVILY_API_KEY": "tvly-k"})
    with pytest.raises(InvalidInput, match="brave has no option 'engines'"):
        _opened("web:brave,engines=x>ddgs", context, keys=BRAVE)


@pytest.mark.parametrize(
    ("spec", "allowed", "lines"),
    [
        ("web:brave,country=de", Allowed(), [("web:brave", 1.0, None)]),
        ("web:brave", Allowed(5.0, 2), [("web:brave", 5.0, 2)]),
        ("web", Allowed(), [("web:brave", 1.0, None)]),
        ("web:brave>ddgs", Allowed(at_once=3), [("web:brave", 1.0, 3), ("web:ddgs", 1 / 1.5, 3)]),
    ],
)
def test_each_service_keeps_to_its_own_limit_unless_the_settings_say_more(
    spec: str, allowed: Allowed, lines: list[Any], context: SourceContext
) -> None:
    notebook = Notebook()

    async def asked() -> None:
        held = replace(context, keys=BRAVE, limits=notebook, allowed=allowed)
        source = source_from_spec(spec, held)
        try:
            await source.search("q", 1)
        finally:
            await source.aclose()

    with pytest.raises(SourceMisconfigured, match="nobody is asked"):
        asyncio.run(asked())
    assert notebook.lines == lines


def test_a_limited_service_tells_its_price(context: SourceContext) -> None:
    source = _opened("web:brave", context, keys=BRAVE, limits=Notebook())
    assert getattr(source, "search_price", None) == 0.005


def test_services_are_listed_with_the_end_of_their_keys_at_most() -> None:
    keys = search_keys({**BRAVE, "EXA_API_KEY": "short-key", "SERPER_API_KEY": " ", "OTHER": "x"})
    assert set(keys) == {"BRAVE_API_KEY", "EXA_API_KEY"}
    listed = {x.name: x for x in search_services(("exa", "brave"), keys)}
    assert list(listed)[:2] == ["exa", "brave"]
    assert set(listed) == set(PROVIDERS)
    assert listed["brave"].detail == "BRAVE_API_KEY is set (**********cret)"
    assert listed["exa"].detail == "EXA_API_KEY is set (**********)"
    assert listed["serper"].detail == "not set up: SERPER_API_KEY is not set"
    assert listed["ddgs"].detail == "needs no key"
    assert [x.name for x in listed.values() if x.is_first] == ["exa"]
