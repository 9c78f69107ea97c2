"""Which search services are set up here, for those who ask before a source is opened."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netnew.sources.web.web import KEY_VARIABLES, PROVIDERS, first_ready

_KEY_CHARS_SHOWN = 4
_MIN_HIDDEN = 12


@dataclass(frozen=True, slots=True)
class SearchService:
    """`detail` says what it has of what it needs; of a key no more than its end. `price`: the list
    price of a search in US dollars. `is_first`: whether the source `web` alone means it."""

    name: str
    is_ready: bool
    detail: str
    price: float
    is_first: bool


def search_keys(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that set services up, of those the environment has."""
    environment = os.environ if environment is None else environment
    return {name: environment[name] for name in KEY_VARIABLES if environment.get(name, "").strip()}


def search_services(order: Sequence[str], keys: Mapping[str, str]) -> list[SearchService]:
    """Every service, `order` first. Raises InvalidInput for a name in it that is none."""
    first = first_ready(tuple(order), keys)
    names = dict.fromkeys([*order, *PROVIDERS])
    return [
        SearchService(
            x, PROVIDERS[x].is_ready(keys), _detail(x, keys), PROVIDERS[x].price, x == first
        )
        for x in names
    ]


def _detail(name: str, keys: Mapping[str, str]) -> str:
    variable = PROVIDERS[name].variable
    if not variable:
        return "needs no key"
    if not PROVIDERS[name].is_ready(keys):
        return f"not set up: {variable} is not set"
    value = keys[variable].strip()
    if PROVIDERS[name].takes_value:
        return f"{variable} is set"
    end = value[-_KEY_CHARS_SHOWN:] if len(value) >= _MIN_HIDDEN + _KEY_CHARS_SHOWN else ""
    return f"{variable} is set (**********{end})"
