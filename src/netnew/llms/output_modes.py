"""The ways to ask for a typed answer, the strictest first, and which of them a server can do."""

from __future__ import annotations

from enum import IntEnum

# How sure a failure makes us that the server cannot do a rung; at ENOUGH it is not tried again.
REFUSED = 2  # it said so
FAILED = 1  # an error of its own, or it did not keep to the schema: that may have been chance
ENOUGH = 2


class OutputMode(IntEnum):
    """`SCHEMA`: the server holds the answer to a JSON schema. `OBJECT`: it holds it to JSON, the
    schema stands in the instructions. `TEXT`: it holds it to nothing, and the JSON is looked for in
    the text."""

    SCHEMA = 0
    OBJECT = 1
    TEXT = 2

    @property
    def shows_schema(self) -> bool:
        """Whether the schema has to stand in the instructions."""
        return self is not OutputMode.SCHEMA

    def __str__(self) -> str:
        return {0: "json_schema", 1: "json_object", 2: "text"}[self.value]


class OutputModes:
    """What was learned of one server: the rung to begin with, never above the first it offers."""

    def __init__(self, offered: tuple[OutputMode, ...]) -> None:
        self._rungs = offered
        self._doubts = dict.fromkeys(offered, 0)
        self._proven: set[OutputMode] = set()

    @property
    def first(self) -> OutputMode:
        return next((x for x in self._rungs if self._doubts[x] < ENOUGH), self._rungs[-1])

    def below(self, rung: OutputMode) -> OutputMode | None:
        return next((x for x in self._rungs if x > rung), None)

    def is_proven(self, rung: OutputMode) -> bool:
        """Whether a usable answer has come by it."""
        return rung in self._proven

    @property
    def is_used(self) -> bool:
        """Whether any usable answer has come."""
        return bool(self._proven)

    def worked(self, rung: OutputMode) -> None:
        self._proven.add(rung)

    def doubt(self, rung: OutputMode, weight: int) -> None:
        """A lower rung worked where `rung` had failed."""
        if rung not in self._proven and rung in self._doubts:
            self._doubts[rung] += weight


_LADDERS: dict[tuple[str, str], OutputModes] = {}


def output_modes(name: str, base_url: str, offered: tuple[OutputMode, ...]) -> OutputModes:
    """The one ladder of this process for a model at an address."""
    return _LADDERS.setdefault((name, base_url), OutputModes(offered))
