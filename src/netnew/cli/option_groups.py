"""Groups of options that several commands share, each written once as a dataclass.

Typer reads the options of a command from its signature. `with_option_groups` replaces each
parameter that is a dataclass by the fields of that dataclass, and calls the command with the
dataclass filled in.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from inspect import Parameter
from typing import Any, get_type_hints


def with_option_groups(command: Callable[..., None]) -> Callable[..., None]:
    """`command` with one parameter for each field of its option groups, nested groups included."""
    signature = inspect.signature(command, eval_str=True)
    parameters = signature.parameters.values()

    @wraps(command)
    def call(**values: Any) -> None:
        command(**{x.name: _value(x.name, x.annotation, values) for x in parameters})

    options = [y for x in parameters for y in _options(x.name, x.annotation, x.default)]
    call.__signature__ = signature.replace(parameters=options)  # type: ignore[attr-defined]
    return call


def _options(name: str, annotation: Any, default: object) -> Iterator[Parameter]:
    if not dataclasses.is_dataclass(annotation):
        yield Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        return
    types = get_type_hints(annotation, include_extras=True)
    for field in dataclasses.fields(annotation):
        yield from _options(field.name, types[field.name], _default(field))


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return Parameter.empty if field.default is dataclasses.MISSING else field.default


def _value(name: str, annotation: Any, values: Mapping[str, object]) -> object:
    if not isinstance(annotation, type) or not dataclasses.is_dataclass(annotation):
        return values[name]
    types = get_type_hints(annotation, include_extras=True)
    fields = dataclasses.fields(annotation)
    return annotation(**{x.name: _value(x.name, types[x.name], values) for x in fields})
