"""How a run stands: what its row says, and whether anybody works on it."""

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
    """The ids of all workers that beat."""
    return frozenset(row.id for row in await app.live_workers(takes_all=False))


def is_interrupted(run: Run, alive: Iterable[str]) -> bool:
    """It stands as running, and its worker is gone."""
    return run.status is RunStatus.RUNNING and run.worker_id not in alive


def state(run: Run, alive: Iterable[str], now: datetime) -> str:
    """'completed'; of a run that is not over also when it last changed."""
    if run.status.is_terminal:
        return run.status.value
    status = INTERRUPTED if is_interrupted(run, alive) else run.status.value
    changed = ago(now - run.updated_at)
    return f"{status}{_ASKED[run.stop_requested]}, last change {changed}"


def standing_document(run: Run, alive: Iterable[str]) -> Json:
    """The run, and whether it `is_interrupted`."""
    return {**run_document(run), "is_interrupted": is_interrupted(run, alive)}


def short_id(run: Run) -> str:
    """An id that can be typed: the beginning is enough wherever a RUN is asked for."""
    return run.id.removeprefix("run_")[:8]


def how_to_go_on(run: Run) -> list[str]:
    """Commands to copy, for a run that is not over."""
    name = short_id(run)
    return [
        f"Watch:   {program()} runs watch {name}",
        f"Resume:  {program()} runs resume {name}   (if its worker is gone)",
        f"Cancel:  {program()} runs cancel {name}",
    ]
