from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from netnew.domain.budget import Spend
from netnew.domain.errors import ModelMisconfigured, ModelUnavailable, NoAnswer
from netnew.llms import Fallback, ModelOptions, open_model
from tests.support.model_server import Reply, fails, model_server, says
from tests.support.remote_models import PROMPT, RIGHT, Decisions

OTHER = {"verdicts": [{"condition": 1, "outcome": "unmatched"}]}


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def asked_of_two(
    first: Iterable[Reply], second: Iterable[Reply], at: Iterable[float] = (0.0,)
) -> tuple[list[Any], list[int]]:
    """What came of a question at each time, and how many requests each server saw."""
    clock = Seconds()
    charged: list[Spend] = []

    async def no_pause(seconds: float) -> None:
        return

    async def run() -> tuple[list[Any], list[int]]:
        async with model_server(first) as a, model_server(second) as b:
            name = f"compatible:a@{a.base_url},compatible:b@{b.base_url}"
            options = ModelOptions(tries=2, pause=no_pause, monotonic=clock)
            results: list[Any] = []
            async with open_model(name, options) as model:
                assert isinstance(model, Fallback)
                assert model.name == name
                for clock.now in at:
                    try:
                        results.append(await model.ask(PROMPT, charged.append))
                    except Exception as error:
                        results.append(error)
            counts = [len(a.asked), len(b.asked)]
            assert len(charged) == sum(counts)
            return results, counts

    return asyncio.run(run())


def test_the_second_is_asked_where_the_first_is_away_and_the_first_again_later() -> None:
    results, counts = asked_of_two(
        [fails(503), fails(503), says(RIGHT)], [says(OTHER)], at=(0.0, 29.0, 31.0)
    )
    right, other = Decisions.model_validate(RIGHT), Decisions.model_validate(OTHER)
    assert results == [other, other, right]
    assert counts == [3, 2]


def test_a_server_that_says_when_is_left_alone_until_then() -> None:
    results, counts = asked_of_two(
        [fails(429, Retry_After="600"), says(RIGHT)], [says(OTHER)], at=(0.0, 599.0, 601.0)
    )
    assert [x.verdicts[0].outcome for x in results] == ["unmatched", "unmatched", "matched"]
    assert counts == [2, 2]


def test_a_used_up_quota_is_an_absence() -> None:
    results, _ = asked_of_two([fails(429, "pay", "insufficient_quota")], [says(OTHER)])
    assert results == [Decisions.model_validate(OTHER)]


@pytest.mark.parametrize("said", [says("no"), says("", refusal="No."), fails(400, "context size")])
def test_what_the_first_says_counts(said: Reply) -> None:
    results, counts = asked_of_two([said], [says(OTHER)])
    assert isinstance(results[0], NoAnswer)
    assert counts[1] == 0


def test_a_wrong_key_is_to_be_seen() -> None:
    results, counts = asked_of_two([fails(401)], [says(OTHER)])
    assert isinstance(results[0], ModelMisconfigured)
    assert counts == [1, 0]


def test_where_all_are_away_all_are_tried_each_time() -> None:
    results, counts = asked_of_two([fails(503)], [fails(503)], at=(0.0, 1.0))
    assert all(isinstance(x, ModelUnavailable) for x in results)
    assert counts == [4, 4]
