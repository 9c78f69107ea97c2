"""Starts a worker process that outlives the command and its terminal."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netnew.domain.errors import NetnewError, NotWritten
from netnew.domain.run import RunStatus

if TYPE_CHECKING:
    from netnew.bootstrap import App
    from netnew.domain.run import Run

LOG = "worker.log"
# -P: modules in the current folder are not imported.
_COMMAND = [sys.executable, "-P", "-m", "netnew", "worker", "--until-idle"]
_STARTS_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.1
_TAKES_WITHIN_S = 2.0


async def worker_for(app: App, run: Run) -> None:
    """Make sure that a worker of this HOME has `run` or will take it.

    A worker that is about to exit may miss the run; if it is not taken soon, another worker is
    started. Raises NetnewError if none can be started.
    """
    if await app.live_workers() and await _is_taken(app, run):
        return
    await _start(app)


async def _is_taken(app: App, run: Run) -> bool:
    give_up_at = time.monotonic() + _TAKES_WITHIN_S
    while (await app.service.queries.run(run.id)).status is RunStatus.QUEUED:
        if time.monotonic() > give_up_at:
            return False
        await asyncio.sleep(_LOOK_EVERY_S)
    return True


async def _start(app: App) -> None:
    """Start a worker; returns once it is live."""
    log = app.settings.home / LOG
    before = {row.id for row in await app.live_workers()}
    process = await asyncio.to_thread(_open, log)
    give_up_at = time.monotonic() + _STARTS_WITHIN_S
    while not {row.id for row in await app.live_workers()} - before:
        if process.poll() is not None:
            if process.returncode == 0:
                return  # it started, found nothing to do, and exited
            raise NetnewError(f"the worker did not start; see {log}")
        if time.monotonic() > give_up_at:
            raise NetnewError(f"the worker has not started yet; see {log}")
        await asyncio.sleep(_LOOK_EVERY_S)


def _open(log: Path) -> subprocess.Popen[bytes]:
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        detached = {"creationflags": flags}
    try:
        with log.open("ab") as out:
            return subprocess.Popen(
                _COMMAND, stdin=subprocess.DEVNULL, stdout=out, stderr=out, **detached
            )
    except OSError as error:
        raise NotWritten(str(log), f"cannot be written: {error.strerror}") from error
