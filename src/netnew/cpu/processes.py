"""Calls of pure functions in child processes, with a time limit and off the event loop.

    python -m netnew.cpu.processes MODULE

imports MODULE, confirms on standard output, then reads pickled calls from standard input and
writes pickled results until the input ends. Only the parent writes there. The process ends
itself if a call takes longer than its parent would wait, because then the parent is gone."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import pickle
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, TypeVar, cast

from netnew.cpu.account import current_account
from netnew.cpu.fair_queue import FairQueue
from netnew.domain.errors import TransientError

_LENGTH = struct.Struct(">Q")
_STARTS_WITHIN_S = 60.0
# The machine may be busy, or have no timers of processor time (Windows).
_CLOCK_PER_CPU, _MORE_S = 3.0, 2.0
_T = TypeVar("_T")


class TookTooLong(Exception):
    """A call exceeded its time limit."""


class ChildProcesses:
    """Up to `most` processes that call functions of `module`, started on demand and kept. One
    call per owner at a time (`FairQueue`)."""

    def __init__(self, module: str, most: int = 2) -> None:
        self._module = module
        self._turns = FairQueue(most)
        self._idle: list[_Child] = []

    async def call(self, cpu_s: float, function: Callable[..., _T], *arguments: object) -> _T:
        """The result of `function` of the module; its processor time is charged to the current
        account, its exceptions are raised here. Raises TookTooLong after `cpu_s` of processor
        time or a multiple of that by the clock, which ends the process; TransientError if the
        process died; QuotaExceeded like `FairQueue`."""
        wall_s = cpu_s * _CLOCK_PER_CPU + _MORE_S
        request = pickle.dumps((cpu_s, wall_s, function, arguments), pickle.HIGHEST_PROTOCOL)
        async with self._turns.turn():
            child = self._idle.pop() if self._idle else await self._started()
            try:
                answer = await child.ask(request, wall_s)
            except BaseException:
                await child.end()
                raise
            self._idle.append(child)
        if isinstance(answer, _Raised):
            raise answer.error
        return cast("_T", answer)

    async def warm_up(self) -> None:
        """Start a process before the first call."""
        async with self._turns.turn():
            if not self._idle:
                self._idle.append(await self._started())

    async def _started(self) -> _Child:
        return await _Child.started(self._module)

    async def aclose(self) -> None:
        """End idle processes; busy ones end with their calls' tasks."""
        while self._idle:
            await self._idle.pop().end()


@dataclass(frozen=True, slots=True)
class _Raised:
    error: Exception


@dataclass(slots=True)
class _Child:
    process: asyncio.subprocess.Process

    @classmethod
    async def started(cls, module: str) -> _Child:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __spec__.name, module),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the parent
        )
        child = cls(process)
        try:
            async with asyncio.timeout(_STARTS_WITHIN_S):
                await child._read()
        except (asyncio.IncompleteReadError, TimeoutError) as error:
            await child.end()
            raise TransientError("a process for reading questions could not be started") from error
        except BaseException:
            await child.end()
            raise
        return child

    async def ask(self, request: bytes, timeout_s: float) -> object:
        stdin = self.process.stdin
        assert stdin is not None
        account, began = current_account(), time.monotonic()
        try:
            async with asyncio.timeout(timeout_s):
                stdin.write(_LENGTH.pack(len(request)))
                stdin.write(request)
                await stdin.drain()
                cpu_s, answer = pickle.loads(await self._read())
        except TimeoutError:
            if account is not None:
                account.charge(time.monotonic() - began)
            raise TookTooLong from None
        except (OSError, asyncio.IncompleteReadError) as error:
            raise TransientError("a process for reading questions has ended") from error
        if account is not None:
            account.charge(cpu_s)
        return cast("object", answer)

    async def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        if self.process.stdin is not None:
            self.process.stdin.close()
        await self.process.wait()

    async def _read(self) -> bytes:
        stdout = self.process.stdout
        assert stdout is not None
        (length,) = _LENGTH.unpack(await stdout.readexactly(_LENGTH.size))
        return await stdout.readexactly(length)


def _answer(request: bytes) -> bytes:
    began = time.process_time()
    answer: Any
    try:
        cpu_s, wall_s, function, arguments = pickle.loads(request)
        with _limited(cpu_s, wall_s):
            answer = function(*arguments)
        written = pickle.dumps((time.process_time() - began, answer), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        spent = time.process_time() - began
        written = pickle.dumps((spent, _Raised(_picklable(error))), pickle.HIGHEST_PROTOCOL)
    return written


@contextlib.contextmanager
def _limited(cpu_s: float, wall_s: float) -> Iterator[None]:
    """Raises TookTooLong inside after `cpu_s`, even during a regular expression, which checks
    signals. Some time after `wall_s` the process ends."""
    if sys.platform == "win32":
        yield
        return
    signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s)
    signal.alarm(int(wall_s) + 5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.alarm(0)


def _stop(*_: object) -> None:
    raise TookTooLong


def _picklable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # whatever the function raises
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _write(stream: IO[bytes], written: bytes) -> None:
    stream.write(_LENGTH.pack(len(written)) + written)
    stream.flush()


def main(module: str) -> None:
    # Printed text must not go where results are expected.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    importlib.import_module(module)
    _write(answers, b"ready")
    requests = sys.stdin.buffer
    while len(head := requests.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        _write(answers, _answer(requests.read(length)))


if __name__ == "__main__":
    # Pickles name classes by module, so there must be one of each.
    from netnew.cpu.processes import main as main_of_module

    main_of_module(sys.argv[1])
