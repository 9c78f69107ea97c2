from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from netnew.domain.budget import Spend
from netnew.domain.errors import ModelMisconfigured, ModelUnavailable, StoreBusy
from netnew.llms import ModelOptions, open_model
from netnew.llms.errors import QuotaExhausted
from netnew.llms.retry import ServerState
from netnew.ports.models import unpaid
from tests.support.model_server import (
    HUNG_UP,
    SILENT,
    Answerer,
    Asked,
    Reply,
    fails,
    model_server,
    says,
)
from tests.support.remote_models import PROMPT, RIGHT, Decisions, ask

FOUND = Decisions.model_validate(RIGHT)


@pytest.mark.parametrize(
    "failure",
    [fails(503), fails(502), fails(504), fails(529), fails(408), fails(429), HUNG_UP],
    ids=["503", "502", "504", "529", "408", "429", "hung up"],
)
def test_what_may_pass_is_tried_again_ever_later(failure: Reply) -> None:
    told = ask([failure, failure, says(RIGHT)])
    assert told.result == FOUND
    assert told.waits == [0.5, 1.0]
    assert len(told.charged) == len(told.asked) == 3


def test_after_some_tries_a_model_is_unavailable() -> None:
    told = ask([fails(503, "overloaded")], tries=3)
    assert isinstance(told.result, ModelUnavailable)
    assert "overloaded" in told.result.problem
    assert "tried 3 times" in told.result.problem
    assert len(told.asked) == len(told.charged) == 3
    assert told.waits == [0.5, 1.0]


def test_a_server_that_fails_in_every_way_is_tried_no_oftener() -> None:
    told = ask([fails(500)], tries=4)
    assert isinstance(told.result, ModelUnavailable)
    assert told.formats == ["json_schema", "json_object", "text", "json_schema"]


def test_a_server_that_says_nothing_is_waited_for_no_longer_than_set() -> None:
    told = ask([SILENT], timeout_s=0.2, tries=2)
    assert isinstance(told.result, ModelUnavailable)
    assert "no answer in time" in told.result.problem
    assert len(told.asked) == len(told.charged) == 2


def test_what_a_server_asks_for_is_waited_and_no_more_than_a_minute() -> None:
    told = ask([fails(429, Retry_After="7"), says(RIGHT)])
    assert told.result == FOUND
    assert told.waits == [7.0]
    told = ask([fails(429, Retry_After="3600"), says(RIGHT)])
    assert isinstance(told.result, ModelUnavailable)
    assert told.result.retry_after_s == 3600
    assert (len(told.asked), told.waits) == (1, [])


@pytest.mark.parametrize(
    ("failure", "says_so"),
    [
        (fails(401, "Incorrect API key provided: sk-12*34"), "key was not accepted"),
        (fails(403, "no access"), "key was not accepted"),
        (fails(404, "model 'small' not found, try pulling it first"), "try pulling it"),
        (fails(405), "405"),
        (fails(402, "pay"), "used up"),
        (fails(429, "You exceeded your quota", "insufficient_quota"), "used up"),
    ],
    ids=["401", "403", "404", "405", "402", "quota"],
)
def test_what_needs_a_human_is_said_at_once(failure: Reply, says_so: str) -> None:
    told = ask([failure])
    assert isinstance(told.result, ModelMisconfigured)
    assert says_so in told.result.problem
    assert "sk-12" not in str(told.result)
    assert (len(told.asked), len(told.charged), told.waits) == (1, 1, [])
    assert isinstance(told.result, QuotaExhausted) == ("used up" in says_so)


AS_JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("no_model", "kind", "said"),
    [
        (Reply(200, "<html>Welcome</html>"), "HTML", "<html>Welcome</html>"),
        (
            Reply(200, "<!DOCTYPE html>\n Hi", AS_JSON),
            "HTML",
            "<!DOCTYPE html> Hi",
        ),
        (Reply(200, "Welcome"), "text that is no JSON", "Welcome"),
        (Reply(200, "", AS_JSON), "nothing", ""),
        (
            Reply(200, {"choices": []}),
            "JSON of another shape",
            '{"choices": []}',
        ),
    ],
    ids=["html", "html as json", "text", "nothing", "json"],
)
def test_what_answers_and_is_no_model_is_told_with_what_it_said(
    no_model: Reply, kind: str, said: str
) -> None:
    told = ask([no_model], tries=2)
    assert isinstance(told.result, ModelUnavailable)
    problem = f"answered with {kind} instead of a model's answer"
    shown = f" ('{said}')" if said else ""
    hint = "is its address right? It often ends in /v1"
    place = r"its server at http://127\.0\.0\.1:\d+/v1 "
    assert re.match(place + re.escape(f"{problem}{shown}; {hint}"), told.result.problem)
    failures = [name for spend in told.charged for x in spend.outcomes for name, _ in x.failures]
    assert failures == [f"its server {problem}"] * 2


NOBODY = r"^model compatible:x: its server at http://127\.0\.0\.1:9/v1 cannot be reached"


