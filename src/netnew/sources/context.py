"""What a source may use, passed to it when it is opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from netnew.domain.page import RawPage
from netnew.ports.system import Clock
from netnew.sources.rate_limited import Allowed, CallLimits


@dataclass(frozen=True, slots=True)
class SourceContext:
    """The environment of a source, as narrow callables, so that no source imports another part.

    `home`: the folder for files of sources (created when needed). `get_page`: fetches a web page
    through the guarded fetcher; page errors are in `RawPage.status` and `RawPage.error`, never
    raised. `search_timeout_s`: time limit of one search call. `keys`: the variables of the
    environment that set up services. `web_providers`: the services that `web` on its own may
    use, in order. `limits` enforce provider limits across all processes (None: no limits)."""

    home: Path
    clock: Clock
    get_page: Callable[[str], Awaitable[RawPage]]
    search_timeout_s: float = 20.0
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    web_providers: tuple[str, ...] = ("brave", "serper", "tavily", "exa", "searxng", "ddgs")
    limits: CallLimits | None = None
    allowed: Allowed = Allowed()
