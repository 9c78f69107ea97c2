"""A model file, served in a child process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from netnew.domain.budget import Spend
from netnew.domain.errors import InvalidInput, ModelMisconfigured, NoAnswer
from netnew.llms import GgufModel, ModelOptions, inspect, open_model, parse_model
from netnew.llms.gguf.model import SMALL_BELOW_BYTES
from netnew.llms.selection import Choice
from netnew.ports.models import unpaid
from tests.support.remote_models import PROMPT, Decisions

T = TypeVar("T")
SERVER = (sys.executable, str(Path(__file__).parents[2] / "support" / "model_file_server.py"))
WORDS = ("yes", "no")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "my model.gguf"
    path.write_bytes(b"GGUF and weights")
    return path


async def no_pause(seconds: float) -> None:
    return


def with_model(path: Path, use: Callable[[GgufModel], Awaitable[T]], **options: int) -> T:
    async def used() -> T:
        given = ModelOptions(pause=no_pause, threads=3, **options)
        async with GgufModel(parse_model(f"gguf:{path}"), given, command=SERVER) as model:
            return await use(model)

    return asyncio.run(used())


def test_it_is_known_by_its_file_name_and_content_wherever_it_lies(file: Path) -> None:
    name = with_model(file, lambda m: asyncio.sleep(0, m.name))
    assert name.startswith("gguf:my model.gguf#")
    assert str(file.parent) not in name
    moved = file.parent / "other" / file.name
    moved.parent.mkdir()
    moved.write_bytes(file.read_bytes())
    assert with_model(moved, lambda m: asyncio.sleep(0, m.name)) == name
    moved.write_bytes(b"GGUF and others")
    assert with_model(moved, lambda m: asyncio.sleep(0, m.name)) != name


def test_questions_are_answered_by_the_child_and_charged_without_cost(file: Path) -> None:
    charged: list[Spend] = []

    async def use(model: GgufModel) -> tuple[float, Decisions]:
        likely = await model.likelihood("", ("Is it?",), WORDS, charged.append)
        return likely, await model.ask(PROMPT, charged.append)

    assert with_model(file, use) == (1.0, Decisions())
    # 3 threads, 2 questions at once, as the server was told.
    assert [x.numbers() for x in charged] == [Spend(tokens=3003, model_calls=1).numbers()] * 2
    assert [(x.answers, x.unusable) for c in charged for x in c.outcomes] == [(1, 0), (1, 0)]
    assert {x.model.partition("#")[0] for c in charged for x in c.outcomes} == {
        "gguf:my model.gguf"
    }


def test_nothing_is_started_before_a_question_and_nothing_left_after(file: Path) -> None:
    async def use(model: GgufModel) -> None:
        assert model._server is None
        await model.likelihood("", ("Is it?",), WORDS, unpaid)
        server = model._server
        assert server is not None
        await model.aclose()
        assert not server.is_running

    with_model(file, use)


def test_a_child_that_was_killed_is_started_again(file: Path) -> None:
    async def use(model: GgufModel) -> float:
        await model.likelihood("", ("Is it?",), WORDS, unpaid)
        server = model._server
        assert server is not None
        server._process.kill()
        return await model.likelihood("", ("Is it?",), WORDS, unpaid)

    assert with_model(file, use) == 1.0


def test_a_question_that_crashes_it_twice_has_no_answer(file: Path) -> None:
    file.write_bytes(b"GGUF dies")
    with pytest.raises(NoAnswer, match="crashed"):
        with_model(file, lambda m: m.likelihood("", ("Is it?",), WORDS, unpaid), tries=2)


def test_a_file_that_cannot_be_loaded_is_told(file: Path) -> None:
    file.write_bytes(b"GGUF broken")
    with pytest.raises(ModelMisconfigured, match="bad tensor"):
        with_model(file, lambda m: m.ask(PROMPT, unpaid))


def test_llama_cpp_itself_tells_of_a_file_that_ends_too_early(file: Path) -> None:
    async def use() -> None:
        async with open_model(f"gguf:{file}") as model:
            await model.ask(PROMPT, unpaid)

    with pytest.raises(ModelMisconfigured, match="cannot load it"):
        asyncio.run(use())


def test_without_the_extra_it_is_said_what_to_install(file: Path) -> None:
    name = parse_model(f"gguf:{file}")
    with pytest.raises(ModelMisconfigured, match=r"pip install 'netnew\[local\]'"):
        GgufModel(name, ModelOptions(), runtime="a_package_that_nobody_has")


def test_a_missing_file_and_one_of_another_kind_are_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelMisconfigured, match=r"give the path of a \.gguf file"):
        open_model(f"gguf:{tmp_path / 'none.gguf'}")
    (tmp_path / "text.gguf").write_text("no weights")
    with pytest.raises(ModelMisconfigured, match="no GGUF"):
        open_model(f"gguf:{tmp_path / 'text.gguf'}")


@pytest.mark.parametrize(
    "text", ["gguf:", "gguf: ", "gguf:a>b", "gguf:a,gguf:b", "openai:a,gguf:b"]
)
def test_what_names_no_file_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        open_model(text)


def test_how_large_a_model_is_says_how_it_is_asked(tmp_path: Path) -> None:
    first = tmp_path / "large-00001-of-00002.gguf"
    first.write_bytes(b"GGUF")
    assert GgufModel(parse_model(f"gguf:{first}"), ModelOptions()).is_small
    with (tmp_path / "large-00002-of-00002.gguf").open("wb") as rest:
        rest.truncate(SMALL_BELOW_BYTES)  # takes no room on the disk
    assert not GgufModel(parse_model(f"gguf:{first}"), ModelOptions()).is_small


def test_doctor_sees_a_file_without_loading_it(file: Path) -> None:
    async def seen(path: Path) -> str:
        (found,) = await inspect(Choice(f"gguf:{path}", ""), ModelOptions())
        return found.problem

    assert asyncio.run(seen(file)) == ""
    assert "give the path" in asyncio.run(seen(file.parent / "none.gguf"))
