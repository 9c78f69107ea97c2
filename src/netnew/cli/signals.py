"""Ctrl-C and SIGTERM while a run is watched."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from netnew.cli.errors import STOPPED
from netnew.cli.progress import Display

QUESTION = "[l]eave it running, [s]top it and keep the results, [c]ontinue? "
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def can_ask() -> bool:
    """Whether the user can answer a question on a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


@dataclass(slots=True)
class Interrupts:
    """Handles Ctrl-C and SIGTERM.

    On a terminal the first Ctrl-C asks what to do; elsewhere it stops the run or, without `stop`,
    the watching. The second exits the process immediately with code 130, which a run survives at
    any time; on a terminal the lines of `how_to_go_on` are printed first.
    """

    shown: Display
    stop: Callable[[], Awaitable[object]] | None
    how_to_go_on: Sequence[str]
    asks: bool = field(default_factory=can_ask)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the run is to be left running."""
    _asking: bool = False
    _stopping: asyncio.Future[object] | None = None

    @contextmanager
    def handled(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError, RuntimeError):  # Windows; not in the main thread
            for number in _SIGNALS:
                loop.add_signal_handler(number, self._on_signal, number)
        try:
            yield
        finally:
            self._stop_asking()
            with suppress(NotImplementedError, RuntimeError):
                for number in _SIGNALS:
                    loop.remove_signal_handler(number)

    def _on_signal(self, number: int) -> None:
        if self._stopping is not None or (self._asking and number == signal.SIGINT):
            self._exit_immediately()
        elif self.asks and number == signal.SIGINT:
            self._ask()
        elif self.stop is None:
            self.left.set()
        else:
            self._stop(self.stop)

    def _stop(self, stop: Callable[[], Awaitable[object]]) -> None:
        self._stop_asking()
        self.shown.say("Stopping; what was found is kept. Press Ctrl-C again to exit immediately.")
        self._stopping = asyncio.ensure_future(stop())

    def _ask(self) -> None:
        self._asking = True
        self.shown.pause()
        _discard_typed_keys()
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._read_answer)
        self._print_question()

    def _print_question(self) -> None:
        print(f"\n{QUESTION}", end="", file=sys.stderr, flush=True)

    def _read_answer(self) -> None:
        answer = os.read(sys.stdin.fileno(), 1000).decode(errors="replace").strip().lower()
        match answer[:1]:
            case "l":
                self._stop_asking()
                self.left.set()
            case "s" if self.stop is not None:
                self._stop(self.stop)
            case "c" | "":
                self._stop_asking()
                self.shown.go_on()
            case _:
                self._print_question()

    def _stop_asking(self) -> None:
        if self._asking:
            self._asking = False
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())

    def _exit_immediately(self) -> None:
        self.shown.pause()
        if self.asks:
            print(file=sys.stderr)
            for line in self.how_to_go_on:
                print(line, file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(STOPPED)


def _discard_typed_keys() -> None:
    """Discard keys that were pressed before the question."""
    with suppress(ImportError, OSError):
        import termios

        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
