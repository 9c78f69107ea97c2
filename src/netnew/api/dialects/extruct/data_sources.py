"""Data sources ↔ the sources of this server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netnew.api.dialects.extruct.wire import DataSourceAsked, DiscoveryDataSource
from netnew.domain.errors import InvalidInput
from netnew.settings import Settings

_OF_KIND = {
    "web": DiscoveryDataSource.WEB_SEARCH,
    "sitemap": DiscoveryDataSource.WEB_SEARCH,
    "linkedin": DiscoveryDataSource.LINKEDIN,
    "maps": DiscoveryDataSource.MAPS,
}
"""The kind of a source spec → what it is here; any other is of this server's own."""


def sources_for(asked: Sequence[DataSourceAsked], settings: Settings) -> tuple[str, ...]:
    """The source specs that those asked for mean, of all that callers may use here.

    Raises InvalidInput for one that the server has no source for: it is never answered out of
    another. (`extruct_db` is but where this server looks first; without anything of its own, it
    looks where it always does.)
    """
    offered = dict.fromkeys((*settings.sources, *settings.serve_sources))
    chosen: dict[str, None] = {}
    for number, one in enumerate(asked):
        if one is DataSourceAsked.EXTRUCT_DB:
            chosen |= dict.fromkeys(x for x in offered if _named(x) is None)
            continue
        fitting = [x for x in offered if _named(x) == one.value]
        if not fitting:
            problem = f"this server has no source for {one.value!r}"
            raise InvalidInput(f"data_sources.{number}", problem, _allowed(offered))
        chosen |= dict.fromkeys(fitting)
    return tuple(chosen)


def data_sources_of(sources: Iterable[str]) -> list[DiscoveryDataSource] | None:
    """What source specs are called here; None where there is no word for any."""
    named = {_named(x) for x in sources}
    return [x for x in DiscoveryDataSource if x in named] or None


def _named(source: str) -> DiscoveryDataSource | None:
    return _OF_KIND.get(source.partition(":")[0].strip())


def _allowed(offered: Iterable[str]) -> str:
    here = data_sources_of(offered) or []
    return ", ".join([*here, DataSourceAsked.EXTRUCT_DB])
