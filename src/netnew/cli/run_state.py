"""The state of a run: its row, and whether a worker has it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from netnew.cli.consoles import program
from netnew.cli.phrases import ago
from netnew.domain.run import Run, RunStatus, StopRequest
from netnew.exports.json_document import Json, run_document

if TYPE_CHECKING:
    from netnew.bootstrap import App

INTERRUPTED = "interrupted"
_ASKED = {
    StopRequest.NONE: "",
    StopRequest.CANCEL: ", asked to cancel",
    StopRequest.PAUSE: ", asked to pause",
    StopRequest.KEEP: ", asked to stop",
}


async def live_ids(app: App) -> frozenset[str]:
    """The ids of all live workers."""
    return frozenset(row.id for row in await app.live_workers(takes_all=False))


def is_interrupted(run: Run, alive: Iterable[str]) -> bool:
    """Whether its row says running while its worker is gone."""
    return run.status is RunStatus.RUNNING and run.worker_id not in alive


def state(run: Run, alive: Iterable[str], now: datetime) -> str:
    """'completed'; for an unfinished run also when it last changed."""
    if run.status.is_terminal:
        return run.status.value
    status = INTERRUPTED if is_interrupted(run, alive) else run.status.value
    changed = ago(now - run.updated_at)
    return f"{status}{_ASKED[run.stop_requested]}, last change {changed}"


def standing_document(run: Run, alive: Iterable[str]) -> Json:
    """The document of a run, with `is_interrupted`."""
    return {**run_document(run), "is_interrupted": is_interrupted(run, alive)}


def short_id(run: Run) -> str:
    """The start of the id, which is enough wherever a command takes a RUN."""
    return run.id.removeprefix("run_")[:8]


def how_to_go_on(run: Run) -> list[str]:
    """Commands to copy, for an unfinished run."""
    name = short_id(run)
    return [
        f"Watch:   {program()} runs watch {name}",
        f"Resume:  {program()} runs resume {name}   (if its worker is gone)",
        f"Cancel:  {program()} runs cancel {name}",
    ]
