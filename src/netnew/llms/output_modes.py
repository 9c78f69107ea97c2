"""The ways to ask for a typed answer, the strictest first, and which of them a server can do."""

from __future__ import annotations

from enum import IntEnum

# How sure a failure makes us that the server cannot do a mode; at ENOUGH it is not tried again.
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
    """What was learned of one server: the mode to begin with, never above the first it offers."""

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
        """Whether a usable answer has come by it."""
        return output_mode in self._proven

    @property
    def is_used(self) -> bool:
        """Whether any usable answer has come."""
        return bool(self._proven)

    def worked(self, output_mode: OutputMode) -> None:
        self._proven.add(output_mode)

    def doubt(self, output_mode: OutputMode, weight: int) -> None:
        """A lower mode worked where `mode` had failed."""
        if output_mode not in self._proven and output_mode in self._doubts:
            self._doubts[output_mode] += weight


_LADDERS: dict[tuple[str, str], OutputModes] = {}


def output_modes(name: str, base_url: str, offered: tuple[OutputMode, ...]) -> OutputModes:
    """The one ladder of this process for a model at an address."""
    return _LADDERS.setdefault((name, base_url), OutputModes(offered))
