"""How often a question is tried, and how long to wait between attempts."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from netnew.domain.errors import ModelUnavailable

_FIRST_WAIT_S = 0.5
_MAX_WAIT_S = 20.0
# Failures in a row that concern more than one question.
_SEVERAL = 3
# A longer wait requested by the server is not done within a question.
MAX_RETRY_AFTER_S = 60.0


@dataclass(slots=True)
class ServerState:
    """The shared state of a model's server, so that a server that asks to wait, or answers nobody,
    is left alone by all questions instead of being tried by each.

    Once `tries` × `at_once` requests in a row have failed, over at least the time that one
    question is retried, each question is tried only once."""

    tries: int
    at_once: int
    failures: int = 0
    rests_until: float = -math.inf
    _failing_since: float = 0.0

    def failed(self, now: float) -> None:
        if not self.failures:
            self._failing_since = now
        self.failures += 1

    def rest(self, now: float, pause_s: float, is_asked: bool) -> None:
        """One question waits; the others wait, too, if the server asked for it or has answered
        none of them recently."""
        if is_asked or self.failures >= _SEVERAL:
            self.rests_until = max(self.rests_until, now + pause_s)

    def is_away(self, now: float) -> bool:
        patience_s = _FIRST_WAIT_S * (2 ** (self.tries - 1) - 1)
        has_failed = self.failures >= self.tries * self.at_once
        return has_failed and now - self._failing_since >= patience_s


class RetryPolicy:
    """Counts the failed requests of one question. `state` is shared by all questions to that
    server."""

    def __init__(
        self,
        model: str,
        tries: int,
        pause: Callable[[float], Awaitable[None]],
        chance: Callable[[], float],
        monotonic: Callable[[], float],
        state: ServerState,
    ) -> None:
        self._model = model
        self._tries = tries
        self._pause = pause
        self._chance = chance
        self._monotonic = monotonic
        self._state = state
        self._has_waited = False
        self._failed = 0
        self._waited = 0

    async def for_its_turn(self) -> None:
        """Before a request: wait as long as the server asked others to wait."""
        rest_s = self._state.rests_until - self._monotonic()
        if rest_s > 0 and not self._has_waited:
            await self._pause(rest_s * (1 + self._chance() / 2))
        self._has_waited = False

    def answered(self) -> None:
        """A reply arrived, usable or not."""
        self._state.failures = 0

    def count(self, problem: str, retry_after_s: float | None) -> None:
        """One more request failed. Raises ModelUnavailable after the last."""
        self._failed += 1
        self._state.failed(self._monotonic())
        too_late = retry_after_s is not None and retry_after_s > MAX_RETRY_AFTER_S
        if self._failed >= self._tries or too_late or self._state.is_away(self._monotonic()):
            times = "once" if self._failed == 1 else f"{self._failed} times"
            raise ModelUnavailable(self._model, f"{problem}; tried {times}", retry_after_s)

    async def wait(self, retry_after_s: float | None) -> None:
        """Wait as long as the server asked for, or twice as long each time; with up to half as
        much jitter, so that requests that failed together do not return together."""
        grown = min(_FIRST_WAIT_S * 2**self._waited, _MAX_WAIT_S)
        self._waited += 1
        least = grown if retry_after_s is None else retry_after_s
        pause_s = least * (1 + self._chance() / 2)
        self._state.rest(self._monotonic(), least, retry_after_s is not None)
        await self._pause(pause_s)
        self._has_waited = True
