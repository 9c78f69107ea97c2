from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from netnew.cli.doctor import ENOUGH_BYTES, CheckStatus, home_check
from netnew.cli.main import app
from tests.support.model_server import says, threaded_model_server

Look = Callable[[], tuple[int, dict[str, dict[str, str]]]]


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bare_environment: None) -> Look:
    """The exit code and checks of `netnew doctor` in a HOME of its own, over the real parts."""
    monkeypatch.setenv("NETNEW_HOME", str(tmp_path / "home"))
    for service in ("BRAVE", "SERPER", "TAVILY", "EXA"):
        monkeypatch.delenv(f"{service}_API_KEY", raising=False)
    monkeypatch.delenv("SEARXNG_URL", raising=False)

    def look() -> tuple[int, dict[str, dict[str, str]]]:
        done = CliRunner().invoke(app, ["doctor", "--json"], prog_name="netnew")
        return done.exit_code, {x["name"]: x for x in json.loads(done.stdout)["checks"]}

    return look


def test_a_default_source_that_is_not_set_up_is_no_ok_and_no_failure(
    doctor: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETNEW_WEB_PROVIDERS", "brave,searxng")
    code, found = doctor()
    assert code == 0
    assert found["source web"]["health"] == "note"
    assert "web:searxng=" in found["source web"]["detail"]
    assert found["home"]["health"] == found["database"]["health"] == "ok"


def test_search_services_are_listed_and_keys_are_not_shown(
    doctor: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAVILY_API_KEY", "tvly-a-secret-of-mine-1234")
    code, found = doctor()
    assert code == 0
    assert found["search tavily"]["detail"] == (
        "TAVILY_API_KEY is set (**********1234); used by `web`; $8 per 1,000 searches"
    )
    assert found["search brave"]["detail"].startswith("not set up: BRAVE_API_KEY is not set")
    assert found["search ddgs"]["detail"] == "needs no key"
    assert found["source web"]["health"] == "ok"
    assert "a-secret-of-mine" not in json.dumps(found)


def test_a_search_service_that_there_is_not_is_named(
    doctor: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETNEW_WEB_PROVIDERS", "bing")
    code, found = doctor()
    assert code == 1
    assert "no web provider is called 'bing'" in found["search services"]["detail"]


def test_chosen_sources_are_opened(doctor: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETNEW_WEB_PROVIDERS", "brave")
    monkeypatch.setenv("NETNEW_SOURCES", "pyenv,web,corpus:none-of-this-name")
    code, found = doctor()
    assert code == 1
    assert found["source pyenv"]["health"] == "ok"
    assert found["source web"]["health"] == "bad"
    assert found["source corpus:none-of-this-name"]["health"] == "bad"


def test_a_disk_without_room_is_warned_of(tmp_path: Path) -> None:
    assert home_check(tmp_path, ENOUGH_BYTES).health is CheckStatus.OK
    little = home_check(tmp_path, ENOUGH_BYTES - 1)
    assert little.health is CheckStatus.NOTE
    assert "0.10 GB free: little room" in little.detail


@pytest.fixture
def keyless(monkeypatch: pytest.MonkeyPatch) -> None:
    """No vendor's key of the machine's own reaches the test, and no Ollama of its own."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OLLAMA_BASE_URL", "http://127.0.0.1:9/v1")


def test_without_a_model_it_says_how_to_have_one(doctor: Look, keyless: None) -> None:
    code, found = doctor()
    assert code == 0
    assert found["model"]["health"] == "ok"
    assert "rules decide" in found["model"]["detail"]
    assert "NETNEW_MODEL" in found["model"]["detail"]


def test_a_model_whose_key_is_there_is_told_with_its_price_and_without_the_key(
    doctor: Look, keyless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-hidden")
    code, found = doctor()
    assert code == 0
    (name,) = (x for x in found if x.startswith("model openai:"))
    assert found[name]["health"] == "ok"
    assert "OPENAI_API_KEY is set" in found[name]["detail"]
    assert "for a million tokens" in found[name]["detail"]
    assert "sk-hidden" not in json.dumps(found)


def test_a_model_that_was_chosen_and_cannot_be_used_is_bad(
    doctor: Look, keyless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETNEW_MODEL", "openai:gpt-6-luna,compatible:m@http://127.0.0.1:9/v1")
    code, found = doctor()
    assert code == 1
    assert "OPENAI_API_KEY" in found["model openai:gpt-6-luna"]["detail"]
    away = found["model compatible:m@http://127.0.0.1:9/v1"]
    assert (away["health"], "no server answers" in away["detail"]) == ("bad", True)


def test_a_model_is_asked_only_with_probe(
    doctor: Look, keyless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with threaded_model_server([says({"sum": 42})], models=("m",)) as server:
        name = f"model compatible:m@{server.base_url}"
        monkeypatch.setenv("NETNEW_MODEL", name.removeprefix("model "))
        _, found = doctor()
        assert found[name]["health"] == "ok"
        assert server.asked == []
        done = CliRunner().invoke(app, ["doctor", "--json", "--probe"], prog_name="netnew")
        found = {x["name"]: x for x in json.loads(done.stdout)["checks"]}
        assert "answers by json_schema in" in found[name]["detail"]
        assert len(server.asked) == 2
