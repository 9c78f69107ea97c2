"""The store over each database, for suites that every implementation must pass."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from netnew.domain.ids import LOCAL_WORKSPACE, WorkspaceId
from netnew.ports.store import Store
from netnew.store import open_store


@dataclass(frozen=True)
class StandingClock:
    """Shows `at`, always."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


@dataclass(frozen=True)
class Implementation:
    """Opens the same place as often as asked, as another process would."""

    url: str
    now: datetime

    def open(self, workspace: WorkspaceId = LOCAL_WORKSPACE) -> AbstractAsyncContextManager[Store]:
        return open_store(self.url, workspace, StandingClock(self.now))

    def check(self, work: Callable[[Store], Awaitable[None]]) -> None:
        async def with_store() -> None:
            async with self.open() as store:
                await work(store)

        asyncio.run(with_store())


def implementation_of(
    request: pytest.FixtureRequest, folder: Path, now: datetime
) -> Implementation:
    """The one that `request.param` names: 'sqlite' or 'postgres'."""
    if request.param == "postgres":
        return Implementation(request.getfixturevalue("postgres_url"), now)
    return Implementation(f"sqlite:///{folder / 'netnew.db'}", now)
