"""Workers of several runs are killed again and again: all ends as if they had not been.

The short form of `make chaos`: real processes, a loopback web and judge that count each call.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from benchmarks.chaos import disturbed, undisturbed
from benchmarks.chaos_outcome import Story, Undisturbed
from benchmarks.chaos_web import World, worlds
from tests.support.databases import KINDS, new_database

SHARES = (0.1, 0.5, 1.0)


@pytest.fixture(scope="module")
def some() -> list[World]:
    return worlds(2, entities=12)


@pytest.fixture(scope="module")
def whole(some: list[World]) -> Undisturbed:
    return asyncio.run(undisturbed(some))


@pytest.mark.parametrize("kind", KINDS)
def test_killed_again_and_again_all_ends_as_if_undisturbed(
    kind: str,
    some: list[World],
    whole: Undisturbed,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    url, dice = new_database(kind, request, tmp_path), random.Random(kind)
    story = asyncio.run(disturbed(Story(kind), url, dice, some, whole, SHARES))
    assert story.faults == []
    assert (story.kills, len(story.outcomes)) == (len(SHARES), 2)
    assert all(outcome.candidates >= 10 for outcome in story.outcomes.values())
