"""Which search services of the web are set up, as `netnew doctor` tells it."""

from __future__ import annotations

from dataclasses import dataclass

from netnew.settings import Settings


@dataclass(frozen=True, slots=True)
class ServiceSeen:
    """`name` of the service, and in `detail` whether its key is there, whether `web` alone means it
    and what it costs. No key is shown."""

    name: str
    detail: str


def services_seen(settings: Settings) -> list[ServiceSeen]:
    """Every search service, in the order `web` looks for one. Raises InvalidInput where the setting
    names one that there is not."""
    from netnew.bootstrap import search_keys, search_services  # opened applications alone need it

    return [
        ServiceSeen(
            f"search {x.name}",
            "; ".join(
                [
                    x.detail,
                    *(["taken by `web`"] if x.is_first else []),
                    *([f"${1_000 * x.price:g} per 1,000 searches"] if x.price else []),
                ]
            ),
        )
        for x in search_services(settings.web_providers, search_keys())
    ]
