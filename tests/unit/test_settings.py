from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from netnew.domain.budget import Budget
from netnew.domain.errors import InvalidInput
from netnew.settings import Settings, unknown_variables


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A HOME and a current folder of the test's own: (home, here)."""
    for name in list(os.environ):
        if name.startswith("NETNEW_"):
            monkeypatch.delenv(name)
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.setenv("NETNEW_HOME", str(home))
    monkeypatch.chdir(here)
    return home, here


def origin(settings: Settings, name: str) -> tuple[str, str]:
    (found,) = (x for x in settings.origins() if x.name == name)
    return found.value, found.origin


def test_the_environment_beats_the_current_folder_which_beats_home(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, here = places
    (home / "netnew.toml").write_text('judge = "home"\nuser_agent = "home"\nbudget_pages = 1\n')
    (here / "netnew.toml").write_text('judge = "here"\nuser_agent = "here"\n')
    monkeypatch.setenv("NETNEW_JUDGE", "environment")
    settings = Settings.load()
    assert origin(settings, "judge") == ("environment", "environment NETNEW_JUDGE")
    assert origin(settings, "user_agent") == ("here", str(here / "netnew.toml"))
    assert origin(settings, "budget_pages") == ("1", str(home / "netnew.toml"))
    assert origin(settings, "log_level") == ("warning", "default")


def test_arguments_beat_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETNEW_BUDGET_PAGES", "1")
    assert origin(Settings.load(budget_pages=2), "budget_pages") == ("2", "argument")


def test_home_may_be_named_in_the_current_folder(
    places: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, here = places
    other = tmp_path / "other"
    other.mkdir()
    (other / "netnew.toml").write_text("budget_pages = 99\n")
    (here / "netnew.toml").write_text(f'home = "{other}"\n')
    monkeypatch.delenv("NETNEW_HOME")
    settings = Settings.load()
    assert (settings.home, settings.budget_pages) == (other, 99)


def test_the_database_lies_in_home_by_default(places: tuple[Path, Path]) -> None:
    assert Settings.load().database_url == f"sqlite:///{places[0]}/netnew.db"


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETNEW_SOURCES", "pyenv, csv:mine.csv")
    assert Settings.load().sources == ("pyenv", "csv:mine.csv")


def test_an_unknown_key_names_its_file_and_the_nearest_setting(places: tuple[Path, Path]) -> None:
    path = places[1] / "netnew.toml"
    path.write_text("juge = 1\n")
    with pytest.raises(InvalidInput) as raised:
        Settings.load()
    assert str(raised.value) == f"juge: no such setting, in {path} (allowed: judge)"


def test_a_file_that_is_no_toml_is_named(places: tuple[Path, Path]) -> None:
    path = places[0] / "netnew.toml"
    path.write_text("judge = \n")
    with pytest.raises(InvalidInput, match=r"netnew\.toml: cannot be read"):
        Settings.load()


def test_a_wrong_value_in_a_file_names_setting_and_file(places: tuple[Path, Path]) -> None:
    path = places[1] / "netnew.toml"
    path.write_text("budget_pages = -1\n")
    with pytest.raises(InvalidInput) as raised:
        Settings.load()
    assert raised.value.field == "budget_pages"
    assert f"not -1, in {path}" in raised.value.problem


def test_passwords_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETNEW_DATABASE_URL", "postgresql://me:hidden@db.example/netnew")
    shown = repr(Settings.load().origins())
    assert "hidden" not in shown
    assert "postgresql://me:**********@db.example/netnew" in shown


@pytest.mark.parametrize("password", ["pa/hidden", "p@ss/hidden!", "hidden"])
def test_a_password_is_masked_whatever_it_is_made_of(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("NETNEW_DATABASE_URL", f"postgresql://me:{password}@db.example/netnew")
    settings = Settings.load()
    assert "hidden" not in repr(settings.origins())
    assert "postgresql://me:**********@db.example/netnew" in repr(settings.origins())
    assert password in settings.secrets()


def test_secrets_are_those_of_all_secret_settings_and_of_the_database() -> None:
    fields = [x for x, y in Settings.model_fields.items() if isinstance(y.default, SecretStr)]
    values = {name: SecretStr(f"the {name}") for name in fields}
    address = "postgresql://me:p%40ss%2Fword@db.example/netnew"
    settings = Settings.load(database_url=address, **values)
    assert len(fields) > 1
    assert settings.secrets() == {
        *(x.get_secret_value() for x in values.values()),
        "p%40ss%2Fword",
        "p@ss/word",
    }
    assert Settings.load(database_url="sqlite:////tmp/a:b@c.db").secrets() == frozenset()


def test_the_key_of_a_model_is_shown_nowhere(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETNEW_MODEL_API_KEY", "hidden-key")
    settings = Settings.load()
    assert settings.model_api_key.get_secret_value() == "hidden-key"
    assert origin(settings, "model_api_key") == ("**********", "environment NETNEW_MODEL_API_KEY")
    assert "hidden-key" not in f"{settings!r} {settings} {settings.origins()!r}"
    monkeypatch.delenv("NETNEW_MODEL_API_KEY")
    (places[1] / "netnew.toml").write_text("model_api_key = 4711\n")
    with pytest.raises(InvalidInput) as raised:
        Settings.load()
    assert raised.value.field == "model_api_key"
    assert "4711" not in str(raised.value)


def test_the_test_gateway_must_be_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETNEW_TEST_GATEWAY", "http://example.org:80")
    with pytest.raises(InvalidInput, match="must be a loopback address"):
        Settings.load()


def test_caps_of_the_settings_make_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETNEW_BUDGET_PAGES", "10")
    assert Settings.load().budget == Budget(pages=10)


def test_a_variable_that_is_no_setting_is_told_with_the_nearest_that_is_one() -> None:
    environment = {
        "NETNEW_FETCH_CONCURENCY": "1",
        "NETNEW_XYZZY": "1",
        "NETNEW_JUDGE": "rules",
        "NETNEW_DEBUG": "1",
        "HOME": "/",
    }
    assert unknown_variables(environment) == [
        "NETNEW_FETCH_CONCURENCY is not a known setting and was ignored;"
        " did you mean NETNEW_FETCH_CONCURRENCY?",
        "NETNEW_XYZZY is not a known setting and was ignored; `netnew doctor` lists all settings",
    ]


@pytest.mark.parametrize("name", ["hosts", "monitor_every_s", "budget_tokens"])
def test_nothing_can_be_set_that_nothing_uses(places: tuple[Path, Path], name: str) -> None:
    (places[1] / "netnew.toml").write_text(f'{name} = "1"\n')
    with pytest.raises(InvalidInput, match="no such setting"):
        Settings.load()


def test_every_setting_has_a_sentence() -> None:
    for name, field in Settings.model_fields.items():
        assert (field.description or "").endswith("."), name
