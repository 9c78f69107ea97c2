"""`web:PROVIDER=…`: search engines of the web, by provider."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from netnew.domain.errors import InvalidInput, SourceMisconfigured
from netnew.ports import Source
from netnew.sources.context import SourceContext
from netnew.sources.searxng import open_searxng

_EXAMPLE = "web:searxng=http://localhost:8888"
_OPTION = re.compile(r",(?=[a-z_]+=)")

Provider = Callable[[str, Mapping[str, str], SourceContext], Source]
_PROVIDERS: dict[str, Provider] = {"searxng": open_searxng}


def open_web(rest: str, context: SourceContext) -> Source:
    """The search engine named by `rest`: `PROVIDER=VALUE[,option=value]…`."""
    if not rest:
        raise SourceMisconfigured("web", f"name a provider, for example {_EXAMPLE}")
    head, *tail = _OPTION.split(rest)
    name, _, value = head.partition("=")
    provider = _PROVIDERS.get(name.strip().lower())
    if provider is None:
        raise InvalidInput(
            "source", f"no web provider is called {name!r}", f"{', '.join(_PROVIDERS)}; {_EXAMPLE}"
        )
    return provider(value.strip(), dict(_option(text) for text in tail), context)


def _option(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()
