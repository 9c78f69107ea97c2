from __future__ import annotations

import asyncio

from netnew.domain.budget import Spend
from netnew.llms import Capability, ModelOptions, RemoteModel, parse_model, probe
from tests.support.model_server import Answerer, Asked, Reply, fails, model_server, says

SUM = says({"sum": 42})


def probed(answer: Answerer) -> tuple[Capability, list[Spend], int]:
    charged: list[Spend] = []

    async def run() -> tuple[Capability, int]:
        async with model_server(answer) as server:
            options = ModelOptions(tries=1)
            name = parse_model(f"compatible:x@{server.base_url}")
            async with RemoteModel(name, options) as model:
                found = await probe(model, options, charged.append, overflow=True)
            return found, len(server.asked)

    found, asked = asyncio.run(run())
    return found, charged, asked


def test_a_server_that_knows_its_limits() -> None:
    def answer(asked: Asked) -> Reply:
        return fails(400, "exceeds the context size") if len(asked.prompt) > 100_000 else SUM

    found, charged, asked = probed(answer)
    assert str(found.output_mode) == "json_schema"
    assert found.tells_overflow is True
    assert found.problem == ""
    assert len(charged) == asked == 3


def test_a_server_that_cuts_long_prompts_short_and_knows_no_schema() -> None:
    found, _, _ = probed(lambda asked: fails(400) if asked.format == "json_schema" else SUM)
    assert str(found.output_mode) == "json_object"
    assert found.tells_overflow is False


def test_a_server_that_does_not_work() -> None:
    found, charged, asked = probed(lambda asked: fails(503, "loading"))
    assert (found.output_mode, found.latency_s, found.tells_overflow) == (None, None, None)
    assert "loading" in found.problem
    assert len(charged) == asked == 1
