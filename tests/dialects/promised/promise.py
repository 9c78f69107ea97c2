"""One behaviour that a wire format promises."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    """`says` is one sentence; `source` tells where it is promised. `tests`: what shows it besides
    the tests of the dialects that carry the mark `promises`, as `FILE::NAME` with a file relative
    to `tests`. `gap`: why it is not kept (yet); then there are no tests."""

    says: str
    source: str
    tests: tuple[str, ...] = ()
    gap: str = ""
