"""The child process that serves a model file."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress

from netnew.domain.errors import ModelMisconfigured

SLOTS = 2
"""Concurrent questions; more gain nothing on few cores."""

_LOADED_WITHIN_S = 600.0  # tens of gigabytes from a slow disk
_ENDED_WITHIN_S = 5.0
SERVER = (sys.executable, "-m", "netnew.llms.gguf.server")


class GgufProcess:
    """A running server. `address` ends in /v1; it answers only with `key`."""

    def __init__(self, process: Process, address: str, key: str) -> None:
        self._process = process
        self.address = address
        self.key = key

    @classmethod
    async def start(
        cls, name: str, path: str, threads: int, context: int, command: tuple[str, ...] = SERVER
    ) -> GgufProcess:
        """Load the file; takes seconds. `command` behaves like `gguf.server`. Raises
        ModelMisconfigured on failure."""
        key = secrets.token_urlsafe(24)
        process = await asyncio.create_subprocess_exec(
            # A session of its own, because Ctrl-C is for us, and we still have questions to finish.
            *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True
        )  # fmt: skip
        asked = {"path": path, "threads": threads, "context": context, "slots": SLOTS, "key": key}
        try:
            told = await asyncio.wait_for(_told(process, asked), _LOADED_WITHIN_S)
        except BaseException:
            await _end(process)
            raise
        if "address" in told:
            return cls(process, f"{told['address']}/v1", key)
        await _end(process)
        problem = told.get("problem") or f"it ended with {process.returncode}"
        raise ModelMisconfigured(
            name,
            f"llama.cpp cannot load it ({problem}); is the file whole, the memory enough, and the"
            " model of a kind that it knows?",
        )

    @property
    def is_running(self) -> bool:
        return self._process.returncode is None

    async def aclose(self) -> None:
        await _end(self._process)


async def _told(process: Process, asked: dict[str, object]) -> dict[str, str]:
    """The child's message, {} without one."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(asked).encode() + b"\n")
    with suppress(ConnectionError):
        await process.stdin.drain()
    try:
        told: dict[str, str] = json.loads(await process.stdout.readline())
    except ValueError:
        return {}
    return told


async def _end(process: Process) -> None:
    """End the child, by force if necessary."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _ENDED_WITHIN_S)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
