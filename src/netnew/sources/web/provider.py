"""A search service of the web as `web` knows it: its name, its key, its limits and its price."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from netnew.domain.errors import SourceMisconfigured
from netnew.ports.sources import Source
from netnew.sources.context import SourceContext
from netnew.sources.rate_limited import Allowed


@dataclass(frozen=True, slots=True)
class Opening:
    """What a provider is opened with: `web:NAME=value,option=text…`, as the whole spec and taken
    apart."""

    spec: str
    value: str
    texts: Mapping[str, str]
    context: SourceContext

    def key(self, variable: str) -> str:
        """The key that `variable` of the environment has. Raises SourceMisconfigured where it has
        none, or one that cannot be sent."""
        key = self.context.keys.get(variable, "").strip()
        if not key:
            raise SourceMisconfigured(self.spec, f"it needs a key: set {variable}")
        if not (key.isascii() and key.isprintable()):
            raise SourceMisconfigured(self.spec, f"what {variable} has cannot be a key")
        return key


@dataclass(frozen=True, slots=True)
class Provider:
    """`variable` of the environment has its key, or its address ('': it needs neither). `allowed`
    holds unless the settings say otherwise. `price` is the list price of one search in US dollars,
    as its vendor had it in November 2026. `takes_value`: whether something follows '='."""

    name: str
    open: Callable[[Opening], Source]
    variable: str = ""
    allowed: Allowed = Allowed()
    price: float = 0.0
    takes_value: bool = False

    def is_ready(self, keys: Mapping[str, str]) -> bool:
        """Whether what it needs is there."""
        return not self.variable or bool(keys.get(self.variable, "").strip())
