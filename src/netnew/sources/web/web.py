"""`web`, `web:PROVIDER`, `web:PROVIDER>PROVIDER`: search services of the web."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from netnew.domain.errors import InvalidInput, SourceMisconfigured
from netnew.ports.sources import Source
from netnew.sources.context import SourceContext
from netnew.sources.rate_limited import rate_limited
from netnew.sources.web.brave import BRAVE
from netnew.sources.web.ddgs import DDGS_PROVIDER
from netnew.sources.web.exa import EXA
from netnew.sources.web.fallback import FallbackSource
from netnew.sources.web.options import COMMON
from netnew.sources.web.provider import Opening, Provider
from netnew.sources.web.searxng import SEARXNG
from netnew.sources.web.serper import SERPER
from netnew.sources.web.tavily import TAVILY

_EXAMPLE = "web:searxng=http://localhost:8888"
_OPTION = re.compile(r",(?=[a-z_]+=)")

PROVIDERS: Mapping[str, Provider] = {
    x.name: x for x in (BRAVE, SERPER, TAVILY, EXA, SEARXNG, DDGS_PROVIDER)
}
KEY_VARIABLES = tuple(x.variable for x in PROVIDERS.values() if x.variable)
"""The variables of the environment that `SourceContext.keys` may have."""


@dataclass(frozen=True, slots=True)
class _Part:
    provider: Provider
    text: str
    value: str
    texts: Mapping[str, str]


def open_web(rest: str, context: SourceContext) -> Source:
    """The service that `rest` names, `PROVIDER[=VALUE][,option=value]…`; with '>' between several,
    each is asked where the one before does not answer, and the common options of the last hold for
    all. '' takes the first of `context.web_providers` that has what it needs.

    Raises InvalidInput for what cannot be, SourceMisconfigured where no provider has its key.
    """
    if not rest:
        return FallbackSource("web", [_open(_part(_first_ready(context)), context)], context.clock)
    parts = [_part(text) for text in rest.split(">")]
    if len(parts) == 1:
        return _open(parts[0], context)
    for_all = {name: text for name, text in parts[-1].texts.items() if name in COMMON}
    members: list[Source] = []
    left_out: list[SourceMisconfigured] = []
    for part in parts:
        try:
            members.append(_open(part, context, for_all))
        except SourceMisconfigured as error:
            left_out.append(error)
    if not members:
        raise SourceMisconfigured(f"web:{rest}", "; ".join(x.problem for x in left_out))
    return FallbackSource(f"web:{rest}", members, context.clock)


def first_ready(order: tuple[str, ...], keys: Mapping[str, str]) -> str | None:
    """The provider that `web` alone means, None where none has what it needs. Raises InvalidInput
    for a name in `order` that is none."""
    for name in order:
        if _provider(name, "web_providers").is_ready(keys):
            return name
    return None


def _first_ready(context: SourceContext) -> str:
    name = first_ready(context.web_providers, context.keys)
    if name is None:
        variables = ", ".join(PROVIDERS[x].variable for x in context.web_providers)
        raise SourceMisconfigured(
            "web", f"no provider is set up: set one of {variables}, or name one, such as {_EXAMPLE}"
        )
    return name


def _part(text: str) -> _Part:
    head, *tail = _OPTION.split(text.strip())
    name, _, value = head.partition("=")
    return _Part(
        _provider(name.strip().lower(), "source"),
        text.strip(),
        value.strip(),
        dict(_option(x) for x in tail),
    )


def _provider(name: str, field: str) -> Provider:
    provider = PROVIDERS.get(name)
    if provider is None:
        allowed = f"{', '.join(PROVIDERS)}; {_EXAMPLE}"
        raise InvalidInput(field, f"no web provider is called {name!r}", allowed)
    return provider


def _open(part: _Part, context: SourceContext, for_all: Mapping[str, str] | None = None) -> Source:
    provider = part.provider
    if part.value and not provider.takes_value:
        # Not repeated in the message: it may be a key.
        problem = f"nothing may follow {provider.name}="
        allowed = (
            f"its key in {provider.variable}" if provider.variable else "options after a comma"
        )
        raise InvalidInput("source", problem, allowed)
    texts = {**(for_all or {}), **part.texts}
    source = provider.open(Opening(f"web:{part.text}", part.value, texts, context))
    if context.limits is None:
        return source
    return rate_limited(source, context.limits, context.allowed.or_else(provider.allowed))


def _option(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()
