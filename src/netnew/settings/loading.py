"""Loading the settings: where each value comes from, and what is wrong with one.

A value comes from the environment (`NETNEW_JUDGE`), then from `netnew.toml` in the current folder,
then from `netnew.toml` in HOME, otherwise it is the default. Lists are separated by commas in the
environment and are arrays in TOML.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, unquote

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from netnew.domain.errors import InvalidInput, NetnewError
from netnew.settings.model import PREFIX, SettingsFields, default_home

FILE_NAME = "netnew.toml"

# Variables with our prefix that are read elsewhere and are not settings.
OTHER_VARIABLES = frozenset({"NETNEW_DEBUG", "NETNEW_DATA"})


@dataclass(frozen=True, slots=True)
class Origin:
    """A setting in force: its value as text (passwords masked), and where it came from.

    `origin` is 'default', 'argument', 'environment NETNEW_X' or the path of a netnew.toml.
    """

    name: str
    value: str
    origin: str


class Settings(SettingsFields):
    """The settings in force, and the origin of each."""

    @classmethod
    def load(cls, **arguments: Any) -> Self:
        """The settings in force. Raises InvalidInput naming the setting and where it stands."""
        try:
            return cls(**arguments)
        except ValidationError as error:
            raise _first_problem(error, cls._layers(arguments)) from None

    def origins(self) -> tuple[Origin, ...]:
        """Each setting's value and where it came from, passwords masked."""
        layers = self._layers({})
        return tuple(
            Origin(name, _shown(getattr(self, name)), self._origin(name, layers))
            for name in type(self).model_fields
        )

    def secrets(self) -> frozenset[str]:
        """What no message may show: the values of secret settings, and the password of the
        database in each way it may be written."""
        values = (getattr(self, name) for name in type(self).model_fields)
        hidden = {x.get_secret_value() for x in values if isinstance(x, SecretStr)}
        return frozenset({*hidden, *_passwords(self.database_url)} - {""})

    def _origin(self, name: str, layers: list[tuple[str, Mapping[str, Any]]]) -> str:
        if name not in self.model_fields_set:
            return "default"
        for origin, values in layers:
            # A value given by argument may differ from what the environment has.
            if name in values and self._reads_as(name, values[name]):
                return _origin_name(origin, name)
        return "argument"

    def _reads_as(self, name: str, raw: Any) -> bool:
        try:
            probe = type(self).model_construct()
            type(self).__pydantic_validator__.validate_assignment(probe, name, raw)
        except ValidationError:
            return bool(getattr(self, name) == raw)
        return bool(getattr(probe, name) == getattr(self, name))

    @classmethod
    def _layers(cls, arguments: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
        """The layers of values, strongest first, each with the name of its origin."""
        environment = {
            name: os.environ[PREFIX + name.upper()]
            for name in cls.model_fields
            if os.environ.get(PREFIX + name.upper())
        }
        here = Path.cwd() / FILE_NAME
        layers: list[tuple[str, Mapping[str, Any]]] = [
            ("argument", arguments),
            ("environment", environment),
            (str(here), _read_toml(here, cls.model_fields)),
        ]
        home = next((Path(x["home"]) for _, x in layers if x.get("home")), default_home())
        in_home = home.expanduser() / FILE_NAME
        if in_home.resolve() != here.resolve():
            layers.append((str(in_home), _read_toml(in_home, cls.model_fields)))
        return layers

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = [x for x in cls._layers(init_settings()) if x[0] not in ("argument", "environment")]
        return (init_settings, env_settings, *(_Layer(settings_cls, x) for _, x in files))


class _Layer(PydanticBaseSettingsSource):
    """A file's values, as read and checked before."""

    def __init__(self, settings_cls: type[BaseSettings], values: Mapping[str, Any]) -> None:
        super().__init__(settings_cls)
        self._values = dict(values)

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self._values.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return self._values


def home_before_loading() -> Path | None:
    """HOME as the settings will have it, where that can be told without loading them: errors until
    then are logged there."""
    with suppress(NetnewError, OSError, RuntimeError, ValueError):
        named = os.environ.get(f"{PREFIX}HOME")
        if not named:
            named = _read_toml(Path.cwd() / FILE_NAME, Settings.model_fields).get("home")
        return (Path(named) if named else default_home()).expanduser().absolute()
    return None


def unknown_variables(environment: Mapping[str, str] | None = None) -> list[str]:
    """A sentence for each name in the environment that looks like a setting of ours and is none."""
    environment = os.environ if environment is None else environment
    known = {PREFIX + name.upper(): name for name in Settings.model_fields}
    ours = (x for x in environment if x.startswith(PREFIX))
    return [
        f"{name} is not a known setting and was ignored; {_nearest(name, known)}"
        for name in sorted(ours)
        if name not in known and name not in OTHER_VARIABLES
    ]


def _nearest(variable: str, known: Mapping[str, str]) -> str:
    # Compared without the prefix, which all share.
    close = get_close_matches(variable.removeprefix(PREFIX).lower(), known.values(), n=1)
    return (
        f"did you mean {PREFIX}{close[0].upper()}?"
        if close
        else "`netnew doctor` lists all settings"
    )


def _read_toml(path: Path, fields: Mapping[str, FieldInfo]) -> dict[str, Any]:
    """The values of `path`, {} where there is none. Raises InvalidInput naming key and file."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(str(path), f"cannot be read: {error}") from error
    for key in values:
        if key not in fields:
            close = get_close_matches(key, fields, n=1)
            hint = close[0] if close else ", ".join(fields)
            raise InvalidInput(key, f"no such setting, in {path}", hint)
    return values


def _first_problem(
    error: ValidationError, layers: list[tuple[str, Mapping[str, Any]]]
) -> InvalidInput:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    problem = first["msg"].removeprefix("Value error, ")
    if not name:
        return InvalidInput("settings", problem)
    origin = next((_origin_name(x, name) for x, values in layers if name in values), "default")
    given = "what stands there" if _is_secret(name) else repr(first["input"])
    problem = f"{problem[:1].lower()}{problem[1:]}, not {given}, in {origin}"
    return InvalidInput(name, problem)


def _origin_name(origin: str, name: str) -> str:
    return f"environment {PREFIX}{name.upper()}" if origin == "environment" else origin


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(_shown(x) for x in value)
        case str() if "://" in value:
            return _without_password(value)
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


# A password may have `/` and `@`; `http://host:8080/@me` has a port and none.
_LOGIN = re.compile(r"([^:/]*://[^:/?#]*:)(?![0-9]{1,5}[/?#])(.*)(?=@)", re.DOTALL)


def _without_password(url: str) -> str:
    return _LOGIN.sub(r"\g<1>**********", url, count=1)


def _passwords(url: str) -> set[str]:
    """What may be the password in `url`, as it stands there, decoded and encoded. One with a bare
    `@` is read in two ways: up to its first and up to its last."""
    login = _LOGIN.match(url)
    if login is None:
        return set()
    return {
        form
        for read in (login[2], login[2].partition("@")[0])
        for form in (read, unquote(read), quote(unquote(read), safe=""))
    }


def _is_secret(name: str) -> bool:
    field = Settings.model_fields.get(name)
    return field is not None and isinstance(field.default, SecretStr)
