"""Ctrl-C and polite kills while a run is watched."""

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
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty() and sys.stderr.isatty()


@dataclass(slots=True)
class Interrupts:
    """On a terminal the first Ctrl-C asks what is meant; elsewhere it stops the run, or, where
    there is no `stop`, only the watching. The second ends the process at once with exit code 130,
    which a run survives at any instant. `how_to_go_on`: lines told then."""

    shown: Display
    stop: Callable[[], Awaitable[object]] | None
    how_to_go_on: Sequence[str]
    asks: bool = field(default_factory=can_ask)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set where the run is to be left running."""
    _asking: bool = False
    _stopping: asyncio.Future[object] | None = None

    @contextmanager
    def heeded(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError, RuntimeError):  # Windows; not in the main thread
            for number in _SIGNALS:
                loop.add_signal_handler(number, self._heed, number)
        try:
            yield
        finally:
            self._ask_no_more()
            with suppress(NotImplementedError, RuntimeError):
                for number in _SIGNALS:
                    loop.remove_signal_handler(number)

    def _heed(self, number: int) -> None:
        if self._stopping is not None or (self._asking and number == signal.SIGINT):
            self._leave_at_once()
        elif self.asks and number == signal.SIGINT:
            self._ask()
        elif self.stop is None:
            self.left.set()
        else:
            self._stop(self.stop)

    def _stop(self, stop: Callable[[], Awaitable[object]]) -> None:
        self._ask_no_more()
        self.shown.say("Stopping; what was found is kept. Press Ctrl-C again to exit immediately.")
        self._stopping = asyncio.ensure_future(stop())

    def _ask(self) -> None:
        self._asking = True
        self.shown.pause()
        _forget_what_was_typed()
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._answered)
        self._put_question()

    def _put_question(self) -> None:
        print(f"\n{QUESTION}", end="", file=sys.stderr, flush=True)

    def _answered(self) -> None:
        answer = os.read(sys.stdin.fileno(), 1000).decode(errors="replace").strip().lower()
        match answer[:1]:
            case "l":
                self._ask_no_more()
                self.left.set()
            case "s" if self.stop is not None:
                self._stop(self.stop)
            case "c" | "":
                self._ask_no_more()
                self.shown.go_on()
            case _:
                self._put_question()

    def _ask_no_more(self) -> None:
        if self._asking:
            self._asking = False
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())

    def _leave_at_once(self) -> None:
        self.shown.pause()
        if self.asks:
            print(file=sys.stderr)
            for line in self.how_to_go_on:
                print(line, file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(STOPPED)


def _forget_what_was_typed() -> None:
    """Keys pressed before the question are no answer to it."""
    with suppress(ImportError, OSError):
        import termios

        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
