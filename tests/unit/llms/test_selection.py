from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from netnew.domain.errors import InvalidInput
from netnew.llms import ModelOptions, choose_model, inspect, parse_model, served_at
from netnew.llms.prices import listed_price
from netnew.llms.selection import DEFAULTS, Choice
from tests.support.model_server import fails, model_server, says
from tests.support.remote_models import RIGHT

Servers = dict[str, Sequence[str]]


def choose(wanted: str = "", servers: Servers | None = None, **values: str) -> Choice:
    own = {"base_url": values.pop("base_url", "")}
    found = servers or {}
    return choose_model(
        wanted, ModelOptions(look_up=values.get, **own), lambda url, key: found.get(url)
    )


def test_what_is_set_is_used() -> None:
    assert choose("ollama:mine", OPENAI_API_KEY="k").name == "ollama:mine"


def test_a_vendor_whose_key_is_there_is_next() -> None:
    both = choose(ANTHROPIC_API_KEY="k", OPENAI_API_KEY="k")
    assert both.name.startswith("openai:")
    assert both.why.startswith("OPENAI_API_KEY is set")
    assert choose(GEMINI_API_KEY="k").name.startswith("google:")
    assert choose(OPENAI_API_KEY=" ").name == ""


def test_a_server_within_reach_is_the_last() -> None:
    mine, ollama = "http://mine/v1", "http://localhost:11434/v1"
    servers: Servers = {mine: ["bge-m3", "qwen"], ollama: ["nomic-embed-text", "llama3:8b"]}
    assert choose(servers=servers, base_url=mine).name == "compatible:qwen"
    assert choose(servers=servers).name == "ollama:llama3:8b"
    assert choose(servers={mine: [], ollama: ["a"]}, base_url=mine).name == "ollama:a"
    assert choose(servers={ollama: ["nomic-embed-text"]}) == choose()


def test_without_any_there_is_a_sentence() -> None:
    found = choose()
    assert found.name == ""
    assert found.why.endswith(".")


def test_an_address_of_the_settings_that_is_none_is_told() -> None:
    with pytest.raises(InvalidInput, match="model_base_url"):
        choose(base_url="nowhere")


def test_the_small_models_have_a_price() -> None:
    for vendor, model in DEFAULTS.items():
        price = listed_price(parse_model(f"{vendor}:{model}"))
        assert price is not None
        assert 0 < price.input < price.output < 5


def test_prices_are_known_by_vendor_and_by_address_and_not_guessed() -> None:
    assert listed_price(parse_model("openai:no-such-model")) is None
    assert listed_price(parse_model("ollama:gpt-6-luna")) is None
    gpt = parse_model("compatible:gpt-6-luna")
    assert listed_price(gpt, "http://127.0.0.1:8000/v1") is None
    assert listed_price(gpt, "https://api.openai.com/v1") == listed_price(
        parse_model("openai:gpt-6-luna")
    )


def test_a_server_lists_its_models() -> None:
    async def run() -> None:
        async with model_server([says(RIGHT)], models=("a", "b")) as server:
            assert await asyncio.to_thread(served_at, server.base_url) == ("a", "b")
        assert await asyncio.to_thread(served_at, server.base_url) is None

    asyncio.run(run())


def test_what_there_is_to_see_of_a_model() -> None:
    async def run() -> None:
        async with model_server([says(RIGHT)], models=("a",)) as server:
            options = ModelOptions(look_up={}.get, base_url=server.base_url)
            choice = Choice("compatible:a,compatible:b,openai:m,nonsense", "So.")
            (bad,) = await inspect(choice, options)
            assert "nonsense" in bad.problem
            choice = Choice("compatible:a,compatible:b,openai:m", "So.")
            a, b, openai = await inspect(choice, options)
            assert (a.problem, a.base_url, a.capability) == ("", server.base_url, None)
            assert "has a, and not this" in b.problem
            assert "OPENAI_API_KEY" in openai.problem
            assert server.asked == []
        (gone,) = await inspect(Choice("compatible:a", "So."), options)
        assert "no server answers" in gone.problem

    asyncio.run(run())


def test_a_model_is_asked_only_where_that_is_wanted() -> None:
    async def run() -> None:
        async with model_server([says({"sum": 42})], models=("a",)) as server:
            options = ModelOptions(look_up={}.get, base_url=server.base_url)
            (seen,) = await inspect(Choice("compatible:a", "So."), options, ask=True)
            assert seen.problem == ""
            assert seen.capability is not None
            assert str(seen.capability.output_mode) == "json_schema"
            assert seen.capability.latency_s is not None
        async with model_server([fails(401)], models=("a",)) as server:
            options = ModelOptions(look_up={}.get, base_url=server.base_url)
            (seen,) = await inspect(Choice("compatible:a", "So."), options, ask=True)
            assert "key was not accepted" in seen.problem

    asyncio.run(run())


def test_a_key_or_server_without_its_client_is_passed_over_and_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("netnew.llms.credentials.find_spec", lambda name: None)
    keyed = choose(OPENAI_API_KEY="k", ANTHROPIC_API_KEY="k")
    assert keyed.name == ""
    assert "OPENAI_API_KEY is set, but its client is not installed" in keyed.why
    assert "pip install 'netnew[anthropic]'" in keyed.why
    served = choose(servers={"http://localhost:11434/v1": ["llama3:8b"]})
    assert served.name == ""
    assert "pip install 'netnew[openai]'" in served.why
