"""The one door for parts that come by entry points; the built-in sources use it too.

A package offers a source under the group `netnew.sources`:

    [project.entry-points."netnew.sources"]
    registry = "my_package.registry:open_source"

where `open_source(rest, context)` gets what follows `registry:` in a spec ('' where nothing does)
and gives back a `ports.Source`. Code is imported only when a spec names its kind, so a plugin that
cannot be imported harms nobody who does not use it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from netnew.domain.errors import InvalidInput, NetnewError, SourceMisconfigured
from netnew.ports.sources import Source
from netnew.sources.context import SourceContext

SOURCES = "netnew.sources"

SourceFactory = Callable[[str, SourceContext], Source]


@dataclass(frozen=True, slots=True)
class Plugin:
    """An entry point found: its kind, the distribution that offers it, and what is wrong with it
    ('' where it loads)."""

    kind: str
    distribution: str
    problem: str = ""


def source_from_spec(spec: str, context: SourceContext) -> Source:
    """The source that `spec` names: `kind` or `kind:rest`.

    Raises InvalidInput for a kind nobody offers and for a `rest` the kind refuses,
    SourceMisconfigured where its plugin cannot be loaded.
    """
    kind, _, rest = spec.strip().partition(":")
    found = _by_kind(SOURCES)
    entry = found.get(kind)
    if entry is None:
        raise InvalidInput("source", _unknown(spec, kind, sorted(found)), ", ".join(sorted(found)))
    factory: SourceFactory = _load(entry)
    return factory(rest.strip(), context)


def source_kinds() -> tuple[str, ...]:
    """The kinds of source a spec may begin with, sorted."""
    return tuple(sorted(_by_kind(SOURCES)))


def installed_plugins(group: str = SOURCES) -> tuple[Plugin, ...]:
    """Every plugin of `group`, loaded to see whether it can be; for `netnew doctor`."""
    plugins = []
    for kind, entry in sorted(_by_kind(group).items()):
        problem = ""
        try:
            _load(entry)
        except NetnewError as error:
            problem = str(error)
        plugins.append(Plugin(kind, _distribution(entry), problem))
    return tuple(plugins)


def _by_kind(group: str) -> dict[str, EntryPoint]:
    """Entry points by name. Of two with one name ours wins, else the first distribution by name."""
    return _installed(group, tuple(sys.path))


@lru_cache(maxsize=8)
def _installed(group: str, path: tuple[str, ...]) -> dict[str, EntryPoint]:
    # Reading what is installed takes 20 ms, and is asked for every run that is begun.
    by_kind: dict[str, EntryPoint] = {}
    for entry in sorted(entry_points(group=group), key=_precedence):
        by_kind.setdefault(entry.name, entry)
    return by_kind


def _precedence(entry: EntryPoint) -> tuple[bool, str]:
    distribution = _distribution(entry)
    return distribution != "netnew", distribution


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else ""


def _load(entry: EntryPoint) -> SourceFactory:
    try:
        loaded = entry.load()
    except Exception as error:  # a plugin may fail in any way while it is imported
        problem = f"plugin {entry.value!r} of {_distribution(entry) or 'an unknown package'}"
        reason = f"{type(error).__name__}: {error}"
        raise SourceMisconfigured(entry.name, f"{problem} cannot be loaded: {reason}") from error
    if not callable(loaded):
        raise SourceMisconfigured(entry.name, f"plugin {entry.value!r} is not callable")
    factory: SourceFactory = loaded
    return factory


def _unknown(spec: str, kind: str, known: list[str]) -> str:
    if not kind:
        return f"{spec!r} names no kind of source"
    close = get_close_matches(kind.lower(), known, n=1)
    return f"no kind of source is called {kind!r}" + (
        f"; did you mean {close[0]!r}" if close else ""
    )
