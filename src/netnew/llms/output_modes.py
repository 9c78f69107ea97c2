"""The ways to request a typed answer, strictest first, and which of them a server supports."""

from __future__ import annotations

from enum import IntEnum

# How strongly a failure suggests that a mode is not supported; at ENOUGH it is not tried again.
REFUSED = 2  # it said so
FAILED = 1  # a server error, or an answer against the schema: that may have been chance
ENOUGH = 2


class OutputMode(IntEnum):
    """`SCHEMA`: the server enforces a JSON schema. `OBJECT`: it enforces JSON, and the schema is
    in the instructions. `TEXT`: it enforces nothing, and JSON is searched for in the text."""

    SCHEMA = 0
    OBJECT = 1
    TEXT = 2

    @property
    def shows_schema(self) -> bool:
        """Whether the schema must be in the instructions."""
        return self is not OutputMode.SCHEMA

    def __str__(self) -> str:
        return {0: "json_schema", 1: "json_object", 2: "text"}[self.value]


class OutputModes:
    """What was learned about one server: the mode to start with, never above the first it
    offers."""

    def __init__(self, offered: tuple[OutputMode, ...]) -> None:
        self._rungs = offered
        self._doubts = dict.fromkeys(offered, 0)
        self._proven: set[OutputMode] = set()

    @property
    def first(self) -> OutputMode:
        return next((x for x in self._rungs if self._doubts[x] < ENOUGH), self._rungs[-1])

    def below(self, output_mode: OutputMode) -> OutputMode | None:
        return next((x for x in self._rungs if x > output_mode), None)

    def is_proven(self, output_mode: OutputMode) -> bool:
        """Whether it has produced a usable answer."""
        return output_mode in self._proven

    @property
    def is_used(self) -> bool:
        """Whether there was any usable answer."""
        return bool(self._proven)

    def worked(self, output_mode: OutputMode) -> None:
        self._proven.add(output_mode)

    def doubt(self, output_mode: OutputMode, weight: int) -> None:
        """A lower mode worked after this one had failed."""
        if output_mode not in self._proven and output_mode in self._doubts:
            self._doubts[output_mode] += weight


_LADDERS: dict[tuple[str, str], OutputModes] = {}


def output_modes(name: str, base_url: str, offered: tuple[OutputMode, ...]) -> OutputModes:
    """The shared output modes of this process for a model at an address."""
    return _LADDERS.setdefault((name, base_url), OutputModes(offered))
