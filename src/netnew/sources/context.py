"""What a source may use of the outside, handed to it when it is opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from netnew.domain.page import RawPage
from netnew.ports import Clock


@dataclass(frozen=True, slots=True)
class SourceContext:
    """The outside of a source, as narrow callables, so that no source imports another part.

    `home`: the folder sources keep their files in (made when needed). `get_page`: one page of the
    web through the guarded fetcher, unread; it never raises for the page's sake (`RawPage.status`
    and `RawPage.error` tell). `search_timeout_s`: how long one call of a search service may take.
    """

    home: Path
    clock: Clock
    get_page: Callable[[str], Awaitable[RawPage]]
    search_timeout_s: float = 20.0
