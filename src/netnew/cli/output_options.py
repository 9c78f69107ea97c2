"""The options that say what a command prints and which files it writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from netnew.domain.errors import InvalidInput
from netnew.exports.files import check_output

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")]
_OUTPUT = typer.Option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write the result to FILE; its extension is the format: csv, xlsx, jsonl, json or md."
    " Repeatable.",
)
Outputs = Annotated[list[Path] | None, _OUTPUT]
All = Annotated[bool, typer.Option("--all", help="Include all candidates, not only the matches.")]
Detach = Annotated[
    bool,
    typer.Option("--detach", help="Leave the work to a background worker and print the run's id."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress on standard error.")]


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """How a command that works on a run shows the result.

    Raises InvalidInput for a file that could not be written at the end.
    """

    outputs: Annotated[list[Path], _OUTPUT] = field(default_factory=list)
    everything: All = False
    is_detached: Detach = False
    as_json: AsJson = False
    quiet: Quiet = False

    def __post_init__(self) -> None:
        if self.outputs and self.is_detached:
            problem = "cannot be written with --detach, which does not wait for the end"
            raise InvalidInput("-o", problem, "netnew runs export RUN -o FILE, later")
        check_outputs(self.outputs)


def check_outputs(outputs: Sequence[Path]) -> None:
    """Raises InvalidInput for a file that cannot be written, or is named twice."""
    for path in outputs:
        check_output(path)
    if len({x.resolve() for x in outputs}) < len(outputs):
        raise InvalidInput("output", "the same file is named twice")
