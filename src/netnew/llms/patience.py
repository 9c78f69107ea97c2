"""How often a question is tried, and how long is waited between two tries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from netnew.domain.errors import ModelUnavailable

_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 20.0
# A server that asks for more is not waited for within a question.
LONGEST_RETRY_AFTER_S = 60.0


class Patience:
    """The failed requests of one question."""

    def __init__(
        self,
        model: str,
        tries: int,
        pause: Callable[[float], Awaitable[None]],
        chance: Callable[[], float],
    ) -> None:
        self._model = model
        self._tries = tries
        self._pause = pause
        self._chance = chance
        self._failed = 0
        self._waited = 0

    def count(self, problem: str, retry_after_s: float | None) -> None:
        """One more has failed. Raises ModelUnavailable where that was the last."""
        self._failed += 1
        too_late = retry_after_s is not None and retry_after_s > LONGEST_RETRY_AFTER_S
        if self._failed >= self._tries or too_late:
            times = "once" if self._failed == 1 else f"{self._failed} times"
            raise ModelUnavailable(self._model, f"{problem}; tried {times}", retry_after_s)

    async def wait(self, retry_after_s: float | None) -> None:
        """As long as the server asked for, or twice as long each time; by chance up to half as
        much again, so that those who failed together do not come back together."""
        grown = min(_FIRST_WAIT_S * 2**self._waited, _LONGEST_WAIT_S)
        self._waited += 1
        least = grown if retry_after_s is None else retry_after_s
        await self._pause(least * (1 + self._chance() / 2))
