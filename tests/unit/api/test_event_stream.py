"""Streams end with the key that opened them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from netnew.api import event_stream as following
from netnew.api.auth import ANYBODY, Caller
from netnew.api.event_stream import follow
from netnew.bootstrap import make_api_state, open_app
from netnew.domain.event import Event
from netnew.domain.ids import LOCAL_WORKSPACE
from netnew.domain.run import RunSpec
from netnew.settings import Settings

pytestmark = pytest.mark.anyio
_BEAT_S = 0.01


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "KEY_ASKED_EVERY_S", _BEAT_S)


@pytest.fixture
async def anybody(tmp_path: Path) -> AsyncIterator[Caller]:
    settings = Settings.load(home=tmp_path, sources=("pyenv",), judge="rules")
    async with open_app(settings) as app:
        api = make_api_state(app)
        yield Caller(ANYBODY, LOCAL_WORKSPACE, api.service_of(LOCAL_WORKSPACE), api)


@asynccontextmanager
async def beating(caller: Caller) -> AsyncIterator[AsyncIterator[list[Event]]]:
    """The stream of a run that waits, which beats."""
    run = await caller.service.create_run(RunSpec("all red kettles", "kettle"))
    async with asyncio.timeout(30):
        events = follow(caller, run.id, 0, _BEAT_S)
        while not await anext(events):
            pass
        for _ in range(5):
            assert await anext(events) == []
        yield events


async def test_a_stream_ends_once_its_key_is_revoked(anybody: Caller) -> None:
    keys = anybody.api.keys
    key, _ = await keys.create("mine", LOCAL_WORKSPACE)
    await keys.create("another", LOCAL_WORKSPACE)
    caller = Caller(key.id, LOCAL_WORKSPACE, anybody.service, anybody.api)
    async with beating(caller) as events:
        await keys.revoke(key.id)
        assert not [some async for some in events if some]


async def test_a_stream_ends_once_its_key_expires(anybody: Caller) -> None:
    keys = anybody.api.keys
    key, _ = await keys.create("mine", LOCAL_WORKSPACE)
    caller = Caller(key.id, LOCAL_WORKSPACE, anybody.service, anybody.api)
    async with beating(caller) as events:
        await keys.rotate(key.id, timedelta())
        assert not [some async for some in events if some]


async def test_a_stream_without_a_key_ends_once_there_is_one(anybody: Caller) -> None:
    async with beating(anybody) as events:
        await anybody.api.keys.create("first", LOCAL_WORKSPACE)
        assert not [some async for some in events if some]
