"""What a source may use of the outside, handed to it when it is opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from netnew.domain.page import RawPage
from netnew.ports.system import Clock
from netnew.sources.rate_limited import Allowed, CallLimits


@dataclass(frozen=True, slots=True)
class SourceContext:
    """The outside of a source, as narrow callables, so that no source imports another part.

    `home`: the folder sources keep their files in (made when needed). `get_page`: one page of the
    web through the guarded fetcher, unread; it never raises for the page's sake (`RawPage.status`
    and `RawPage.error` tell). `search_timeout_s`: how long one call of a search service may take.
    `keys`: what the user's environment has of the variables that services are set up by.
    `web_providers`: which of them `web` alone may take, in this order. `limits` hold what is
    `allowed` over all processes (None: nothing is held back).
    """

    home: Path
    clock: Clock
    get_page: Callable[[str], Awaitable[RawPage]]
    search_timeout_s: float = 20.0
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    web_providers: tuple[str, ...] = ("brave", "serper", "tavily", "exa", "searxng", "ddgs")
    limits: CallLimits | None = None
    allowed: Allowed = Allowed()
