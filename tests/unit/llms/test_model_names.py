from __future__ import annotations

import pytest

from netnew.domain.errors import InvalidInput, ModelMisconfigured
from netnew.llms import ModelOptions, open_model, parse_model, parse_models
from netnew.llms.credentials import credentials_for


@pytest.mark.parametrize(
    ("text", "vendor", "model", "base_url"),
    [
        ("openai:gpt-6-luna", "openai", "gpt-6-luna", ""),
        ("ollama:qwen3:8b", "ollama", "qwen3:8b", ""),
        ("compatible:org/model-7b", "compatible", "org/model-7b", ""),
        ("compatible:m@http://h:8000/v1", "compatible", "m", "http://h:8000/v1"),
        ("compatible:m@http://h:8000", "compatible", "m", "http://h:8000/v1"),
        ("compatible:m@https://h/api/v1/chat/completions", "compatible", "m", "https://h/api/v1"),
        ("ollama:q:8b@http://box:11434/v1/", "ollama", "q:8b", "http://box:11434/v1"),
        ("compatible:m@2024-01", "compatible", "m@2024-01", ""),
    ],
)
def test_names(text: str, vendor: str, model: str, base_url: str) -> None:
    name = parse_model(text)
    assert (name.vendor, name.model, name.base_url) == (vendor, model, base_url)
    assert parse_model(str(name)) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gpt-6-luna",
        "opnai:gpt",
        "openai:",
        "openai:a b",
        "openai:a>openai:b",
        "openai:a@http://h/v1",
        "compatible:m@http://",
        "compatible:m@http://h:port/v1",
        "compatible:m@http://h/v1?key=1",
        "compatible:@http://h/v1",
    ],
)
def test_what_is_no_name_is_told_with_examples(text: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        open_model(text, field="judge")
    assert raised.value.field == "judge"
    assert "such as" in raised.value.allowed


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_model("compatible:m@http://me:hidden@h/v1")
    assert "hidden" not in str(raised.value)


def test_several_models_are_written_with_commas() -> None:
    assert [str(x) for x in parse_models("openai:a, ollama:b:7b")] == ["openai:a", "ollama:b:7b"]
    with pytest.raises(InvalidInput):
        parse_models("openai:a,")


def options(**values: str) -> ModelOptions:
    own = {k: values.pop(k) for k in ("base_url", "api_key") if k in values}
    return ModelOptions(look_up=values.get, **own)


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("openai:m", "OPENAI_API_KEY"),
        ("anthropic:m", "ANTHROPIC_API_KEY"),
        ("google:m", "GOOGLE_API_KEY"),
        ("google:m", "GEMINI_API_KEY"),
    ],
)
def test_a_vendors_key_comes_by_its_usual_name(name: str, variable: str) -> None:
    with pytest.raises(ModelMisconfigured, match=variable):
        open_model(name, options())
    access = credentials_for(parse_model(name), options(**{variable: " sk-hidden\n"}))
    assert access.key == "sk-hidden"
    with pytest.raises(ModelMisconfigured) as raised:
        open_model(name, options(**{variable: "sk-hidd\u00e9n"}))
    assert variable in str(raised.value)
    assert "sk-hidd" not in str(raised.value)


def test_no_key_is_shown() -> None:
    given = options(base_url="http://h/v1", api_key="sk-hidden")
    model = open_model("compatible:m", given)
    shown = f"{given!r} {model!r} {model} {credentials_for(parse_model('compatible:m'), given)!r}"
    assert "sk-hidden" not in shown


def test_the_key_of_the_settings_goes_to_the_server_of_the_settings_alone() -> None:
    given = options(base_url="https://mine.example/v1", api_key="sk-mine")
    assert credentials_for(parse_model("compatible:m"), given).key == "sk-mine"
    named = parse_model("compatible:m@https://mine.example/other")
    assert credentials_for(named, given).key == "sk-mine"
    for elsewhere in (
        "https://evil.example/v1",
        "http://mine.example/v1",
        "https://mine.example:1",
    ):
        assert credentials_for(parse_model(f"compatible:m@{elsewhere}"), given).key == ""
    assert credentials_for(named, options(api_key="sk-mine")).key == ""
    assert credentials_for(parse_model("ollama:m"), given).key == ""


def test_addresses_come_from_name_setting_and_environment() -> None:
    assert (
        credentials_for(parse_model("ollama:m"), options()).base_url == "http://localhost:11434/v1"
    )
    moved = options(OLLAMA_BASE_URL="http://box:1234")
    assert credentials_for(parse_model("ollama:m"), moved).base_url == "http://box:1234/v1"
    proxied = options(OPENAI_API_KEY="k", OPENAI_BASE_URL="http://proxy/v1")
    assert credentials_for(parse_model("openai:m"), proxied).base_url == "http://proxy/v1"
    with pytest.raises(ModelMisconfigured, match="NETNEW_MODEL_BASE_URL"):
        credentials_for(parse_model("compatible:m"), options())
    with pytest.raises(InvalidInput, match="model_base_url"):
        credentials_for(parse_model("compatible:m"), options(base_url="mine.example"))


def test_a_missing_client_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netnew.llms.credentials.find_spec", lambda name: None)
    with pytest.raises(ModelMisconfigured, match=r"pip install 'netnew\[anthropic\]'"):
        open_model("anthropic:m", options(ANTHROPIC_API_KEY="k"))
    with pytest.raises(ModelMisconfigured, match=r"pip install 'netnew\[google\]'"):
        open_model("google:m", options(GEMINI_API_KEY="k"))
    for name in ("openai:m", "ollama:m", "compatible:m@http://127.0.0.1:1/v1"):
        with pytest.raises(ModelMisconfigured, match=r"pip install 'netnew\[openai\]'"):
            open_model(name, options(OPENAI_API_KEY="k"))