def test_where_nobody_listens_the_requests_count_too() -> None:
    charged: list[Spend] = []

    async def no_pause(seconds: float) -> None:
        return

    async def run() -> None:
        options = ModelOptions(pause=no_pause, tries=2)
        async with open_model("compatible:x@http://127.0.0.1:9/v1", options) as model:
            await model.ask(PROMPT, charged.append)

    with pytest.raises(ModelUnavailable, match=NOBODY):
        asyncio.run(run())
    assert [x.model_calls for x in charged] == [1, 1]


def test_a_question_that_is_broken_off_is_charged() -> None:
    charged: list[Spend] = []

    async def run() -> None:
        async with (
            model_server([SILENT]) as server,
            open_model(f"compatible:x@{server.base_url}") as model,
        ):
            asking = asyncio.create_task(model.ask(PROMPT, charged.append))
            await server.arrivals.acquire()
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking

    asyncio.run(run())
    assert charged == [Spend(model_calls=1)]


def test_no_more_are_asked_at_once_than_allowed() -> None:
    async def run() -> tuple[int, int]:
        async with model_server([says(RIGHT)]) as server:
            server.gate = asyncio.Event()
            options = ModelOptions(at_once=3)
            async with open_model(f"compatible:x@{server.base_url}", options) as model:
                asking = [asyncio.create_task(model.ask(PROMPT, lambda _: None)) for _ in range(9)]
                for _ in range(3):
                    await server.arrivals.acquire()
                server.gate.set()
                await asyncio.gather(*asking)
            return server.most_at_once, len(server.asked)

    assert asyncio.run(run()) == (3, 9)


class NotedLimits:
    """Limits that note whose calls they were asked for, and let all through."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, float | None, int | None]] = []
        self.inside = 0

    @asynccontextmanager
    async def call(
        self, provider: str, rate_per_s: float | None = None, at_once: int | None = None
    ) -> AsyncIterator[None]:
        self.asked.append((provider, rate_per_s, at_once))
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1


def test_each_request_waits_for_its_turn_among_all_processes_and_none_is_held_in_a_pause() -> None:
    limits = NotedLimits()
    held: list[int] = []

    async def pause(seconds: float) -> None:
        held.append(limits.inside)

    async def run() -> str:
        async with model_server([fails(503), says(RIGHT)]) as server:
            options = ModelOptions(limits=limits, rate_per_s=2.0, at_once=5, pause=pause)
            async with open_model(f"compatible:x@{server.base_url}", options) as model:
                await model.ask(PROMPT, lambda _: None)
            return server.base_url

    base_url = asyncio.run(run())
    assert limits.asked == [(f"model:compatible:{base_url}", 2.0, 5)] * 2
    assert held == [0]


def test_without_room_at_the_database_nothing_is_asked() -> None:
    class Busy(NotedLimits):
        @asynccontextmanager
        async def call(self, *_: object) -> AsyncIterator[None]:
            raise StoreBusy("locked")
            yield

    told = ask([says(RIGHT)], limits=Busy())
    assert isinstance(told.result, StoreBusy)
    assert told.asked == told.charged == []


def asked_together(
    script: Answerer, questions: int, **options: Any
) -> tuple[list[object], list[float]]:
    """Many questions at once on a clock that only waiting moves: the results, and when each request
    came."""
    now, arrivals = 0.0, list[float]()

    async def pause(seconds: float) -> None:
        nonlocal now
        until = now + seconds
        await asyncio.sleep(0.01)  # the others come to wait, too
        now = max(now, until)

    def answer(asked: Asked) -> Reply:
        arrivals.append(now)
        return script(asked)

    async def run() -> list[object]:
        async with model_server(answer) as server:
            given = ModelOptions(pause=pause, chance=lambda: 0.0, monotonic=lambda: now, **options)
            async with open_model(f"compatible:many@{server.base_url}", given) as model:
                asking = (model.ask(PROMPT, unpaid) for _ in range(questions))
                return list(await asyncio.gather(*asking, return_exceptions=True))

    return asyncio.run(run()), arrivals


def test_a_server_that_asks_to_wait_is_left_alone_by_all_questions() -> None:
    left = [fails(429, Retry_After="30")]
    results, arrivals = asked_together(
        lambda asked: left.pop() if left else says(RIGHT), 20, at_once=1
    )
    assert results == [FOUND] * 20
    assert len(arrivals) == 21
    assert arrivals[0] == 0
    assert min(arrivals[1:]) >= 30


def test_a_server_is_away_once_all_that_may_be_under_way_failed_for_long_enough() -> None:
    state = ServerState(tries=4, at_once=2)
    for _ in range(8):
        state.failed(10.0)
    assert not state.is_away(13.4), "one question alone would still be patient"
    assert state.is_away(13.5)
    state.failures = 0
    state.failed(20.0)
    assert not state.is_away(100.0)


def test_failures_of_one_question_do_not_make_the_others_wait() -> None:
    state = ServerState(tries=4, at_once=2)
    state.failed(10.0)
    state.rest(10.0, 0.5, is_asked=False)
    assert state.rests_until < 10.0
    state.rest(10.0, 30.0, is_asked=True)
    assert state.rests_until == 40.0
    for _ in range(3):
        state.failed(41.0)
    state.rest(41.0, 2.0, is_asked=False)
    assert state.rests_until == 43.0
