"""Which pages a run could not read, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from netnew.domain.page import Fetched, PageQuality, Snapshot
from netnew.domain.run import UnreadPages
from netnew.domain.source_spec import redacted
from netnew.ports.sources import Fetcher

_MAX_REASONS = 20
_MAX_EXAMPLE_CHARS = 200
# By RawPage.error.
_ERRORS: Mapping[str, str] = {
    "dns": "no such host",
    "timeout": "no answer in time",
    "connect": "no connection",
    "refused": "connection refused",
    "tls": "no secure connection",
    "address": "address not allowed",
    "robots": "robots.txt disallows it, or could not be read",
    "too_large": "too large",
    "redirects": "too many redirects",
    "protocol": "not valid HTTP",
    "offline": "no network",
    "unexpected": "an unexpected error; see the error log",
    "media_type": "not a text or document",
}
_WALLS = {
    PageQuality.BOT_WALL: "blocked by a bot check",
    PageQuality.LOGIN_WALL: "login needed",
}


@dataclass(slots=True)
class UnreadCounter:
    """The pages that could not be read when last tried, by address."""

    _reasons: dict[str, str] = field(default_factory=dict)

    def see(self, url: str, snapshot: Snapshot) -> None:
        """The page at `url` was wanted, and this came."""
        reason = unread_reason(snapshot)
        if reason:
            self._reasons[url] = reason
        else:
            self._reasons.pop(url, None)

    def summary(self) -> tuple[UnreadPages, ...]:
        """The most frequent reason first."""
        counts: dict[str, int] = {}
        examples: dict[str, str] = {}
        for url, reason in self._reasons.items():
            counts[reason] = counts.get(reason, 0) + 1
            examples[reason] = min(url, examples.get(reason, url))
        ranked = sorted(counts, key=lambda reason: (-counts[reason], reason))
        return tuple(
            UnreadPages(reason, counts[reason], redacted(examples[reason])[:_MAX_EXAMPLE_CHARS])
            for reason in ranked[:_MAX_REASONS]
        )


@dataclass(frozen=True, slots=True)
class CountingFetcher:
    """A fetcher whose unread pages are counted."""

    fetcher: Fetcher
    counter: UnreadCounter

    async def fetch(self, url: str, max_age: timedelta | None = None) -> Fetched:
        fetched = await self.fetcher.fetch(url, max_age)
        self.counter.see(url, fetched.snapshot)
        return fetched


def unread_reason(snapshot: Snapshot) -> str:
    """Why the page could not be read, as a clause; '' where it could, whatever it says."""
    if snapshot.quality in _WALLS:
        return _WALLS[snapshot.quality]
    if snapshot.quality is not PageQuality.ERROR:
        return ""
    error = snapshot.error or "no answer"
    if error.startswith("status_"):
        return f"HTTP {error.removeprefix('status_')}"
    return _ERRORS.get(error, error)
