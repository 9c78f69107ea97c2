"""Serves from several processes on one socket; restarts a process that dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field
from socket import socket

import structlog
from prometheus_client.multiprocess import mark_process_dead

from netnew.cli import consoles
from netnew.domain.errors import InvalidInput
from netnew.settings import Settings

# A process that dies sooner is restarted with growing delays.
_LONG_ENOUGH_S = 10.0
_WAIT_S, _WAIT_AT_MOST_S = 0.1, 10.0
_log = structlog.get_logger(__name__)


async def serve_in_processes(
    listens: socket, count: int, settings: Settings, asked: asyncio.Event
) -> None:
    """Have `count` processes accept from `listens` until `asked` is set, then shut them down.

    They also end if this process is gone. Raises InvalidInput on Windows.
    """
    if sys.platform == "win32":
        raise InvalidInput("workers", "processes cannot share a port on Windows", "none")
    with tempfile.TemporaryDirectory(prefix="netnew-metrics-") as folder:
        several = _Several(listens, settings, folder, asked)
        keepers = [asyncio.ensure_future(several.keep_one()) for _ in range(count)]
        try:
            await asked.wait()
            consoles.progress().print("leaving")
            several.tell(signal.SIGTERM)
            await asyncio.gather(*keepers)
        finally:
            several.tell(signal.SIGKILL)
            for keeper in keepers:
                keeper.cancel()


@dataclass(slots=True)
class _Several:
    listens: socket
    settings: Settings
    folder: str
    asked: asyncio.Event
    _alive: set[Process] = field(default_factory=set)

    async def keep_one(self) -> None:
        """Keep one process running until all are to shut down."""
        wait_s = _WAIT_S
        while not self.asked.is_set():
            began = time.monotonic()
            process = await self._begin()
            code = await process.wait()
            self._alive.discard(process)
            mark_process_dead(process.pid, self.folder)  # type: ignore[no-untyped-call]
            if self.asked.is_set():
                return
            _log.warning(
                "a serving process has ended; another is started", pid=process.pid, code=code
            )
            lasted = time.monotonic() - began > _LONG_ENOUGH_S
            wait_s = _WAIT_S if lasted else min(2 * wait_s, _WAIT_AT_MOST_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.asked.wait(), wait_s)

    def tell(self, what: signal.Signals) -> None:
        for process in self._alive:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(what)

    async def _begin(self) -> Process:
        """Start a process in its own session, since the parent passes Ctrl-C on."""
        fd, settings = self.listens.fileno(), self.settings
        options = ("--api-only", "--fd", str(fd), "--host", settings.host)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "netnew", "serve", *options),
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": self.folder},
            stdin=PIPE,
            pass_fds=(fd,),
            start_new_session=True,
        )
        self._alive.add(process)
        if self.asked.is_set():
            self.tell(signal.SIGTERM)
        return process
