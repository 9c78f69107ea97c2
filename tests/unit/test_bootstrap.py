"""The parts put together."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from netnew.bootstrap import _Queue
from netnew.domain.errors import StoreBusy
from netnew.settings import Settings


def test_a_queue_that_could_not_be_opened_is_opened_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netnew.durable.dbos_config._OPENING_TAKES_AT_MOST_S", 0.0)
    folder = tmp_path / "later"

    async def work() -> None:
        async with AsyncExitStack() as stack:
            settings = Settings(database_url=f"sqlite:///{folder}/netnew.db")
            queue = _Queue(lambda: None, settings, stack)
            with pytest.raises(StoreBusy):
                await queue.open()
            folder.mkdir()
            assert await queue.open() is await queue.open()

    asyncio.run(work())
