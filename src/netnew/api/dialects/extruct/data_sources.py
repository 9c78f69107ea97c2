"""Data sources ↔ the sources of this server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netnew.api.dialects.extruct.requests import DataSourceRequest, DiscoveryDataSource
from netnew.domain.errors import InvalidInput
from netnew.settings import Settings

_OF_KIND = {
    "web": DiscoveryDataSource.WEB_SEARCH,
    "sitemap": DiscoveryDataSource.WEB_SEARCH,
    "linkedin": DiscoveryDataSource.LINKEDIN,
    "maps": DiscoveryDataSource.MAPS,
}
"""The kind of a source spec → what it is here; any other is of this server's own."""


def sources_for(asked: Sequence[DataSourceRequest], settings: Settings) -> tuple[str, ...]:
    """The source specs that those asked for mean: of the sources that runs have here, else of the
    others that callers may name.

    Raises InvalidInput for one that the server has no source for: it is never answered out of
    another. (`extruct_db` is but where this server looks first; without anything of its own, it
    looks where it always does.)
    """
    offered = (settings.sources, settings.serve_sources)
    chosen: dict[str, None] = {}
    for number, one in enumerate(asked):
        fitting = next(filter(None, (_meant(one, x) for x in offered)), [])
        if not fitting and one is not DataSourceRequest.EXTRUCT_DB:
            problem = f"this server has no source for {one.value!r}"
            raise InvalidInput(
                f"data_sources.{number}", problem, _allowed((*offered[0], *offered[1]))
            )
        chosen |= dict.fromkeys(fitting)
    return tuple(chosen)


def data_sources_of(sources: Iterable[str]) -> list[DiscoveryDataSource] | None:
    """What source specs are called here; None where there is no word for any."""
    named = {_named(x) for x in sources}
    return [x for x in DiscoveryDataSource if x in named] or None


def _meant(asked: DataSourceRequest, offered: Iterable[str]) -> list[str]:
    own = asked is DataSourceRequest.EXTRUCT_DB
    return [x for x in offered if (named := _named(x)) == asked.value or (own and named is None)]


def _named(source: str) -> DiscoveryDataSource | None:
    return _OF_KIND.get(source.partition(":")[0].strip())


def _allowed(offered: Iterable[str]) -> str:
    here = data_sources_of(offered) or []
    return ", ".join([*here, DataSourceRequest.EXTRUCT_DB])
