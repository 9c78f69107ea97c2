"""From the name of a judge to who decides, where a model file is part of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from netnew.domain.condition import MatchCondition
from netnew.domain.errors import InvalidInput, ModelMisconfigured
from netnew.domain.run import RunSpec
from netnew.engine.context import JudgeSetup
from netnew.judge_factory import JudgeFactory
from netnew.judges.logprob_judge import NoAdvice
from netnew.judges.model import ModelAdvisor
from netnew.llms.gguf.model import SMALL_BELOW_BYTES
from netnew.settings import Settings
from netnew.testing import ScriptedJudge


def judging(name: str, home: Path, generator: str = "core") -> JudgeSetup:
    async def named() -> JudgeSetup:
        judges = JudgeFactory(ScriptedJudge(), Settings(home=home, model=name))
        spec = RunSpec("all kettles", "kettle", (MatchCondition("red", "It is red."),),
                       judge=name, generator=generator)  # fmt: skip
        try:
            return await judges.named(spec)
        finally:
            await judges.aclose()

    return asyncio.run(named())


def model_file(folder: Path, name: str, size: int) -> Path:
    path = folder / name
    with path.open("wb") as file:
        file.write(b"GGUF")
        file.truncate(size)  # takes no room on the disk
    return path


def test_a_small_model_file_is_asked_for_one_word_and_for_nothing_else(tmp_path: Path) -> None:
    small = model_file(tmp_path, "small.gguf", 1_000)
    found = judging(f"gguf:{small}", tmp_path, "pro")
    assert isinstance(found.advisor, NoAdvice)
    family = found.judge.profile.family
    assert family.startswith("t2+rules"), "and there is no second look"
    assert "recheck" not in family
    assert found.judge.profile.model.startswith("gguf:small.gguf#")
    assert not found.is_free


def test_a_large_model_file_is_asked_like_any_model(tmp_path: Path) -> None:
    large = model_file(tmp_path, "large.gguf", SMALL_BELOW_BYTES)
    found = judging(f"gguf:{large}", tmp_path, "pro")
    assert isinstance(found.advisor, ModelAdvisor)
    assert "gguf:large.gguf#" in found.judge.profile.family, "it looks again at what matches"


def test_a_small_file_before_a_large_model(tmp_path: Path) -> None:
    small = model_file(tmp_path, "small.gguf", 1_000)
    large = model_file(tmp_path, "large.gguf", SMALL_BELOW_BYTES)
    found = judging(f"gguf:{small}>gguf:{large}", tmp_path)
    assert isinstance(found.advisor, ModelAdvisor)
    assert found.judge.profile.rank == 2
    alone = judging(f"only:gguf:{small}", tmp_path)
    assert alone.judge.profile.family == "t2"


def test_auto_takes_the_model_file_of_the_settings(tmp_path: Path) -> None:
    small = model_file(tmp_path, "small.gguf", 1_000)

    async def named() -> JudgeSetup:
        judges = JudgeFactory(ScriptedJudge(), Settings(home=tmp_path, model=f"gguf:{small}"))
        try:
            return await judges.named(RunSpec("all kettles", "kettle", judge="auto"))
        finally:
            await judges.aclose()

    assert asyncio.run(named()).name == f"gguf:{small}"


def test_what_is_wrong_with_a_model_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMisconfigured, match="give the path"):
        judging(f"gguf:{tmp_path / 'none.gguf'}", tmp_path)
    with pytest.raises(InvalidInput, match="names no model file") as raised:
        judging("gguf:", tmp_path)
    assert "gguf:FILE" in raised.value.allowed
