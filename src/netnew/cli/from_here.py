"""Sources named by a path from the current folder: a worker may have another one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from netnew.domain.run import RunSpec

_KINDS_OF_PATHS = ("csv", "corpus")


def from_here(spec: RunSpec, corpora: Callable[[], Collection[str]]) -> RunSpec:
    """`spec` with the paths of its sources made absolute; a name among `corpora` is no path."""
    return replace(spec, sources=tuple(_absolute(x, corpora) for x in spec.sources))


def _absolute(source: str, corpora: Callable[[], Collection[str]]) -> str:
    kind, _, rest = source.strip().partition(":")
    path = Path(rest.strip()).expanduser()
    if kind not in _KINDS_OF_PATHS or not rest.strip() or not path.exists():
        return source
    if kind == "corpus" and rest.strip() in corpora():
        return source
    return f"{kind}:{path.absolute()}"
